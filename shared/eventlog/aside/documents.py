"""A stored document as a record names it: by what the door looks at, and by where it stands.

A forger decides what the fields hold, so that nothing here expects a type.
"""

import hashlib
from typing import Any, Final

import bson
from bson.decimal128 import Decimal128

from shared.eventlog.codec import LARGEST_INT
from shared.eventlog.stored import BESIDE, Document

HASHED: Final = tuple(sorted((*BESIDE, "body", "hash", "mac")))
_LONGEST_KEY_ID: Final = 64


def document_hash(document: Document) -> bytes:
    """SHA-256 of the fields that the door looks at, as BSON in the order of their names.

    What is sealed, the `_id` and `seq_hint` are left out: not every reader asks for them, and no
    reader is stopped by them. The width of an integer says nothing either.
    """
    named = {name: _plain(document[name]) for name in HASHED if name in document}
    return hashlib.sha256(bson.encode(named)).digest()


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def versions_taken(document: Document) -> tuple[int, ...]:
    """The versions that a document takes from everybody else: none where it says no number.

    The unique index compares numbers by their value, so that 3.0 takes version 3, and it has an
    entry for each member of a list.
    """
    return tuple(v for v in map(_version, _members(document.get("first_version"))) if v)


def version_at(document: Document) -> int:
    """The first version that a document takes; 0 where it takes none."""
    return next(iter(versions_taken(document)), 0)


def streams_taken(document: Document) -> tuple[str, ...]:
    """The streams whose readers meet a document."""
    return tuple(s for s in _members(document.get("stream")) if isinstance(s, str))


def ids_taken(document: Document) -> tuple[str, ...]:
    """The command ids that a document takes."""
    return tuple(c for c in _members(document.get("command_id")) if isinstance(c, str))


def places_taken(document: Document) -> list[tuple[str, int]]:
    """Stream and version of each place at which nothing else can begin."""
    versions = versions_taken(document)
    return [(stream, version) for stream in streams_taken(document) for version in versions]


def stands_at(document: Document) -> tuple[str, int] | None:
    """Stream and first version of a document that says both as our commits do; None else."""
    stream, version = document.get("stream"), document.get("first_version")
    placed = isinstance(stream, str) and isinstance(version, int)
    return (stream, version) if placed else None  # type: ignore[return-value]  # as was asked


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _version(value: Any) -> int:
    if isinstance(value, Decimal128):
        value = float(value.to_decimal())
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return int(value) if 1 <= value <= LARGEST_INT else 0


def key_named(document: Document) -> str:
    """The key id that a document's `mac` names, "" for none that could be one."""
    mac = document.get("mac")
    key_id = mac.partition(":")[0] if isinstance(mac, str) else ""
    return key_id if key_id.isascii() and len(key_id) <= _LONGEST_KEY_ID else ""
