"""Requests to redrive: an operator writes one, the worker of the group carries it out.

The operator so needs none of the keys that the handlers need. A request is taken before its events
are handled: an event that kills its process does so once for each request.
"""

import uuid
from collections.abc import Collection as Names
from dataclasses import dataclass
from typing import Any

from pymongo import ASCENDING, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.config.wall_clock import utc_now

Document = dict[str, Any]
ASKED, TAKEN, ENDED = "asked", "taken", "ended"


@dataclass(frozen=True)
class RedriveRequest:
    """The newest request for one stream of one group.

    `state` is `asked`, `taken` or `ended`. `holder` took it. When it has ended, `handled` is the
    number of events that were handled, and `problem` says why the stream stays parked.
    """

    number: str
    group: str
    stream: str
    state: str
    holder: str | None = None
    handled: int = 0
    problem: str | None = None


class RedriveRequests:
    """Collection `redrives` of the work database: one row for each stream of a group."""

    def __init__(self, work: Database[Document]) -> None:
        self._rows: Collection[Document] = work["redrives"]

    def ensure_indexes(self) -> None:
        """Make the index by which a worker finds requests; the service owns the collection."""
        self._rows.create_index([("group", ASCENDING), ("state", ASCENDING)], name="group_state")

    def ask(self, group: str, stream: str) -> RedriveRequest:
        """Write a request; it replaces an older one of the same stream."""
        asked = RedriveRequest(uuid.uuid4().hex, group, stream, ASKED)
        row = {
            "number": asked.number,
            "group": group,
            "stream": stream,
            "state": ASKED,
            "at": utc_now(),
        }
        try:
            self._rows.replace_one(_key(group, stream), row, upsert=True)
        except DuplicateKeyError:  # two concurrent upserts: the row exists now
            self._rows.replace_one(_key(group, stream), row)
        return asked

    def take(self, groups: Names[str], holder: str) -> RedriveRequest | None:
        """Take an open request of these groups; None if there is none. Nobody else gets it."""
        wanted = {"group": {"$in": list(groups)}, "state": ASKED}
        row = self._rows.find_one(wanted)
        if row is None:
            return None
        # The after image, never the before image: one embedded server gives stale before images.
        row = self._rows.find_one_and_update(
            {"_id": row["_id"], "number": row["number"], "state": ASKED},
            {"$set": {"state": TAKEN, "holder": holder}},
            return_document=ReturnDocument.AFTER,
        )
        return None if row is None else _request(row)

    def end(self, request: RedriveRequest, *, handled: int, problem: str | None) -> None:
        """Record the outcome, unless a newer request has replaced this one."""
        self._rows.update_one(
            {**_key(request.group, request.stream), "number": request.number},
            {"$set": {"state": ENDED, "handled": handled, "problem": problem}},
        )

    def get(self, group: str, stream: str) -> RedriveRequest | None:
        """The newest request for a stream; None if there never was one."""
        row = self._rows.find_one(_key(group, stream))
        return None if row is None else _request(row)


def _key(group: str, stream: str) -> Document:
    return {"_id": f"{group}|{stream}"}


def _request(row: Document) -> RedriveRequest:
    return RedriveRequest(
        number=row["number"],
        group=row["group"],
        stream=row["stream"],
        state=row["state"],
        holder=row.get("holder"),
        handled=row.get("handled", 0),
        problem=row.get("problem"),
    )
