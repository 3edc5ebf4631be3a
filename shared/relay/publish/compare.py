"""The evidence in the end of a partition: how much of the ledger the topic has, or a contradiction.

Pure. By (position, index): an incomplete commit counts as missing (model p3'), and so does a
position that is missing among the records read (p4, p5: a record that landed behind a lost tail
must not hide the loss).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from shared.eventlog.codec import sha256
from shared.eventlog.model import LEAF_PREFIX
from shared.kafka.record import Record
from shared.relay.ledger.ledger import Row


class Shown(msgspec.Struct, frozen=True):
    """`complete`: no position is missing up to this one, as far as was read; `top`: the highest.

    `hole`: whether a position below `top` is missing.
    """

    complete: int
    top: int
    hole: bool


def shown(records: Iterable[Record], *, whole: bool, reach: int) -> Shown:
    """Judge genuine records of one partition, in any order.

    `whole`: the records begin where the partition began (offset 0), so every position from 1 on
    must be there. Otherwise the first commit may be cut, and holes are searched at most `reach`
    positions below the top.
    """
    present: dict[int, set[int]] = defaultdict(set)
    counts: dict[int, int] = {}
    for record in records:
        present[record.position].add(record.index)
        counts[record.position] = record.count
    if not present:
        return Shown(0, 0, hole=False)
    top, lowest = max(present), min(present)
    first = 1 if whole else max(lowest, top - reach)
    for position in range(first, top + 1):
        cut = position == lowest and not whole
        if not _complete(present.get(position, set()), counts.get(position, 1), cut=cut):
            return Shown(position - 1, top, hole=True)
    return Shown(top, top, hole=False)


def _complete(indexes: set[int], count: int, *, cut: bool) -> bool:
    if not indexes:
        return False
    first = min(indexes) if cut else 1
    return indexes == set(range(first, count + 1))


RESTORED = "the databases were restored from an older copy, or rows of the ledger were deleted."


def contradiction(
    records: Sequence[Record], rows: Mapping[int, Row], *, head: int, after: int
) -> str:
    """The reason why the partition is not a copy of this ledger, in one sentence; "" if it may be.

    `rows` are the ledger's with `after` < position <= `head`, as far as there are records. The
    sentence names positions, never a stream: it is also told to people who may see no case.
    """
    ahead = [record for record in records if record.position > head]
    if ahead:
        last = max(ahead, key=lambda record: record.position)
        return (
            f"Partition {last.lane} holds position {last.position}, but the ledger of that lane "
            f"ends at {head}: {RESTORED}"
        )
    for record in records:
        row = rows.get(record.position)
        if row is None and record.position > after:
            return _lost(record.lane, record.position, head)
        if row is not None and not _same(record, row):
            return _other(record, row)
    return ""


def changed(
    lane: int, known: Mapping[int, bytes], present: Mapping[int, bytes], *, head: int
) -> str:
    """The reason why the ledger is no longer the one that was published; "" if it is.

    Both map a position to the leaf of its row: as it was published, and as the ledger has it now.
    """
    top = max(known, default=0)
    if top > head:
        return f"Lane {lane} is published up to {top}, but its ledger ends at {head}: {RESTORED}"
    for position, leaf in known.items():
        if position not in present:
            return _lost(lane, position, head)
        if present[position] != leaf:
            return _edited(lane, position)
    return ""


def _lost(lane: int, position: int, head: int) -> str:
    return (
        f"Position {position} of lane {lane} was published and is not in the ledger, which goes "
        f"on to {head}: rows of the ledger were deleted."
    )


def _edited(lane: int, position: int) -> str:
    return (
        f"Position {position} of lane {lane} has another hash in the ledger than was published: "
        "the ledger was edited."
    )


def _other(record: Record, row: Row) -> str:
    """The sentence for a row that is not the record's: an edited one, or another commit's."""
    first_version = record.version - record.index + 1
    if (record.stream, first_version, record.count) == (row.stream, row.first_version, row.count):
        return _edited(record.lane, record.position)
    return (
        f"Position {record.position} of lane {record.lane} is another commit on the topic than in "
        "the ledger: the databases were restored from an older copy."
    )


def _same(record: Record, row: Row) -> bool:
    """Whether a genuine record matches the ledger's row at its position."""
    leaf = sha256(LEAF_PREFIX + bytes.fromhex(record.hash))
    return (
        leaf == row.leaf
        and record.count == row.count
        and record.index <= len(row.events)
        and record.digest == row.events[record.index - 1]
    )
