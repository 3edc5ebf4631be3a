"""The sweeping of uploads that nobody named in time: they are gone.

What it ends loses its key, as by an erasure, and cannot be opened any more. The list that it works
through is the vault's (`shared/vault/unnamed.py`).
"""

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from shared.casework.log import case_of
from shared.config.wall_clock import utc_now
from shared.eventlog import EventLog
from shared.messaging.consumer.away import is_away
from shared.messaging.consumer.handling import where
from shared.vault import Blobs
from shared.vault.unnamed import Document, UnnamedUploads

EVERY_S = 60.0
_log = structlog.get_logger(__name__)


def sweeping(
    unnamed: UnnamedUploads,
    blobs: Blobs,
    log: EventLog,
    *,
    now: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> Callable[[], None]:
    """The tick that ends what nobody named in time: once a minute, a hundred at most."""
    next_at = monotonic()

    def tick() -> None:
        nonlocal next_at
        if monotonic() < next_at:
            return
        next_at = monotonic() + EVERY_S
        for row in unnamed.over(now=now()):
            try:
                end_unless_named(row, unnamed, blobs, log, now())
            except Exception as error:
                if is_away(error):
                    raise
                _log.error("upload_not_settled", error=type(error).__name__, where=where(error))

    return tick


def end_unless_named(
    row: Document, unnamed: UnnamedUploads, blobs: Blobs, log: EventLog, now: datetime
) -> None:
    """End an upload whose time is over; one that a case has stays, and loses its row alone."""
    upload = row["_id"]
    if any(named_in(log, case, upload) for case in row["cases"]):
        unnamed.forget(upload)
    elif unnamed.end(row):
        blobs.destroy(upload, now=now)
        unnamed.forget(upload)


def named_in(log: EventLog, case: str, upload: str) -> bool:
    """Whether a case has this upload."""
    return upload in case_of(log.load(f"case/{case}")).uploads
