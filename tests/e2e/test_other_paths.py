"""The paths beside the happy one, on one running system, and at their end the person erased.

Five cases of one person: supplemented and going on, not accepted, withdrawn, refused, delivered.
"""

import email
import email.policy
import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from deploy.demo import people
from deploy.demo.story import Story
from services.notify.words.dates import day_zh
from shared.audit import SigningKey, verifier
from shared.case.deciding.unmet import cited, ended
from shared.catalogue import packaged_catalogue
from shared.clock import local_day
from shared.eventlog import open_log
from shared.security import Kind, Role
from shared.security.duties import Duty
from shared.security.local_issuer import OFFICER
from shared.security.permissions import TABLE, Permission, Scope
from shared.vault import subject_stream
from tests.e2e import traces
from tests.e2e.actors import Scene, scene
from tests.e2e.system import system
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

WAIT_S = 120.0
PERSON = "canary-subject-7421-9035"
PHONE, NEW_PHONE = "+86 10 7421 9035 66", "+86 10 7421 9035 77"
MAIL = "canary.7421@example.com"
APPLICANT = {
    "name": "金丝雀·七四二一",
    "id_number": "999999190702034685",
    "phone": PHONE,
    "email": MAIL,
}
ADDRESS = "No. 7421, Canary Road, Nowhere (test)"
REASON, EXPLANATION = "canary reason 7421 甲", "canary explanation 7421 乙"
TRACKING = "DEMO000000000"  # the story's
IN_PICTURE = "canary picture 7421 SPECIMEN"


def picture() -> bytes:
    """A picture that carries a text as it is, beside pixels that compress badly."""
    note, out = PngInfo(), io.BytesIO()
    note.add_text("Comment", IN_PICTURE)
    noise = Image.effect_noise((64, 64), 80.0)
    noise.save(out, "PNG", pnginfo=note)
    return out.getvalue()


PICTURE = picture()
SECRETS: tuple[str | bytes, ...] = (
    *APPLICANT.values(), "".join(filter(str.isdigit, PHONE)), NEW_PHONE, PERSON, ADDRESS, REASON,
    EXPLANATION, TRACKING, IN_PICTURE, PICTURE[200:264], PICTURE[-80:-16],
)  # fmt: skip


@dataclass
class Cases:
    """The five stories, by how they went; each is at its end but `supplemented`."""

    supplemented: Story
    not_accepted: Story
    withdrawn: Story
    refused: Story
    delivered: Story


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with system(tmp_path_factory.mktemp("paths"), CASELEDGER_KEY_CACHE_S="2") as one:
        one.up()
        with scene(one) as users:
            yield users


def told_story(at: Scene) -> Story:
    return at.story(PERSON, applicant=APPLICANT, address=ADDRESS, picture=PICTURE)


def supplemented(story: Story) -> None:
    story.submit(with_material=False)
    story.pay()
    story.supplement()
    story.until("under-review", who="system", what="accepts it and opens the review")
    version = story.look()["version"]
    path = f"/v1/cases/{story.case}/contact"
    story.client.post("intake", path, {"phone": NEW_PHONE}, as_="applicant", version=version)


def not_accepted(story: Story) -> None:
    story.submit(with_material=False)
    story.pay()
    story.supplement(complete=False)
    story.refund()


def withdrawn(story: Story) -> None:
    story.submit()
    story.pay()
    story.until("under-review", who="system", what="accepts it and opens the review")
    story.withdraw(REASON)
    story.refund()


def refused(story: Story) -> None:
    story.submit()
    story.pay()
    story.decide(approve=False, explanation=EXPLANATION)
    story.refund()


def delivered(story: Story) -> None:
    story.run()


@pytest.fixture(scope="module")
def cases(at: Scene) -> Cases:
    """All five at once, as it is in life; each ends as its own rules say."""
    ways: list[Callable[[Story], None]]
    ways = [supplemented, not_accepted, withdrawn, refused, delivered]
    stories = [told_story(at) for _ in ways]
    with ThreadPoolExecutor(len(ways)) as pool:
        for done in [pool.submit(way, one) for way, one in zip(ways, stories, strict=True)]:
            done.result()
    return Cases(*stories)


def history(at: Scene, story: Story) -> list[dict[str, Any]]:
    """The case's own events, in order, as `case replay` has them."""
    replay = at.system.caseledger("case", "replay", story.case)
    assert replay["ok"] is True
    return [one for one in replay["events"] if one["id"].startswith("case/")]


