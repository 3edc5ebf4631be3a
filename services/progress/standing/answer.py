"""The answer about one case: status, history, next step, due dates, papers and messages."""

from typing import Any

from services.progress.standing.fold import Progress, _numbered_at, present_status, versions
from shared.case import Rules
from shared.case.deciding.rules import number_printed
from shared.case.deciding.stages_shown import stages_told
from shared.case.issuance.document import IssuedDocument
from shared.case.next.owed import owed
from shared.case.state import Case
from shared.catalogue import UnknownItem
from shared.http.plain import time_of


def history(progress: Progress) -> list[dict[str, Any]]:
    """Every status reached, in order, each with its time (RFC 3339).

    `numbered` stands right after `approved`, wherever the clocks of two writers put it.
    """
    told: list[dict[str, Any]] = []
    numbered = _numbered_at(progress)
    for reached in progress.history:
        told.append({"status": reached.status, "at": time_of(reached.at)})
        if reached.status == "approved" and numbered is not None:
            told.append({"status": "numbered", "at": time_of(numbered)})
    return told


def view(progress: Progress) -> dict[str, Any]:
    """What a query answers: status, history, what is owed next and until when, due dates, notices.

    Raises:
        ValueError: for a case of whose own stream nothing was seen.
    """
    case = progress.case
    return {
        "case": case.id,
        "number": case.number or None,
        "version": case.version,
        "versions": versions(progress),
        "item": case.item,
        "department": case.department,
        "office": case.office or None,
        "status": present_status(progress),
        "open": case.open,
        "submitted_at": None if case.submitted is None else time_of(case.submitted.at),
        "history": history(progress),
        "next": _next(case),
        "due": [
            {
                "limit": due.limit,
                "due": None if due.due is None else due.due.isoformat(),
                "provisional": due.provisional,
                "incomplete": list(due.incomplete),
                "drives": due.drives,
                "reason": due.reason or None,
            }
            for due in case.due
            if due.rank != "internal"
        ],
        "catalogue": None if case.pin is None else case.pin.version,
        "moves": [
            {
                "version": move.fact.to_pin.version,
                "at": time_of(move.mark.at),
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
                "at": time_of(notice.mark.at),
            }
            for notice in progress.notices.notices.values()
        ],
    }


def documents(progress: Progress, rules: Rules) -> list[dict[str, Any]]:
    """The same of each paper, with the number that stands on it."""
    known = progress.documents
    return [
        {**told, "printed": number_printed(known[told["document"]], progress.case, rules)}
        for told in _documents(progress)
    ]


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
                "standing": document.standing,
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
    return {"service": first.service, "step": first.step, "due_at": time_of(first.due_at)}


def stages(case: Case, rules: Rules) -> list[dict[str, Any]]:
    """The stages of the case's procedure by name, and where it stands.

    Empty where no submission was seen yet, or where this process is older than the edition that
    the case was submitted under: where it stands is still told, by its status.
    """
    if case.pin is None:
        return []
    try:
        return stages_told(case, rules)
    except UnknownItem:
        return []
