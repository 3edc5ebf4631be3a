"""Answers where a case stands: from the read model, and from the log wherever that is too old.

Nobody waits for a read model that is behind, and nobody is without an answer while the views are
away or written in another format: the log answers.
"""

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from services.progress.standing.fold import Progress
from services.progress.standing.view import VIEW
from shared.case import Ending, case_stream, document_stream, ending, notice_stream
from shared.eventlog import LogReader
from shared.eventlog.errors import StaleVersion
from shared.projection.reading import Reading, folded
from shared.projection.view import Document, restored

LAST_ID = "~"  # above every character that an id may have


class Standing:
    """Reads the live generation of the projection, and the log."""

    def __init__(self, events: LogReader, views: Database[dict[str, Any]]) -> None:
        self._events = events
        self._reading = Reading(VIEW, views)

    def of(self, case_id: str, *, min_version: int = 1) -> Progress | None:
        """The progress of a case, at least at `min_version` of its stream; None for no such case.

        Raises:
            StaleVersion: the log itself is not that far.
        """
        held = self._reading.stored(case_id)
        stored = None if held is None else held.state
        if stored is not None and stored.case.version >= max(min_version, 1):
            return stored
        progress = self._from_log(case_id, stored)
        if progress.case.version < min_version and progress.case.exists:
            raise StaleVersion(expected=frozenset({min_version}), present=progress.case.version)
        return progress if progress.case.exists else None

    def page(
        self, wanted: Mapping[str, Any], *, after: str, limit: int
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Cases that match `wanted` by id, and where to go on."""
        query = {**wanted, "_id": {"$gt": after, "$lt": LAST_ID}}
        documents = self._reading.collection.find(query).sort("_id", ASCENDING)
        found = list(documents.limit(limit + 1))
        shown = [
            {
                "case": document["_id"],
                "number": document.get("number") or None,
                "version": document["versions"]["case"],
                "item": document["item"],
                "status": document["status"],
                "outcome": self._ending(document),
            }
            for document in found[:limit]
        ]
        return shown, shown[-1]["case"] if len(found) > limit else None

    def _ending(self, document: Document) -> Ending | None:
        """How a case ended: from what is stored, or from the log where other code wrote it."""
        if document["status"] not in {"closed", "refunded"}:
            return None
        held = restored(VIEW, document)
        if held is None:
            upto = VIEW.versions_of(document["_id"], document["versions"])
            held = folded(VIEW, self._events, document["_id"], upto)
        return ending(held.state.case)

    def _from_log(self, case_id: str, stored: Progress | None) -> Progress:
        """All that the log tells, at once; its documents are known from the case's own events."""
        loaded = {s: self._events.load(s) for s in (case_stream(case_id), notice_stream(case_id))}
        upto = {stream: found.version for stream, found in loaded.items()}
        progress = self._folded(case_id, upto)
        known = set(stored.documents if stored else ())
        if progress.case.document is not None:
            known.add(progress.case.document.id)
        if not known:
            return progress
        more = {document_stream(d): self._events.load(document_stream(d)).version for d in known}
        return self._folded(case_id, {**upto, **more})

    def _folded(self, case_id: str, upto: Mapping[str, int]) -> Progress:
        return folded(VIEW, self._events, case_id, upto).state
