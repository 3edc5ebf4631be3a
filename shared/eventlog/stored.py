"""The stored form of a commit: how it is written, and the one place that opens and verifies it.

Beside the body stand only the fields that the indexes need (ADR 0002). They, the hash and the mac
are worth nothing before they were held against the body's own bytes, and that is done here alone.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final

import msgspec
from bson import Timestamp
from bson.binary import Binary

from shared.eventlog.authors.keys import HMAC, KeyEntry, Keyring, may_have_written
from shared.eventlog.codec import decode_commit, event_values
from shared.eventlog.errors import LogCorrupt
from shared.eventlog.model import Commit

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
columns_of: Final = attrgetter(*BESIDE)


class Reason(StrEnum):
    """Why a stored commit is refused: all the reasons that there are."""

    UNREADABLE = "unreadable"  # no body of ours, or hash or mac in another form
    HASH = "hash"  # the stored hash is not that of the body
    KEY = "key"  # not known here, not one of the writer that the body names, or out of use
    OLD = "old"  # a key of before the signatures, and not the ledger's row up to the cut-over
    SIGNATURE = "signature"
    TYPE = "type"  # an event that this writer does not write
    COLUMN = "column"  # a field beside the body is absent or says something else
    VERSIONS = "versions"  # the events are not numbered from first to last version


class Wrong(msgspec.Struct, frozen=True):
    """One reason, and a clause that says it of the commit ("its signature does not verify")."""

    reason: Reason
    detail: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A stored commit, decoded and checked. Nothing is `wrong` with a genuine one.

    `commit` is None where it is unreadable. `digest` is the SHA-256 of the body, computed and not
    believed.
    """

    commit: Commit | None = None
    digest: bytes = b""
    wrong: tuple[Wrong, ...] = ()

    @property
    def why(self) -> str:
        """The first thing that is wrong, in a few words; empty when nothing is."""
        return self.wrong[0].detail if self.wrong else ""

    @property
    def values(self) -> tuple[bytes, ...]:
        """The bytes that are published of its events; none of an unreadable one."""
        return () if self.commit is None else tuple(event_values(self.commit))


def open_stored(document: Document, keys: Keyring | None, *, settled: bool = False) -> Opened:
    """Decode a stored commit and check everything that it says of itself.

    Its place in its stream and in its lane is not looked at. Without `keys` (None) neither is who
    wrote it. `settled`: it is the ledger's own row at or below the cut-over, so that a commit with
    an HMAC key is believed without its MAC, which nobody can check any more (ADR 0015).
    """
    try:
        commit = decode_commit(document)
    except LogCorrupt as error:
        unreadable = Wrong(Reason.UNREADABLE, f"it cannot be read ({type(error).__name__})")
        return Opened(wrong=(unreadable,))
    digest = hashlib.sha256(commit.body_bytes).digest()
    wrong = tuple(_wrong(document, commit, digest, keys, settled=settled))
    return Opened(commit=commit, digest=digest, wrong=wrong)


def signer_of(document: Document, keys: Keyring) -> KeyEntry | None:
    """Whose key signed the body, whatever else is wrong with the document; None for nobody's."""
    body, mac = document.get("body"), document.get("mac")
    if not isinstance(body, bytes) or not isinstance(mac, str):
        return None
    key_id, _, given = mac.partition(":")
    entry = keys.entries.get(key_id)
    if entry is None or not keys.verifies(entry, hashlib.sha256(body).digest(), given):
        return None
    return entry


def _wrong(
    document: Document, commit: Commit, digest: bytes, keys: Keyring | None, *, settled: bool
) -> Iterator[Wrong]:
    body = commit.body
    if digest != commit.hash:
        yield Wrong(Reason.HASH, "its hash is not that of its body")
    stranger = None if keys is None else _stranger(commit, digest, keys, settled=settled)
    if stranger is not None:
        yield stranger
    for name in BESIDE:
        if document.get(name) != getattr(body, name):
            yield Wrong(Reason.COLUMN, f"its field {name} disagrees with its body")
    # counted first: a forged last version may be any number, and a list of them fills the memory
    count = body.last_version - body.first_version + 1
    numbered = enumerate((event.version for event in body.events), start=body.first_version)
    if count < 1 or count != len(body.events) or any(n != version for n, version in numbered):
        detail = "its events are not numbered from its first to its last version"
        yield Wrong(Reason.VERSIONS, detail)


def _stranger(commit: Commit, digest: bytes, keys: Keyring, *, settled: bool) -> Wrong | None:
    """Why the writer that the body names did not write this; None when it did."""
    key_id, _, given = commit.mac.partition(":")
    entry = keys.entries.get(key_id)
    writer = commit.body.writer
    if entry is None:
        return Wrong(Reason.KEY, f"its key {key_id!r} is not known here")
    if entry.writer != writer:
        return Wrong(Reason.KEY, f"its key {key_id!r} is not one of {writer}")
    if _out_of_use(entry, commit):
        return Wrong(Reason.KEY, f"its key {key_id!r} was out of use when it was recorded")
    unproved = _unproved(entry, keys, digest, given, settled=settled)
    if unproved is not None:
        return unproved
    foreign = next((e.type for e in commit.events if not may_have_written(entry, e.type)), None)
    return None if foreign is None else Wrong(Reason.TYPE, f"{writer} does not write {foreign}")


def _out_of_use(entry: KeyEntry, commit: Commit) -> bool:
    """Whether a signed commit was recorded after its key's time; of HMACs the cut-over decides."""
    if entry.until is None or entry.algorithm == HMAC:
        return False
    return _moment(commit.body.recorded_at) > _moment(entry.until)


def _unproved(
    entry: KeyEntry, keys: Keyring, digest: bytes, given: str, *, settled: bool
) -> Wrong | None:
    """What is wrong with a key's word on a hash."""
    if entry.algorithm == HMAC and not keys.holds_old(entry.id):
        detail = "its key is of before the signatures, and it has no place up to the cut-over"
        return None if settled else Wrong(Reason.OLD, detail)
    if keys.verifies(entry, digest, given):
        return None
    return Wrong(Reason.SIGNATURE, "its signature does not verify")


def _moment(text: str) -> datetime:
    """A time of a commit or of a key; the latest there is where it is none, which no key covers."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
