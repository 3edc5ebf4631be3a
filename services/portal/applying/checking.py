"""Check your answers, and submit."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from services.portal.applying.answers import AnswerRow, answer_rows
from services.portal.applying.questions import following
from services.portal.applying.sitting import Sitting
from services.portal.forms.choosing import chosen_of
from services.portal.forms.drawing import delivery_of
from services.portal.forms.faults import InputFault
from services.portal.forms.parts import NOTHING
from services.portal.room import Portal

DECLARED = "declared"
GUIDE = "guide"
_REUSED = "key-reused"
GUIDE_CHANGED = InputFault("", DECLARED, NOTHING, "guide-changed")
NOT_TAKEN = InputFault("", "", NOTHING, "not-taken")  # a refusal that names no place


def routes(blp: Blueprint, portal: Portal) -> None:
    """Look at everything that was answered, and submit it."""

    @blp.get("/apply/<item>/check")
    def check(item: str) -> str | Response:
        return check_page(Sitting.at(portal, item))

    @blp.post("/apply/<item>/check")
    def submit(item: str) -> str | Response:
        return submit_page(Sitting.at(portal, item))


def check_page(sitting: Sitting) -> str | Response:
    """Everything that was answered; or the page that is to be answered first."""
    return following(sitting) if sitting.next is not None else answers_checked(sitting, [])


def submit_page(sitting: Sitting) -> str | Response:
    """Submit what was declared, under the guide that the page showed."""
    if sitting.next is not None:
        return following(sitting)
    if request.form.get(DECLARED) != "yes":
        return answers_checked(sitting, [InputFault("", DECLARED, NOTHING, "declare")])
    if request.form.get(GUIDE) != sitting.guide["content_hash"]:
        return answers_checked(sitting, [GUIDE_CHANGED])
    return submission_answered(sitting)


def submission_answered(sitting: Sitting) -> str | Response:
    """Submit, and go to the page that follows; or say why it was not taken."""
    answer = sitting.submit()
    if answer.ok or answer.problem == _REUSED:
        sitting.forget()
    if answer.ok:
        return redirect(sitting.submitted(answer.document["case"]))
    if answer.problem == _REUSED:  # it came in before, and was changed here since
        return redirect(sitting.came_before)
    if answer.problem == GUIDE_CHANGED.code:
        return answers_checked(sitting, [GUIDE_CHANGED])
    return answers_checked(sitting, sitting.faults_in(answer) or [NOT_TAKEN])


def answers_checked(sitting: Sitting, faults: list[InputFault]) -> str:
    """The answers, and what the API says would follow from them."""
    answer = sitting.check()
    told: dict[str, Any] = answer.document if answer.ok else {}
    rows = answer_rows(sitting.pages, sitting.draft.typed)
    return render_template(
        "applying/check.html",
        sitting=sitting,
        title=sitting.draft.title,
        rows=rows,
        faults=faults or sitting.faults_in(answer),
        told=told,
        delivery=_unasked_delivery(sitting, rows),
        guide=sitting.guide["content_hash"],
    )


def _unasked_delivery(sitting: Sitting, rows: list[AnswerRow]) -> str:
    """The one way in which the result can come; empty where the applicant chose one of several."""
    if any(row.input.words == "delivery" for row in rows):
        return ""
    chosen = chosen_of(sitting.form, sitting.draft.typed, sitting.channel)
    return delivery_of(sitting.form, sitting.draft.typed, chosen)
