"""One line of a work list, made from the folded case when it is asked for. Nothing personal."""

from datetime import datetime
from typing import Any

from services.progress.worklists.view import Waiting, counting_due, shown_status
from shared.case import Rules
from shared.case.next.owed import owed
from shared.case.state import Case
from shared.catalogue import UnknownItem


def line(waiting: Waiting, rules: Rules, now: datetime) -> dict[str, Any]:
    """What an office sees of an open case; `late` is judged at `now`."""
    case, due = waiting.case, counting_due(waiting.case)
    zh, en = _names(case, rules)
    return {
        "case": case.id,
        "number": case.number or None,
        "version": case.version,
        "item": case.item,
        "item_zh": zh,
        "item_en": en,
        "status": shown_status(waiting),
        "due": due
        and {
            "limit": due.limit,
            "due": due.due and due.due.isoformat(),
            "provisional": due.provisional,
            "incomplete": list(due.incomplete),
        },
        "late": due is not None and due.due_at is not None and due.due_at < now,
        "next": _next(case),
        "officer": case.officer or None,
        "office": case.office or None,
        "submitted_at": case.submitted and _time(case.submitted.at),
    }


def _names(case: Case, rules: Rules) -> tuple[str | None, str | None]:
    """The item's names in the edition that judges the case; none that this process knows."""
    if case.pin is None:
        return None, None
    try:
        text = rules.catalogue.pinned(case.pin.item_hash).text
    except UnknownItem:
        return None, None
    return text.name, text.name_en or None


def _next(case: Case) -> dict[str, Any] | None:
    steps = sorted(owed(case), key=lambda step: (step.due_at, step.service, step.step))
    if not steps:
        return None
    first = steps[0]
    return {"service": first.service, "step": first.step, "due_at": _time(first.due_at)}


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
