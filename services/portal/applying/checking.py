"""Check your answers, and submit."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.portal.applying.answers import AnswerRow, answer_rows
from services.portal.applying.questions import following
from services.portal.applying.sitting import Sitting
from services.portal.forms.choosing import channel_of, chosen_of
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
        sitting = Sitting.at(portal, item)
        if sitting.next is not None:
            return following(sitting)
        return answers_checked(sitting, [])

    @blp.post("/apply/<item>/check")
    def submit(item: str) -> str | Response:
        sitting = Sitting.at(portal, item)
        if sitting.next is not None:
            return following(sitting)
        if request.form.get(DECLARED) != "yes":
            return answers_checked(sitting, [InputFault("", DECLARED, NOTHING, "declare")])
        if request.form.get(GUIDE) != sitting.guide["content_hash"]:
            return answers_checked(sitting, [GUIDE_CHANGED])
        return submission_answered(sitting)


def submission_answered(sitting: Sitting) -> str | Response:
    """Submit under the draft's own key: however often this is sent, there is one case."""
    answer = sitting.api.post(
        "/v1/cases",
        {**sitting.body(declared=True), "guide": sitting.guide},
        token=sitting.person.token,
        key=sitting.draft.submission,
    )
    if answer.ok or answer.problem == _REUSED:
        sitting.drafts.forget(sitting.person.owner, sitting.item)
    if answer.ok:
        return redirect(url_for("cases.submitted", case=answer.document["case"]))
    if answer.problem == _REUSED:  # it came in before, and was changed here since
        return redirect(url_for("cases.mine", done="before"))
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
        item=sitting.item,
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
    chosen = chosen_of(sitting.form, sitting.draft.typed, channel_of(sitting.form))
    return delivery_of(sitting.form, sitting.draft.typed, chosen)
