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

from shared.case.facts.fact import Recorded, StoredEvent
from shared.case.fold import evolve, evolve_document, evolve_notices
from shared.case.issuance.document import IssuedDocument
from shared.case.next.owed import owed
from shared.case.next.status import Status, status
from shared.case.notify.notice import Notices
from shared.case.registry import decode
from shared.case.state import Case
from shared.case.streams import case_stream, document_stream, notice_stream


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


class Place(msgspec.Struct, frozen=True, gc=False):
    """Which part of whose progress an event belongs to: `kind` is case, notice or document."""

    kind: str
    case: str
    document: str = ""


def nothing(case_id: str) -> Progress:
    """The progress of a case of which nothing was seen yet."""
    return Progress(case=Case(id=case_id), notices=Notices(case=case_id))


def place_of(stream: str, data: Mapping[str, Any]) -> Place | None:
    """Where an event of this stream belongs; None for streams that say nothing of a case.

    Every event on `document/<id>` names its case.
    """
    kind, _, rest = stream.partition("/")
    if kind in {"case", "notice"}:
        return Place(kind, rest)
    if kind == "document":
        return Place(kind, str(data["case"]), rest)
    return None


def seen(progress: Progress, place: Place) -> int:
    """The version up to which a stream was seen: the guard."""
    if place.kind == "case":
        return progress.case.version
    if place.kind == "notice":
        return progress.notices.version
    document = progress.documents.get(place.document)
    return 0 if document is None else document.version


def advance(progress: Progress, place: Place, event: StoredEvent) -> Progress:
    """The progress after the next event of one stream (its version is `seen` + 1).

    Raises:
        UnknownEvent, msgspec.ValidationError: the event cannot be read by this code.
    """
    recorded = decode(event)
    if place.kind == "case":
        return _on_case(progress, recorded)
    if place.kind == "notice":
        return replace(progress, notices=evolve_notices(progress.notices, recorded))
    before = progress.documents.get(place.document) or IssuedDocument(id=place.document)
    after = evolve_document(before, recorded)
    return replace(progress, documents={**progress.documents, place.document: after})


def _on_case(progress: Progress, recorded: Recorded) -> Progress:
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
            place = place_of(stream, event.data)
            if place is not None:
                progress = advance(progress, place, event)
    return progress


def present_status(progress: Progress) -> Status:
    """The status shown. `numbered` is on the document's stream alone, between two of the case's."""
    now = progress.history[-1].status if progress.history else status(progress.case)
    return "numbered" if now == "approved" and _numbered_at(progress) else now


def _numbered_at(progress: Progress) -> datetime | None:
    """When the first number was given: the case is numbered then, however many follow."""
    marks = [d.numbered_at.at for d in progress.documents.values() if d.numbered_at is not None]
    return min(marks, default=None)


def history(progress: Progress) -> list[dict[str, Any]]:
    """Every status reached, in order, each with its time (RFC 3339).

    `numbered` stands right after `approved`, wherever the clocks of two writers put it.
    """
    told: list[dict[str, Any]] = []
    numbered = _numbered_at(progress)
    for reached in progress.history:
        told.append({"status": reached.status, "at": _time(reached.at)})
        if reached.status == "approved" and numbered is not None:
            told.append({"status": "numbered", "at": _time(numbered)})
    return told


def versions(progress: Progress) -> dict[str, Any]:
    """The version of each source stream, as it guards the stored document."""
    documents = {d.id: d.version for d in progress.documents.values()}
    return {
        "case": progress.case.version,
        "notice": progress.notices.version,
        "documents": dict(sorted(documents.items())),
    }


def streams_of(case_id: str, at: Mapping[str, Any]) -> dict[str, int]:
    """The streams of a case with their versions, from what `versions` gave."""
    return {
        case_stream(case_id): int(at["case"]),
        notice_stream(case_id): int(at["notice"]),
        **{document_stream(d): int(version) for d, version in at["documents"].items()},
    }


def view(progress: Progress) -> dict[str, Any]:
    """What a query answers: status, history, what is owed next and until when, due dates, notices.

    Raises:
        ValueError: for a case of whose own stream nothing was seen.
    """
    case = progress.case
    return {
        "case": case.id,
        "version": case.version,
        "versions": versions(progress),
        "item": case.item,
        "department": case.department,
        "office": case.office,
        "status": present_status(progress),
        "open": case.open,
        "submitted_at": None if case.submitted is None else _time(case.submitted.at),
        "history": history(progress),
        "next": _next(case),
        "due": [
            {
                "limit": due.limit,
                "due": None if due.due is None else due.due.isoformat(),
                "provisional": due.provisional,
                "incomplete": list(due.incomplete),
                "drives": due.drives,
                "reason": due.reason,
            }
            for due in case.due
            if due.rank != "internal"
        ],
        "catalogue": None if case.pin is None else case.pin.version,
        "moves": [
            {
                "version": move.fact.to_pin.version,
                "at": _time(move.mark.at),
                "changes": list(move.fact.changes),
            }
            for move in case.moves
        ],
        "documents": _documents(progress),
        "notices": [
            {
                "about": notice.queued.about_type,
                "channel": notice.queued.channel,
                "status": notice.status,
                "at": _time(notice.mark.at),
            }
            for notice in progress.notices.notices.values()
        ],
    }


def _documents(progress: Progress) -> list[dict[str, Any]]:
    """Each paper with a number of ours, in the order of the grants, and how long it is valid."""
    told = []
    for document in sorted(progress.documents.values(), key=_place_of_grant):
        if (numbered := document.numbered) is None:
            continue
        valid = numbered.valid
        told.append(
            {
                "document": document.id,
                "result": numbered.result,
                "number": f"{numbered.scheme}/{numbered.number}",
                "valid": document.valid,
                "valid_since": valid.since.isoformat() if valid else None,
                "valid_until": valid.until.isoformat() if valid and valid.until else None,
            }
        )
    return told


def _place_of_grant(document: IssuedDocument) -> tuple[int, int]:
    numbered = document.numbered
    return (0, 0) if numbered is None else (numbered.grant, numbered.issue)


def _next(case: Case) -> dict[str, Any] | None:
    """The owed step that is due first (invariant 6: an open case always has one)."""
    steps = sorted(owed(case), key=lambda step: (step.due_at, step.service, step.step))
    if not steps:
        return None
    first = steps[0]
    return {"service": first.service, "step": first.step, "due_at": _time(first.due_at)}


def digest(progress: Progress) -> str:
    """Hexadecimal SHA-256 over everything that was folded: equal exactly when the states are."""
    return hashlib.sha256(msgspec.json.encode(progress, order="deterministic")).hexdigest()


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
