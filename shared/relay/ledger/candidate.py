"""A commit on its way to a position: is it genuine, does it belong here, and its outcome."""

import msgspec

from shared.case.registry import WRITES
from shared.eventlog.codec import event_values, sha256
from shared.eventlog.errors import LogCorrupt
from shared.eventlog.model import Commit
from shared.eventlog.stored import Opened
from shared.relay.ledger.ledger import Row

_KNOWN = frozenset(name for types in WRITES.values() for name in types)


class Candidate(msgspec.Struct, frozen=True):
    """A verified commit on its way to a position, with the values that will be published."""

    commit: Commit
    values: tuple[bytes, ...]
    suspect: bool = False  # possibly in the ledger already: look before inserting


class Assigned(msgspec.Struct, frozen=True):
    """A commit with its position and the values to publish, passed to the publisher."""

    row: Row
    commit: Commit
    values: tuple[bytes, ...]


class HeldCommit(msgspec.Struct, frozen=True):
    """A stream that gets no position for now: its first held version and the reason."""

    stream: str
    first_version: int
    why: str


def verified(opened: Opened, *, lane: int, suspect: bool) -> Candidate | str:
    """The commit, ready for a position; or in a few words why it gets none."""
    if opened.commit is None or opened.wrong:
        return opened.why
    if opened.commit.body.lane != lane:
        return f"it belongs to lane {opened.commit.body.lane}"
    later = next((event.type for event in opened.commit.events if event.type not in _KNOWN), None)
    if later is not None:  # genuine, and of newer code: the sequencer is upgraded before it writes
        return f"{opened.commit.body.writer} does not write {later}"
    return Candidate(opened.commit, opened.values, suspect)


def proved(row: Row, commit: Commit) -> Assigned:
    """A row and its commit, whose values must match the row's hashes.

    Raises:
        LogCorrupt: they do not match.
    """
    values = tuple(event_values(commit))
    if tuple(sha256(value) for value in values) != row.events:
        raise LogCorrupt(
            f"The events of {row.stream}/{row.first_version}, lane {row.lane} position "
            f"{row.position}, are not those that were sequenced."
        )
    return Assigned(row, commit, values)
