"""A small log to sequence in tests: genuine commits, made by hand, without the services."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from bson import Timestamp
from bson.binary import Binary
from pymongo import ASCENDING
from pymongo.database import Database

from shared.eventlog import Door, Keyring
from shared.eventlog.authors.writer import Writer
from shared.eventlog.codec import canonical, decode_commit
from shared.eventlog.model import Commit
from shared.kafka.headers import to_kafka
from shared.kafka.record import Record, Signer
from tests.support.keys import door, ring, writer_of

INTAKE = writer_of("intake")
VERIFY_KEYS = ring(INTAKE)
SEQUENCER_KEY = b"s" * 32
WHEN = "2026-11-21T16:00:00.000000Z"


def commit_document(  # a commit as the log stores it
    stream: str,
    first_version: int,
    *,
    count: int = 1,
    lane: int = 0,
    types: Sequence[str] = ("intake.MaterialAttached",),
    writer: Writer = INTAKE,
    mac: str | None = None,
    after: bytes | None = None,
) -> dict[str, Any]:
    last_version = first_version + count - 1
    body = canonical(
        {
            "stream": stream,
            "first_version": first_version,
            "last_version": last_version,
            "command_id": f"test:{stream}:{first_version}",
            "lane": lane,
            "authority": "public-security",
            "format": 1,
            "events": [
                {
                    "version": first_version + i,
                    "type": types[i % len(types)],
                    "schema": 1,
                    "data": {"n": i, "text": '户口簿 \u2028 "quoted"'},
                    "occurred_at": WHEN,
                }
                for i in range(count)
            ],
            "writer": writer.name,
            "actor": {
                "kind": "system",
                "ref": "test",
                "on_behalf_of": None,
                "portal": None,
                "assurance": None,
                "reason": None,
            },
            "causation": None,
            "correlation": None,
            "traceparent": None,
            "code_version": "test",
            "recorded_at": WHEN,
            "prev_hash": None if after is None else after.hex(),
            "sealed_hash": None,
            "request_mac": None,
        }
    )
    digest = hashlib.sha256(body).digest()
    return {
        "stream": stream,
        "first_version": first_version,
        "last_version": last_version,
        "command_id": f"test:{stream}:{first_version}",
        "lane": lane,
        "authority": "public-security",
        "format": 1,
        "body": Binary(body),
        "hash": Binary(digest),
        "mac": writer.mac(digest) if mac is None else mac,
        "seq_hint": Timestamp(0, 0),
    }


def commit(stream: str, first_version: int, **options: Any) -> Commit:
    return decode_commit(commit_document(stream, first_version, **options))


def signed(record: Record, signer: Signer) -> Record:
    """The same record with the sequencer's mac."""
    return msgspec.structs.replace(record, mac=signer.mac(record))


def intake_door() -> Door:
    """A door that knows intake alone."""
    return door(INTAKE)


class KnownWriters:
    """The keys of a folder to which a writer's can be added: `Door` asks again for them."""

    def __init__(self, *writers: Writer) -> None:
        self.writers = list(writers)
        self._ring = ring(*writers)

    def add(self, writer: Writer) -> None:
        """The folder has this writer's key from now on."""
        self.writers.append(writer)

    def __call__(self) -> Keyring:
        """The keys as they were read last."""
        return self._ring

    def again(self) -> Keyring:
        """The keys as they are now."""
        self._ring = ring(*self.writers)
        return self._ring


def ensure_log_indexes(log: Database[dict[str, Any]]) -> None:
    """The indexes of `commits`, as the log has them."""
    log["commits"].create_index([("stream", ASCENDING), ("first_version", ASCENDING)], unique=True)
    log["commits"].create_index([("stream", ASCENDING), ("command_id", ASCENDING)], unique=True)
    log["commits"].create_index([("lane", ASCENDING), ("seq_hint", ASCENDING)])


def append(log: Database[dict[str, Any]], *documents: dict[str, Any]) -> None:
    """Append commits as the services do: single inserts, in order."""
    for document in documents:
        log["commits"].insert_one(dict(document))


class Consumed(msgspec.Struct, frozen=True):
    """A consumed message, as kafka-python shows one."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    offset: int = 0


def consumed(record: Record, *, offset: int = 0, **changed: bytes | None) -> Consumed:
    """The record as a reader gets it; `changed` replaces headers by name (None takes them away)."""
    key, value, headers = to_kafka(record)
    taken = {**dict(headers), **changed}
    return Consumed(record.lane, key, value, tuple(taken.items()), offset)
