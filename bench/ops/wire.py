"""Reading what a client of MongoDB asks for, from the bytes that it sends.

Only the requests are looked at, only their names: command, collection, and the fields that its
filter names. Values stay unread, but for the group in the `_id` of a mark, which is no secret.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bson

OP_MSG, OP_QUERY = 2013, 2004
_HEAD = struct.Struct("<iiii")
_FILTERS = {"find": "filter", "count": "query", "distinct": "query", "findAndModify": "query"}
_GROUPED = frozenset({"marks", "tries", "claims"})


@dataclass(frozen=True, order=True)
class Asked:
    """One request: `shape` names the fields of its filter; `group` a consumer's, where it has."""

    collection: str
    command: str
    shape: str = ""
    group: str = ""


class Requests:
    """The requests of one connection: bytes go in as they come, whole requests come out."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, piece: bytes) -> Iterator[Asked]:
        """The requests that these bytes complete."""
        self._rest += piece
        while len(self._rest) >= _HEAD.size:
            length = _HEAD.unpack_from(self._rest)[0]
            if len(self._rest) < length:
                return
            message = bytes(self._rest[:length])
            del self._rest[:length]
            yield asked(message)


def asked(message: bytes) -> Asked:
    """What one message asks for; a greeting of an old form is a `hello` like any other."""
    code = _HEAD.unpack_from(message)[3]
    if code != OP_MSG:
        return Asked("", "hello" if code == OP_QUERY else f"op {code}")
    body, following = _sections(message)
    command = next(iter(body))
    of = body.get("collection") if command == "getMore" else body[command]
    collection = of if isinstance(of, str) else ""
    wanted = _filter(command, body, following)
    return Asked(collection, command, ",".join(sorted(wanted)), _group(collection, wanted))


def _sections(message: bytes) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """The command's document and the lists that follow it (the documents of a bulk write)."""
    body: dict[str, Any] = {}
    following: dict[str, list[dict[str, Any]]] = {}
    at, end = _HEAD.size + 4, len(message)
    if struct.unpack_from("<I", message, _HEAD.size)[0] & 1:  # a checksum ends the message
        end -= 4
    while at < end:
        kind, at = message[at], at + 1
        size = struct.unpack_from("<i", message, at)[0]
        if kind == 0:
            body = bson.decode(message[at : at + size])
        else:
            name, _, documents = message[at + 4 : at + size].partition(b"\0")
            following[name.decode()] = list(bson.decode_all(documents))
        at += size
    return body, following


def _filter(
    command: str, body: dict[str, Any], following: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    if command in {"update", "delete"}:
        many = following.get(f"{command}s") or body.get(f"{command}s") or [{}]
        return dict(many[0].get("q", {}))
    return dict(body.get(_FILTERS.get(command, ""), {}))


def _group(collection: str, wanted: dict[str, Any]) -> str:
    """The consumer's group that a row of its memory belongs to."""
    if collection not in _GROUPED:
        return ""
    key = wanted.get("_id")
    named = key.partition("|")[0] if isinstance(key, str) else wanted.get("group", "")
    return named if isinstance(named, str) else ""
