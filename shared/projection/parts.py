"""What building and comparing a view work on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.database import Database

from shared.config import Databases, Secrets, Settings
from shared.config.wall_clock import utc_now
from shared.eventlog import open_reader
from shared.messaging.stores.marks import Marks
from shared.projection.reading import Loads
from shared.projection.view import Document, View
from shared.relay.ledger.ledger import Ledger

PAGE = 500


class Interrupted(Exception):
    """The process is asked to stop; what was built so far stays and is gone on with."""


@dataclass(frozen=True)
class Parts:
    """The view, the log, the ledger's order, marks and views. `keep_on` says no to stop early."""

    view: View[Any]
    events: Loads
    ledger: Ledger
    marks: Marks
    views: Database[Document]
    lanes: int
    now: Callable[[], datetime]
    page: int = PAGE
    keep_on: Callable[[], bool] = lambda: True

    def check(self) -> None:
        """Go on, or not.

        Raises:
            Interrupted: `keep_on` says no.
        """
        if not self.keep_on():
            raise Interrupted


def parts_of(
    view: View[Any],
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    *,
    keep_on: Callable[[], bool] = lambda: True,
) -> Parts:
    """The parts of a real installation; the log is read with public keys alone."""
    events = open_reader(settings, secrets, databases)
    return Parts(
        view=view,
        events=events,
        ledger=Ledger(databases.log, events.door),
        marks=Marks(databases.work),
        views=databases.views,
        lanes=settings.lanes,
        now=utc_now,
        keep_on=keep_on,
    )
