"""The read model behind the work lists: one document a case, from its stream and its documents'.

A closed case keeps its state, because later events of its streams build on it, and none of the
fields that a list filters by.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from services.progress.worklists.giving import desk_of, owed_at_desks
from shared.case.facts.parts import DueDate
from shared.case.fold import evolve
from shared.case.next.owed import RESULT, owed
from shared.case.next.position import happened, next_step, under_review
from shared.case.next.status import Status, status
from shared.case.registry import decode
from shared.case.state import Case
from shared.eventlog import Event
from shared.projection.view import Document, View

NO_DUE = "~"  # sorts behind every time


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A case, and whether a document of it has its number. No fold reads sealed fields."""

    case: Case
    numbered: bool = False


def shown_status(waiting: Waiting) -> Status:
    """The status that progress shows: the number of a document is not on the case's stream."""
    now = status(waiting.case)
    return "numbered" if now == "approved" and waiting.numbered else now


def counting_due(case: Case) -> DueDate | None:
    """The driving due date while it counts.

    None before the acceptance, while its clock stands still, and once the office has done what it
    promises. A limit that was crossed goes on counting until then.
    """
    due = case.driving_due
    if due is None or due.due_at is None or case.ended_as is not None:
        return None
    if due.limit in case.missed:
        end = case.ends.get(due.limit, RESULT)
        return due if happened(case, end) is None else None
    watched = f"limit:{due.limit}"
    return due if any(step.step == watched for step in owed(case)) else None


WAITS_FOR = ("applicant", "approval")


def party_awaited(case: Case) -> str:
    """Whom the case waits for beside the desk itself; empty: for nobody else.

    For the applicant: what was asked for, a fee, what has to be put right, or the collecting of
    what lies ready. For an approval: a decision was proposed.
    """
    if _applicant_is_next(case):
        return "applicant"
    return "approval" if under_review(case) and case.proposal is not None else ""


def _applicant_is_next(case: Case) -> bool:
    if case.ended_as is not None:
        return False
    stage = next_step(case) if under_review(case) else None
    if stage is not None:
        return stage.actor == "applicant"
    named = {step.step for step in owed(case)}
    lies = case.document is not None and bool(case.document.ready or case.document.kept)
    return lies or bool(named & {"supplement", "payment"})


def due_key(moment: datetime | None) -> str:
    """A due time as text that sorts like the time; cases without one come last."""
    if moment is None:
        return NO_DUE
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def place(case: Case) -> str:
    """Where a case stands in every list: by due time, then by its id. On disk, and in cursors."""
    due = counting_due(case)
    return f"{due_key(due.due_at if due else None)}/{case.id}"


class WorklistsView(View[Waiting]):
    """Its `format` is raised with every change of `Waiting` or of a state within it."""

    name = "worklists"
    format = 9
    state = Waiting
    indexes: Mapping[str, tuple[str, ...]] = {
        "all": ("open", "place"),
        "department": ("department", "open", "place"),
        "venue": ("department", "venue", "open", "place"),
        "item": ("department", "open", "item", "place"),
        "status": ("department", "open", "status", "place"),
        "officer": ("department", "open", "officer", "place"),
        "reviewing": ("department", "open", "reviewing", "officer", "place"),
        "waits": ("department", "open", "waits", "place"),
        "desk": ("department", "open", "desk", "place"),
    }

    def place_of(self, stream: str, data: Mapping[str, Any]) -> str | None:
        """The case of a stream. Every event on `document/<id>` names its case."""
        kind, _, rest = stream.partition("/")
        if kind == "case":
            return rest
        return str(data["case"]) if kind == "document" else None

    def nothing(self, key: str) -> Waiting:
        """A case of which nothing was seen yet."""
        return Waiting(case=Case(id=key))

    def advance(self, state: Waiting, stream: str, event: Event) -> Waiting:
        """The case after the next event; of a document's events, its number alone counts."""
        if stream.startswith("case/"):
            return replace(state, case=evolve(state.case, decode(event)))
        return replace(state, numbered=state.numbered or event.type == "issuance.DocumentNumbered")

    def document_of(self, state: Waiting) -> Document:
        """What lists filter by; nothing but `open` for a case that is in no list."""
        case = state.case
        if not case.open:
            return {"open": False}
        return {
            "open": True,
            "department": case.department,
            "venue": case.venue,
            "item": case.item,
            "status": shown_status(state),
            "officer": case.officer,
            "reviewing": under_review(case),
            "waits": party_awaited(case),
            "desk": desk_of(owed_at_desks(case)),
            "place": place(case),
        }


VIEW = WorklistsView()