def types(events: list[dict[str, Any]]) -> list[str]:
    return [one["type"].partition(".")[2] for one in events]


def notices(at: Scene, story: Story, last: str) -> list[dict[str, Any]]:
    """Every message about the case, once `last` was told over both channels and all are sent."""

    def told() -> list[dict[str, Any]]:
        answer = at.get("notify", f"/v1/notices/{story.case}", as_="applicant", sub=PERSON)
        messages: list[dict[str, Any]] = answer.json()["messages"]
        assert {one["status"] for one in messages} == {"sent"}
        assert {one["channel"] for one in messages if one["about"] == last} == {"email", "phone"}
        return messages

    return eventually(told, WAIT_S, poll_s=0.2)


def mails(at: Scene, number: str) -> list[tuple[str, str]]:
    """(recipient, words) of each mail that was sent about a case; people know it by its number."""
    found = []
    for path in (at.system.home / "outbox" / "mail").glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        part = mail.get_body(("plain",))
        assert part is not None
        if number in (words := part.get_content()):
            found.append((str(mail["To"]), words))
    return found


def texts(at: Scene, number: str) -> list[tuple[str, str]]:
    """(number, words) of each text message about a case."""
    lines = (at.system.home / "outbox" / "sms.jsonl").read_text("utf-8").splitlines()
    sent = [json.loads(line) for line in lines]
    return [(one["to"], one["text"]) for one in sent if number in one["text"]]


def check_told(at: Scene, story: Story, about: list[str], words: list[str]) -> None:
    """Each event was told once over mail and once by text message; the words are in both."""
    messages, number = notices(at, story, about[-1]), story.look()["number"]
    for channel in ("email", "phone"):
        assert sorted(m["about"] for m in messages if m["channel"] == channel) == sorted(about)
    for sent in (mails(at, number), texts(at, number)):
        assert len(sent) == len(about)
        for word in words:
            assert any(word in body for _, body in sent), word
    assert {to for to, _ in mails(at, number)} == {MAIL}
    assert {to for to, _ in texts(at, number)} <= {PHONE, NEW_PHONE}


def test_an_incomplete_application_gets_one_request_that_names_everything(
    at: Scene, cases: Cases
) -> None:
    story, events = cases.supplemented, history(at, cases.supplemented)
    assert types(events) == [
        "CaseSubmitted", "FeeAssessed", "PaymentRecorded", "SupplementRequested",
        "SupplementProvided", "CaseAccepted", "ReviewOpened", "ContactChanged",
    ]  # fmt: skip
    wanted = packaged_catalogue().item("000-01").missing(frozenset())
    asked = events[3]["data"]["missing"]
    assert [one["code"] for one in asked] == [material.code for material in wanted]
    shown = story.look()
    assert shown["supplement"]["answered"] is True
    assert shown["status"] == "under-review"
    assert shown["owed"], "somebody owes the next step of every open case"
    about = ["CaseSubmitted", "PaymentRecorded", "SupplementRequested", "CaseAccepted"]
    names = [one["name"] for one in asked]
    check_told(at, story, [f"intake.{one}" for one in about], [*names, "补正", "受理"])


def test_a_supplement_that_lacks_something_still_is_not_accepted_and_refunded(
    at: Scene, cases: Cases
) -> None:
    story, events = cases.not_accepted, history(at, cases.not_accepted)
    assert types(events) == [
        "CaseSubmitted", "FeeAssessed", "PaymentRecorded", "SupplementRequested",
        "SupplementProvided", "CaseNotAccepted", "RefundOrdered", "RefundRecorded", "CaseClosed",
    ]  # fmt: skip
    why = story.look()["non_acceptance"]
    assert (why["why"], [one["code"] for one in why["missing"]]) == (
        "supplement-incomplete",
        ["household-register"],
    )
    assert (events[6]["data"]["why"], events[6]["data"]["amount_fen"]) == ("not-accepted", 4000)
    about = ["CaseSubmitted", "PaymentRecorded", "SupplementRequested", "CaseNotAccepted"]
    told = [f"intake.{one}" for one in [*about, "RefundRecorded"]]
    check_told(at, story, told, [ended(why["reason"]), "原路退回", "40.00"])


