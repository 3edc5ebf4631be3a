"""An officer applies for somebody at the counter: the same form, and nothing of them stays."""

import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from services.portal.counter.receiving import SEEN_KINDS
from services.portal.session.store import Sessions, Ticket
from services.portal.session.visitor import COOKIE
from tests.support.made_up import numbered
from tests.support.portal_applying import CASE, Applying, passed_to
from tests.support.portal_cases import NUMBER, case, refuses, tagged, takes
from tests.unit.intake.test_items_api import World as IntakeWorld

ITEM = "001-03"
PERSON, ID = "样例·古丽", numbered("650102", "19900101")
PHONE = "13900007777"
HANDLE = "ab" * 16
PNG = b"\x89PNG made up"


@pytest.fixture
def counter(applying: Applying, intake: IntakeWorld) -> Applying:
    """An officer at the portal, and a counter that takes what comes."""
    applying.world.sign_in(applying.browser, "officer")
    answer = passed_to(intake.app, lambda: intake.issuer.issue("officer"))
    for path in ("", "/000-01", *(f"/{ITEM}{end}" for end in ("", "/form", "/check"))):
        applying.world.said[f"/v1/items{path}"] = answer
    takes_in(applying)
    return applying


def takes_in(applying: Applying) -> None:
    """Intake opens sittings, takes scans and applications, and shows the case."""

    def sitting(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        seen = body.get("document", {}).get("id_kind")
        return httpx.Response(201, json={"sitting": HANDLE, "how": body["how"], "seen": seen})

    def application(request: httpx.Request) -> httpx.Response:
        applying.cases.setdefault(request.headers["Idempotency-Key"], json.loads(request.content))
        return httpx.Response(201, json={"case": CASE, "version": 2, "events": []})

    said = applying.world.said
    said["/v1/counter/sittings"] = sitting
    said["/v1/counter/applications"] = application
    said["/v1/counter/scans"] = said["/v1/uploads"]
    shows(applying)
    applying.world.answers(f"/v1/issuance/{CASE}/papers", {"papers": []})


def shows(applying: Applying, **more: Any) -> None:
    """Intake shows the case that was taken in."""
    told: dict[str, Any] = {
        "item": ITEM,
        "name": "居住地址变更",
        "status": "submitted",
        "fee": None,
        "actions": ["originals"],
        "submitted_at": "2026-11-30T02:00:00Z",
        "taken_in": {"how": "present", "document": "resident-id", "at": "2026-11-30T02:00:00Z"},
        "materials": [{"code": code_of(applying), "blob": "blob-1"}],
        "originals": [],
        "number": NUMBER,
    }
    applying.world.said[f"/v1/cases/{CASE}"] = tagged(case(**{**told, **more}))


def code_of(applying: Applying) -> str:
    """The paper that the item asks for."""
    answer = applying.world.said[f"/v1/items/{ITEM}"]
    item = answer(httpx.Request("GET", f"https://intake/v1/items/{ITEM}")).json()
    code: str = item["materials"][0]["code"]
    return code


def receive(counter: Applying, how: str = "present") -> None:
    counter.open("/counter")
    seen = {"document.id_kind": "resident-id", "document.id_number": ID}
    counter.send(how=how, **(seen if how == "present" else {"document.id_kind": "none"}))
    assert counter.at == "/counter/items"


def begin(counter: Applying) -> None:
    """Receive somebody, find the item, and have its guide agreed to."""
    receive(counter)
    assert f'href="/counter/items/{ITEM}"' in counter.open("/counter/items?q=居住地址变更")
    assert 'href="/counter/items/003-' not in counter.page
    counter.open(f"/counter/items/{ITEM}")
    assert "申请人已知晓并同意" in counter.page
    counter.send()


ANSWERS: dict[str, Callable[[], dict[str, Any]]] = {
    "applicant": lambda: {
        "applicant.name": PERSON,
        "applicant.id_kind": "resident-id",
        "applicant.id_number": ID,
    },
    "contact": lambda: {"applicant.phone": PHONE},
    "acting": lambda: {"representation": "self"},
    "address": lambda: {"delivery_address": "样例街1号"},
    "delivery": lambda: {"delivery": "pickup"},
    "office": lambda: {"office": "any"},
}


def fill_in(counter: Applying) -> None:
    """Answer every page up to the check, with a scan of the paper."""
    for _ in range(30):
        key = counter.at.rsplit("/", 1)[-1]
        if counter.at == "/counter/check":
            return
        if key.startswith("materials-"):
            scan = {f"materials.{code_of(counter)}": (io.BytesIO(PNG), "scan.png")}
            counter.send(do="upload", **scan)
            counter.send()
        elif key.startswith("facts-"):
            counter.send(**facts_on(counter.page))
        else:
            counter.send(**ANSWERS[key]())
    raise AssertionError(counter.at)


def facts_on(page: str) -> dict[str, str]:
    """Something for each question of the item on this page."""
    names = [part.split('"')[0] for part in page.split('name="facts.')[1:]]
    said = {}
    for name in names:
        end = name.rpartition(".")[2]
        day = {"year": "2026", "month": "1", "day": "5"}
        said[f"facts.{name}"] = day.get(end, "样例")
    return said


def kept(counter: Applying) -> dict[str, Any]:
    """What the session of this browser holds."""
    cookie = counter.browser.get_cookie(COOKIE, domain="pages.test")
    ticket = Ticket.read(cookie.value if cookie else None)
    assert ticket is not None
    sessions = Sessions(counter.world.rows)  # type: ignore[arg-type]
    return sessions.load(ticket, now=counter.world.clock[0])


def test_somebody_present_is_taken_in_with_scans_under_their_own_sitting(
    counter: Applying,
) -> None:
    begin(counter)
    fill_in(counter)
    for said in (PERSON, ID, PHONE):
        assert said in counter.page
    assert "申请人已阅读并同意" in counter.page
    page = counter.send(declared="yes")
    assert counter.at == "/counter/taken"
    assert NUMBER in page
    (body,) = counter.cases.values()
    assert "channel" not in body
    assert body["sitting"] == HANDLE
    assert body["guide"]["content_hash"]
    assert body["applicant"]["name"] == PERSON
    assert body["materials"] == [{"code": code_of(counter), "blob": "blob-1"}]
    (scan,) = [one for one in counter.world.asked if one.url.path == "/v1/counter/scans"]
    assert scan.url.params["sitting"] == HANDLE
    assert not [one for one in counter.world.asked if one.url.path == "/v1/uploads"]


def test_with_the_next_person_nothing_of_the_former_is_left(counter: Applying) -> None:
    begin(counter)
    fill_in(counter)
    whole = repr(kept(counter))
    assert PERSON in whole
    assert ID in whole
    counter.send("/counter/next")
    assert counter.at == "/counter"
    assert {*kept(counter)} == {"token", "until", "person"}
    assert not counter.world.drafts.kept
    for path in ("/counter/form", "/counter/check", "/counter/taken", "/counter/receipt"):
        assert PERSON not in counter.open(path)
        assert counter.at == "/counter"
    receive(counter)
    for secret in (PERSON, ID, PHONE, "blob-1", CASE):
        assert secret not in repr(kept(counter)), secret


def test_once_it_is_taken_in_the_session_has_no_particulars(counter: Applying) -> None:
    begin(counter)
    fill_in(counter)
    counter.send(declared="yes")
    for secret in (PERSON, ID, PHONE, "blob-1"):
        assert secret not in repr(kept(counter)), secret
    counter.open("/counter/check")  # a second click
    assert counter.at == "/counter/taken"


def test_at_the_counter_the_browser_is_told_to_remember_nothing(counter: Applying) -> None:
    begin(counter)
    for _ in range(12):
        if counter.at == "/counter/form/applicant":
            break
        counter.send(**facts_on(counter.page))
    assert 'autocomplete="off"' in counter.page
    assert 'autocomplete="name"' not in counter.page
    assert "保存，以后再填" not in counter.page


def test_what_is_wrong_with_the_document_stands_beside_it(counter: Applying) -> None:
    counter.open("/counter")
    page = counter.send(how="present", **{"document.id_kind": "resident-id"})
    assert 'href="#document-id_number"' in page
    page = counter.send()
    assert page.count('class="govuk-error-message"') == 2
    told = {"code": "check-character", "detail": "Wrong.", "detail_zh": "校验位不符。"}
    errors = [{"pointer": "/document/id_number", **told}]
    refuses(counter, "/v1/counter/sittings", "invalid-fields", 422, errors=errors)
    typed = {"document.id_kind": "resident-id", "document.id_number": "650102199001010001"}
    page = counter.send(how="present", **typed)
    assert 'id="document-id_number-error"' in page
    assert "校验位不符。" in page
    assert "650102199001010001" in page


def test_a_number_without_a_kind_of_document_is_asked_about(counter: Applying) -> None:
    counter.open("/counter")
    typed = {"document.id_kind": "none", "document.id_number": ID}
    assert "请选择查验的是哪种证件" in counter.send(how="present", **typed)


def test_the_own_case_of_an_officer_is_not_taken_in(counter: Applying) -> None:
    refuses(counter, "/v1/counter/sittings", "own-case", 403)
    counter.open("/counter")
    page = counter.send(how="telephone", **{"document.id_kind": "none"})
    assert "不能由您办理" in page


def test_another_document_than_the_one_seen_is_told_beside_the_number(counter: Applying) -> None:
    begin(counter)
    fill_in(counter)
    told = {"detail": "Not the one seen.", "detail_zh": "与窗口查验的证件不一致。"}
    errors = [{"pointer": "/applicant/id_number", "code": "not-who-was-seen", **told}]
    refuses(counter, "/v1/counter/applications", "invalid-fields", 422, errors=errors)
    page = counter.send(declared="yes")
    assert "与窗口查验的证件不一致。" in page
    assert 'href="/counter/form/applicant#applicant-id_number"' in page


@pytest.mark.parametrize(
    ("problem", "told"),
    [("forbidden", "由其他部门或者其他辖区受理"), ("own-case", "不能由您办理")],
)
def test_what_this_officer_may_not_take_in_is_told_as_that(
    counter: Applying, problem: str, told: str
) -> None:
    begin(counter)
    fill_in(counter)
    refuses(counter, "/v1/counter/applications", problem, 403)
    page = counter.send(declared="yes")
    assert told in page
    assert "请稍后再试" not in page
    assert PERSON in page


def test_an_item_that_is_not_offered_here_says_so(counter: Applying) -> None:
    receive(counter)
    assert "本事项不能这样办理" in counter.open("/counter/items/000-01")
    receive(counter, "telephone")
    assert "本事项不能这样办理" in counter.open(f"/counter/items/{ITEM}")


def test_originals_are_recorded_as_seen_kept_and_given_back(counter: Applying) -> None:
    begin(counter)
    fill_in(counter)
    counter.send(declared="yes")
    sent = takes(counter, f"/v1/cases/{CASE}/originals")
    counter.open("/counter/originals")
    assert "请至少登记一项原件" in counter.send()
    code = code_of(counter)
    counter.send(**{f"originals.{code}": "kept"})
    assert counter.at == "/counter/taken"
    counter.open("/counter/originals")
    counter.send(**{f"originals.{code}": "given-back"})
    held = [{"material": code, "seen_at": "2026-11-30T02:00:00Z", "returned_at": None}]
    shows(counter, originals=held)
    assert "由窗口保管，尚未退还" in counter.open("/counter/taken")
    page = counter.open("/counter/originals")
    assert "现在退还给申请人" in page
    assert 'value="kept"' not in page
    counter.send(**{f"originals.{code}": "back"})
    assert [one["body"] for one in sent] == [
        {"seen": [code], "returned": []},
        {"seen": [code], "returned": [code]},
        {"seen": [], "returned": [code]},
    ]
    assert {one["If-Match"] for one in sent} == {'"2"'}


def test_the_receipt_says_what_was_received_and_nothing_of_the_person(counter: Applying) -> None:
    begin(counter)
    fill_in(counter)
    counter.send(declared="yes")
    page = counter.open("/counter/receipt")
    for said in (NUMBER, "扫描件 1 份", "不表示已经受理", "申请人（签字）", "2026 年 11 月 30 日"):
        assert said in page, said
    for secret in (PERSON, ID, PHONE):
        assert secret not in page
    assert "下载加盖电子印章的回执" not in page
    ready = {"paper": "p1", "kind": "receipt", "title": "收件回执", "day": "2026-11-30"}
    papers = {"papers": [{**ready, "state": "ready"}]}
    counter.world.answers(f"/v1/issuance/{CASE}/papers", papers)
    assert "下载加盖电子印章的回执" in counter.open("/counter/receipt")


def test_with_intake_away_what_was_typed_stays_in_the_session(counter: Applying) -> None:
    begin(counter)
    for _ in range(12):
        if counter.at == "/counter/form/applicant":
            break
        counter.send(**facts_on(counter.page))
    token = counter.page.split('name="token" value="')[1].split('"')[0]
    answers = {**counter.world.said}
    counter.world.said.clear()
    said = {"token": token, "do": "continue", "applicant.name": PERSON}
    away = counter.browser.post("/counter/form/applicant", data=said, base_url="http://pages.test")
    assert away.status_code == 503
    counter.world.said.update(answers)
    assert PERSON in counter.open("/counter/form/applicant")


def test_who_has_no_such_duty_has_no_counter_in_the_menu(applying: Applying) -> None:
    assert 'href="/counter"' not in applying.open("/")
    applying.world.sign_in(applying.browser, "officer")
    assert 'href="/counter"' in applying.open("/")
    applying.world.sign_in(applying.browser, "supervisor")
    assert 'href="/counter"' not in applying.open("/")


def test_the_documents_to_be_seen_are_those_of_the_counter() -> None:
    from services.intake.counter.sittings import SEEN_KINDS as KINDS  # noqa: PLC0415

    assert {*SEEN_KINDS} == {*KINDS}
