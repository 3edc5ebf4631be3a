"""Answers where a case stands: from the projection, and from the log wherever that is too old.

Nobody waits for a projection that is behind, and nobody is without an answer while the views are
away: the log answers.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import PyMongoError

from services.notify.progress import Progress
from services.notify.projector import ProgressStore
from services.notify.reading import Generations, folded
from services.notify.telling import Telling, notices_of
from shared.case import case_stream, document_stream, notice_stream
from shared.eventlog import EventLog
from shared.eventlog.errors import StaleVersion

Document = dict[str, Any]
LAST_ID = "~"  # above every character that an id may have

_log = structlog.get_logger(__name__)


class Standing:
    """Reads the live generation of the projection, and the log."""

    def __init__(self, events: EventLog, views: Database[Document]) -> None:
        self._events = events
        self._views = views
        self._generations = Generations(views)

    def of(self, case_id: str, *, min_version: int = 1) -> Progress | None:
        """The progress of a case, at least at `min_version` of its stream; None for no such case.

        Raises:
            StaleVersion: the log itself is not that far.
        """
        stored = self._stored(case_id)
        if stored is not None and stored.case.version >= max(min_version, 1):
            return stored
        progress = self._from_log(case_id, stored)
        if progress.case.version < min_version and progress.case.exists:
            raise StaleVersion(expected=min_version, present=progress.case.version)
        return progress if progress.case.exists else None

    def page(
        self, wanted: Mapping[str, Any], *, after: str, limit: int
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Cases that match `wanted` (subject, department, status) by id, and where to go on."""
        collection = self._store().collection
        query = {**wanted, "_id": {"$gt": after, "$lt": LAST_ID}}
        found = list(collection.find(query).sort("_id", ASCENDING).limit(limit + 1))
        shown = [
            {
                "case": document["_id"],
                "version": document["versions"]["case"],
                "item": document["item"],
                "status": document["status"],
            }
            for document in found[:limit]
        ]
        return shown, shown[-1]["case"] if len(found) > limit else None

    def _store(self) -> ProgressStore:
        return ProgressStore(self._views, self._generations.live())

    def _stored(self, case_id: str) -> Progress | None:
        try:
            return self._store().get(case_id)
        except PyMongoError:
            _log.warning("progress_views_away")
            return None

    def _from_log(self, case_id: str, stored: Progress | None) -> Progress:
        """All that the log tells, at once; its documents are known from the case's own events."""
        loaded = {s: self._events.load(s) for s in (case_stream(case_id), notice_stream(case_id))}
        upto = {stream: found.version for stream, found in loaded.items()}
        progress = folded(self._events, case_id, upto)
        known = set(stored.documents if stored else ())
        if progress.case.document is not None:
            known.add(progress.case.document.id)
        if not known:
            return progress
        more = {document_stream(d): self._events.load(document_stream(d)).version for d in known}
        return folded(self._events, case_id, {**upto, **more})


def told(events: EventLog, telling: Telling, case_id: str) -> list[dict[str, Any]]:
    """What the applicant was told, message by message, in words without personal data."""
    state = notices_of(events.load(notice_stream(case_id)))
    messages = []
    for notice in state.notices.values():
        words = telling.words(notice.queued.about)
        messages.append(
            {
                "about": notice.queued.about_type,
                "channel": notice.queued.channel,
                "status": notice.status,
                "attempts": notice.attempts,
                "at": notice.mark.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "subject": words.subject,
                "zh": words.zh,
                "en": words.en,
            }
        )
    return messages
