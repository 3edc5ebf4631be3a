"""Reading positions whose records never arrived: gaps, a lost topic, a broker that is away."""

from collections.abc import Sequence

from shared.messaging.consumer.metrics import GroupMetrics
from shared.messaging.consumer.ports import LedgerReader, Row
from shared.messaging.consumer.sorting import LedgerBroken, Position, fill, missing_run


def filled(
    ledger: LedgerReader,
    lane: int,
    positions: Sequence[Position],
    rows: Sequence[Row],
    *,
    metrics: GroupMetrics,
) -> Sequence[Position]:
    """Positions with the bytes of all events; incomplete runs are read from the lane feed.

    Raises:
        LedgerBroken: the log lacks a commit that the ledger names.
    """
    while run := missing_run(positions):
        first, last = run
        records = ledger.records(lane, first - 1, last - first + 1)
        metrics.gap(lane, last - first + 1)
        positions = fill(positions, records, rows)
        if missing_run(positions) == run:
            raise LedgerBroken(f"lane {lane}: the log lacks position {first}")
    return positions
