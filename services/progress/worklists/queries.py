"""Pages of open cases from the read model, in the order of `place`, never by offset."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from services.progress.worklists.line import line
from services.progress.worklists.schemas import NOBODY, cursor_after
from services.progress.worklists.view import VIEW, Waiting, due_key
from shared.case import Rules
from shared.projection.reading import Loads, Reading, folded
from shared.projection.view import Document, restored

BEHIND_ALL = "\x7f"


class Worklists:
    """Reads the live generation of the view; `rules` give the items' names."""

    def __init__(
        self, events: Loads, views: Database[Document], rules: Rules, now: Callable[[], datetime]
    ) -> None:
        self._events = events
        self._rules = rules
        self._reading = Reading(VIEW, views)
        self._now = now

    def page(
        self, scope: Mapping[str, Any], asked: Mapping[str, Any]
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The lines of a page and the cursor of the next one.

        `scope` limits what the caller may meet. `asked` is a loaded `WorklistQuery`.
        """
        now, limit = self._now(), asked["limit"]
        documents = self._reading.collection.find(wanted(scope, asked, now))
        found = list(documents.sort("place", ASCENDING).limit(limit + 1))
        lines = [line(self._waiting(one), self._rules, now) for one in found[:limit]]
        following = cursor_after(found[limit - 1]["place"]) if len(found) > limit else None
        return lines, following

    def _waiting(self, document: Document) -> Waiting:
        """What is stored; folded from the log where other code wrote it."""
        held = restored(VIEW, document)
        if held is None:
            upto = VIEW.versions_of(document["_id"], document["versions"])
            held = folded(VIEW, self._events, document["_id"], upto)
        return held.state


def wanted(scope: Mapping[str, Any], asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The filter of a page: every bound on the due date is one on `place`, the indexes' last key.

    In a place the due time is followed by `/`: "0" is the next character, so `<time>/` stands
    before every case due then and `<time>0` behind them.
    """
    query: dict[str, Any] = {**scope, "open": True}
    query |= {name: asked[name] for name in ("item", "status") if name in asked}
    if "officer" in asked:
        query["officer"] = None if asked["officer"] == NOBODY else asked["officer"]
    above, below = [asked.get("after", "")], [BEHIND_ALL]
    if "due_until" in asked:
        below.append(f"{due_key(asked['due_until'])}0")
    if asked.get("late") == "true":
        below.append(f"{due_key(now)}/")
    if asked.get("late") == "false":
        above.append(f"{due_key(now)}/")
    return {**query, "place": {"$gt": max(above), "$lt": min(below)}}
