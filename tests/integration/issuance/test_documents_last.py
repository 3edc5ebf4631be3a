"""Documents on a real log, long after their case: told once when they can be renewed, and expired.

Whoever fires, however often, and after whatever was lost (R-092, R-093); and what nobody collects
(R-165), over HTTP.
"""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace as changed
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from services.issuance.numbers.store import Owner
from services.issuance.worker import build, fire_with
from services.notify.words.dates import day_zh
from shared.case import Fact, Rules
from shared.case.facts.parts import Finding, Grant, Renewal, Valid
from shared.case.issuance.number import DocumentNumbered
from shared.case.review.assignment import CaseAssigned
from shared.case.review.verdict import CaseApproved, DecisionProposed
from shared.casework.log import drafts
from shared.casework.worker import OWING
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.outcome import DeliveryRule, ValidityRule
from shared.clock.counting.validity import destroy_after
from shared.config import Databases
from shared.eventlog import Actor, Command
from shared.messaging import Claims, OwedRows, TimerFeeder, TimerRunner, Timers
from tests.support.casework_world import APPLICANT
from tests.support.collecting import shown_for
from tests.support.given import rules as packaged_rules
from tests.support.path_world import LANES, Path4
from tests.support.waiting import eventually

pytestmark = pytest.mark.mongo
TODAY = datetime.now(UTC).date()
UNTIL = TODAY + timedelta(days=365)
OPENS = UNTIL - timedelta(days=30)
VALID = Valid(since=TODAY, until=UNTIL, basis="printed")
TESTER = Actor(kind="system", ref="test")
CODES = ("lost-fingerprinted-card", "household-unchanged")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def renewable() -> Rules:
    """The rules, with an identity card that 001-04 renews and that can be collected."""
    card = packaged_rules().catalogue.item("000-01")
    (result, *more) = card.text.results
    named = replace(result, renewed_by="001-04", validity=ValidityRule(raw="十年"))
    ways = (*card.text.delivery, DeliveryRule(kind="pickup"))
    item = Item(replace(card.text, results=(named, *more), delivery=ways), hash=card.hash)
    renewing = packaged_rules().catalogue.item("001-04")
    return replace(packaged_rules(), catalogue=Catalogue([item, renewing], version="test"))


class Years:
    """An installation over the years: timers fed and fired by workers that come and go."""

    def __init__(self, path: Path4) -> None:
        self.path = path
        self.log = path.world.log("issuance")
        self.timers = Timers(path.databases.work, "issuance")
        self.timers.ensure_indexes()
        self.now = datetime.now(UTC)

    def feed(self) -> None:
        """A feeder that knows nothing yet follows the ledger from its first position."""
        self.path.delivered.clear()
        feeder = TimerFeeder(OwedRows(self.path.databases.work), load=self.log.load, owing=OWING)
        feeder.feed(self.path.new())

    def worker(self, holder: str) -> TimerRunner:
        return TimerRunner(
            "issuance",
            timers=self.timers,
            claims=Claims(self.path.databases.work, holder),
            fire=fire_with(self.path.numbering, self.log, self.rules),
            skew=lambda: timedelta(0),
            now=lambda: self.now,
            lanes=LANES,
            registry=CollectorRegistry(),
        )

    @property
    def rules(self) -> Rules:
        return self.path.world.rules

    def fire(self, day: date) -> None:
        """A worker of that day fires what is due, and lets go; then everybody reacts."""
        self.now = noon(day)
        worker = self.worker(day.isoformat())
        worker.step()
        worker.release()
        self.path.settle()

    def types(self, stream: str) -> list[str]:
        return [event.type.partition(".")[2] for event in self.log.load(stream).events]

    def texts(self, words: str) -> list[str]:
        lines = self.path.sms.read_text("utf-8").splitlines()
        return [text for text in (json.loads(line)["text"] for line in lines) if words in text]


def what_is_shown(years: Years, case: str) -> dict[str, Any]:
    """What the applicant shows who comes for the card at last."""
    mine = years.path.client("issuance").get(f"/v1/issuance/{case}/voucher").json["voucher"]
    return shown_for(mine["asks"], lambda: mine["code"], APPLICANT["id_number"])


@pytest.fixture
def years(databases: Databases, tmp_path: Path) -> Years:
    return Years(Path4(databases, tmp_path, rules=renewable()))


def append(path: Path4, writer: str, stream: str, *facts: Fact) -> None:
    command = Command(
        command_id=f"test:{stream}:{facts[0].TYPE}",
        actor=TESTER,
        now=noon(TODAY),
        authority="public-security",
    )
    path.world.log(writer).execute(stream, command, lambda _: drafts(facts))


def approved(path: Path4, *, delivery: str = "post", valid: Valid | None = VALID) -> str:
    """A case that was granted its card for a year."""
    intake = path.client("intake")
    body = {**intake.application(), "delivery": delivery}
    if delivery != "post":
        del body["delivery_address"]
    answer = intake.post("/v1/cases", body)
    case: str = answer.json["case"]
    path.settle()
    path.paid(case)
    met = tuple(Finding(criterion=code, met=True) for code in CODES)
    append(
        path,
        "review",
        f"case/{case}",
        CaseAssigned(officer="staff-1"),
        DecisionProposed(officer="staff-1", proposal="approve", findings=met),
        CaseApproved(
            officer="staff-2",
            findings=met,
            grants=(Grant(grant=1, result="identity-card", valid=valid),),
        ),
    )
    return case


