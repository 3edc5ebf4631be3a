"""One process follows for all services, whatever dies or does not know that it was replaced.

The model is `docs/models/g_timers.py` (g1', g3'): two followers beside each other do no harm, and
none forgets what is owed.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.eventlog import Loaded
from shared.eventlog.errors import LogUnavailable
from shared.messaging import Claims, Consumer, LedgerOnly, Limits, OwedRows, Pace, TimerFeeder
from shared.messaging.timers.feeding import FOLLOWER, OwedStep
from shared.messaging.timers.ledger_only import ASK_S
from shared.messaging.timers.store import Timer
from shared.messaging.worker.assembly import timers_group
from tests.support.messaging_fakes import World
from tests.unit.messaging.test_feeding import At, Step

STREAMS = ("case/a", "case/b")
SERVICES = ("review", "issuance")
PATIENCE_S = 10.0


@dataclass
class AllRows:
    """The rows of all services, guarded as `OwedRows` guards them."""

    rows: dict[str, tuple[Timer, bool]] = field(default_factory=dict)

    def owe(self, stream: str, lane: int, owed: OwedStep) -> None:
        made = Timer(
            owed.service, stream, lane, owed.step, owed.version, owed.due_at, owed.due_at, 0
        )
        there = self.rows.get(made.key)
        if there is None or there[0].version < owed.version:
            self.rows[made.key] = made, True

    def settle(self, timer: Timer) -> None:
        there = self.rows.get(timer.key)
        if there is not None and there[0].version == timer.version:
            self.rows[timer.key] = there[0], False

    def of_streams(self, streams: Collection[str]) -> dict[str, list[Timer]]:
        owed = [timer for timer, still in self.rows.values() if still]
        return {stream: [one for one in owed if one.stream == stream] for stream in streams}

    def owed(self) -> set[tuple[str, str, int]]:
        rows = self.rows.values()
        return {(one.stream, one.service, one.version) for one, still in rows if still}


@dataclass
class Beats:
    """Claims as the database has them: a holder and a beat, and what each process saw of it."""

    row: tuple[str, int] | None = None

    def of(self, world: World, holder: str) -> "Claiming":
        return Claiming(self, world, holder)


@dataclass
class Claiming:
    """`Claims` of one process; `away` as if the database did not answer it."""

    beats: Beats
    world: World
    holder: str
    away: bool = False
    seen: tuple[tuple[str, int], float] | None = None

    def mine(self, _name: str, _lane: int) -> bool:
        if self.away:
            raise LogUnavailable("away")
        row, now = self.beats.row, self.world.clock()
        if row is None or row[0] == self.holder:
            self.beats.row = (self.holder, (row or ("", 0))[1] + 1)
            return True
        if self.seen is None or self.seen[0] != row:
            self.seen = row, now
            return False
        if now - self.seen[1] < PATIENCE_S:
            return False
        self.beats.row = (self.holder, row[1] + 1)
        return True

    def release(self, _name: str, _lane: int) -> None:
        if self.beats.row is not None and self.beats.row[0] == self.holder:
            self.beats.row = None


def owing(loaded: Loaded) -> Sequence[Step]:
    """By versions of 1 to 3: both services are owed something, one of them, nobody; then again."""
    whom = {1: SERVICES, 2: SERVICES[:1], 0: ()}[loaded.version % 3]
    return [Step("step", loaded.version - (loaded.version - 1) % 3, one) for one in whom]


class Place:
    """A ledger with rows of timers, and processes that follow or would like to."""

    def __init__(self) -> None:
        self.world = World()
        self.rows = AllRows()
        self.beats = Beats()
        self.claims: dict[str, Claiming] = {}
        self.fed: list[str] = []
        self.between: list[Callable[[], None]] = []
        self.active: list[Consumer] = []

    def process(self, name: str) -> Consumer:
        """A process just started."""
        self.claims[name] = self.beats.of(self.world, name)
        stop = threading.Event()
        stop.set()  # nobody waits here

        def load(stream: str) -> Loaded:
            self.fed.append(name)
            found = cast("Loaded", At(stream, self.world.ledger.versions.get(stream, 0)))
            while self.between:
                self.between.pop()()
            return found

        feeder = TimerFeeder(cast("OwedRows", self.rows), load=load, owing=owing)
        source = LedgerOnly(
            1,
            stop,
            claims=cast("Claims", self.claims[name]),
            name=FOLLOWER,
            clock=self.world.clock,
        )
        return Consumer(
            timers_group(feeder, streams=("case/",)),
            source=source,
            ledger=self.world.ledger,
            marks=self.world.marks,
            tries=self.world.tries,
            parks=self.world.parking,
            lanes=1,
            streams=lambda: 100,
            metrics=self.world.metrics.of(FOLLOWER),
            pace=Pace(compare_after_s=1.0, look_every_s=None),
            limits=Limits(tries=100),  # so many are in the same event at once here
            clock=self.world.clock,
        )

    def step(self, consumer: Consumer) -> None:
        """A step, unless the process is in the middle of one."""
        if consumer in self.active:
            return
        self.active.append(consumer)
        consumer.step(0)
        self.active.remove(consumer)

    def wanted(self) -> set[tuple[str, str, int]]:
        """What is owed by the ledger alone."""
        found = set()
        for stream, version in self.world.ledger.versions.items():
            for step in owing(cast("Loaded", At(stream, version))):
                found.add((stream, step.service, step.version))
        return found


def test_of_many_one_follows_and_it_does_so_for_all_services() -> None:
    at = Place()
    first, second = at.process("one"), at.process("two")
    for _ in range(30):
        at.world.ledger.append(0, "case/a")
        for consumer in (first, second):
            consumer.step(0)
        at.world.clock.pass_(1)
    first.step(0)
    at.world.clock.pass_(2)
    first.step(0)
    assert set(at.fed) == {"one"}
    assert at.rows.owed() == at.wanted()


def test_where_it_dies_another_goes_on_in_less_than_half_a_minute() -> None:
    at = Place()
    first, second = at.process("one"), at.process("two")
    for consumer in (first, second):
        consumer.step(0)
    at.world.ledger.append(0, "case/a")
    waited = 0.0
    while at.rows.owed() != at.wanted():
        at.world.clock.pass_(1)
        waited += 1
        second.step(0)
        assert waited <= PATIENCE_S + 2 * ASK_S + 2
    assert set(at.fed) == {"two"}


def test_who_stops_in_order_lets_another_follow_at_its_next_question() -> None:
    at = Place()
    first, second = at.process("one"), at.process("two")
    for consumer in (first, second):
        consumer.step(0)
    first.finish(0)
    at.world.ledger.append(0, "case/a")
    for _ in range(int(ASK_S) + 2):
        at.world.clock.pass_(1)
        second.step(0)
    assert at.rows.owed() == at.wanted()


def test_a_database_that_does_not_answer_the_claim_is_no_end_of_the_process() -> None:
    at = Place()
    only = at.process("one")
    only.step(0)
    at.claims["one"].away = True
    at.world.ledger.append(0, "case/a")
    for _ in range(3):
        at.world.clock.pass_(1)
        only.step(0)
    assert at.rows.owed() == at.wanted()
    only.finish(0)


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.sampled_from(STREAMS)),
        st.tuples(st.just("step"), st.sampled_from(("one", "two"))),
        st.tuples(st.just("dies"), st.sampled_from(("one", "two"))),
        st.tuples(st.just("sleeps"), st.sampled_from(("one", "two"))),
        st.tuples(st.just("away"), st.sampled_from(("one", "two"))),
        st.tuples(st.just("between"), st.sampled_from(STREAMS)),
        st.tuples(st.just("passes"), st.sampled_from(("1", "6", "20"))),
    ),
    max_size=40,
)


def goes_on(at: Place, stream: str, others: Sequence[Consumer]) -> None:
    """While one has read a stream and written nothing yet: an event more, and the others act."""
    at.world.ledger.append(0, stream)
    at.world.clock.pass_(2)
    for consumer in others:
        at.step(consumer)


@settings(max_examples=150, deadline=None)
@given(acts=ACTS)
def test_whatever_happens_in_the_end_the_timers_are_what_the_ledger_owes(
    acts: list[tuple[str, str]],
) -> None:
    """g3': a follower that sleeps wakes up as a zombie, between any two steps of its successor.

    What is owed is never missing. One that died with an old fold in hand may leave a timer of what
    is owed no more, which fires into nothing; the next event of its stream settles it.
    """
    at = Place()
    running = {name: at.process(name) for name in ("one", "two")}
    zombies: list[Consumer] = []
    for act, what in acts:
        if act == "append":
            at.world.ledger.append(0, what)
        elif act == "step":
            at.step(running[what])
            for zombie in zombies:
                at.step(zombie)
        elif act == "dies":
            running[what] = at.process(what)
        elif act == "sleeps":
            zombies.append(running[what])
            at.beats.row = None
            running[what] = at.process(what)
        elif act == "between":
            at.between.append(partial(goes_on, at, what, [*running.values(), *zombies]))
        elif act == "away":
            at.claims[what].away = not at.claims[what].away
        else:
            at.world.clock.pass_(float(what))
    at.between.clear()
    for claim in at.claims.values():
        claim.away = False
    settled(at, running.values())
    assert at.wanted() <= at.rows.owed()
    for stream in list(at.world.ledger.versions):
        at.world.ledger.append(0, stream)
    settled(at, running.values())
    assert at.rows.owed() == at.wanted()
    assert at.world.mark(FOLLOWER) == at.world.ledger.head(0)


def settled(at: Place, processes: Collection[Consumer]) -> None:
    """A minute without a fault."""
    for _ in range(60):
        at.world.clock.pass_(1)
        for consumer in processes:
            at.step(consumer)
