"""The lane feed: the same stream as the topic, from the ledger, with the commits' bodies.

Whoever finds a gap on the topic, or asks once a minute whether it is behind, asks here: no reader
depends on the broker's memory (architecture, "Publish").
"""

from typing import Any

from shared.http.plain import time_of
from shared.relay.ledger.ledger import Ledger, LedgerEntry

MOST_BYTES = 4 * 1024 * 1024


def lanes(ledger: Ledger, count: int) -> dict[str, Any]:
    """Every lane with its last position."""
    return {"lanes": [{"lane": lane, "head": ledger.head(lane)} for lane in range(count)]}


def piece(ledger: Ledger, lane: int, *, after: int, limit: int) -> dict[str, Any]:
    """Positions after `after`, in order, at most `limit` and about 4 MiB of them, at least one."""
    head = ledger.head(lane)
    entries = ledger.entries(lane, after, limit) if after < head else []
    records: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        size += len(entry.commit.body_bytes)
        if records and size > MOST_BYTES:
            break
        records.append(_record(entry))
    return {"lane": lane, "head": head, "records": records}


def _record(entry: LedgerEntry) -> dict[str, Any]:
    row = entry.row
    return {
        "position": row.position,
        "stream": row.stream,
        "first_version": row.first_version,
        "last_version": row.last_version,
        "hash": entry.commit.hash.hex(),
        "body": entry.commit.body_bytes.decode(),
        "sequenced_at": time_of(row.sequenced_at),
    }
