"""Pages of open cases from the read model, in the order of `place`, never by offset."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from services.progress.worklists.line import line
from services.progress.worklists.schemas import DESKS, LISTS, NOBODY, ON_THE_WAY, cursor_after
from services.progress.worklists.statistics import FIELDS, MOST, statistics
from services.progress.worklists.view import VIEW, WAITS_FOR, Waiting, due_key
from shared.case import Rules
from shared.clock import end_of_day, local_day
from shared.projection.reading import Loads, Reading, folded
from shared.projection.view import Document, restored

BEHIND_ALL = "\x7f"
MOST_COUNTED = 10_000


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
        self, scope: Mapping[str, Any], asked: Mapping[str, Any], *, me: str | None = None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The lines of a page and the cursor of the next one.

        `scope` limits what the caller may meet. `asked` is a loaded `WorklistQuery`. `me`: the
        caller's staff id.
        """
        now, limit = self._now(), asked["limit"]
        documents = self._reading.collection.find(wanted(scope, asked, now, me=me))
        found = list(documents.sort("place", ASCENDING).limit(limit + 1))
        lines = [line(self._waiting(one), self._rules, now) for one in found[:limit]]
        following = cursor_after(found[limit - 1]["place"]) if len(found) > limit else None
        return lines, following

    def counts(
        self,
        scope: Mapping[str, Any],
        asked: Mapping[str, Any],
        *,
        me: str | None = None,
        lists: Collection[str] = LISTS,
    ) -> dict[str, int | None]:
        """How many cases stand in each of the lists, of the same item where one was asked for.

        None for a list that is not among them.
        """
        now = self._now()
        item = {"item": asked["item"]} if "item" in asked else {}
        return {
            name.replace("-", "_"): self._reading.collection.count_documents(
                wanted(scope, {**item, "list": name}, now, me=me), limit=MOST_COUNTED
            )
            if name in lists
            else None
            for name in LISTS
        }

    def statistics(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        """Counts over the open cases of the scope, the first due first."""
        documents = self._reading.collection.find({**scope, "open": True}, dict.fromkeys(FIELDS, 1))
        rows = documents.sort("place", ASCENDING).limit(MOST + 1)
        return statistics(rows, self._rules, self._now())

    def _waiting(self, document: Document) -> Waiting:
        """What is stored; folded from the log where other code wrote it."""
        held = restored(VIEW, document)
        if held is None:
            upto = VIEW.versions_of(document["_id"], document["versions"])
            held = folded(VIEW, self._events, document["_id"], upto)
        return held.state


def wanted(
    scope: Mapping[str, Any], asked: Mapping[str, Any], now: datetime, *, me: str | None = None
) -> dict[str, Any]:
    """The filter of a page: every bound on the due date is one on `place`, the indexes' last key.

    In a place the due time is followed by `/`: "0" is the next character, so `<time>/` stands
    before every case due then and `<time>0` behind them.
    """
    query: dict[str, Any] = {**scope, "open": True}
    query |= {name: asked[name] for name in ("item", "status") if name in asked}
    if "officer" in asked:
        query["officer"] = None if asked["officer"] == NOBODY else asked["officer"]
    chosen = asked.get("list", "office")
    query |= _of_list(chosen, me)
    if chosen == ON_THE_WAY:
        query["status"] = "dispatched" if asked.get("status", "dispatched") == "dispatched" else "-"
    above, below = [asked.get("after", "")], [BEHIND_ALL]
    if "due_until" in asked:
        below.append(f"{due_key(asked['due_until'])}0")
    if chosen == "due-today":
        below.append(f"{due_key(end_of_day(local_day(now)))}0")
    if asked.get("late") == "true" or chosen == "late":
        below.append(f"{due_key(now)}/")
    if asked.get("late") == "false" or chosen == "due-today":
        above.append(f"{due_key(now)}/")
    return {**query, "place": {"$gt": max(above), "$lt": min(below)}}


def _of_list(chosen: str, me: str | None) -> dict[str, Any]:
    """What a list asks for beside the due date. A caller without a staff id has no case."""
    if chosen == "mine":
        return {"officer": me or "-"}
    if chosen == "unassigned":
        return {"reviewing": True, "officer": None}
    if chosen in DESKS:
        return {"desk": chosen}
    return {"waits": chosen} if chosen in WAITS_FOR else {}
