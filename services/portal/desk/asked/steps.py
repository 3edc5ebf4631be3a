"""What is asked of a step: a finding on each point of its checklist, what came of it, until when.

The points and the ways in which the step can end are review's own answer.
"""

from collections.abc import Mapping
from typing import Any

from services.portal.desk.asked.inputs import (
    Body,
    desk_choice,
    desk_input,
    desk_words,
    picks_in_words,
    step_owed,
    values_of,
)
from services.portal.forms.parts import Bilingual, FormInput, Typed, one_typed

OUTCOMES = ("passed", "failed", "rectify")
_POINT, _REMARK = "point", "remark"
_HOURS = Bilingual("按二十四小时制填写，例如：09:30。", "For example: 09:30.")
_ELSEWHERE = Bilingual(
    "在申请的场所检查的，不用填写。", "Leave it out for the premises of the application."
)
_READ_BY_ALL = Bilingual("申请人可以看到。", "The applicant can read it.")


def step_inputs(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """The step, each point of its checklist with a remark, then what follows from them."""
    known = case.get("next_step") or {}
    outcomes = known.get("outcomes") or OUTCOMES
    points = [
        one
        for at, point in enumerate(case.get("checklist") or ())
        for one in _point(at, point, demanded=bool(known.get("findings_demanded")))
    ]
    pictures = (desk_input("pictures", "upload", required=False),) if known.get("pictures") else ()
    by = (desk_input("rectify_by", "date", required=False),) if "rectify" in outcomes else ()
    return (
        step_owed(case),
        *points,
        desk_choice("outcome", *outcomes),
        *by,
        *pictures,
        desk_words("explanation"),
        desk_words(),
    )


def _point(at: int, point: Mapping[str, str], *, demanded: bool) -> tuple[FormInput, ...]:
    """Met or not, and words on it."""
    zh, en = point["text"], point.get("text_en") or ""
    return (
        FormInput(
            name=f"{_POINT}.{point['point']}",
            kind="one",
            pointer=f"/points/{at}/met",
            title=Bilingual(zh, en),
            required=demanded,
            picks=picks_in_words(_POINT, "met", "unmet"),
            code=point["point"],
        ),
        FormInput(
            name=f"{_REMARK}.{point['point']}",
            kind="text",
            pointer=f"/points/{at}/remarks",
            title=Bilingual(f"说明：{zh}", f"Remark: {en}" if en else ""),
            hint=_READ_BY_ALL,
            code=point["point"],
        ),
    )


def step_body(inputs: tuple[FormInput, ...], typed: Typed) -> Body:
    """What is sent: the points that were found on, each with its remark, and the rest."""
    points = []
    for one in inputs:
        if one.code and one.name.startswith(f"{_POINT}.") and (said := one_typed(typed, one.name)):
            found: Body = {"point": one.code, "met": said == "met"}
            if words := one_typed(typed, f"{_REMARK}.{one.code}"):
                found["remarks"] = words
            points.append(found)
    rest = values_of(tuple(one for one in inputs if not one.code), typed)
    return {**rest, "points": points} if points else rest


def notice_inputs(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """A public notice: its words, where it hangs, its first day and its last."""
    return (
        step_owed(case),
        desk_input("text", "long"),
        desk_input("place", "text"),
        desk_input("since", "date"),
        desk_input("until", "date", required=False),
    )


def visit_inputs(case: Mapping[str, Any]) -> tuple[FormInput, ...]:
    """The day and the hours of an inspection, and where it is."""
    return (
        step_owed(case),
        desk_input("day", "date", words="visit-day"),
        desk_input("since", "text", words="visit-since", hint=_HOURS),
        desk_input("until", "text", words="visit-until", hint=_HOURS),
        desk_input("office", "text", required=False, words="visit-office", hint=_ELSEWHERE),
    )
