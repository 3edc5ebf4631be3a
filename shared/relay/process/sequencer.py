"""The sequencer process: it assigns and publishes for the lanes it holds, until it is stopped.

It has two loops of steps with one effect each: assigning never waits for Kafka, publishing never
for a slow insert. Servers may be away, and may start in any order; their errors cause a back-off.
An error of our own ends the process, and a supervisor restarts it: its whole state is in the
databases.
"""

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from pymongo.errors import PyMongoError

from shared.config import Databases, Secrets, Settings
from shared.config.wall_clock import utc_now
from shared.eventlog import open_door
from shared.eventlog.aside.records import AsideRecords
from shared.kafka.broker import KafkaBroker
from shared.kafka.options import options_of
from shared.kafka.ports import Broker
from shared.kafka.record import Signer
from shared.relay.assign.feed import LogFeed, Notes
from shared.relay.ledger.ledger import Ledger
from shared.relay.ledger.tuning import Tuning, tuned
from shared.relay.process.hooks import Hook, Hooks
from shared.relay.process.lane import Lane, LaneParts
from shared.relay.process.lease import Leases
from shared.relay.process.patience import Patience
from shared.relay.process.status import status_document, write_status
from shared.relay.publish.outlet import Outlet, Spawn, on_a_thread

_log = structlog.get_logger(__name__)