def test_a_withdrawal_after_payment_is_refunded(at: Scene, cases: Cases) -> None:
    events = history(at, cases.withdrawn)
    assert types(events) == [
        "CaseSubmitted", "FeeAssessed", "PaymentRecorded", "CaseAccepted", "ReviewOpened",
        "CaseWithdrawn", "RefundOrdered", "RefundRecorded", "CaseClosed",
    ]  # fmt: skip
    assert events[5]["personal"] == {"reason": "sealed"}
    about = ["CaseSubmitted", "PaymentRecorded", "CaseAccepted", "CaseWithdrawn", "RefundRecorded"]
    check_told(at, cases.withdrawn, [f"intake.{one}" for one in about], ["撤回", "退回"])


def test_a_refusal_says_why_on_what_basis_and_how_to_appeal(at: Scene, cases: Cases) -> None:
    story, events = cases.refused, history(at, cases.refused)
    assert types(events)[5:] == [
        "CaseAssigned", "DecisionProposed", "CaseRefused", "RefundOrdered", "RefundRecorded",
        "CaseClosed",
    ]  # fmt: skip
    refusal = story.look()["refusal"]
    day = local_day(datetime.fromisoformat(events[7]["recorded_at"]))
    assert refusal["reasons"]
    assert all(reason["text"] for reason in refusal["reasons"])
    assert refusal["legal_basis"]
    assert refusal["appeal_body"]
    days = packaged_catalogue().item("000-01").text.appeal.days
    assert refusal["appeal_deadline"] == (day + timedelta(days=days)).isoformat()
    item = packaged_catalogue().item("000-01")
    words = [ended(reason["text"]) for reason in refusal["reasons"]]
    words += [cited([basis], item) for basis in refusal["legal_basis"]]
    words += [refusal["appeal_body"], day_zh(date.fromisoformat(refusal["appeal_deadline"]))]
    about = ["intake.CaseSubmitted", "intake.PaymentRecorded", "intake.CaseAccepted"]
    told = [*about, "review.CaseRefused", "intake.RefundRecorded"]
    check_told(at, story, told, words)


def test_a_transaction_that_another_case_has_is_listed_for_a_person(
    at: Scene, cases: Cases
) -> None:
    """What the gateway told of a delivered case is told of the supplemented one too."""
    first, second = cases.delivered, cases.supplemented
    (paid,) = first.look()["fee"]["payments"]
    before = second.look()
    body = {
        "kind": "payment",
        "case": second.case,
        "transaction": paid["transaction"],
        "amount": people.FEE,
        "method": "alipay",
    }
    answer = at.callback(json.dumps(body).encode(), at=time.time())
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (
        409,
        "transaction-taken",
    )
    listed = eventually(
        lambda: at.get("intake", "/v1/payments/unplaced", as_="operator").json()["payments"], WAIT_S
    )
    expected = (paid["transaction"], second.case, first.case, "second-case")
    assert [(r["transaction"], r["case"], r["held_by"], r["why"]) for r in listed] == [expected]
    assert at.system.caseledger("payments", "unplaced", expect=1)["payments"] == listed
    assert at.system.caseledger("payments", "unplaced", "--settled")["payments"] == []
    assert second.look() == before
    assert at.system.caseledger("audit", "verify")["ok"] is True


def test_the_gateway_was_told_each_refund_once(at: Scene, cases: Cases) -> None:
    lines = (at.system.home / "outbox" / "refunds.jsonl").read_text("utf-8").splitlines()
    ordered = sorted(json.loads(line)["case"] for line in lines)
    ended = (cases.not_accepted, cases.withdrawn, cases.refused)
    assert ordered == sorted(story.case for story in ended)


def test_progress_is_at_least_at_the_version_asked_for(at: Scene, cases: Cases) -> None:
    for story in (cases.supplemented, cases.refused):
        head = story.look()["version"]
        path = f"/v1/progress/{story.case}?min_version="
        answer = at.get("notify", f"{path}{head}", as_="applicant", sub=PERSON)
        assert answer.status_code == 200
        assert answer.json()["version"] == head
        assert answer.json()["status"] == story.look()["status"]
        ahead = at.get("notify", f"{path}{head + 1}", as_="applicant", sub=PERSON)
        assert (ahead.status_code, ahead.json()["status"]) == (412, 412)


