"""One version of the code as a process of its own: told what to do by lines of JSON.

`python -P version_process.py URI PREFIX` with the version's tree on PYTHONPATH. A line is
`{"do": name, ...}`; the answer is one line. It imports the product alone, never `tests`.
"""

import base64
import hashlib
import json
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import CollectorRegistry

from services.progress.standing.view import VIEW
from shared.audit.commits import check_opened
from shared.case import EVENTS, Case, UnknownEvent, data_of, decode
from shared.casework.log import case_of, drafts
from shared.casework.worker import SCHEMAS
from shared.config import Databases, Settings, connect
from shared.config.logging import configure
from shared.config.writer_keys import ED25519
from shared.eventlog import (
    Actor,
    Command,
    CommitStore,
    Door,
    Draft,
    EventLog,
    FixedKeys,
    KeyEntry,
    Keyring,
    Loaded,
    Writer,
)
from shared.eventlog import prepare as prepare_log
from shared.eventlog.errors import Contended
from shared.eventlog.stored import open_stored
from shared.messaging import ConsumerMetrics, Group, Pace, Parking, Received
from shared.messaging.stores.marks import Marks
from shared.messaging.timers.ledger_only import LedgerOnly
from shared.messaging.worker.assembly import consumer_of, prepare
from shared.messaging.worker.redrive import LogHistory, redrive
from shared.projection.projector import Projector
from shared.projection.reading import reader
from shared.projection.store import Store
from shared.relay.assign.assign import Assigner
from shared.relay.ledger.ledger import Ledger
from shared.relay.process.reconcile import Sweep, reconcile


def writer_of(name: str) -> Writer:
    """A writer whose key follows from its name, so that both versions have the same."""
    seed = hashlib.sha256(name.encode()).digest()
    return Writer(name, f"{name}-1", Ed25519PrivateKey.from_private_bytes(seed))


def entry(writer: Writer) -> KeyEntry:
    """A writer's entry in `writers.json`."""
    public = base64.b64encode(writer.key.public_key().public_bytes_raw()).decode()
    return KeyEntry(id=writer.key_id, writer=writer.name, algorithm=ED25519, public=public)


KEYS = Keyring([entry(writer_of(name)) for name in ("intake", "review")])
DOOR = Door(FixedKeys(KEYS))
LANE = 0
PATIENCE_S = 20.0


