"""Reading positions whose records never arrived: gaps, a lost topic, a broker that is away."""

from collections.abc import Sequence

from shared.messaging.consumer.group import Group
from shared.messaging.consumer.metrics import GroupMetrics
from shared.messaging.consumer.ports import LedgerReader, R
from shared.messaging.consumer.sorting import LedgerBroken, Position, fill


def filled(
    ledger: LedgerReader[R],
    lane: int,
    positions: Sequence[Position],
    rows: Sequence[R],
    *,
    group: Group,
    metrics: GroupMetrics,
) -> Sequence[Position]:
    """Positions with the bytes of all events; those that are missing are read in one go.

    `rows` are those of the positions. A position of a stream that the group does not follow has no
    events.

    Raises:
        LedgerBroken: the log lacks a commit that the ledger names.
    """
    looked_at = [one if group.follows(one.stream) else one.left_out() for one in positions]
    if not group.reads:
        return [
            one.unread(len(row.events)) if one.values is None else one
            for one, row in zip(looked_at, rows, strict=True)
        ]
    missing = [row for one, row in zip(looked_at, rows, strict=True) if one.values is None]
    if not missing:
        return looked_at
    metrics.gap(lane, len(missing))
    whole = fill(looked_at, ledger.records_of(missing), rows)
    lacking = next((one.number for one in whole if one.values is None), None)
    if lacking is not None:
        raise LedgerBroken(f"lane {lane}: the log lacks position {lacking}")
    return whole
