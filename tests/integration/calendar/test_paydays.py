"""A notice of days off reaches the money that waits for its day, on a real log, once."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from services.issuance.worker import casework
from shared.case import Case, Rules
from shared.casework.log import case_of, drafts
from shared.casework.worker import OWING
from shared.clock import DaysOff
from shared.config import Databases
from shared.eventlog import Actor, Command
from shared.messaging import Claims, OwedRows, TimerFeeder, Timers
from shared.messaging.timers.calendars import REST, CalendarSweep, Progress
from tests.support.given import rules as packaged_rules
from tests.support.path_world import Path4
from tests.support.walking import Walk, open_at

pytestmark = pytest.mark.mongo
BENEFIT = "003-006"
STREAM = "case/1"
TESTER = Actor(kind="system", ref="test")


class Source:
    """Rules that somebody loads a notice into."""

    def __init__(self) -> None:
        self.present: Rules = packaged_rules()

    def day_off(self, day: date) -> None:
        notice = DaysOff(year=day.year, off={day: "古尔邦节"})
        calendars = self.present.calendars.with_notice("xinjiang", notice)
        self.present = replace(self.present, calendars=calendars)


def next_month() -> datetime:
    """Its first day, so that the 18th is neither past nor tomorrow, whenever this runs."""
    first = (datetime.now(UTC).replace(day=1) + timedelta(days=32)).replace(day=1)
    return first.replace(hour=4)


def recorded(path: Path4, walk: Walk) -> None:
    """The walked case on the log, each fact by the service that writes such."""
    for number, fact in enumerate(walk.facts, start=1):
        command = Command(
            command_id=f"test:{number}", actor=TESTER, now=walk.now, authority="social-insurance"
        )
        log = path.world.log(fact.TYPE.partition(".")[0])
        log.execute(STREAM, command, lambda _, fact=fact: drafts([fact]))  # type: ignore[misc]


def present(path: Path4) -> Case:
    return case_of(path.world.log("issuance").load(STREAM))


def day_of(case: Case) -> date:
    assert case.payout is not None
    assert case.payout.day is not None
    return case.payout.day


def test_the_day_of_the_money_follows_a_notice_once_and_says_so(
    databases: Databases, tmp_path: Path
) -> None:
    path, source = Path4(databases, tmp_path), Source()
    item = packaged_rules().catalogue.item(BENEFIT)
    walk = Walk(item, packaged_rules(), open_at(item, packaged_rules(), next_month()))
    walk.submit()
    recorded(path, walk.until("payout"))
    told, version = day_of(present(path)), present(path).version

    log = path.world.log("issuance")
    work = casework(log, path.numbering, source)
    assert work.recomputing is not None
    timers = Timers(databases.work, "issuance")
    feeder = TimerFeeder(OwedRows(databases.work), load=log.load, owing=OWING)
    feeder.feed([one for one in path.new() if one.stream == STREAM][-1:])

    now = datetime.now(UTC)
    sweep = CalendarSweep(
        "issuance",
        work.recomputing,
        timers=timers,
        progress=Progress(databases.work),
        claims=Claims(databases.work, "one"),
        now=lambda: now,
        lanes=path.world.settings.lanes,
        registry=CollectorRegistry(),
    )
    for _ in range(4):
        sweep.tick()
    assert present(path).version == version, "no notice, no event"

    source.day_off(told)
    for _ in range(3):
        for _ in range(4):
            sweep.tick()
        now += REST + timedelta(seconds=1)
    after = present(path)
    assert after.version == version + 1
    assert day_of(after) < told
    last = log.load(STREAM).commits[-1]
    assert last.body.command_id == f"calendar:{source.present.calendars.version}:{version}"
    assert [event.type for event in last.events] == ["issuance.PayoutScheduled"]
