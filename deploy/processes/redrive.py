"""Going on with parked streams from the command line: with the very handlers that gave up.

It builds the workers as their processes do, and runs none of them.
"""

import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from deploy.topology import Side, sides
from shared.config import Databases, Secrets, Settings
from shared.eventlog import open_store
from shared.messaging import Group
from shared.messaging.stores.parking import Parking
from shared.messaging.worker.assembly import redrive_of
from shared.projection.worker import build


def redrive_parked(
    settings: Settings, secrets: Secrets, databases: Databases, *, group: str, stream: str
) -> dict[str, Any]:
    """Redrive every parked stream, or those of one group, or one stream.

    `ok` when none of those is parked any more; `parked` are the rows that stay.
    """
    parking = Parking(databases.work)
    rows = [row for row in parking.all(group or None) if not stream or row.stream == stream]
    known = {one.name: one for one in _groups(settings, secrets, databases)} if rows else {}
    done, commits = [], open_store(settings, secrets, databases)
    for row in rows:
        found = known.get(row.group)
        if found is not None:
            done.append(asdict(redrive_of(found, row.stream, databases, commits)))
    stay = [asdict(row) for row in parking.all(group or None) if not stream or row.stream == stream]
    return {"ok": not stay, "redriven": done, "parked": stay}


def _groups(settings: Settings, secrets: Secrets, databases: Databases) -> Iterator[Group]:
    """Every group of every worker. Their servers are not asked; their probes stay closed."""
    quiet = replace(settings, health_port=0)
    for one in sides(Side.WORKER):
        yield from one.load()(quiet, secrets, databases, threading.Event()).groups
    for one in sides(Side.PROJECTION):
        made = build(one.load(), quiet, secrets, databases, writer=one.service)
        yield from made.groups
