"""The timers: what stands is not written again, and nothing due is one question for all lanes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from prometheus_client import CollectorRegistry

from shared.eventlog import Loaded
from shared.messaging import Claims, OwedRows, Received, TimerFeeder, TimerRunner, Timers
from shared.messaging.consumer.received import decode
from shared.messaging.timers.feeding import OwedStep, OwingOn
from shared.messaging.timers.store import Timer
from tests.support.messaging_fakes import value_of

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
CASE = "case/a"


@dataclass(frozen=True)
class Step:
    step: str
    version: int
    service: str = "review"
    due_at: datetime = NINE


@dataclass(frozen=True)
class At:
    """A stream as it is loaded at a version; nothing of its commits is looked at."""

    stream: str
    version: int


@dataclass
class Rows:
    """The rows of one service, as `Timers` guards them; `written` is what was to be written."""

    rows: dict[str, Timer] = field(default_factory=dict)
    settled: dict[str, int] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def owe(self, stream: str, lane: int, owed: OwedStep) -> None:
        self.written.append(f"owe {owed.step}@{owed.version}")
        there = self.rows.get(owed.step)
        if max(there.version if there else 0, self.settled.get(owed.step, 0)) < owed.version:
            self.rows[owed.step] = Timer(
                "review", stream, lane, owed.step, owed.version, owed.due_at, owed.due_at, 0
            )

    def settle(self, timer: Timer) -> None:
        self.written.append(f"settle {timer.step}@{timer.version}")
        self.settled[timer.step] = timer.version
        self.rows.pop(timer.step, None)

    def any_due(self, now: datetime) -> bool:
        self.written.append("any due?")
        return any(timer.next_at <= now for timer in self.rows.values())

    def due(self, lane: int, now: datetime, limit: int) -> list[Timer]:
        self.written.append(f"due in {lane}?")
        found = [t for t in self.rows.values() if t.lane == lane and t.next_at <= now]
        return found[:limit]

    def postpone(self, timer: Timer, now: datetime) -> None:
        self.rows[timer.step] = replace(timer, next_at=now + timedelta(hours=1))

    def of_streams(self, streams: Collection[str]) -> dict[str, list[Timer]]:
        there = list(self.rows.values())
        return {stream: [one for one in there if one.stream == stream] for stream in streams}


@dataclass
class Claimed:
    """The lanes that this worker has a claim of."""

    ours: set[int]
    asked: list[int] = field(default_factory=list)
    renewed: list[list[int]] = field(default_factory=list)

    def renew(self, _group: str, lanes: Collection[int]) -> None:
        self.renewed.append(list(lanes))

    def mine(self, _group: str, lane: int) -> bool:
        self.asked.append(lane)
        return lane in self.ours


def fed(rows: Rows, version: int, *owed: Step) -> list[str]:
    """What a feeder writes that loads the stream at this version, where so much is owed."""
    rows.written.clear()
    feeder = TimerFeeder(
        cast("OwedRows", rows),
        load=lambda stream: cast("Loaded", At(stream, version)),
        owing=lambda _loaded: owed,
    )
    feeder.feed([_received(version)])
    return list(rows.written)


def _received(version: int) -> Received:
    return decode(value_of(CASE, version), lane=2, position=version, index=1, count=1)


def test_a_timer_that_stands_is_not_written_again() -> None:
    rows = Rows()
    assert fed(rows, 1, Step("assignment", 1)) == ["owe assignment@1"]
    assert fed(rows, 2, Step("assignment", 1)) == []
    assert fed(rows, 3, Step("assignment", 3), Step("decision", 3)) == [
        "owe assignment@3",
        "owe decision@3",
    ]
    assert fed(rows, 4, Step("decision", 3)) == ["settle assignment@3"]


def test_a_feeder_of_an_older_fold_writes_nothing_over_a_newer_timer() -> None:
    """g1' of the model, by what is read before: the guard of the write is there as well."""
    rows = Rows()
    fed(rows, 3, Step("assignment", 3))
    assert fed(rows, 1, Step("assignment", 1)) == []
    assert fed(rows, 2) == []
    assert rows.rows["assignment"].version == 3


def test_a_settled_timer_is_owed_again_by_a_later_event_alone() -> None:
    rows = Rows()
    fed(rows, 1, Step("assignment", 1))
    fed(rows, 2)
    fed(rows, 1, Step("assignment", 1))
    assert rows.rows == {}
    fed(rows, 3, Step("assignment", 3))
    assert rows.rows["assignment"].version == 3


def test_where_nothing_is_due_one_question_is_asked_for_all_lanes() -> None:
    rows, fired, clock = Rows(), [], [NINE - timedelta(seconds=1)]
    claims = Claimed({0, 1, 2})
    runner = TimerRunner(
        "review",
        timers=cast("Timers", rows),
        claims=cast("Claims", claims),
        fire=lambda _stream, step, version, _now: fired.append((step, version)),
        skew=timedelta,
        now=lambda: clock[0],
        lanes=4,
        registry=CollectorRegistry(),
    )
    fed(rows, 1, Step("assignment", 1))
    rows.written.clear()
    assert runner.step() == 0
    assert rows.written == ["any due?"]
    assert claims.renewed == [[0, 1, 2, 3]], "in one go"
    assert claims.asked == [0, 1, 2, 3], "the claims are kept up all the same"
    clock[0] = NINE
    claims.ours = {0, 1}
    assert runner.step() == 0, "it is due in a lane that another worker has"
    claims.ours = {1, 2}
    assert runner.step() == 1
    assert fired == [("assignment", 1)]


def test_a_lane_that_another_took_over_meanwhile_is_fired_no_more() -> None:
    """Else both send the mail: firing takes longer than the others wait for a beat."""
    rows, fired, claims = Rows(), [], Claimed({2})

    def fire(_stream: str, step: str, _version: int, _now: datetime) -> None:
        fired.append(step)
        claims.ours = set()

    runner = TimerRunner(
        "review",
        timers=cast("Timers", rows),
        claims=cast("Claims", claims),
        fire=fire,
        skew=timedelta,
        now=lambda: NINE,
        lanes=4,
        registry=CollectorRegistry(),
    )
    fed(rows, 1, Step("assignment", 1), Step("decision", 1))
    assert runner.step() == 1
    assert fired == ["assignment"]


def test_what_is_owed_goes_by_the_kind_of_stream() -> None:
    def of_case(_loaded: Loaded) -> Sequence[Step]:
        return [Step("assignment", 1)]

    owing = OwingOn({"case/": of_case})
    assert owing.kinds == ("case/",)
    assert owing(cast("Loaded", At(CASE, 1))) == [Step("assignment", 1)]
    assert owing(cast("Loaded", At("notice/a", 1))) == ()
