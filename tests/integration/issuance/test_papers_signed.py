"""The papers of a case: made once, given to who may have them, checked by anybody, on record."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest

from services.issuance.papers.drawn.content import HolderData, must_stand
from services.issuance.papers.drawn.fonts import Fonts
from services.issuance.papers.drawn.kinds import content_of
from services.issuance.papers.finding import papers_named
from services.issuance.papers.making import AT_ONCE, answer_words
from services.issuance.papers.orders import MOST_TRIES
from services.issuance.papers.signed.statement import NotGenuine, read_statement
from shared.catalogue import packaged_catalogue
from shared.catalogue.rules.applicants import applicants_of
from shared.config import Databases
from tests.support.answers_given import as_body
from tests.support.by_hand import ByHand
from tests.support.http_walking import ITEMS, PERSON, HttpWalk
from tests.support.made_up import COMPANY
from tests.support.path_world import Path4
from tests.support.pdfs import qr_of, signature_of, text_of
from tests.support.portal_world import PAGES, World, portal_world

pytestmark = pytest.mark.mongo
NAME = "欧阳·𠮷䶮"
ADDRESS = "https://caseledger.test/verify"


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    made = Path4(databases, tmp_path)
    if not made.fonts.installed:
        pytest.skip(f"there is no font for papers in {made.fonts.folder} (make fonts)")
    return made


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    yield from portal_world(tmp_path / "pages", monkeypatch)


def listed(path: Path4, case: str, user: str = "applicant", **more: str) -> Any:
    return path.client("issuance").get(f"/v1/issuance/{case}/papers", user=user, **more)


def papers(path: Path4, case: str, user: str = "applicant", **more: str) -> dict[str, Any]:
    answer = listed(path, case, user, **more)
    assert answer.status_code == 200, answer.json
    return {one["result"] or one["kind"]: one for one in answer.json["papers"]}


def made(path: Path4, case: str, user: str = "applicant", **more: str) -> dict[str, Any]:
    """The papers that this person may have, once they are signed and in the ledger."""
    papers(path, case, user, **more)
    path.workshop().tick()
    path.settle()
    return papers(path, case, user, **more)


def asked(path: Path4, paper: str, user: str = "applicant", **more: str) -> Any:
    return path.client("issuance").get(f"/v1/papers/{paper}", user=user, **more)


def file(path: Path4, paper: str, user: str = "applicant", **more: str) -> bytes:
    answer = asked(path, paper, user, **more)
    assert answer.status_code == 200, answer.json
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    content: bytes = answer.data
    return content


def checked(path: Path4, code: str) -> Any:
    return path.app("issuance").test_client().get(f"/v1/verification/{code}")


def test_a_receipt_is_made_once_signed_and_given(path: Path4) -> None:
    case = path.submitted()
    first = papers(path, case)["receipt"]
    assert (first["state"], first["code"]) == ("being-made", None)
    wait = asked(path, first["paper"])
    assert (wait.status_code, wait.headers["Retry-After"]) == (503, "2")
    ready = made(path, case)["receipt"]
    assert (ready["state"], ready["paper"]) == ("ready", first["paper"])
    content = file(path, ready["paper"])
    for words in ("收件回执", "居民身份证的丢失补领业务", "阿依古丽", "居民户口簿", ready["code"]):
        assert words in text_of(content)
    path.workshop().make(path.orders.add(first["paper"], case, now=path.now()))
    assert file(path, ready["paper"]) == content, "made once: the same bytes each time"
    log = path.world.log("issuance").load(f"paper/{ready['paper']}")
    assert [event.type for event in log.events] == ["issuance.PaperSigned"]
    assert "阿依古丽" not in repr(log.events[0].data)


def test_a_paper_names_the_office_that_was_chosen_and_so_does_its_verification(
    path: Path4,
) -> None:
    item = path.rules.catalogue.item("000-24")
    for office, by in (
        ("public-security-650102-1", "乌鲁木齐市天山区办证点"),
        ("", item.text.department_name),
    ):
        more = {"office": office} if office else {}
        case = HttpWalk(ByHand(path), item, path.rules).begin(**more).case
        receipt = made(path, case)["receipt"]
        assert by in "".join(text_of(file(path, receipt["paper"])).split())
        assert checked(path, receipt["code"]).json["by"] == by


def test_a_crash_after_the_file_was_stored_leaves_one_paper(path: Path4) -> None:
    case = path.submitted()
    paper = papers(path, case)["receipt"]["paper"]
    shop = path.workshop()
    kept = shop.blobs.keep(
        b"%PDF-1.7 before the crash",
        owner=subject(path, case),
        blob_id=f"paper-{paper}",
        kind="application/pdf",
    )
    shop.tick()
    assert file(path, paper) == b"%PDF-1.7 before the crash"
    (event,) = path.world.log("issuance").load(f"paper/{paper}").events
    assert event.data["sha256"] == kept.sha256


def subject(path: Path4, case: str) -> str:
    data = path.world.log("intake").load(f"case/{case}").events[0].data
    found: str = data["subject"]
    return found


def test_the_signature_and_the_qr_are_right_and_a_changed_byte_is_seen(path: Path4) -> None:
    case = path.submitted()
    paper = made(path, case)["receipt"]
    content, keys = file(path, paper["paper"]), path.world.secrets.paper_keys
    said = signature_of(content, keys.certificate_authority)
    assert "Signature is Valid" in said
    assert "Certificate is Trusted" in said
    assert "ETSI.CAdES.detached" in said
    at = content.index(b"endstream") - 20
    broken = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    assert "Signature is Valid" not in signature_of(broken, keys.certificate_authority)
    address, _, signed = qr_of(content).partition("#")
    assert address == f"{ADDRESS}/{paper['paper']}"
    statement = read_statement(signed, keys)
    assert (statement.code, statement.holder) == (paper["paper"], "阿*")
    head, body, mac = signed.split(".")
    with pytest.raises(NotGenuine):
        read_statement(f"{head}.{body[:-2]}xx.{mac}", keys)


def test_the_qr_opens_the_page_on_which_anybody_checks_the_paper(path: Path4, pages: World) -> None:
    """The address in the picture of the page is opened at the portal, which asks the service."""
    paper = made(path, path.submitted())["receipt"]
    opened = urlsplit(qr_of(file(path, paper["paper"])))
    issuance = path.app("issuance").test_client()

    def passed_on(request: httpx.Request) -> httpx.Response:
        answer = issuance.get(request.url.path)
        return httpx.Response(answer.status_code, json=answer.json)

    code = opened.path.rpartition("/")[2]
    pages.said[f"/v1/verification/{code}"] = passed_on
    answer = pages.browser().get(opened.path)
    assert answer.status_code == 200
    for words in ("收件回执", "阿*", "portal-standing--good"):
        assert words in answer.text
    assert "阿依古丽" not in answer.text
    assert opened.fragment, "the signed statement stays in the browser"
    assert [one.url.path for one in pages.asked] == [f"/v1/verification/{code}"]


def test_the_applicant_downloads_the_decision_from_the_portal(path: Path4, pages: World) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case)
    paper = made(path, case)["grant"]["paper"]

    def passed_on(request: httpx.Request) -> httpx.Response:
        answer = path.client("issuance").get(request.url.path, user="applicant")
        kind = {"Content-Type": answer.content_type}
        return httpx.Response(answer.status_code, content=answer.data, headers=kind)

    for address in (f"/v1/issuance/{case}/papers", f"/v1/papers/{paper}"):
        pages.said[address] = passed_on
    browser, at = pages.browser(), f"/cases/{case}/papers"
    pages.sign_in(browser)
    shown = browser.get(at, base_url=PAGES).text
    assert "准予" in shown
    assert f'href="{at}/{paper}"' in shown
    got = browser.get(f"{at}/{paper}", base_url=PAGES)
    assert got.data == file(path, paper)
    assert "准予行政确认决定书" in text_of(got.data)


def test_a_lost_card_from_the_receipt_to_the_slip_of_the_producer(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    assert set(made(path, case)) == {"receipt", "acceptance"}
    path.decided(case)
    own = made(path, case)
    assert set(own) == {"receipt", "acceptance", "grant"}, "a slip is for the producer alone"
    assert own["grant"]["title"] == "准予行政确认决定书"
    assert own["grant"]["title"] in text_of(file(path, own["grant"]["paper"]))
    at_desk = made(path, case, "producer")
    assert set(at_desk) == {"identity-card"}
    slip = at_desk["identity-card"]
    text = text_of(file(path, slip["paper"], "producer"))
    for words in ("制证单", "阿依古丽", "650102199001011239", "乌鲁木齐"):
        assert words in text
    for user in ("applicant", "officer"):
        assert asked(path, slip["paper"], user).status_code == 404
    path.issued(case)
    assert listed(path, case, "producer").status_code in {403, 404}, "owed no more"


def test_each_reading_of_a_paper_is_shown_to_the_applicant(path: Path4) -> None:
    case = path.submitted()
    paper = made(path, case)["receipt"]["paper"]
    file(path, paper, "officer")
    checked(path, paper)
    answer = path.client("intake").get(f"/v1/cases/{case}/readings", user="applicant")
    found = [(one["duty"], [c["code"] for c in one["classes"]]) for one in answer.json["readings"]]
    assert ("take-in", ["paper"]) in found
    assert ("produce", ["identity"]) in found, "the making reads the name"


def test_a_refusal_says_its_reasons_and_the_way_to_appeal(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case, met=False)
    text = "".join(text_of(file(path, made(path, case)["refusal"]["paper"])).split())
    why = "经核查，您上次办证后户籍信息已变更，不符合网上补领条件"
    for words in ("不予行政确认决定书", why, "依据：", "申请行政复议", "（含当日）"):
        assert words in text
    assert "不符合下列条件" not in text, "the sentence says already that it is not met"


def test_a_seal_never_stands_alone_on_a_page(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case, met=False)
    paper = made(path, case)["refusal"]["paper"]
    pages = text_of(file(path, paper)).split("\f")
    (sealed,) = [page for page in pages if "电子印章" in page]
    assert "提起行政诉讼" in "".join(sealed.split())


@pytest.mark.parametrize("item_id", ITEMS)
def test_an_item_of_each_template_ends_with_its_papers(path: Path4, item_id: str) -> None:
    item = packaged_catalogue().item(item_id)
    walk = HttpWalk(ByHand(path), item, path.world.rules)
    applies = walk.wish().initiated_by == "applicant"
    who = PERSON if "person" in applicants_of(item.text) else COMPANY
    walk.begin(**({"applicant": {**who, "name": NAME}} if applies else {}))
    walk.to_the_end()
    if not applies:
        assert listed(path, walk.case).status_code == 404, "nobody's case has no papers"
        return
    found = made(path, walk.case)
    issued = {
        one.code
        for one in path.world.rules.results_of(case_at(path, walk.case))
        if one.paper is None or one.paper.template != "slip"  # a card is made elsewhere
    }
    drawn = {code for code, one in found.items() if one["kind"] == "result"}
    assert drawn == issued
    for one in found.values():
        assert one["state"] == "ready"
        text = "".join(text_of(file(path, one["paper"])).split())
        for words in (one["code"], *demanded(path, walk, one["paper"])):
            assert "".join(words.split()) in text
        said = checked(path, one["code"]).json
        masked = "欧*" if who is PERSON else NAME
        assert (said["status"], said["holder"]) == ("valid", masked), said


def demanded(path: Path4, walk: HttpWalk, paper: str) -> list[str]:
    """What has to stand on the paper, by its item's file."""
    case, shop = case_at(path, walk.case), path.workshop()
    rules = path.world.rules
    questions = {one.code: one for one in walk.item.text.facts}
    answers = {
        code: answer_words(value, questions[code])
        for code, value in as_body(walk.wish().answers).items()
        if code in questions
    }
    found = papers_named(
        case, rules=rules, numbers=path.numbers, log=shop.log, key_of=shop.vault.keys.get
    )
    (sheet,) = [one.sheet for one in found if one.id == paper]
    matter = sheet.stated(case, rules.item_of(case))
    holder = HolderData(name=NAME, answers=answers)
    return list(must_stand(matter, content_of(sheet.kind, matter, holder), holder).values())


