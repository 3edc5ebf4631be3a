"""Rebuilding: a new generation is built beside the live one, compared, then switched to.

Each generation has a collection and marks of its own, so a worker that goes on from the new one's
marks misses nothing, and a zombie that still writes the old one harms nobody.
"""

from typing import Any

import structlog

from shared.messaging.consumer.received import decode
from shared.projection.comparing import compare
from shared.projection.generations import Generations
from shared.projection.parts import Parts
from shared.projection.projector import Projector
from shared.projection.reading import reader
from shared.projection.store import Store

_log = structlog.get_logger(__name__)


def catch_up(parts: Parts, generation: int) -> int:
    """Bring a generation to the ledger's heads, from its own marks; returns events applied.

    Raises:
        Interrupted: `parts.keep_on` says no any more; the marks say how far it came.
    """
    store = Store(parts.view, parts.views, generation)
    projector = Projector(store, reader(parts.events))
    applied = 0
    for lane in range(parts.lanes):
        while True:
            parts.check()
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


def rebuild(parts: Parts, *, generation: int | None = None) -> dict[str, Any]:
    """Build a new generation (or go on with one), compare it with the log, then switch to it.

    Returns {"ok", "generation", "previous", "events", "cases", "findings"}. Where anything was
    found, or somebody else switched in the meantime, the live generation stays.

    Raises:
        Interrupted: `parts.keep_on` says no any more.
    """
    generations = Generations(parts.view, parts.views)
    before = generations.live()
    after = generation or generations.begin(parts.now())
    Store(parts.view, parts.views, after).ensure_indexes()
    applied = catch_up(parts, after)
    compared = compare(parts, generation=after)
    findings = list(compared.findings)
    if findings:
        generations.refuse(after)
    else:
        applied += catch_up(parts, after)  # what came while it was compared
        if not generations.switch(before, after, parts.now()):
            findings.append({"finding": "another-rebuild-switched", "generation": before})
    _log.info(
        "view_rebuilt",
        view=parts.view.name,
        generation=after,
        events=applied,
        findings=len(findings),
    )
    return {
        "ok": not findings,
        "generation": after,
        "previous": before,
        "events": applied,
        f"{parts.view.noun}s": compared.cases,
        "findings": findings,
    }