def numbered(path: Path4, case: str, *, valid: Valid = VALID) -> str:
    """Its document has a number, a validity and an item that renews it."""
    owner = Owner(case, 1, 1)
    reserved = path.numbers.reserve(
        owner, scheme="identity-card", document=f"doc-{case}", now=noon(TODAY)
    )
    fact = DocumentNumbered(
        case=case,
        grant=1,
        issue=1,
        result="identity-card",
        scheme=reserved.scheme,
        number=reserved.number,
        valid=valid,
        renewal=Renewal(item="001-04", opens=OPENS),
    )
    append(path, "issuance", f"document/{reserved.document}", fact)
    path.settle()
    return f"document/{reserved.document}"


def delivered(years: Years) -> tuple[str, str]:
    case = approved(years.path)
    stream = numbered(years.path, case)
    years.path.issued(case)
    assert years.types(f"case/{case}")[-1] == "CaseClosed"
    return case, stream


def test_what_is_granted_until_a_day_is_numbered_with_the_day_on_which_it_can_be_renewed(
    years: Years,
) -> None:
    case = approved(years.path)
    years.path.settle()
    commits = years.path.databases.log["commits"].find({"first_version": 1})
    (stream,) = [d["stream"] for d in commits if d["stream"].startswith("document/")]
    (event,) = years.log.load(stream).events
    assert event.data["case"] == case
    assert event.data["renewal"] == {"item": "001-04", "opens": OPENS.isoformat()}


def test_the_holder_is_told_once_when_it_can_be_renewed_and_its_end_is_recorded(
    years: Years,
) -> None:
    case, stream = delivered(years)
    years.feed()
    assert {t.step: t.due_at.date() for t in years.timers.of_stream(stream)} == {
        "renewal": OPENS - timedelta(days=1),  # midnight in Shanghai
        "expiry": UNTIL,
    }
    years.fire(OPENS - timedelta(days=1))
    assert years.types(stream) == ["DocumentNumbered"]
    years.fire(OPENS)
    years.fire(OPENS + timedelta(days=1))
    assert years.types(stream) == ["DocumentNumbered", "RenewalOpened"]
    (text,) = set(years.texts("居住证延期"))
    number = years.path.progress(case)["number"]
    for part in (number, day_zh(UNTIL), day_zh(OPENS), "请忽略本通知"):
        assert part in text
    assert len(years.texts("居住证延期")) == 2, "one by each channel"
    years.path.delivered.clear()
    years.path.settle(times=2)  # everything comes again, twice
    assert len(years.texts("居住证延期")) == 2
    years.feed()
    years.fire(UNTIL)
    years.fire(UNTIL + timedelta(days=1))
    assert years.types(stream)[2:] == ["DocumentExpired"]
    years.feed()
    assert years.timers.of_stream(stream) == []
    told = years.path.client("notify").get(f"/v1/notices/{case}").json["messages"]
    about = [one["about"] for one in told if one["about"] == "issuance.RenewalOpened"]
    assert len(about) == 2
    assert {one["status"] for one in told if "居住证延期" in one["zh"]} == {"sent"}


def test_workers_that_fire_at_once_write_one_event(years: Years) -> None:
    _, stream = delivered(years)
    begin = threading.Barrier(4)

    def fire(_: int) -> None:
        begin.wait(10)
        fire = fire_with(years.path.numbering, years.log, years.rules)
        fire(stream, "renewal", 1, noon(OPENS))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fire, range(4)))
    assert years.types(stream) == ["DocumentNumbered", "RenewalOpened"]


def test_a_timer_years_ahead_is_made_anew_from_the_log_and_fires_once(years: Years) -> None:
    _, stream = delivered(years)
    years.feed()
    rows = years.path.databases.work["timers"]
    before = sorted(rows.find({"stream": stream}), key=lambda row: str(row["_id"]))
    rows.delete_many({})
    years.feed()
    after = sorted(rows.find({"stream": stream}), key=lambda row: str(row["_id"]))
    assert after == before
    years.fire(OPENS)
    rows.delete_many({})
    years.feed()
    assert [timer.step for timer in years.timers.of_stream(stream)] == ["expiry"]
    years.fire(OPENS + timedelta(days=2))
    assert years.types(stream) == ["DocumentNumbered", "RenewalOpened"]


def test_the_worker_of_issuance_feeds_and_fires_the_timers_of_documents(years: Years) -> None:
    _, lasting = delivered(years)
    past = replace(VALID, since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=2))
    expiring = numbered(years.path, approved(years.path), valid=past)
    path = years.path
    settings = changed(path.world.settings, health_port=0)
    worker = build(settings, path.world.secrets, path.databases, threading.Event())
    assert worker._timers is not None

    def fed() -> bool:
        worker._timers.step(0.01)  # type: ignore[union-attr]
        return all(years.timers.of_stream(stream) for stream in (lasting, expiring))

    eventually(fed, 30)
    worker._fire()
    assert years.types(lasting) == ["DocumentNumbered"]
    assert years.types(expiring) == ["DocumentNumbered", "DocumentExpired"]