def case_at(path: Path4, case: str) -> Any:
    from shared.casework.log import case_of  # noqa: PLC0415

    return case_of(path.world.log("issuance").load(f"case/{case}"))


def test_a_hotel_licence_is_checked_then_revoked(path: Path4) -> None:
    walk = HttpWalk(ByHand(path), packaged_catalogue().item("000-09"), path.world.rules)
    walk.begin(applicant={**PERSON, "name": NAME})
    walk.to_the_end()
    licence = made(path, walk.case)["hotel-licence"]
    content = file(path, licence["paper"])
    text = "".join(text_of(content).split())
    for words in ("旅馆业特种行业许可证", NAME, "全疆各地州区县级人民政府公安机关", "编号"):
        assert words in text
    said = checked(path, qr_of(content).partition("#")[0].rpartition("/")[2]).json
    assert (said["what"], said["status"], said["valid"]) == ("旅馆业特种行业许可证", "valid", True)
    assert said["number"] in text
    document = (
        path.world.log("issuance").load(f"paper/{licence['paper']}").events[0].data["document"]
    )
    body = {"ground": "lost"}
    url = f"/v1/documents/{document}/revocation"
    assert path.client("issuance").post(url, body, user="officer").status_code == 200
    path.settle()
    after = checked(path, licence["code"]).json
    assert (after["status"], after["valid"], after["valid_until"]) == ("revoked", False, None)
    assert after["since"] is not None


