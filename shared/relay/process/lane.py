"""One lane while this process holds it: its assigner, its publisher, and their input."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.database import Database

from shared.eventlog import Door
from shared.eventlog.aside.stream import Aside
from shared.kafka.ports import Broker
from shared.kafka.record import Signer
from shared.relay.assign.assign import Assigner
from shared.relay.assign.feed import Notes, Scan
from shared.relay.ledger.handover import Handover
from shared.relay.ledger.ledger import PAGE, Ledger
from shared.relay.ledger.tuning import Tuning
from shared.relay.process.reconcile import Sweep
from shared.relay.publish.outlet import Outlet
from shared.relay.publish.publish import Publisher

Document = dict[str, Any]
_BATCHES_REMEMBERED = 8


@dataclass(frozen=True, kw_only=True)
class LaneParts:
    """What the lanes of a process share."""

    log: Database[Document]
    ledger: Ledger
    door: Door
    aside: Aside
    signer: Signer
    broker: Broker
    outlet: Outlet
    tuning: Tuning
    notes: Notes
    wake: threading.Event
    clock: Callable[[], datetime]


class Lane:
    """A lane under one epoch of its lease. A later epoch gets a new object, which starts empty."""

    def __init__(self, number: int, epoch: int, parts: LaneParts, now: float) -> None:
        tuning = parts.tuning
        self.number = number
        self.epoch = epoch
        self._parts = parts
        self._scan: Scan | None = None
        self._scan_wanted = True
        self._sweep = Sweep(parts.log, parts.ledger, number)
        self.next_sweep = now + tuning.sweep_s
        handover = Handover(most=_BATCHES_REMEMBERED * tuning.batch, wake=parts.wake)
        self.assigner = Assigner(
            number,
            parts.ledger,
            parts.door,
            aside=parts.aside,
            batch=tuning.batch,
            streams_kept=tuning.streams_kept,
            held_shown=tuning.held_shown,
            raise_every=PAGE,
            handover=handover.put,
            clock=parts.clock,
        )
        self.publisher = Publisher(
            number,
            epoch=epoch,
            log=parts.log,
            ledger=parts.ledger,
            broker=parts.broker,
            outlet=parts.outlet,
            handover=handover,
            signer=parts.signer,
            tuning=tuning,
        )

    @property
    def may_assign(self) -> bool:
        """Whether assigning is allowed: only after the topic was compared, or if Kafka is away.

        A stopped lane never assigns. A partition ahead of the ledger means that the databases were
        restored from a backup; positions assigned now would be ones that readers have already
        passed.
        """
        publisher = self.publisher
        if publisher.problem:
            return False
        return publisher.compared or bool(self._parts.outlet.problem)

    @property
    def caught_up(self) -> bool:
        """Whether the log was read up to the change stream, and all of it is settled."""
        return not self._scan_wanted and self._scan is None and self.assigner.settled

    def offer(self, document: Document) -> None:
        """Take a commit from the change stream; too many at once are left to a scan of the log."""
        if self.assigner.waiting < _BATCHES_REMEMBERED * self._parts.tuning.batch:
            self.assigner.offer((document,))
        else:
            self._scan_wanted = True

    def rescan(self) -> None:
        """The change stream was opened anew: read the log from the last known point."""
        self._scan_wanted = True

    def assign_step(self) -> bool:
        """One step of assigning, or one page of the log as its input."""
        if self.may_assign and self.assigner.step():
            return True
        if self.assigner.waiting > self._parts.tuning.batch:
            return False
        if not self.may_assign:
            return False
        if self._scan_wanted:
            since = self._parts.notes.since(self.number)
            self._scan, self._scan_wanted = Scan(self._parts.log, self.number, since=since), False
            return True
        if self._scan is None:
            return False
        self.assigner.offer(self._scan.step(self._parts.tuning.batch), suspect=True)
        if self._scan.done:
            self._scan = None
        return True

    def raise_head(self) -> bool:
        """Update the head document in a quiet moment. True if it lagged."""
        behind = self.assigner.settled and self.assigner.raised < self.assigner.head
        if behind:
            self.assigner.raise_head()
        return behind

    def sweep_due(self, now: float) -> bool:
        """Whether the running reconciliation of this lane is due."""
        return now >= self.next_sweep and self.assigner.waiting <= self._parts.tuning.batch

    def sweep_step(self, now: float) -> None:
        """Offer the next missing commits to assign, held streams first."""
        tuning = self._parts.tuning
        self.next_sweep = now + tuning.sweep_s
        missing = self._sweep.piece(tuning.sweep_commits, held=self.assigner.held)
        self.assigner.offer(missing, suspect=True)

    @property
    def rounds(self) -> int:
        """The number of complete rounds of the reconciliation through the lane."""
        return self._sweep.rounds
