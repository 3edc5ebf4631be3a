"""A loaded notice reaches every open case, on a real log: through a crash, by two workers."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace as changed
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from pymongo.database import Database

from services.intake.application.repeated import OpenApplications
from services.intake.money.gateway import FileGateway
from services.intake.money.unplaced import UnplacedPayments
from services.intake.worker import casework as intake_casework
from services.review.worker import casework as review_casework
from shared.case import Case, Rules
from shared.casework.log import case_of
from shared.casework.worker import OWING, Casework, casework_worker
from shared.clock import DaysOff
from shared.config import Databases
from shared.eventlog.errors import LogUnavailable
from shared.messaging import Claims, OwedRows, TimerFeeder, Timers
from shared.messaging.timers.calendars import REST, CalendarSweep, Progress, Recomputing, Standing
from tests.integration.cases.test_casework_reactions import received
from tests.support.casework_world import Client, World
from tests.support.given import rules

pytestmark = pytest.mark.mongo
CASES = 3


class Source:
    """Rules that somebody loads a notice into."""

    def __init__(self) -> None:
        self.present: Rules = rules()

    def load(self, **days: dict[date, str]) -> None:
        calendars = self.present.calendars.with_notice("xinjiang", DaysOff(year=2026, **days))
        self.present = replace(self.present, calendars=calendars)


class Told(Progress):
    """Progress that says what was asked of it."""

    def __init__(self, work: Database[dict[str, Any]], asked: list[str]) -> None:
        super().__init__(work)
        self._asked = asked

    def of(self, key: str) -> Standing | None:
        self._asked.append(key)
        return super().of(key)


class Office:
    """Open cases, the tables of intake and review, and sweeps as workers of them would have."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.source = Source()
        self.client = Client(world, world.intake())
        self.works: Sequence[Casework] = (
            intake_casework(
                world.log("intake"),
                self.source,
                FileGateway(world.home / "refunds.jsonl"),
                UnplacedPayments(world.databases.work),
                OpenApplications(world.databases.work),
            ),
            review_casework(world.log("review"), self.source),
        )
        self.now = datetime.now(UTC)

    def open(self, *, paid: bool = True) -> str:
        case: str = self.client.post("/v1/cases", self.client.application()).json["case"]
        if paid:
            body = {"kind": "payment", "case": case, "transaction": f"t-{case}"}
            self.client.callback({**body, "amount": "40.00", "method": "alipay"})
        for work in self.works:
            self._deliver(work, f"case/{case}")
        for work in self.works:
            self._feed(work, f"case/{case}")
        return f"case/{case}"

    def _deliver(self, work: Casework, stream: str) -> None:
        for commit in work.log.load(stream).commits:
            for index, event in enumerate(commit.events):
                for handler in work.handlers.get(event.type, ()):
                    handler(received(commit, index))

    def _feed(self, work: Casework, stream: str) -> None:
        feeder = TimerFeeder(OwedRows(self.world.databases.work), load=work.log.load, owing=OWING)
        feeder.feed([received(work.log.load(stream).commits[-1], 0)])

    def sweep(
        self,
        service: str = "review",
        *,
        holder: str = "one",
        source: Source | None = None,
        around: Callable[[Callable[[str], bool]], Callable[[str], bool]] = lambda made: made,
        patience_s: float = 10.0,
        asked: list[str] | None = None,
    ) -> CalendarSweep:
        (work,) = [one for one in self.works if one.service == service]
        assert work.recomputing is not None
        mine: Recomputing = changed(
            work.recomputing,
            recompute=around(work.recomputing.recompute),
            rules=source or self.source,
        )
        databases = self.world.databases
        return CalendarSweep(
            service,
            mine,
            timers=Timers(databases.work, service),
            progress=Told(databases.work, [] if asked is None else asked),
            claims=Claims(databases.work, holder, patience_s=patience_s),
            now=lambda: self.now,
            lanes=self.world.settings.lanes,
            registry=CollectorRegistry(),
        )

    def case(self, stream: str) -> Case:
        return case_of(self.world.log("review").load(stream))

    def types(self, stream: str) -> list[str]:
        return [event.type for event in self.world.log("review").load(stream).events]

    def moves(self, stream: str) -> int:
        return self.types(stream).count("review.LimitsRecomputed")


@pytest.fixture
def office(databases: Databases, tmp_path: Path) -> Office:
    return Office(World(databases, tmp_path))


def due(case: Case) -> date:
    (found,) = [one.due for one in case.due if one.limit == "promised"]
    assert found is not None
    return found


def last_weekend(case: Case) -> dict[date, str]:
    """The last day off before the case is due, as a shifted working day."""
    calendar = rules().calendars.of("xinjiang")
    day = due(case)
    while calendar.is_working(day):
        day -= timedelta(days=1)
    return {day: "调休上班"}


def year_of(days: dict[date, str]) -> int:
    return next(iter(days)).year


def load_shift(office: Office, stream: str) -> None:
    days = last_weekend(office.case(stream))
    calendars = office.source.present.calendars.with_notice(
        "xinjiang", DaysOff(year=year_of(days), work=days)
    )
    office.source.present = replace(office.source.present, calendars=calendars)


def until_done(sweep: CalendarSweep, office: Office) -> None:
    """Both passes over all lanes."""
    for _ in range(3):
        for _ in range(4):
            sweep.tick()
        office.now += REST + timedelta(seconds=1)