def test_a_wrong_code_is_answered_as_any_other_and_guessing_is_stopped(path: Path4) -> None:
    case = path.submitted()
    code = made(path, case)["receipt"]["code"]
    app = path.app("issuance").test_client()
    told = {app.get(f"/v1/verification/{one}").status_code for one in ("a" * 16, "x", "?", "é")}
    assert told == {404}
    assert app.get(f"/v1/verification/{code.lower().replace('-', '')}").status_code == 200
    answers = [app.get(f"/v1/verification/{n:b}").status_code for n in range(40)]
    assert answers[-1] == 429
    stopped = app.get("/v1/verification/x")
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) > 0
    assert app.get(f"/v1/verification/{code}").status_code == 200, "nobody is shut out"


def test_papers_that_cannot_be_made_stop_nobody_else(path: Path4) -> None:
    case, now = path.submitted(), path.now()
    for n in range(AT_ONCE + 2):
        order = path.orders.add(f"{n:x}".rjust(16, "a"), case, now=now)
        for tries in range(MOST_TRIES):
            path.orders.failed(msgspec.structs.replace(order, tries=tries - 40), now=now)
    assert made(path, case)["receipt"]["state"] == "ready"


def test_a_paper_that_was_given_up_is_not_waited_for(path: Path4) -> None:
    case, now = path.submitted(), path.now()
    paper = papers(path, case)["receipt"]["paper"]
    order = path.orders.add(paper, case, now=now)
    for _ in range(MOST_TRIES):
        path.orders.failed(order, now=now)
    assert papers(path, case)["receipt"]["state"] == "failed"
    answer = asked(path, paper)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (500, None)
    assert answer.json["type"].endswith("paper-failed")
    assert "could not be made" in answer.json["detail"]
    assert "请与办理机关联系" in answer.json["detail_zh"]


