"""The stored form of a commit: how it is written, and the one place that opens and verifies it.

Beside the body stand only the fields that the indexes need (ADR 0002). They, the hash and the mac
are worth nothing before they were held against the body's own bytes, and that is done here alone.
"""

import hashlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec
from bson import Timestamp
from bson.binary import Binary

from shared.case.registry import WRITES
from shared.eventlog.codec import decode_commit, event_values
from shared.eventlog.errors import LogCorrupt
from shared.eventlog.model import Commit
from shared.eventlog.writer import verifies

BESIDE: Final = (
    "stream",
    "first_version",
    "last_version",
    "command_id",
    "lane",
    "authority",
    "format",
)
Document = Mapping[str, Any]
Keys = Mapping[str, bytes]
"""The writers' keys by id (`Secrets.verify_keys`)."""


class Reason(StrEnum):
    """Why a stored commit is refused: all the reasons that there are."""

    UNREADABLE = "unreadable"  # no body of ours, or hash or mac in another form
    HASH = "hash"  # the stored hash is not that of the body
    KEY = "key"  # not known here, or not one of the writer that the body names
    SIGNATURE = "signature"
    TYPE = "type"  # an event that this writer does not write
    COLUMN = "column"  # a field beside the body is absent or says something else
    VERSIONS = "versions"  # the events are not numbered from first to last version


class Wrong(msgspec.Struct, frozen=True):
    """One reason, and a clause that says it of the commit ("its mac does not verify")."""

    reason: Reason
    detail: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A stored commit, decoded and checked. Nothing is `wrong` with a genuine one.

    `commit` is None where it is unreadable. `digest` is the SHA-256 of the body, computed and not
    believed; `values` are the bytes that are published of its events.
    """

    commit: Commit | None = None
    digest: bytes = b""
    values: tuple[bytes, ...] = ()
    wrong: tuple[Wrong, ...] = ()

    @property
    def why(self) -> str:
        """The first thing that is wrong, in a few words; empty when nothing is."""
        return self.wrong[0].detail if self.wrong else ""


def open_stored(document: Document, keys: Keys | None) -> Opened:
    """Decode a stored commit and check everything that it says of itself.

    Its place in its stream and in its lane is not looked at. Without `keys` (None) neither is who
    wrote it.
    """
    try:
        commit = decode_commit(document)
        values = tuple(event_values(commit))
    except (LogCorrupt, msgspec.MsgspecError) as error:
        unreadable = Wrong(Reason.UNREADABLE, f"it cannot be read ({type(error).__name__})")
        return Opened(wrong=(unreadable,))
    digest = hashlib.sha256(commit.body_bytes).digest()
    wrong = tuple(_wrong(document, commit, digest, keys))
    return Opened(commit=commit, digest=digest, values=values, wrong=wrong)


def _wrong(document: Document, commit: Commit, digest: bytes, keys: Keys | None) -> Iterator[Wrong]:
    body = commit.body
    if digest != commit.hash:
        yield Wrong(Reason.HASH, "its hash is not that of its body")
    stranger = None if keys is None else _stranger(commit, digest, keys)
    if stranger is not None:
        yield stranger
    for name in BESIDE:
        if document.get(name) != getattr(body, name):
            yield Wrong(Reason.COLUMN, f"its field {name} disagrees with its body")
    versions = [event.version for event in body.events]
    if not versions or versions != list(range(body.first_version, body.last_version + 1)):
        detail = "its events are not numbered from its first to its last version"
        yield Wrong(Reason.VERSIONS, detail)


def _stranger(commit: Commit, digest: bytes, keys: Keys) -> Wrong | None:
    """Why the writer that the body names did not write this; None when it did."""
    key_id, _, given = commit.mac.partition(":")
    key = keys.get(key_id)
    writer = commit.body.writer
    if key is None:
        return Wrong(Reason.KEY, f"its key {key_id!r} is not known here")
    if key_id.rpartition("-")[0] != writer:
        return Wrong(Reason.KEY, f"its key {key_id!r} is not one of {writer}")
    if not verifies(key, digest, given):
        return Wrong(Reason.SIGNATURE, "its mac does not verify")
    for event in commit.body.events:
        if event.type not in WRITES.get(writer, ()):
            return Wrong(Reason.TYPE, f"{writer} does not write {event.type}")
    return None


def document_of(commit: Commit) -> dict[str, Any]:
    """The stored form of a commit."""
    document: dict[str, Any] = {name: getattr(commit.body, name) for name in BESIDE}
    document |= {
        "body": Binary(commit.body_bytes),
        "hash": Binary(commit.hash),
        "mac": commit.mac,
        "seq_hint": Timestamp(0, 0),
    }
    if commit.sealed is not None:
        document["sealed"] = Binary(commit.sealed)
    return document