def test_a_case_is_shown_as_it_was_at_a_version_and_at_a_time(at: Scene, cases: Cases) -> None:
    story = cases.not_accepted
    events = history(at, story)
    asked = next(one for one in events if one["type"] == "intake.SupplementRequested")
    version, when = int(asked["id"].rpartition("/")[2]), asked["recorded_at"]
    for moment in (str(version), when):
        path = f"/v1/cases/{story.case}?as_of={moment}"
        then = at.get("intake", path, as_="applicant", sub=PERSON).json()
        assert (then["version"], then["status"]) == (version, "awaiting-supplement")
        shown = at.system.caseledger("case", "show", story.case, "--as-of", moment)
        assert (shown["version"], shown["status"]) == (version, "awaiting-supplement")
    early = f"/v1/cases/{story.case}?as_of=2020-01-01T00:00:00Z"
    assert at.get("intake", early, as_="applicant", sub=PERSON).status_code == 404
    assert "error" in at.system.caseledger("case", "show", story.case, "--as-of", "x", expect=2)


def test_every_command_of_an_auditor_says_what_it_found(
    at: Scene, cases: Cases, tmp_path: Path
) -> None:
    run = at.system.caseledger
    assert {one["lane"] for one in run("audit", "verify")["lanes"]} == {0, 1, 2, 3}
    assert run("audit", "reconcile")["findings"] == []
    assert run("projection", "compare")["findings"] == []
    assert run("parked", "list") == {"ok": True, "parked": []}
    assert run("relay", "status")["findings"] == []
    receipt = cases.refused.receipts[-1]
    assert run("audit", "proof", "--hash", receipt)["ok"] is True
    assert run("audit", "proof", "--hash", "0" * 64, expect=1)["findings"]
    assert "64 hex" in run("audit", "proof", "--hash", "xyz", expect=2)["error"]
    offline(at, tmp_path)


