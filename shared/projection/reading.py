"""Reading a view for an answer, and the log wherever the view is too old for it.

Nobody waits for a view that is behind, and nobody is without an answer while the views are away or
written in another format: the log answers.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Protocol

import structlog
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.eventlog import Event, Loaded
from shared.projection.generations import Generations
from shared.projection.store import Store
from shared.projection.view import Document, KeptState, S, View, fold

_log = structlog.get_logger(__name__)


class Loads(Protocol):
    """The log as far as a view reads it; `EventLog` is one."""

    def load(self, stream: str, *, upto_version: int | None = None) -> Loaded: ...


def reader(events: Loads) -> Callable[[str, int, int], Iterable[Event]]:
    """The events of a stream between two versions, from the log."""

    def read(stream: str, first: int, last: int) -> Iterable[Event]:
        loaded = events.load(stream, upto_version=last)
        return [e for e in loaded.events if first <= e.version <= last]

    return read


def folded(view: View[S], events: Loads, key: str, upto: Mapping[str, int]) -> KeptState[S]:
    """The state of a document at given versions of its streams, from the log."""
    read = reader(events)
    return fold(view, key, {stream: read(stream, 1, v) for stream, v in upto.items() if v})


class Reading(Generic[S]):
    """The live generation of a view, for queries."""

    def __init__(self, view: View[S], views: Database[Document]) -> None:
        self._view = view
        self._views = views
        self._generations = Generations(view, views)

    def stored(self, key: str) -> KeptState[S] | None:
        """What is stored of a key.

        None where nothing is, where it is written in another format, or the views are away.
        """
        try:
            live = self._generations.live()
            if not self._generations.is_readable(live):
                return None
            return Store(self._view, self._views, live).get(key)
        except PyMongoError:
            _log.warning("views_away", view=self._view.name)
            return None

    @property
    def collection(self) -> Collection[Any]:
        """The documents of the live generation, for lists: whatever format they are in."""
        return Store(self._view, self._views, self._generations.live()).collection