def test_nobody_is_told_to_renew_what_lies_at_the_office_until_it_is_collected(
    years: Years,
) -> None:
    case = approved(years.path, delivery="pickup")
    stream = numbered(years.path, case)
    years.path.produce(case, "production", {"outcome": "produced"})
    years.path.produce(case, "readiness", {"office": "office-1"})
    years.path.produce(case, "unclaimed", {"office": "office-1"})
    years.feed()
    years.fire(OPENS)
    assert years.types(stream) == ["DocumentNumbered"]
    assert years.texts("居住证延期") == []
    years.path.produce(case, "handover", what_is_shown(years, case))
    years.fire(OPENS + timedelta(days=3))
    assert years.types(stream) == ["DocumentNumbered", "RenewalOpened"]
    assert len(years.texts("居住证延期")) == 2


def test_who_has_no_key_any_more_is_sent_nothing(
    years: Years, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shared.vault import Erased  # noqa: PLC0415 (only this test breaks the vault)

    case, stream = delivered(years)

    def erased(*_args: object, **_more: object) -> str:
        raise Erased("the key was destroyed")

    monkeypatch.setattr(years.path.world.opened.vault, "reveal", erased)
    years.feed()
    years.fire(OPENS)
    assert years.types(stream)[-1] == "RenewalOpened"
    last = years.path.world.log("notify").load(f"notice/{case}").events[-1]
    assert (last.type, last.data["code"]) == ("notify.NotificationAbandoned", "erased")
    assert years.texts("居住证延期") == []


def test_what_nobody_collects_is_registered_kept_and_handed_over_later(years: Years) -> None:
    case = approved(years.path, delivery="pickup")
    numbered(years.path, case)
    desk = years.path.client("issuance")
    url = f"/v1/issuance/{case}"
    early = desk.post(f"{url}/unclaimed", {"office": "office-1"}, user="producer")
    assert (early.status_code, early.json["actions"]) == (409, ["production"])
    years.path.produce(case, "production", {"outcome": "produced"})
    years.path.produce(case, "readiness", {"office": "office-1"})
    assert desk.post(f"{url}/unclaimed", {}, user="producer").status_code == 422
    done = years.path.produce(case, "unclaimed", {"office": "档案室"})
    assert done.json["events"] == ["issuance.DocumentUnclaimed"]
    shown = desk.get(url, user="officer").json
    assert (shown["status"], shown["actions"]) == ("unclaimed", []), "its day is far"
    day = destroy_after(UNTIL)
    assert shown["document"]["destroy_after"] == day.isoformat()
    assert years.path.progress(case)["status"] == "unclaimed"
    assert years.path.progress(case)["next"]["step"] == "destruction"
    (text,) = set(years.texts("档案室"))
    assert day_zh(day) in text
    years.path.produce(case, "handover", what_is_shown(years, case))
    closed = years.log.load(f"case/{case}").events[-1]
    assert (closed.type, closed.data["outcome"]) == ("issuance.CaseClosed", "delivered")


def test_it_is_destroyed_only_after_its_day_and_then_the_case_ends(years: Years) -> None:
    case = approved(years.path, delivery="pickup")
    numbered(years.path, case)
    years.path.produce(case, "production", {"outcome": "produced"})
    years.path.produce(case, "readiness", {"office": "office-1"})
    years.path.produce(case, "unclaimed", {"office": "office-1"})
    url = f"/v1/issuance/{case}/destruction"
    day = destroy_after(UNTIL)
    desk = years.path.client("issuance")
    assert desk.post(url, {}, user="producer").status_code == 403
    for when in (noon(TODAY), noon(day)):
        years.path.now = lambda when=when: when  # type: ignore[misc]
        desk = years.path.client("issuance")
        early = desk.post(url, {}, user="officer")
        assert early.status_code == 409
        assert early.json["type"] == "urn:caseledger:problem:too-early"
        assert day.isoformat() in early.json["detail"]
        assert early.json["actions"] == [], "what else is possible is the producer's"
        sent = {"carrier": "EMS", "tracking": "EM123456789CN"}
        early = desk.post(f"/v1/issuance/{case}/dispatch", sent, user="producer")
        assert (early.status_code, early.json["actions"]) == (409, ["production", "handover"])
    years.path.now = lambda: noon(day + timedelta(days=1))
    desk = years.path.client("issuance")
    done = desk.post(url, {}, user="officer")
    assert done.json["events"] == ["issuance.DocumentDestroyed"]
    years.path.settle()
    closed = years.log.load(f"case/{case}").events[-1]
    assert (closed.type, closed.data["outcome"]) == ("issuance.CaseClosed", "unclaimed")
    assert [entry["status"] for entry in years.path.progress(case)["history"]][-3:] == [
        "unclaimed",
        "destroyed",
        "closed",
    ]
    assert len(years.texts("已按规定销毁")) == 2
