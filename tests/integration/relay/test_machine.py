"""The whole protocol, step by step in any order, by Hypothesis over a real server.

Two sequencer processes whose every step is one rule, a broker double with a broker's manners, and
everything that can go wrong between two steps: a crash, a pause after which a zombie goes on, a
takeover, a lost answer, an insert that lands late, a lost delivery, a lost tail, a topic made anew
or emptied. After every run the faults stop, and everything must come right by itself.
"""

import contextlib
import os
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pymongo.errors import AutoReconnect

from shared.config import Databases
from shared.eventlog import Door
from shared.kafka.record import Signer
from shared.relay.assign.assign import Assigner
from shared.relay.assign.feed import Notes, Scan
from shared.relay.ledger.handover import Handover
from shared.relay.ledger.ledger import Ledger
from shared.relay.ledger.tuning import Tuning
from shared.relay.process.lease import Leases
from shared.relay.process.reconcile import Sweep, reconcile, reconcile_topic
from shared.relay.publish.outlet import Outlet
from shared.relay.publish.publish import Publisher
from tests.integration.relay.test_assign import FaultyLedger
from tests.support.keys import writer_of
from tests.support.relay_double import DoubleBroker
from tests.support.relay_world import (
    INTAKE,
    SEQUENCER_KEY,
    KnownWriters,
    append,
    commit_document,
    ensure_log_indexes,
)

pytestmark = pytest.mark.mongo
SIGNER = Signer(SEQUENCER_KEY)
NEWER = writer_of("intake", 2)
TUNING = Tuning(
    batch=3,
    window=4,
    mark_s=0.0,
    compare_s=60.0,
    poll_s=0.0,
    backoff_s=0.0,
    backoff_most_s=0.0,
    tail_records=4,
)
LEASE_S = 5.0


class Process:
    """One sequencer process: what the real one is made of, without its threads."""

    def __init__(self, machine: "Protocol", name: str) -> None:
        self.machine = machine
        self.me = f"{name}:{uuid.uuid4().hex}"
        log = machine.log
        self.leases = Leases(
            log["lanes"], me=self.me, lanes=range(machine.lanes), beat_s=1.0, lease_s=LEASE_S
        )
        self.outlet = Outlet(
            machine.broker, backoff_s=0, backoff_most_s=0, spawn=lambda work: work()
        )
        self.lanes: dict[int, tuple[int, Assigner, Publisher]] = {}

    def follow(self) -> None:
        """Begin and drop lanes by the leases, as the process does."""
        for lane, (epoch, _, _) in list(self.lanes.items()):
            if self.leases.held.get(lane) != epoch:
                del self.lanes[lane]
        for lane, epoch in self.leases.held.items():
            if lane not in self.lanes:
                self.lanes[lane] = (epoch, *self._begin(lane, epoch))

    def _begin(self, lane: int, epoch: int) -> tuple[Assigner, Publisher]:
        machine = self.machine
        ledger = FaultyLedger(machine.log, machine.door)
        handover = Handover(most=6)
        assigner = Assigner(lane, ledger, machine.door, batch=TUNING.batch, handover=handover.put)
        publisher = Publisher(
            lane,
            epoch=epoch,
            log=machine.log,
            ledger=ledger,
            broker=machine.broker,
            outlet=self.outlet,
            handover=handover,
            signer=SIGNER,
            tuning=TUNING,
        )
        scan = Scan(machine.log, lane, since=Notes(machine.log, margin_s=0).since(lane))
        while not scan.done:
            assigner.offer(scan.step(50), suspect=True)
        return assigner, publisher


