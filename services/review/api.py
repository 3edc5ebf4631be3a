"""Review over HTTP: parse, command, answer. No rule lives here.

Who acts is the staff id of the token; beside it goes the subject reference of the same sign-in,
so that the rule about one's own application has what it needs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask import Response

from services.review.commands import (
    ApproveCase,
    AssignCase,
    CompleteStep,
    ExtendLimit,
    ProposeDecision,
    RecomputeLimits,
    RefuseCase,
    RestartLimit,
    StartStep,
)
from services.review.commands import Command as Wish
from services.review.decisions import decide
from services.review.room import Review
from services.review.schemas import (
    ApprovalSchema,
    AsOfSchema,
    DoneSchema,
    ExtensionSchema,
    NothingSchema,
    OutcomeSchema,
    ProposalSchema,
    RefusalSchema,
    RestartSchema,
    ReviewSchema,
    StepSchema,
)
from services.review.view import view
from shared.case import Case
from shared.case.deciding.validity import Stated
from shared.case.facts.parts import Finding
from shared.case.review.limits import LimitExtended
from shared.case.review.steps import StepCompleted
from shared.case.review.verdict import CaseRefused, DecisionProposed
from shared.casework.http import folded, loaded_case, on_case
from shared.casework.log import Personal, drafts
from shared.eventlog import Draft, Sealed
from shared.http import Blueprint, Problem, answered, http_command, principal, subject_ref
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
    @blp.arguments(ApprovalSchema)
    @blp.response(200, DoneSchema)
    def approve(body: dict[str, Any], case: str) -> Response:
        """Approve what was proposed for approval, each result with its validity (准予)."""
        stated = tuple(msgspec.convert(one, Stated) for one in body["validity"])
        return _on(review, case, ApproveCase(validity=stated, **_acting()), body)

    @blp.post("/<case>/refusal")
    @blp.arguments(RefusalSchema)
    @blp.response(200, DoneSchema)
    def refuse(body: dict[str, Any], case: str) -> Response:
        """Refuse, with reasons, legal basis, appeal body and appeal deadline (不予许可)."""
        wish = RefuseCase(
            reasons=tuple(body["reasons"]), legal_basis=tuple(body["legal_basis"]), **_acting()
        )
        return _on(review, case, wish, body)

    _step_routes(review, blp)
    return blp


def _step_routes(review: Review, blp: Blueprint) -> None:
    """What happens between the acceptance and the decision, and to the limits."""

    @blp.post("/<case>/step-start")
    @blp.arguments(StepSchema)
    @blp.response(200, DoneSchema)
    def start(body: dict[str, Any], case: str) -> Response:
        """Begin the next step of the procedure; what excludes it stands still meanwhile."""
        return _on(review, case, StartStep(step=body["step"], **_acting()), body)

    @blp.post("/<case>/step-outcome")
    @blp.arguments(OutcomeSchema)
    @blp.response(200, DoneSchema)
    def complete(body: dict[str, Any], case: str) -> Response:
        """Record what came of the step: passed, failed, or to be put right."""
        wish = CompleteStep(
            step=body["step"],
            outcome=body["outcome"],
            legal_basis=tuple(body["legal_basis"]),
            **_acting(),
        )
        return _on(review, case, wish, body)

    @blp.post("/<case>/extension")
    @blp.arguments(ExtensionSchema)
    @blp.response(200, DoneSchema)
    def extend(body: dict[str, Any], case: str) -> Response:
        """Lengthen a limit, once, as its item prints it, with the approval of the head (延长)."""
        wish = ExtendLimit(
            limit=body["limit"],
            approved_by=body["approved_by"],
            reason=body["reason"],
            **_acting(),
        )
        return _on(review, case, wish, body)

    @blp.post("/<case>/restart")
    @blp.arguments(RestartSchema)
    @blp.response(200, DoneSchema)
    def restart(body: dict[str, Any], case: str) -> Response:
        """Begin a period anew, because a law says so (重新计算)."""
        wish = RestartLimit(limit=body["limit"], rule=body["rule"], **_acting())
        return _on(review, case, wish, body)

    @blp.post("/<case>/recomputation")
    @blp.arguments(NothingSchema)
    @blp.response(200, DoneSchema)
    def recompute(body: dict[str, Any], case: str) -> Response:
        """Compute the due dates under the calendar as it is loaded now."""
        return _on(review, case, RecomputeLimits(), body)


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
    CompleteStep: (StepCompleted.TYPE, "note"),
    ExtendLimit: (LimitExtended.TYPE, "explanation"),
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
    if not case.subject:
        raise Problem("invalid-fields", f"This case has no applicant whose key could seal {name}.")
    return {event: {name: Sealed(subject_stream(case.subject), body[name])}}
