"""Generations of the projection: a new one is built beside the live one, compared, then switched.

Each generation has a collection and marks of its own, so a worker that goes on from the new one's
marks misses nothing, and a zombie that still writes the old one harms nobody.
"""

from datetime import UTC, datetime
from typing import Any

import structlog

from services.notify import comparing
from services.notify.projector import ProgressStore, Projector
from services.notify.reading import Generations, Parts, reader
from shared.config import Databases, Secrets, Settings
from shared.eventlog import open_log
from shared.messaging.consumer.received import decode
from shared.messaging.stores.marks import Marks
from shared.relay.ledger.ledger import Ledger

_log = structlog.get_logger(__name__)


def parts_of(settings: Settings, secrets: Secrets, databases: Databases) -> Parts:
    """What rebuilding and comparing work on, for a real installation."""
    return Parts(
        events=open_log(settings, secrets, databases, writer="notify"),
        ledger=Ledger(databases.log),
        marks=Marks(databases.work),
        views=databases.views,
        lanes=settings.lanes,
        now=lambda: datetime.now(UTC),
    )


def rebuild(settings: Settings, secrets: Secrets, databases: Databases) -> dict[str, Any]:
    """`caseledger projection rebuild`: see `rebuild_with`."""
    return rebuild_with(parts_of(settings, secrets, databases))


def compare(settings: Settings, secrets: Secrets, databases: Databases) -> dict[str, Any]:
    """`caseledger projection compare`: {"ok", "generation", "cases", "findings"}."""
    return comparing.compare(parts_of(settings, secrets, databases)).as_dict()


def catch_up(parts: Parts, generation: int) -> int:
    """Bring a generation to the ledger's heads, from its own marks; returns events applied."""
    store = ProgressStore(parts.views, generation)
    projector = Projector(store, reader(parts.events))
    applied = 0
    for lane in range(parts.lanes):
        while True:
            after = parts.marks.get(store.group, lane)
            records = parts.ledger.records(lane, after, parts.page)
            if not records:
                break
            batch = [
                decode(r.value, lane=r.lane, position=r.position, index=r.index, count=r.count)
                for r in records
            ]
            projector.apply(batch)
            parts.marks.raise_to(store.group, lane, records[-1].position)
            applied += len(batch)
    return applied


def rebuild_with(parts: Parts) -> dict[str, Any]:
    """Build a new generation beside the live one, compare it with the log, then switch to it.

    Returns {"ok", "generation", "previous", "events", "cases", "findings"}. Where anything was
    found, or somebody else switched in the meantime, the live generation stays.
    """
    generations = Generations(parts.views)
    before = generations.live()
    after = generations.begin(parts.now())
    ProgressStore(parts.views, after).ensure_indexes()
    applied = catch_up(parts, after)
    compared = comparing.compare(parts, generation=after)
    findings = list(compared.findings)
    if not findings:
        applied += catch_up(parts, after)  # what came while it was compared
        if not generations.switch(before, after, parts.now()):
            findings.append({"finding": "another-rebuild-switched", "generation": before})
    _log.info("progress_rebuilt", generation=after, events=applied, findings=len(findings))
    return {
        "ok": not findings,
        "generation": after,
        "previous": before,
        "events": applied,
        "cases": compared.cases,
        "findings": findings,
    }