class Protocol(RuleBasedStateMachine):
    lanes = 1
    processes = 2
    databases: Databases

    def __init__(self) -> None:
        super().__init__()
        self.log = self.databases.log
        for name in ("commits", "ledger", "lanes"):
            self.log[name].delete_many({})
        self.keys = KnownWriters(INTAKE)
        self.door = Door(self.keys)
        self.broker = DoubleBroker(self.lanes, instant=False)
        self.ledger = Ledger(self.log, self.door)
        self.now = 1000.0
        self.versions: dict[str, int] = {}
        self.late: list[Callable[[], None]] = []
        self.running = [Process(self, f"p{n}") for n in range(self.processes)]

    @initialize()
    def the_first_process_takes_its_lanes(self) -> None:
        for _ in range(3):
            self.now += 2.0
            self.looks_at_its_leases(0)
        assert set(self.running[0].lanes) == set(range(self.lanes))

    # ---- the log grows

    @rule(
        stream=st.integers(0, 3), count=st.integers(1, 3), newer=st.booleans(), lost=st.booleans()
    )
    def a_commit(self, stream: int, count: int, *, newer: bool, lost: bool) -> None:
        """A service appends; the change stream shows it to every process, or loses it."""
        name = f"case/{stream}"
        first = self.versions.get(name, 0) + 1
        self.versions[name] = first + count - 1
        document = commit_document(
            name, first, count=count, lane=stream % self.lanes, writer=NEWER if newer else INTAKE
        )
        append(self.log, document)
        for process in self.running:
            lane = process.lanes.get(stream % self.lanes)
            if lane is not None and not lost:
                lane[1].offer([document])

    @precondition(lambda self: NEWER not in self.keys.writers)
    @rule()
    def the_new_writers_key_is_known(self) -> None:
        self.keys.add(NEWER)

    # ---- one step of one process

    @rule(who=st.integers(0, 1), lane=st.integers(0, 3), steps=st.integers(1, 5))
    def assigns(self, who: int, lane: int, steps: int) -> None:
        held = self.running[who % self.processes].lanes.get(lane % self.lanes)
        for _ in range(steps if held else 0):
            with contextlib.suppress(AutoReconnect):
                held[1].step()

    @rule(who=st.integers(0, 1), lane=st.integers(0, 3), steps=st.integers(1, 5))
    def publishes(self, who: int, lane: int, steps: int) -> None:
        held = self.running[who % self.processes].lanes.get(lane % self.lanes)
        for _ in range(steps if held else 0):
            held[2].step(self.now)

    @rule(who=st.integers(0, 1))
    def looks_at_its_leases(self, who: int) -> None:
        process = self.running[who % self.processes]
        process.leases.step(self.now)
        process.follow()

    @rule(who=st.integers(0, 1), lane=st.integers(0, 3))
    def reconciles(self, who: int, lane: int) -> None:
        held = self.running[who % self.processes].lanes.get(lane % self.lanes)
        if held is not None:
            number = lane % self.lanes
            piece = Sweep(self.log, self.ledger, number).piece(50, held=held[1].held)
            held[1].offer(piece, suspect=True)

    @rule(seconds=st.sampled_from([0.5, 2.0, 6.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.broker.producers)
    @rule(which=st.integers(0, 5), count=st.integers(1, 4))
    def records_land(self, which: int, count: int) -> None:
        producer = self.broker.producers[which % len(self.broker.producers)]
        for _ in range(min(count, len(producer.flight))):
            producer.land()

    # ---- what goes wrong

    @rule(who=st.integers(0, 1))
    def crashes(self, who: int) -> None:
        """The process is gone; what it had under way may still land."""
        who %= self.processes
        producer = self.running[who].outlet._producer
        if producer is not None:
            producer.abandon()
        self.running[who] = Process(self, f"p{who}")

    @rule(who=st.integers(0, 1), lane=st.integers(0, 3), late=st.booleans())
    def the_next_answer_is_lost(self, who: int, lane: int, *, late: bool) -> None:
        held = self.running[who % self.processes].lanes.get(lane % self.lanes)
        if held is None:
            return
        ledger = held[1]._ledger
        assert isinstance(ledger, FaultyLedger)
        if late:
            ledger.delay = True
            self.late.append(ledger.land)
        else:
            ledger.lose_answer = True

    @precondition(lambda self: self.late)
    @rule(which=st.integers(0, 5))
    def a_late_insert_lands(self, which: int) -> None:
        self.late.pop(which % len(self.late))()

    @precondition(lambda self: any(p.flight for p in self.broker.producers))
    @rule()
    def a_delivery_fails(self) -> None:
        producer = next(p for p in self.broker.producers if p.flight)
        producer.land(answer=False)

    @precondition(lambda self: self.broker.orphans)
    @rule()
    def a_record_of_a_former_producer_lands(self) -> None:
        self.broker.land_orphan()

    @rule(lane=st.integers(0, 3), count=st.integers(1, 3))
    def the_broker_loses_its_tail(self, lane: int, count: int) -> None:
        self.broker.lose_tail(lane % self.lanes, count)

    @rule(how=st.sampled_from(["recreated", "emptied"]))
    def the_topic_is(self, how: str) -> None:
        if how == "recreated":
            self.broker.recreate()
        else:
            self.broker.empty_by_retention(0)

    @rule(away=st.booleans())
    def kafka_goes_or_comes(self, *, away: bool) -> None:
        self.broker.away = away

    # ---- what always holds

    @invariant()
    def positions_are_dense_streams_in_order_and_no_mark_beyond(self) -> None:
        rows = list(self.log["ledger"].find({}, {"_id": 0, "events": 0, "leaf": 0}))
        marks = {d["_id"]: d for d in self.log["lanes"].find({"_id": {"$regex": "^mark/"}})}
        for lane in range(self.lanes):
            mine = sorted((r for r in rows if r["lane"] == lane), key=lambda r: r["position"])
            assert [r["position"] for r in mine] == list(range(1, len(mine) + 1))
            heads: dict[str, int] = {}
            for row in mine:
                assert row["first_version"] == heads.get(row["stream"], 0) + 1
                heads[row["stream"]] = row["last_version"]
            assert marks.get(f"mark/{lane}", {"position": 0})["position"] <= len(mine)

    # ---- and in the end

    def teardown(self) -> None:
        self.keys.add(NEWER)
        self.broker.away, self.broker.instant = False, True
        while self.late:
            self.late.pop()()
        for process in self.running:
            for _, assigner, _ in process.lanes.values():
                ledger = assigner._ledger
                assert isinstance(ledger, FaultyLedger)
                ledger.delay = ledger.lose_answer = False
        for producer in list(self.broker.producers):
            while producer.flight:
                producer.land()
        while self.broker.orphans:
            self.broker.land_orphan()
        for rounds in range(40):
            if rounds > 2 and self.quiet():
                break
            self.now += 61.0 if rounds % 2 else 1.0
            self.everybody_works()
        assert set().union(*(p.lanes for p in self.running)) == set(range(self.lanes))
        assert reconcile(self.log, range(self.lanes), self.door).findings == ()
        found = reconcile_topic(self.broker, self.ledger, range(self.lanes), SIGNER).findings
        assert found == ()
        for lane in range(self.lanes):
            mark = self.log["lanes"].find_one({"_id": f"mark/{lane}"}) or {"position": 0}
            assert mark["position"] == self.ledger.head(lane)

    def everybody_works(self) -> None:
        for process in self.running:
            self.looks_at_its_leases(self.running.index(process))
            for lane, (_, assigner, publisher) in process.lanes.items():
                piece = Sweep(self.log, self.ledger, lane).piece(200, held=assigner.held)
                assigner.offer(piece, suspect=True)
                for _ in range(60):
                    self.now += 0.01
                    if not (assigner.step() | publisher.step(self.now)):
                        break

    def quiet(self) -> bool:
        return all(
            publisher.settled and publisher.compared and assigner.settled and not assigner.held
            for process in self.running
            for _, assigner, publisher in process.lanes.values()
        )


class FourLanes(Protocol):
    lanes = 4


@pytest.fixture
def database_of_machines(databases: Databases) -> Databases:
    ensure_log_indexes(databases.log)
    Ledger(databases.log).ensure_indexes()
    return databases


EXAMPLES = int(os.environ.get("CASELEDGER_TEST_EXAMPLES", "12"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", [Protocol, FourLanes])
def test_whatever_happens_between_two_steps_everything_comes_right(
    kind: type[Protocol], database_of_machines: Databases
) -> None:
    machine: Any = type(kind.__name__, (kind,), {"databases": database_of_machines})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            print_blob=False,
        ),
    )
