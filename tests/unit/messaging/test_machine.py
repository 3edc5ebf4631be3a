"""Two consumers of one group, a redrive and any broker there may be, with a fault between any two
operations: whatever is at or below the mark is handled or covered by a parked row, in order.
"""

from typing import cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.eventlog.errors import LogUnavailable
from shared.messaging import Consumer, Group, Limits, Pace, Parking, Received, Redrive
from tests.support.messaging_fakes import Crash, FakeHistory, FakeSource, World, value_of

WANTED, UNWANTED = "intake.CaseSubmitted", "intake.FeeAssessed"
GROUP = "review"
STREAMS = ("case/a", "case/b")
# Nothing happens between the operations, or something between many of them: with faults alone
# hardly a redrive would come to its end.
PLANS: st.SearchStrategy[list[str]] = st.one_of(
    st.just([]),
    st.lists(
        st.sampled_from(["go", "go", "go", "crash", "away", "other", "redrive", "fail"]),
        max_size=14,
    ),
)
PACE = Pace(compare_after_s=60, span=3, mark_every_s=2, mark_every=2)
LIMITS = Limits(tries=2, parked_streams=50)


class Machine(RuleBasedStateMachine):
    """The rules are the model's steps; a plan says what happens between the operations of one."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.hook.before = self._between
        self.effects: dict[str, list[int]] = {}
        self.poison: set[str] = set()
        self.plan: list[str] = []
        self.active: set[int] = set()
        self.failing = False
        self.highest = 0
        self.sources = [FakeSource(self.world.topic, most=3) for _ in range(2)]
        self.sources[1].assign(())
        self.consumers = [self._new(0), self._new(1)]
        self.redrive: Redrive | None = None
        self.redrive_next = "begin"

    # ---- the actors

    def _group(self) -> Group:
        return Group(GROUP, handlers={WANTED: [self._handle]})

    def _new(self, who: int) -> Consumer:
        return self.world.consumer(
            self._group(), source=self.sources[who], pace=PACE, limits=LIMITS
        )

    def _handle(self, received: Received) -> None:
        self._between("handler")
        if received.event_id in self.poison or self.failing:
            self.failing = False
            raise ValueError
        done = self.effects.setdefault(received.stream, [])
        if received.event.version not in done:
            done.append(received.event.version)

    def _between(self, _operation: str) -> None:
        """What the plan says happens right before this operation."""
        if not self.plan:
            return
        what = self.plan.pop(0)
        if what == "crash":
            raise Crash
        if what == "away":
            raise LogUnavailable("away")
        if what == "fail":
            self.failing = True
        if what == "other":
            for who in range(2):
                if who not in self.active:
                    self._step(who)
                    break
        if what == "redrive":  # one at a time: `_redrive_step` looks
            self._redrive_step()

    def _step(self, who: int) -> None:
        self.active.add(who)
        try:
            self.consumers[who].step(0)
        except Crash:
            self.consumers[who] = self._new(who)
            self.sources[who].offsets = dict(self.sources[who].committed)
        finally:
            self.active.discard(who)

    def _redrive_step(self) -> None:
        """One step of the redrive; a failure ends it, the row stays."""
        if -1 in self.active:
            return
        self.active.add(-1)
        parking = cast("Parking", self.world.parking)
        try:
            if self.redrive is None:
                rows = sorted(self.world.parking.rows)
                if rows:
                    stream = rows[0][1]
                    history = FakeHistory(self.world.ledger)
                    doing = Redrive(self._group(), stream, parking=parking, history=history)
                    if doing.begin():
                        self.redrive, self.redrive_next = doing, "work"
            elif self.redrive_next == "work":
                self.redrive.work()
                self.redrive_next = "remove"
            elif self.redrive.remove():
                self.redrive = None
            else:
                row = parking.get(GROUP, self.redrive._stream)
                self.redrive_next = "work"
                if row is None:
                    self.redrive = None
                elif row.next < self.redrive.began:
                    self.redrive.begin()
        except (Crash, ValueError, LogUnavailable):
            self.redrive = None
        finally:
            self.active.discard(-1)

    # ---- the rules

    @rule(stream=st.sampled_from(STREAMS), kinds=st.lists(st.booleans(), min_size=1, max_size=2))
    def append(self, stream: str, kinds: list[bool]) -> None:
        self.world.ledger.append(0, stream, *(WANTED if kind else UNWANTED for kind in kinds))

    @precondition(lambda self: self.world.ledger.lanes)
    @rule(data=st.data())
    def publish_some(self, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from(self.world.ledger.all_records(0)))
        self.world.topic.put(0, record.position, record.index, record.value)

    @rule()
    def publish_all(self) -> None:
        self.world.topic.publish(self.world.ledger, 0)

    @rule(position=st.integers(-1, 12), index=st.integers(0, 3), text=st.booleans())
    def forge(self, position: int, index: int, text: bool) -> None:  # noqa: FBT001
        value = value_of("case/a", 99) if text else None
        self.world.topic.put(0, position, index, value)

    @rule(kept=st.integers(0, 5))
    def lose_the_tail(self, kept: int) -> None:
        self.world.topic.partitions[0] = self.world.topic.partitions.get(0, [])[:kept]

    @rule(who=st.integers(0, 1), plan=PLANS)
    def step(self, who: int, plan: list[str]) -> None:
        self.plan = plan
        self._step(who)
        self.plan = []
        self.world.clock.pass_(1)

    @rule(steps=st.integers(1, 5), plan=PLANS)
    def redrive_goes_on(self, steps: int, plan: list[str]) -> None:
        self.plan = plan
        for _ in range(steps):
            self._redrive_step()
        self.plan = []

    @rule()
    def a_redrive_runs_through(self) -> None:
        for _ in range(6):
            self._redrive_step()

    @rule(stream=st.sampled_from(STREAMS))
    def a_stream_is_parked(self, stream: str) -> None:
        """As many failed tries as it takes, by whoever holds the lane: rare if left to chance."""
        records = self.world.ledger.all_records(0)
        last = max((r.version for r in records if r.stream == stream), default=0)
        self.world.ledger.append(0, stream, WANTED, WANTED)
        self.poison.add(f"{stream}/{last + 1}")
        for who in (0, 1) * LIMITS.tries:
            self._step(who)
            self.world.clock.pass_(61)
        self.poison.clear()

    @rule(who=st.sampled_from([(0,), (1,), (0, 1), ()]))
    def rebalance(self, who: tuple[int, ...]) -> None:
        """Both may hold the lane: one of them is a zombie that does not know."""
        for n in range(2):
            lanes = (0,) if n in who else ()
            if frozenset(lanes) != self.sources[n].lanes:
                self.sources[n].assign(lanes)

    @rule(stream=st.sampled_from(STREAMS), version=st.integers(1, 6))
    def break_the_handler(self, stream: str, version: int) -> None:
        self.poison.add(f"{stream}/{version}")

    @rule()
    def repair_the_handler(self) -> None:
        self.poison.clear()

    @rule(seconds=st.sampled_from([5, 61]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.pass_(seconds)

    # ---- what holds

    def _wanted(self, upto: int) -> list[tuple[str, int]]:
        return [
            (r.stream, r.version)
            for r in self.world.ledger.all_records(0)
            if r.position <= upto and WANTED.encode() in r.value
        ]

    @invariant()
    def nothing_at_or_below_the_mark_is_forgotten(self) -> None:
        for stream, version in self._wanted(self.world.mark(GROUP)):
            if version in self.effects.get(stream, []):
                continue
            row = self.world.parking.rows.get((GROUP, stream))
            assert row is not None, f"{stream}/{version} is skipped"
            assert row[1] <= version <= row[2], f"{stream}/{version} is not covered by {row}"

    @invariant()
    def effects_are_in_the_order_of_the_stream(self) -> None:
        for stream, done in self.effects.items():
            wanted = [v for s, v in self._wanted(10**9) if s == stream]
            assert done == wanted[: len(done)], f"{stream}: {done} of {wanted}"

    @invariant()
    def marks_only_rise(self) -> None:
        mark = self.world.mark(GROUP)
        assert mark >= self.highest
        self.highest = mark

    def teardown(self) -> None:
        """Once faults stop and the handler is repaired, everything is done without a hand."""
        self.poison.clear()
        self.failing = False
        self.rebalance((0,))
        end = self.world.ledger.head(0)
        for _ in range(60):
            self._step(0)
            self._redrive_step()
            self.world.clock.pass_(61)
        assert self.world.mark(GROUP) == end
        assert self.world.parking.rows == {}
        for stream in STREAMS:
            wanted = [v for s, v in self._wanted(end) if s == stream]
            assert self.effects.get(stream, []) == wanted
        super().teardown()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