class Version:
    """What this version of the code does on the log. Each method answers plain JSON values."""

    def __init__(self, settings: Settings, databases: Databases) -> None:
        self._settings = settings
        self._databases = databases
        self._store = CommitStore(databases.log, DOOR)
        self._ledger = Ledger(databases.log, DOOR)
        self._assigner = Assigner(LANE, self._ledger, DOOR)
        self._handled: list[str] = []

    def prepare(self) -> None:
        """Make the indexes, once for both."""
        prepare_log(self._databases.log)
        self._ledger.ensure_indexes()
        prepare(self._databases, "intake", lanes=1)

    def append(self, stream: str, events: Sequence[dict[str, Any]], command: str) -> dict[str, Any]:
        """Write facts as a service does: load, fold, decide, insert. The answer is the receipt."""
        facts = [msgspec.convert(one["data"], EVENTS[one["type"]]) for one in events]
        writer = facts[0].TYPE.partition(".")[0]

        def decide(loaded: Loaded) -> Sequence[Draft]:
            case: Case = case_of(loaded)  # raises UnknownEvent: what is not known is not decided on
            assert case.version == loaded.version
            return drafts(facts)

        while True:
            try:
                done = self._log(writer).execute(stream, self._command(command), decide)
                break
            except UnknownEvent as error:
                return {"unknown": str(error)}
            except Contended:  # nothing was written, and a caller repeats it
                continue
        assert done.commit is not None
        return {"stream": stream, "version": done.version, "hash": done.commit.hash.hex()}

    def burst(self, stream: str, event: dict[str, Any], count: int, name: str) -> list[Any]:
        """Many commands on one stream, as fast as they go."""
        return [self.append(stream, [event], f"test:{name}:{n}") for n in range(count)]

    def read(self, stream: str) -> dict[str, Any]:
        """The version that the fold reaches, and every fact as this code reads it."""
        loaded = self._log("intake").load(stream)
        facts = [data_of(decode(event).fact) for event in loaded.events]
        return {"version": case_of(loaded).version, "facts": facts}

    def sequence(self) -> dict[str, Any]:
        """One whole round of the sequencer's reconciliation: the head, and what is held and why."""
        sweep = Sweep(self._databases.log, self._ledger, LANE)
        while not sweep.rounds:
            self._assigner.offer(sweep.piece(100, held=self._assigner.held), suspect=True)
            while self._assigner.step():
                pass
        held = {one.stream: one.why for one in self._assigner.held.values()}
        return {"head": self._ledger.head(LANE), "held": held}

    def reconcile(self) -> list[list[Any]]:
        """The findings of `caseledger audit reconcile` over the log."""
        found = reconcile(self._databases.log, [LANE], DOOR).findings
        return [[one.kind, one.stream, one.version] for one in found]

    def audit(self) -> list[list[Any]]:
        """What the verification says of each stored commit by itself."""
        return [
            [document["stream"], problem.kind]
            for document in self._databases.log["commits"].find({})
            for problem in check_opened(open_stored(document, KEYS))
        ]

    def follow(self) -> dict[str, Any]:
        """A service's consumer and the projection, until both marks are at the ledger's head."""
        head = self._ledger.head(LANE)
        self._handled = []
        for group in self._groups():
            consumer = consumer_of(
                group,
                LedgerOnly(1, threading.Event()),
                settings=self._settings,
                databases=self._databases,
                door=DOOR,
                families=ConsumerMetrics(CollectorRegistry()),
                pace=Pace(compare_after_s=0.0),
            )
            until, marks = time.monotonic() + PATIENCE_S, Marks(self._databases.work)
            while marks.get(group.name, LANE) < head and time.monotonic() < until:
                consumer.step(0.01)
            consumer.finish(1.0)
        marked = {group.name: marks.get(group.name, LANE) for group in self._groups()}
        parked = [[row.group, row.stream] for row in Parking(self._databases.work).all()]
        return {"marks": marked, "parked": sorted(parked), "handled": self._handled}

    def redrive(self) -> list[list[Any]]:
        """What a worker does that is asked to redrive: group, stream, whether it is done."""
        parking = Parking(self._databases.work)
        rows, groups = parking.all(), self._groups()
        history = LogHistory(self._store.stream, Ledger(self._databases.log))
        return [
            [
                row.group,
                row.stream,
                redrive(group, row.stream, parking=parking, history=history).done,
            ]
            for row in rows
            for group in groups
            if group.name == row.group
        ]

    def view(self, case: str) -> int:
        """The version of the case that the projection shows; 0 where it shows none."""
        held = Store(VIEW, self._databases.views, 1).get(case)
        return 0 if held is None else held.versions.get(f"case/{case}", 0)

    def _groups(self) -> tuple[Group, Group]:
        """A service that folds the case for what it reacts to, and the progress projection."""

        def react(received: Received) -> None:
            self.read(received.stream)
            self._handled.append(received.event_id)

        types = ("intake.CaseSubmitted", "review.CaseAssigned")
        store = Store(VIEW, self._databases.views, 1)
        return (
            Group("intake", handlers={name: [react] for name in types}, schemas=SCHEMAS),
            Group(store.group, batch=Projector(store, reader(self._log("notify"))), schemas=None),
        )

    def _log(self, writer: str) -> EventLog:
        return EventLog(
            self._store,
            writer_of(writer),
            sealer=None,
            lanes=1,
            code_version="test",
            timeout_s=PATIENCE_S,
        )

    @staticmethod
    def _command(command_id: str) -> Command:
        return Command(
            command_id=command_id,
            actor=Actor(kind="system", ref="test"),
            now=datetime.now(UTC),
            authority="public-security",
        )


def main() -> int:
    """Answer each line until the input ends."""
    uri, prefix = sys.argv[1:]
    configure("error", process="version")
    settings = Settings.from_env(
        {
            "CASELEDGER_LOG_URI": uri,
            "CASELEDGER_DATABASE_PREFIX": prefix,
            "CASELEDGER_LANES": "1",
            "CASELEDGER_PARK_AFTER": "1",
        }
    )
    version = Version(settings, connect(settings, appname="version"))
    for line in sys.stdin:
        asked = json.loads(line)
        answer = getattr(version, asked.pop("do"))(**asked)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
