"""One line of a work list, made from the folded case when it is asked for. Nothing personal."""

from datetime import datetime
from typing import Any

from services.progress.worklists.giving import desk_of, owed_at_desks
from services.progress.worklists.view import Waiting, counting_due, party_awaited, shown_status
from shared.case import Rules
from shared.case.deciding.materials_said import asked_at_once
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.parts import DueDate
from shared.case.next.owed import owed
from shared.case.next.status import status
from shared.case.state import Case
from shared.catalogue import UnknownItem
from shared.clock.telling.wording import amount


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
            **_why(case, due, rules),
        },
        "late": due is not None and due.due_at is not None and due.due_at < now,
        "next": _next(case),
        "officer": case.officer or None,
        "officer_since": case.assigned and _time(case.assigned.at),
        "stage": _stage(case, rules),
        "waits": party_awaited(case) or None,
        "proposal": _proposal(case),
        "supplement": _supplement(case, rules),
        "work": _work(case),
        "paper": case.document and f"{case.document.scheme}/{case.document.number}",
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


_RANKS = {
    "promise": ("承诺期限", "Promised limit"),
    "law": ("法定期限", "Statutory limit"),
    "rule": ("规定期限", "Limit set by a rule"),
    "internal": ("内部期限", "Internal limit"),
}


def _why(case: Case, due: DueDate, rules: Rules) -> dict[str, str | None]:
    """Which limit it is, in words: its rank, its own title, its length."""
    try:
        rule = rules.limits_of(case).get(due.limit)
    except UnknownItem:
        return {"why_zh": None, "why_en": None}
    zh, en = _RANKS[due.rank]
    if rule is None:
        return {"why_zh": zh, "why_en": en}
    if rule.title_zh:
        zh, en = rule.title_zh, rule.title_en or en
    if rule.n is not None and rule.unit is not None:
        length = amount(rule.n, rule.unit)
        zh, en = f"{zh}：{length.zh}", f"{en}: {length.en}"
    return {"why_zh": zh, "why_en": en}


def _stage(case: Case, rules: Rules) -> dict[str, Any] | None:
    """The stage at which the case stands; none that this process knows."""
    if case.pin is None:
        return None
    try:
        told = stages_told(case, rules)
    except UnknownItem:
        return None
    now = next((one for one in told if one["state"] == "now"), None)
    return now and {name: now[name] for name in ("code", "zh", "en")}


def _supplement(case: Case, rules: Rules) -> dict[str, Any] | None:
    """What the applicant was asked for and until when, while it is waited for."""
    if case.supplement is None or status(case) != "awaiting-supplement" or case.pin is None:
        return None
    asked = case.supplement.fact
    try:
        item = rules.catalogue.pinned(case.pin.item_hash)
    except UnknownItem:
        return None
    entries = [{"zh": one.zh, "en": one.en} for one in asked_at_once(asked.missing, item)]
    return {"asked": entries, "until": _time(asked.due_at)}


def _work(case: Case) -> dict[str, Any] | None:
    """What is to be made or handed over, and until when."""
    step = owed_at_desks(case)
    if step is None:
        return None
    return {"step": step.step, "desk": desk_of(step), "due_at": _time(step.due_at)}


def _proposal(case: Case) -> dict[str, Any] | None:
    if case.proposal is None or case.decided:
        return None
    made = case.proposal
    return {"proposal": made.fact.proposal, "officer": made.fact.officer, "at": _time(made.at)}


def _next(case: Case) -> dict[str, Any] | None:
    steps = sorted(owed(case), key=lambda step: (step.due_at, step.service, step.step))
    if not steps:
        return None
    first = steps[0]
    return {"service": first.service, "step": first.step, "due_at": _time(first.due_at)}


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