class Sequencer:
    """One process over `lanes` (all of them by default); any number of processes may run.

    `name` is stable over restarts and unique among the processes. `hooks` run on a thread of their
    own and get the held lanes (checkpoints are one hook). No connection is opened before `run`.
    """

    def __init__(
        self,
        databases: Databases,
        settings: Settings,
        secrets: Secrets,
        hooks: Sequence[Hook] = (),
        *,
        name: str = "sequencer",
        lanes: Sequence[int] | None = None,
        tuning: Tuning | None = None,
        broker: Broker | None = None,
        spawn: Spawn = on_a_thread,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._log = databases.log
        self._tuning = tuning or tuned(settings)
        self._lanes = tuple(range(settings.lanes)) if lanes is None else tuple(lanes)
        self._clock = clock
        self.name = name
        self._broker = broker or KafkaBroker(options_of(settings))
        self._outlet = Outlet(
            self._broker,
            backoff_s=self._tuning.backoff_s,
            backoff_most_s=self._tuning.backoff_most_s,
            spawn=spawn,
        )
        self._wake = threading.Event()
        door = open_door(settings, secrets, databases)
        aside = AsideRecords(databases.log, door, lanes=settings.lanes)
        self._parts = LaneParts(
            log=self._log,
            ledger=Ledger(self._log, door),
            door=door,
            aside=aside,
            signer=Signer(secrets.sequencer_key),
            broker=self._broker,
            outlet=self._outlet,
            tuning=self._tuning,
            notes=Notes(self._log, margin_s=self._tuning.margin_s),
            wake=self._wake,
            clock=clock,
        )
        self._leases = Leases(
            self._log["lanes"],
            me=f"{name}:{uuid.uuid4().hex}",
            lanes=self._lanes,
            beat_s=self._tuning.beat_s,
            lease_s=self._tuning.lease_s,
        )
        self._feed = LogFeed(self._log, self._lanes, wait_ms=self._tuning.wait_ms)
        reach = Hook("kafka reachable", self._tuning.status_s, self._reach, always=True)
        self._hooks = Hooks((*hooks, reach), held=lambda: tuple(sorted(self._working)))
        self._reachable = True
        self._working: Mapping[int, Lane] = {}
        self._ready = False
        self._swept = False
        self._next_status = float("-inf")
        self._next_save = float("-inf")
        self._failure: BaseException | None = None

    @property
    def working(self) -> Mapping[int, Lane]:
        """The lanes we hold, with their parts: for tests and the status."""
        return self._working

    # ---- the process

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then leave in order.

        Raises:
            Exception: a fault of our own code; the process must end.
        """
        beside = [
            threading.Thread(target=self._guarded, args=(work, stop), name=name, daemon=True)
            for name, work in (("publish", self._publish_loop), ("hooks", self._hooks.loop))
        ]
        for thread in beside:
            thread.start()
        try:
            self._assign_loop(stop)
        except BaseException as error:
            self._failure = self._failure or error
            stop.set()
            raise
        finally:
            self._leave(beside)
        if self._failure is not None:
            raise self._failure

    def _guarded(self, work: Callable[[threading.Event], None], stop: threading.Event) -> None:
        try:
            work(stop)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that ends us
            _log.exception("sequencer_thread_failed")
            self._failure = error
            stop.set()

    def _assign_loop(self, stop: threading.Event) -> None:
        patience = Patience(self._tuning)
        while not stop.is_set():
            try:
                worked = self.assign_step(time.monotonic())
            except PyMongoError as error:
                self._feed.close()
                stop.wait(patience.after(error, "assign"))
                continue
            patience.reset()
            if not worked:
                stop.wait(min(self._tuning.beat_s, self._tuning.wait_ms / 1000))

    def _publish_loop(self, stop: threading.Event) -> None:
        patience = Patience(self._tuning)
        while not stop.is_set():
            try:
                worked = self.publish_step(time.monotonic())
            except PyMongoError as error:
                stop.wait(patience.after(error, "publish"))
                continue
            patience.reset()
            if not worked:
                self._wake.clear()
                busy = any(lane.publisher.under_way for lane in self._working.values())
                self._wake.wait(0.002 if busy else self._tuning.wait_ms / 1000)

    def _leave(self, beside: Sequence[threading.Thread]) -> None:
        """Stop in order: no new positions, then the records in flight, the marks, the leases."""
        self._feed.close()
        for thread in beside:
            thread.join(self._tuning.drain_s)
        deadline = time.monotonic() + self._tuning.drain_s
        try:
            while not self._drained() and time.monotonic() < deadline:
                time.sleep(0.005)
            self._outlet.close(max(0.1, deadline - time.monotonic()))
            self._drained()
            self._leases.release()
            self._working = {}
            self._write_status(stopped=True)
        except PyMongoError as error:
            _log.warning("sequencer_left_without_database", error=type(error).__name__)
            self._outlet.close(0.1)
        _log.info("sequencer_stopped", name=self.name)

    def _drained(self) -> bool:
        now = time.monotonic()
        drained = [lane.publisher.drain(now) for lane in self._working.values()]
        return all(drained)

    # ---- the steps of the two loops

    def publish_step(self, now: float) -> bool:
        """One step of each lane's publisher; False if none had work.

        One comparison a round: all lanes get compared at the same pace, and none waits for all the
        others.
        """
        publishers = [lane.publisher for lane in tuple(self._working.values())]
        comparing = next((one for one in publishers if one.compares), None)
        steps = [one.step(now) for one in publishers if one is comparing or not one.compares]
        return any(steps)

    def assign_step(self, now: float) -> bool:
        """The next due work, with one effect; False if there is only waiting left.

        Raises:
            PyMongoError: the database does not answer.
        """
        if not self._ready:
            self._parts.ledger.ensure_indexes()
            self._parts.ledger.check_indexes()
            self._ready = True
            return True
        if self._due(now):
            return True
        if not self._working:
            return False
        if not self._feed.is_open:
            self._feed.open()
            for lane in self._working.values():
                lane.rescan()
            return True
        worked = [lane.assign_step() for lane in tuple(self._working.values())]
        if any(worked):
            return True
        return self._read_feed(now)

    def _due(self, now: float) -> bool:
        """Due work that must not wait for a busy log: leases, status, sweeps."""
        if self._leases.step(now):
            self._follow_leases(now)
            return True
        if now >= self._next_status:
            self._next_status = now + self._tuning.status_s
            self._write_status()
            return True
        return self._sweep(now)

    def _sweep(self, now: float) -> bool:
        """One piece of reconciliation, of the lane that has waited longest; never two in a row."""
        due = [lane for lane in self._working.values() if lane.sweep_due(now)]
        if not due or self._swept:
            self._swept = False
            return False
        self._swept = True
        min(due, key=lambda lane: lane.next_sweep).sweep_step(now)
        return True

    def _follow_leases(self, now: float) -> None:
        """Start the lanes that became ours, and drop those that are no longer ours."""
        held = self._leases.held
        if held == {number: lane.epoch for number, lane in self._working.items()}:
            return
        kept = {n: lane for n, lane in self._working.items() if held.get(n) == lane.epoch}
        for number, epoch in held.items():
            if number not in kept:
                kept[number] = Lane(number, epoch, self._parts, now)
        self._working = kept
        self._wake.set()

    def _read_feed(self, now: float) -> bool:
        found = self._feed.read()
        for document in found:
            number = document["lane"]
            lane = self._working.get(number) if isinstance(number, int) else None
            if lane is not None:
                lane.offer(document)
        if not found and any(lane.raise_head() for lane in self._working.values()):
            return True
        settled = [n for n, lane in self._working.items() if lane.caught_up]
        if not found and settled and self._feed.seen and now >= self._next_save:
            self._next_save = now + self._tuning.save_s
            self._parts.notes.save(settled, self._feed.seen)
        return bool(found)

    def _reach(self, _lanes: tuple[int, ...]) -> None:
        self._reachable = self._broker.reachable()

    def _write_status(self, *, stopped: bool = False) -> None:
        write_status(self._log, self.status(stopped=stopped))

    def stands_by(self, now: float) -> bool:
        """Whether other processes hold every lane and are heard of; false as long as we hold one.

        `now` is monotonic seconds. Without the database nobody is heard of.
        """
        return not self._working and self._leases.all_held_elsewhere(now)

    def status(self, *, stopped: bool = False) -> dict[str, Any]:
        """The document `beat/<name>`, as it is written each `status_s`."""
        return status_document(
            self.name,
            self._working,
            at=self._clock(),
            outlet=self._outlet,
            reachable=self._reachable,
            stopped=stopped,
        )
