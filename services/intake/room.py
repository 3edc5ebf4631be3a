"""What everything in this room works with, handed in once at the start of a process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.case import Rules, RulesSource
from shared.eventlog import EventLog
from shared.vault import Blobs, Vault


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Log, vault, uploads, rules and clock of one process. `case_id_keys` are newest first."""

    log: EventLog
    vault: Vault
    blobs: Blobs
    source: RulesSource
    case_id_keys: tuple[bytes, ...]
    now: Callable[[], datetime]
    upload_bytes: int = 8 * 1024 * 1024

    @property
    def rules(self) -> Rules:
        """The rules as they are at this moment; a decision asks once."""
        return self.source.present
