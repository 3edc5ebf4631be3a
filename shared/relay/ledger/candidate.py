"""A commit on its way to a position: is it genuine, does it belong here, what became of it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.eventlog.codec import decode_commit, event_values, sha256
from shared.eventlog.errors import LogCorrupt
from shared.eventlog.model import Commit
from shared.eventlog.writer import foreign
from shared.relay.ledger.ledger import Row

Document = dict[str, Any]
_BESIDE = ("stream", "first_version", "last_version", "command_id", "lane", "authority", "format")


class Candidate(msgspec.Struct, frozen=True):
    """A verified commit on its way to a position, with the values that will be published."""

    commit: Commit
    values: tuple[bytes, ...]
    suspect: bool = False  # it may well be in the ledger: look before inserting


class Assigned(msgspec.Struct, frozen=True):
    """A commit that has its position, with the values to publish: handed to the publisher."""

    row: Row
    commit: Commit
    values: tuple[bytes, ...]


class Held(msgspec.Struct, frozen=True):
    """A stream that gets no position for now, since which of its versions, and why."""

    stream: str
    first_version: int
    why: str


def verified(
    document: Document, *, lane: int, keys: Mapping[str, bytes], suspect: bool
) -> Candidate | str:
    """The commit, ready for a position; or in a few words why it gets none."""
    try:
        commit = decode_commit(document)
        why = (
            foreign(commit, keys)
            or disagreement(document, commit)
            or (f"it belongs to lane {commit.body.lane}" if commit.body.lane != lane else "")
        )
        return why or Candidate(commit, tuple(event_values(commit)), suspect)
    except (LogCorrupt, msgspec.MsgspecError, KeyError, TypeError) as error:
        return f"it cannot be read ({type(error).__name__})"


def disagreement(document: Mapping[str, Any], commit: Commit) -> str:
    """Which of the fields beside the body, or of the body's own numbers, do not agree; or "".

    A stored document whose indexed fields say something else than what was hashed is foreign.
    """
    body = commit.body
    wrong = [name for name in _BESIDE if name in document and document[name] != getattr(body, name)]
    if wrong:
        return f"its fields {', '.join(wrong)} disagree with its body"
    versions = [event.version for event in commit.events]
    if not versions or versions != list(range(body.first_version, body.last_version + 1)):
        return "its events are not numbered from its first to its last version"
    return ""


def proved(row: Row, commit: Commit) -> Assigned:
    """A row and its commit, whose values must be those that were sequenced.

    Raises:
        LogCorrupt: they are not.
    """
    values = tuple(event_values(commit))
    if tuple(sha256(value) for value in values) != row.events:
        raise LogCorrupt(
            f"The events of {row.stream}/{row.first_version}, lane {row.lane} position "
            f"{row.position}, are not those that were sequenced."
        )
    return Assigned(row, commit, values)
