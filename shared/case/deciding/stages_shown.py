"""A case's procedure as it is shown to people: each stage by its name, and the present stage."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from shared.case.deciding.rules import Rules, choices_of
from shared.case.facts.parts import Stage, StageKind
from shared.case.next.position import next_step, rectify_by
from shared.case.state import Case

State = Literal["done", "now", "to-come", "left-out"]


def stages_told(case: Case, rules: Rules) -> list[dict[str, Any]]:
    """The stages in their order, with Chinese and English names, and the state of each.

    A rectification that was not needed, and what comes after an end, is left out. A step that has
    days of its own says which, and what is public about it; an arranged inspection, when and
    where (`visit`); something to be put right, what was not met (`unmet`) and until which day
    (`by`).
    """
    item = rules.item_of(case)
    named = rules.procedure(item, choices_of(case), case.delivery or "")
    told: list[dict[str, Any]] = []
    found_now = False
    for stage in case.stages:
        state = _state(case, stage, found_now=found_now)
        found_now = found_now or state == "now"
        names = named.stage(stage.code)
        zh, en = (names.zh, names.en) if names else (stage.code, stage.code)
        told.append({"code": stage.code, "zh": zh, "en": en, "state": state})
        told[-1] |= _term(case, stage) | _visit(case, stage) | _put_right(case, stage)
    return told


def _term(case: Case, stage: Stage) -> dict[str, Any]:
    term = case.terms.get(stage.code)
    if term is None:
        return {}
    days = {"since": term.since.isoformat(), "until": term.until.isoformat()}
    return {**days, "shown": dict(term.shown)}


def _visit(case: Case, stage: Stage) -> dict[str, Any]:
    """When and where an inspection is arranged."""
    visit = case.visits.get(stage.code)
    if visit is None:
        return {}
    fact = visit.fact
    at = {"day": fact.day.isoformat(), "since": fact.since, "until": fact.until}
    return {"visit": {**at, "office": fact.office or None}}


def _put_right(case: Case, stage: Stage) -> dict[str, Any]:
    """What is to be put right, and until when."""
    if stage.code != case.retry or not case.outcomes:
        return {}
    found = [one for one in case.outcomes[-1].fact.points if not one.met]
    unmet = [{"text": one.text, "text_en": one.text_en} for one in found]
    until = rectify_by(case, stage)
    by = {"by": until.isoformat()} if until else {}
    return {"unmet": unmet, **by} if unmet else by


def _state(case: Case, stage: Stage, *, found_now: bool) -> State:
    if _done(case, stage):
        return "done"
    if stage.kind == "retry":
        return "now" if case.retry == stage.code else "left-out"
    if case.rejected or (stage.optional and case.ended_as):
        return "left-out"
    if stage.kind == "handover" and case.document is not None and case.document.destroyed:
        return "left-out"
    step = next_step(case)
    if case.retry and step is not None and stage.retry == step.code:
        return "to-come"
    return "to-come" if found_now or case.retry else "now"


def _handed_over(case: Case) -> bool:
    destroyed = case.document is not None and case.document.destroyed
    return bool(case.approved) and not case.to_hand_over and not destroyed


_DONE: Mapping[StageKind, Callable[[Case], object]] = MappingProxyType(
    {
        "payment": lambda case: case.fee_paid,
        "acceptance": lambda case: case.accepted,
        "retry": lambda _case: False,
        "decision": lambda case: case.decided,
        "production": lambda case: case.document and case.document.produced,
        "payout": lambda case: case.payout and case.payout.made,
        "handover": _handed_over,
        "close": lambda case: case.closed,
    }
)


def _done(case: Case, stage: Stage) -> bool:
    by_kind = _DONE.get(stage.kind)
    if by_kind is not None:
        return bool(by_kind(case))
    return stage.code in case.steps or stage.code in case.recorded