def test_every_open_case_moves_once_and_says_why(office: Office) -> None:
    streams = [office.open() for _ in range(CASES)]
    told = due(office.case(streams[0]))
    sweep = office.sweep()
    until_done(sweep, office)
    assert [office.moves(stream) for stream in streams] == [0] * CASES, "no notice, no event"
    load_shift(office, streams[0])
    version = office.case(streams[0]).version
    until_done(sweep, office)
    until_done(office.sweep(holder="after a new start"), office)
    for stream in streams:
        assert office.moves(stream) == 1
        assert due(office.case(stream)) < told
    last = office.world.log("review").load(streams[0]).commits[-1]
    calendar = office.source.present.calendars.version
    assert last.body.command_id == f"calendar:{calendar}:{version}"
    assert last.events[0].data["why"] == "calendar"


def test_a_lane_that_rests_is_not_asked_for_at_every_tick(office: Office) -> None:
    """And a notice that comes meanwhile is not waited with."""
    stream = office.open()
    asked: list[str] = []
    sweep = office.sweep(asked=asked)
    for _ in range(3):
        sweep.tick()
    asked.clear()
    for _ in range(5):
        sweep.tick()
    assert asked == []
    load_shift(office, stream)
    sweep.tick()
    assert asked != [], "a notice is taken up at once"
    until_done(sweep, office)
    assert office.moves(stream) == 1


def test_what_was_recorded_by_the_older_calendar_meanwhile_is_found_by_the_second_pass(
    office: Office,
) -> None:
    first = office.open()
    load_shift(office, first)
    held, knows = office.source.present, Source()
    knows.present = held
    sweep = office.sweep(source=knows)
    sweep.tick()
    sweep.tick()
    office.source.present = rules()  # a process that has not taken up the notice yet
    late = office.open()
    office.source.present = held
    sweep.tick()
    assert office.moves(late) == 0
    office.now += REST + timedelta(seconds=1)
    sweep.tick()
    assert (office.moves(first), office.moves(late)) == (1, 1)


def test_after_a_crash_in_the_middle_another_worker_goes_on(office: Office) -> None:
    streams = [office.open() for _ in range(CASES)]
    load_shift(office, streams[0])
    calls = 0

    def crashing(recompute: Callable[[str], bool]) -> Callable[[str], bool]:
        def crash(stream: str) -> bool:
            nonlocal calls
            calls += 1
            if calls == 2:
                raise LogUnavailable("the server is away")
            return recompute(stream)

        return crash

    dying = office.sweep(around=crashing)
    with pytest.raises(LogUnavailable):
        until_done(dying, office)
    assert sum(office.moves(stream) for stream in streams) == 1
    until_done(office.sweep(holder="two", patience_s=0.0), office)
    assert [office.moves(stream) for stream in streams] == [1] * CASES


def test_two_workers_at_once_write_one_event_a_case(office: Office) -> None:
    streams = [office.open() for _ in range(CASES)]
    load_shift(office, streams[0])
    (review,) = [work.recomputing for work in office.works if work.service == "review"]
    assert review is not None
    begin = threading.Barrier(2)

    def run() -> None:
        begin.wait()
        for stream in streams:
            review.recompute(stream)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [office.moves(stream) for stream in streams] == [1] * CASES


def test_a_worker_that_knows_fewer_notices_takes_nothing_back(office: Office) -> None:
    stream = office.open()
    load_shift(office, stream)
    until_done(office.sweep(), office)
    moved = due(office.case(stream))
    older = Source()
    office.source.present = rules()
    until_done(office.sweep(holder="old", source=older, patience_s=0.0), office)
    assert due(office.case(stream)) == moved
    assert office.moves(stream) == 1


def test_one_case_that_fails_stops_no_other(office: Office) -> None:
    streams = sorted(office.open() for _ in range(CASES))
    load_shift(office, streams[0])

    def failing(recompute: Callable[[str], bool]) -> Callable[[str], bool]:
        def fail(stream: str) -> bool:
            if stream == streams[0]:
                raise ValueError("a stream that cannot be folded")
            return recompute(stream)

        return fail

    until_done(office.sweep(around=failing), office)
    assert [office.moves(stream) for stream in streams] == [0, 1, 1]


def test_intake_moves_the_time_to_pay_later_and_never_back(office: Office) -> None:
    stream = office.open(paid=False)
    fee = office.case(stream).fee
    assert fee is not None
    assert fee.pay_by is not None
    last = (fee.pay_by - timedelta(hours=1)).date()
    notice = DaysOff(year=last.year, off={last: "放假"})
    plain = office.source.present
    office.source.present = replace(
        plain, calendars=plain.calendars.with_notice("xinjiang", notice)
    )
    until_done(office.sweep("intake"), office)
    later = office.case(stream).fee
    assert later is not None
    assert later.pay_by is not None
    assert later.pay_by > fee.pay_by
    calendars = office.source.present.calendars
    office.source.present = replace(
        plain, calendars=calendars.with_notice("xinjiang", DaysOff(year=last.year))
    )
    until_done(office.sweep("intake"), office)
    assert office.case(stream).fee == later
    assert office.types(stream).count("intake.DeadlinesRecomputed") == 1


def test_the_worker_of_a_service_sweeps_beside_its_timers(office: Office) -> None:
    stream = office.open()
    load_shift(office, stream)
    (review,) = [work for work in office.works if work.service == "review"]
    settings = changed(office.world.settings, health_port=0)
    worker = casework_worker(review, settings, office.world.databases, threading.Event())
    worker._fire()
    assert office.moves(stream) == 1
