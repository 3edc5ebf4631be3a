"""The pure core of a consumer: it checks arrived records against the ledger's own rows.

The rows decide everything; a record only saves reading the log. A record whose bytes differ from
its row is dropped, and a position without a record is read from the ledger
(`docs/models/c_consumer.py`; c1 and c6 are the failures without these rules).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shared.kafka.headers import Arrived
from shared.messaging.consumer.ports import FeedRecord, Row


@dataclass(frozen=True, slots=True)
class Position:
    """One position with the bytes of all its events; `values` is None if they have to be read."""

    number: int
    stream: str
    first_version: int
    values: tuple[bytes, ...] | None

    def left_out(self) -> "Position":
        """The same position, of which no event is looked at."""
        return replace(self, values=())

    def unread(self, count: int) -> "Position":
        """The same position, of which so many events are known to be there, and no more of them."""
        return replace(self, values=(b"",) * count)


@dataclass(frozen=True, slots=True)
class HeldPosition:
    """The next positions in order, and the number of foreign records among the arrivals."""

    positions: list[Position]
    foreign: int


class LedgerBroken(Exception):
    """The ledger's rows have a hole, or bytes do not match their digests: an auditor must look."""


def hold(arrived: Iterable[Arrived], rows: Sequence[Row], mark: int) -> HeldPosition:
    """Match records with the rows above the mark (dense, from mark + 1).

    Records outside the rows' positions are ignored. Records inside that do not match their row are
    counted as foreign; repeats of a genuine record are not.

    Raises:
        LedgerBroken: a row is missing.
    """
    last = mark + len(rows)
    came: dict[tuple[int, int], bytes | None] = {}
    again: list[Arrived] = []  # records for a place that an earlier record claimed
    for record in arrived:
        if mark < record.position <= last:
            place = record.position, record.index
            if place in came:
                again.append(record)
            else:
                came[place] = record.value
    foreign, positions = 0, []
    for number, row in enumerate(rows, start=mark + 1):
        if row.position != number:
            raise LedgerBroken(f"position {number} is missing, {row.position} is there")
        values: list[bytes] = []
        for index, digest in enumerate(row.events, start=1):
            place = number, index
            if place not in came:
                continue
            value = came.pop(place)
            if value is None or _sha256(value) != digest:
                foreign += 1
                value = _genuine(again, number, index, digest)
            if value is not None:
                values.append(value)
        whole = tuple(values) if len(values) == len(row.events) else None
        positions.append(Position(number, row.stream, row.first_version, whole))
    foreign += len(came) + sum(not _is_rows(record, rows, mark) for record in again)
    return HeldPosition(positions, foreign)


def _genuine(again: Sequence[Arrived], position: int, index: int, digest: bytes) -> bytes | None:
    """The genuine record among the later records for the same place, if there is one."""
    for record in again:
        if (record.position, record.index) != (position, index) or record.value is None:
            continue
        if _sha256(record.value) == digest:
            return record.value
    return None


def _is_rows(record: Arrived, rows: Sequence[Row], mark: int) -> bool:
    """Whether a record's bytes match the row of its position."""
    events = rows[record.position - mark - 1].events
    if record.value is None or not 1 <= record.index <= len(events):
        return False
    return _sha256(record.value) == events[record.index - 1]


def fill(
    positions: Sequence[Position], records: Iterable[FeedRecord], rows: Sequence[Row]
) -> list[Position]:
    """The positions filled with the values of the lane feed; missing values stay empty.

    Raises:
        LedgerBroken: the log's bytes do not match the row.
    """
    found: dict[int, dict[int, bytes]] = {}
    for record in records:
        found.setdefault(record.position, {})[record.index] = bytes(record.value)
    filled = []
    for position, row in zip(positions, rows, strict=True):
        given = found.get(position.number)
        if position.values is not None or given is None:
            filled.append(position)
            continue
        values = tuple(given[index] for index in sorted(given))
        if [_sha256(v) for v in values] != [bytes(d) for d in row.events]:
            raise LedgerBroken(f"position {position.number}: the log's bytes are not the ledger's")
        filled.append(Position(position.number, position.stream, position.first_version, values))
    return filled


def _sha256(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