def offline(at: Scene, folder: Path) -> None:
    """Export the log and verify it with the one file that an outsider has."""
    at.system.caseledger("audit", "export", str(folder / "export"))
    key = SigningKey.load(at.secrets.checkpoint_key_path, at.settings.installation).public
    ran = subprocess.run(
        [sys.executable, "-I", verifier.__file__, str(folder / "export"), "--key", key.text()],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


# ---- who may

ON_A_CASE = [row for row in TABLE if row.scope is Scope.OWN]
BODIES: dict[str, object] = {
    "supplement": {"materials": []},
    "contact": {"phone": PHONE},
    "proposal": {"proposal": "approve", "findings": [{"criterion": "identity", "met": True}]},
    "originals": {"seen": ["household-register"]},
    "release": {"reason": "workload"},
    "passing-on": {"to": "staff-2", "reason": "workload"},
    "refusal": {"reasons": ["identity"]},
    "production": {"outcome": "produced"},
    "dispatch": {"carrier": "ems", "tracking": "DEMO000000001"},
    "handover": {"outcome": "delivered", "to": "applicant"},
    "supplement-request": {"missing": [{"code": "plan", "name": "平面图"}]},
    "rejection": {"grounds": ["out-of-scope"]},
    "step-start": {"step": "inspection"},
    "public-notice": {
        "step": "public-notice",
        "text": "公示内容",
        "place": "一楼公告栏",
        "since": "2026-11-23",
        "until": "2026-12-04",
    },
    "visit": {"step": "inspection", "day": "2026-12-01", "since": "09:30", "until": "11:00"},
    "step-outcome": {"step": "inspection", "outcome": "passed"},
    "extension": {"limit": "promised", "approved_by": "staff-1", "reason": "complex"},
    "draft": {"note": "草稿"},
    "delay": {"limit": "promised", "reason": "workload"},
    "correction": {"name": "测试", "why": "typing"},
    "restart": {"limit": "promised", "rule": "《测试规定》第一条"},
    "readiness": {"office": "office-1"},
    "unclaimed": {"office": "office-1"},
    "record": {"stage": "record-1"},
    "revocation": {"ground": "lost"},
    "endorsement": {"endorsement": "address-changed"},
    "suspension": {"ground": "lost"},
    "payout": {"outcome": "made"},
    "refund-order": {"payment": "t1"},
    "refund-settlement": {"payment": "t1", "how": "explained"},
}


@pytest.fixture(scope="module")
def bodies(at: Scene) -> dict[str, object]:
    """A good body for each command; the upload in it is the neighbour's own."""
    theirs = at.story("local-neighbour").client.upload(picture(), as_="applicant")["blob"]
    return {**BODIES, "materials": {"material": {"code": "household-register", "blob": theirs}}}


def tried(
    at: Scene, bodies: dict[str, object], row: Permission, story: Story, user: str, **claims: Any
) -> int:
    """The status that a user gets on a route with this case in it."""
    blob = story.look()["materials"][0]["blob"]
    path = row.rule.replace("{case}", story.case).replace("{blob}", blob)
    if "{document}" in path:
        issued = at.get("issuance", f"/v1/issuance/{story.case}", as_="producer").json()
        path = path.replace("{document}", issued["document"]["document"])
    if "{paper}" in path:
        path = path.replace("{paper}", paper_of(at, story))
    if row.kind is Kind.READ:
        return at.get(row.service, path, as_=user, **claims).status_code
    body = json.dumps(bodies.get(path.rpartition("/")[2], {})).encode()
    answer = at.post(row.service, path, body, as_=user, **claims)
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code


def paper_of(at: Scene, story: Story) -> str:
    """The first paper of a case, as its applicant is told of it."""
    listed = at.get("issuance", f"/v1/issuance/{story.case}/papers", as_="applicant", sub=PERSON)
    paper: str = listed.json()["papers"][0]["paper"]
    return paper


@pytest.mark.parametrize("row", ON_A_CASE, ids=lambda row: f"{row.method} {row.rule}")
def test_a_case_is_there_for_those_whom_it_concerns_alone(
    at: Scene, cases: Cases, bodies: dict[str, object], row: Permission
) -> None:
    story = cases.delivered if "{document}" in row.rule else cases.supplemented
    before = story.look()["version"]
    neighbour = 404 if Role.APPLICANT in row.roles else 403
    assert tried(at, bodies, row, story, "neighbour") == neighbour
    assert tried(at, bodies, row, story, "portal", sub="local-neighbour") == neighbour
    reads = row.kind in {Kind.READ, Kind.TRIAL}
    on_duty = reads or not row.duties.isdisjoint(OFFICER)
    elsewhere = 404 if Role.OFFICER in row.roles and on_duty else 403
    assert tried(at, bodies, row, story, "officer-elsewhere") == elsewhere
    handing = reads or Duty.HAND_OVER in row.duties
    producer = 404 if Role.PRODUCER in row.roles and handing else 403
    assert tried(at, bodies, row, story, "hand-over@public-security-652300") == producer
    auditor = 200 if Role.AUDITOR in row.roles else 403
    assert tried(at, bodies, row, story, "auditor") == auditor
    assert tried(at, bodies, row, story, "operator") == 403
    assert tried(at, bodies, row, story, "") == 401
    assert story.look()["version"] == before


def test_a_list_shows_everybody_their_own(at: Scene, cases: Cases) -> None:
    ids = {one.case for one in vars(cases).values()}

    def listed(user: str, **claims: Any) -> set[str]:
        answer = at.get("notify", "/v1/progress?limit=200", as_=user, **claims)
        return {one["case"] for one in answer.json()["cases"]}

    assert eventually(lambda: listed("applicant", sub=PERSON) == ids, WAIT_S)
    assert listed("portal", sub=PERSON) == ids, "the portal acts for the applicant"
    assert listed("officer") == ids == listed("auditor")
    assert not listed("neighbour") | listed("officer-elsewhere")


def test_the_portal_is_recorded_beside_the_applicant(at: Scene, cases: Cases) -> None:
    log = open_log(at.settings, at.secrets, at.databases, writer="admin")
    first = log.load(f"case/{cases.supplemented.case}").commits[0].body.actor
    assert (first.portal, first.kind) == ("local-portal", "portal")
    subject = at.system.caseledger("case", "show", cases.supplemented.case)["subject"]
    assert subject in {first.ref, first.on_behalf_of}


# ---- erasure, last: it ends the person whom all of this was about


def test_before_erasure_nothing_personal_is_anywhere_but_sealed(at: Scene, cases: Cases) -> None:
    notices(at, cases.delivered, "issuance.DocumentHandedOver")
    assert traces.seen(traces.everywhere(at), SECRETS) == []
    control_the_search(at)


def control_the_search(at: Scene) -> None:
    """The search finds what is there: what went to the providers, and a document left lying."""
    outside = [one for one in traces.files(at) if one[0].startswith(traces.OUTSIDE)]
    assert {one[:9] for one in traces.seen(outside, [MAIL, PHONE])} == {"secret 0 ", "secret 1 "}
    left = at.databases.log.client["left-lying"]["probe"]
    control = "left lying 7421, no secret of anybody"  # it stays in the server's own journal
    left.insert_one({"deep": [{"text": f"x{control}"}]})
    try:
        found = traces.seen(traces.databases(at), [control])
        assert any("collection left-lying.probe" in one for one in found)
    finally:
        at.databases.log.client.drop_database("left-lying")
    assert sum(1 for _ in traces.topics(at)) > 40


def test_erasure_is_refused_while_a_case_is_open_and_names_it(at: Scene, cases: Cases) -> None:
    subject = at.system.caseledger("case", "show", cases.supplemented.case)["subject"]
    refusal = at.system.caseledger("erase", subject, expect=1)
    assert refusal["open_cases"] == [cases.supplemented.case]
    assert cases.supplemented.case in str(refusal["findings"])
    log = open_log(at.settings, at.secrets, at.databases, writer="admin")
    assert "vault.ErasureOrdered" not in erasure_events(log, subject)


def erasure_events(log: Any, subject: str) -> list[str]:
    return [event.type for event in log.load(subject_stream(subject)).events]


@pytest.fixture(scope="module")
def erased(at: Scene, cases: Cases) -> str:
    """The person, erased: the last case is withdrawn and closed, and everything is forgotten."""
    cases.supplemented.withdraw()
    cases.supplemented.refund()
    notices(at, cases.supplemented, "intake.RefundRecorded")
    subject: str = at.system.caseledger("case", "show", cases.refused.case)["subject"]
    assert at.system.caseledger("erase", subject)["ok"] is True
    log = open_log(at.settings, at.secrets, at.databases, writer="admin")
    eventually(lambda: "vault.SubjectErased" in erasure_events(log, subject), WAIT_S, poll_s=0.2)
    return subject


def test_after_erasure_nothing_personal_is_anywhere(at: Scene, erased: str) -> None:
    assert traces.seen(traces.everywhere(at), SECRETS) == []
    keys = list(at.databases.vault["keys"].find({"owner": erased}))
    assert len(keys) > len(vars(Cases)["__dataclass_fields__"]), "the person's, cases', uploads'"
    assert {key["state"] for key in keys} == {"destroyed"}
    assert not [key for key in keys if "wrapped" in key]
    assert at.databases.vault["subjects"].count_documents({"ref": erased}) == 0


def test_after_erasure_nothing_opens_and_everything_verifies(
    at: Scene, cases: Cases, erased: str, tmp_path: Path
) -> None:
    for story in (cases.delivered, cases.refused, cases.withdrawn):
        replay = at.system.caseledger("case", "replay", story.case)
        assert (replay["ok"], replay["personal_data"]) == (True, "erased")
    submitted = replay["events"][0]["personal"]
    asked = ("answers/statement", "delivery_address")
    assert submitted == dict.fromkeys((*asked, *APPLICANT), "erased")
    case = cases.refused.case  # its officer has the file until the appeal is over
    shown = at.get("intake", f"/v1/cases/{case}", as_="auditor").json()
    blob = shown["materials"][0]["blob"]
    for service, path in (
        ("intake", f"/v1/cases/{case}/materials/{blob}"),
        ("review", f"/v1/reviews/{case}/application"),
    ):
        gone = at.get(service, path, as_="officer")
        assert (gone.status_code, gone.json()["title"][:17]) == (410, "The personal data")
    assert at.system.caseledger("audit", "verify")["findings"] == []
    assert at.system.caseledger("audit", "reconcile")["findings"] == []
    assert at.system.caseledger("projection", "compare")["findings"] == []
    offline(at, tmp_path)


def test_the_same_person_comes_back_as_somebody_new(at: Scene, cases: Cases, erased: str) -> None:
    eventually(lambda: _unknown(at, cases.refused), WAIT_S, poll_s=0.2)
    back = told_story(at)
    back.submit()
    assert at.system.caseledger("case", "show", back.case)["subject"] != erased
    assert _unknown(at, cases.refused), "what was erased is not theirs again"


def _unknown(at: Scene, story: Story) -> bool:
    answer = at.get("intake", f"/v1/cases/{story.case}", as_="applicant", sub=PERSON)
    return answer.status_code == 404