def test_without_the_font_a_paper_says_so_and_the_rest_goes_on(path: Path4, tmp_path: Path) -> None:
    path.fonts = Fonts(tmp_path / "none")
    case = path.submitted()
    one = papers(path, case)["receipt"]
    assert one["state"] == "no-font"
    path.orders.add(one["paper"], case, now=path.now())
    path.workshop().tick()
    answer = asked(path, one["paper"])
    assert answer.status_code == 503
    assert "make fonts" in answer.json["detail"]
    path.paid(case)
    path.fonts = Fonts(path.world.settings.fonts_dir)
    assert made(path, case)["receipt"]["state"] == "ready"


def test_an_erased_person_has_no_papers_and_their_check_no_name(path: Path4) -> None:
    case = path.submitted()
    paper = made(path, case)["receipt"]
    path.world.opened.vault.keys.destroy(
        f"subject/{subject(path, case)}", owner=subject(path, case), now=path.now()
    )
    for name in path.world.opened.vault.keys.owned(subject(path, case)):
        path.world.opened.vault.keys.destroy(name, owner=subject(path, case), now=path.now())
    path.world.opened.vault.keys._cache.clear()
    assert listed(path, case).status_code == 410
    said = checked(path, paper["code"]).json
    assert (said["what"], said["holder"]) == ("收件回执", None)


def test_the_keys_are_published_as_they_lie_in_the_file(path: Path4) -> None:
    app = path.app("issuance").test_client()
    published = app.get("/.well-known/caseledger-papers.json").json
    assert published == app.get("/v1/verification").json
    assert published["keys"][0]["kid"] == "paper-1"
    assert "d" not in published["keys"][0]
