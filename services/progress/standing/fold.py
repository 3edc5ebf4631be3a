"""Where a case stands, from its three streams: pure, one event at a time.

The same fold makes the projection, answers a query that the projection is too old for, and is what
the projection is compared with. The streams arrive in any interleaving; each counts for itself, so
the outcome does not depend on it (architecture, "Reading"; invariant 8).
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Recorded, StoredEvent
from shared.case.fold import evolve, evolve_document, evolve_notices
from shared.case.issuance.document import IssuedDocument
from shared.case.next.status import Status, status
from shared.case.notify.notice import Notices
from shared.case.registry import decode
from shared.case.state import Case


class Reached(msgspec.Struct, frozen=True, gc=False):
    """A status that the case reached, when, and with which version of its stream."""

    status: Status
    at: datetime
    version: int


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """One case as far as its streams were seen. No personal data: no fold reads sealed fields."""

    case: Case
    notices: Notices
    documents: dict[str, IssuedDocument] = {}
    history: tuple[Reached, ...] = ()

    @property
    def id(self) -> str:
        """The case's id."""
        return self.case.id


def nothing(case_id: str) -> Progress:
    """The progress of a case of which nothing was seen yet."""
    return Progress(case=Case(id=case_id), notices=Notices(case=case_id))


def advance(progress: Progress, stream: str, event: StoredEvent) -> Progress:
    """The progress after the next event of one of the case's streams.

    Raises:
        UnknownEvent, msgspec.ValidationError: the event cannot be read by this code.
    """
    recorded = decode(event)
    kind, _, rest = stream.partition("/")
    if kind == "case":
        return _on_case(progress, recorded)
    if kind == "notice":
        return replace(progress, notices=evolve_notices(progress.notices, recorded))
    before = progress.documents.get(rest) or IssuedDocument(id=rest)
    after = evolve_document(before, recorded)
    return replace(progress, documents={**progress.documents, rest: after})


def _on_case(progress: Progress, recorded: Recorded[Fact]) -> Progress:
    case = evolve(progress.case, recorded)
    now = status(case)
    if progress.history and progress.history[-1].status == now:
        return replace(progress, case=case)
    reached = Reached(now, recorded.at, recorded.version)
    return replace(progress, case=case, history=(*progress.history, reached))


def fold(case_id: str, streams: Mapping[str, Iterable[StoredEvent]]) -> Progress:
    """The progress that these streams tell: stream id to its events from the first on."""
    progress = nothing(case_id)
    for stream, events in streams.items():
        for event in events:
            progress = advance(progress, stream, event)
    return progress


def present_status(progress: Progress) -> Status:
    """The status shown. `numbered` is on the document's stream alone, between two of the case's."""
    now = progress.history[-1].status if progress.history else status(progress.case)
    return "numbered" if now == "approved" and _numbered_at(progress) else now


def _numbered_at(progress: Progress) -> datetime | None:
    """When the first number was given: the case is numbered then, however many follow."""
    marks = [d.numbered_at.at for d in progress.documents.values() if d.numbered_at is not None]
    return min(marks, default=None)


def versions(progress: Progress) -> dict[str, Any]:
    """The version of each source stream."""
    documents = {d.id: d.version for d in progress.documents.values()}
    return {
        "case": progress.case.version,
        "notice": progress.notices.version,
        "documents": dict(sorted(documents.items())),
    }


def digest(progress: Progress) -> str:
    """Hexadecimal SHA-256 over everything that was folded: equal exactly when the states are."""
    return hashlib.sha256(msgspec.json.encode(progress, order="deterministic")).hexdigest()
