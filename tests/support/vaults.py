"""A vault for tests, with a clock that the test moves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.config import Databases
from shared.eventlog import EventLog
from shared.vault import Blobs, Erasures, Keys, Vault, prepare
from shared.vault.access import AccessRecord
from shared.vault.subjects import Subjects
from tests.support.logs import new_log

KEK = ("kek-1", b"k" * 32)
CACHE_S = 60


@dataclass
class Clock:
    """Wall and monotonic time that move together, by hand."""

    at: datetime = field(default=datetime(2026, 9, 25, 2, 0, tzinfo=UTC))
    ticks: float = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds


@dataclass
class Room:
    """One process's vault; several rooms on the same databases are several processes."""

    databases: Databases
    clock: Clock
    keys: Keys
    vault: Vault
    blobs: Blobs
    erasures: Erasures
    log: EventLog
    intake: EventLog


def open_room(
    databases: Databases, clock: Clock, folder: Path, kek: tuple[str, bytes] = KEK
) -> Room:
    prepare(databases)
    log, registrar = new_log(databases, name="vault"), new_log(databases, name="registrar")
    keys = Keys(databases.vault, [kek], cache_s=CACHE_S, monotonic=clock.monotonic)
    access = AccessRecord(databases.log)
    subjects = Subjects(databases.vault, keys, registrar, subject_key=b"s" * 32, now=clock.now)
    vault = Vault(keys, subjects, access, now=clock.now)
    erasures = Erasures(
        databases.vault,
        keys,
        subjects,
        log,
        list_path=folder / "erasures.jsonl",
        cache_s=CACHE_S,
        now=clock.now,
    )
    return Room(
        databases=databases,
        clock=clock,
        keys=keys,
        vault=vault,
        blobs=Blobs(databases.log, keys, access, now=clock.now),
        erasures=erasures,
        log=log,
        intake=new_log(databases, sealer=vault),
    )
