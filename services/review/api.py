"""Review over HTTP: parse, command, answer. No rule lives here.

Who acts is the staff id of the token; beside it goes the subject reference of the same sign-in,
so that the rule about one's own application has what it needs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from services.review.commands import ApproveCase, AssignCase, ProposeDecision, RefuseCase
from services.review.commands import Command as Wish
from services.review.decisions import decide
from services.review.room import Review
from services.review.schemas import (
    AsOfSchema,
    DoneSchema,
    NothingSchema,
    ProposalSchema,
    RefusalSchema,
    ReviewSchema,
)
from services.review.view import view
from shared.case import Case
from shared.case.events_review import CaseRefused, DecisionProposed
from shared.case.parts import Finding
from shared.eventlog import Draft, Sealed
from shared.eventlog.casework import Personal, drafts
from shared.http import Blueprint, Problem, answered, http_command, principal, subject_ref
from shared.http.casework import folded, loaded_case, on_case
from shared.vault import subject_stream


def endpoints(review: Review) -> Blueprint:
    """The routes of the desk."""
    blp = Blueprint("reviews", __name__, url_prefix="/v1/reviews", description="The desk.")

    @blp.get("/<case>")
    @blp.arguments(AsOfSchema, location="query")
    @blp.response(200, ReviewSchema)
    def show(query: dict[str, Any], case: str) -> Response:
        """The case as it lies on the desk: current, or as of a version or time."""
        loaded = loaded_case(review.log, case)
        return answered(view(folded(loaded, query.get("as_of")), review.rules))

    @blp.post("/<case>/assignment")
    @blp.arguments(NothingSchema)
    @blp.response(200, DoneSchema)
    def assign(body: dict[str, Any], case: str) -> Response:
        """Take the case, or take it over."""
        return _on(review, case, AssignCase(**_acting()), body)

    @blp.post("/<case>/proposal")
    @blp.arguments(ProposalSchema)
    @blp.response(200, DoneSchema)
    def propose(body: dict[str, Any], case: str) -> Response:
        """Propose a decision: a finding on each criterion, and what follows (审查意见)."""
        findings = tuple(Finding(**finding) for finding in body["findings"])
        wish = ProposeDecision(proposal=body["proposal"], findings=findings, **_acting())
        return _on(review, case, wish, body)

    @blp.post("/<case>/approval")
    @blp.arguments(NothingSchema)
    @blp.response(200, DoneSchema)
    def approve(body: dict[str, Any], case: str) -> Response:
        """Approve what was proposed for approval (准予)."""
        return _on(review, case, ApproveCase(**_acting()), body)

    @blp.post("/<case>/refusal")
    @blp.arguments(RefusalSchema)
    @blp.response(200, DoneSchema)
    def refuse(body: dict[str, Any], case: str) -> Response:
        """Refuse, with reasons, legal basis, appeal body and appeal deadline (不予许可)."""
        wish = RefuseCase(
            reasons=tuple(body["reasons"]), legal_basis=tuple(body["legal_basis"]), **_acting()
        )
        return _on(review, case, wish, body)

    return blp


def _acting() -> dict[str, str]:
    """The officer of the token; a token without a staff id is nobody's at this desk."""
    officer = principal().staff_id
    if officer is None:
        raise Problem("forbidden", "The token names no staff id.")
    return {"officer": officer, "own_subject": subject_ref() or ""}


# Which free text of a command is sealed beside which event, under the applicant's own key.
_SEALED_IN: Mapping[type[Wish], tuple[str, str]] = {
    ProposeDecision: (DecisionProposed.TYPE, "note"),
    RefuseCase: (CaseRefused.TYPE, "explanation"),
}


def _on(review: Review, case_id: str, wish: Wish, body: Mapping[str, Any]) -> Response:
    now = review.now()

    def decided(case: Case) -> Sequence[Draft]:
        return drafts(decide(case, wish, review.rules, now), _personal(case, wish, body))

    return on_case(review.log, case_id, http_command(now=now), decided)


def _personal(case: Case, wish: Wish, body: Mapping[str, Any]) -> Personal:
    event, name = _SEALED_IN.get(type(wish), ("", ""))
    if name not in body:
        return {}
    return {event: {name: Sealed(subject_stream(case.subject), body[name])}}
