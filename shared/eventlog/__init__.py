"""The event log: insert-only commits in MongoDB, the one truth everything else is made from."""

from shared.case.registry import WRITES
from shared.eventlog import errors
from shared.eventlog.authors.keys import KeyEntry, Keyring
from shared.eventlog.authors.writer import Writer
from shared.eventlog.building import Sealer, lane_of, sealed_fields, sealed_value
from shared.eventlog.codec import (
    canonical,
    event_values,
    sha256,
    timestamp,
)
from shared.eventlog.door import Door, FixedKeys
from shared.eventlog.log import EventLog, LogReader
from shared.eventlog.model import (
    Actor,
    Body,
    Command,
    Commit,
    Draft,
    Event,
    Loaded,
    Outcome,
    Sealed,
)
from shared.eventlog.opening import (
    code_version,
    open_door,
    open_log,
    open_reader,
    open_store,
)
from shared.eventlog.store import CommitStore, prepare
from shared.eventlog.stored import BESIDE, Opened, Reason, Wrong, document_of, open_stored

__all__ = [
    "BESIDE",
    "WRITES",
    "Actor",
    "Body",
    "Command",
    "Commit",
    "CommitStore",
    "Door",
    "Draft",
    "Event",
    "EventLog",
    "FixedKeys",
    "KeyEntry",
    "Keyring",
    "Loaded",
    "LogReader",
    "Opened",
    "Outcome",
    "Reason",
    "Sealed",
    "Sealer",
    "Writer",
    "Wrong",
    "canonical",
    "code_version",
    "document_of",
    "errors",
    "event_values",
    "lane_of",
    "open_door",
    "open_log",
    "open_reader",
    "open_store",
    "open_stored",
    "prepare",
    "sealed_fields",
    "sealed_value",
    "sha256",
    "timestamp",
]
