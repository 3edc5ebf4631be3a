"""What the applicant would be told of a decision, before anything of it is recorded.

The officer who has the case sends the findings of a proposal that is not made yet; without them
what is proposed already is meant, so that whoever approves reads the same words.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response

from services.review.old_documents import found
from services.review.room import Review, ToldWords
from services.review.topics import REVIEW
from services.review.verdict import (
    MOST_CRITERIA,
    ApprovalSchema,
    ApproveCase,
    FindingSchema,
    ProposeDecision,
    RefusalSchema,
    RefuseCase,
    approval_of,
    refusal_of,
    step_findings,
)
from shared.case import Case, Fact
from shared.case.deciding.limits_begun import after
from shared.case.deciding.validity import Stated
from shared.case.facts.parts import Finding
from shared.case.review.verdict import Proposal
from shared.casework.desk import acting
from shared.casework.http import folded, loaded_case
from shared.casework.offers import for_caller
from shared.casework.schemas import CODE
from shared.casework.topics import NotPossibleNow
from shared.http import Blueprint, Choice, Items, Nested, Schema, Str, answered


class PreviewSchema(ApprovalSchema, RefusalSchema):
    """A decision that is not made: the fields of its approval or its refusal.

    `findings`: of a proposal that is not made yet; without them what is proposed is meant.
    `reasons` may be left out: they are the criteria found not met.
    """

    findings = Items(Nested(FindingSchema), least=1, most=MOST_CRITERIA)
    reasons = Items(Str(max_length=64, pattern=CODE), least=1, most=MOST_CRITERIA)


class PreviewedSchema(Schema):
    """What would be decided, and what the applicant would be told of it.

    `explanation`: the officer's own words, which the applicant reads with the application.
    """

    decision = Choice("approve", "refuse")
    subject = Str()
    zh = Str(max_length=10_000)
    en = Str(max_length=10_000)
    explanation = Str(max_length=2000, lines=True, allow_none=True)


def preview_route(blp: Blueprint, review: Review) -> None:
    """Add the preview to the routes of the desk."""

    @blp.post("/<case>/preview")
    @blp.arguments(PreviewSchema)
    @blp.response(200, PreviewedSchema)
    def preview(body: dict[str, Any], case: str) -> Response:
        """Say what the applicant would be told of this decision; nothing is recorded."""
        present = folded(loaded_case(review.log, case), None)
        with for_caller(REVIEW, present, review.rules, review.now()):
            words, decision = previewed(review, present, body, acting())
        answer = {"decision": decision, **words._asdict(), "explanation": body.get("explanation")}
        return answered(answer)


def previewed(
    review: Review, case: Case, body: Mapping[str, Any], officer: Mapping[str, str]
) -> tuple[ToldWords, str]:
    """The words of the decision that `body` describes, and which decision it is.

    Raises:
        Refused: the decision, or the proposal before it, would be refused for the same reason.
    """
    rules, now = review.rules, review.now()
    if "findings" in body:
        findings = tuple(Finding(**one) for one in body["findings"])
        follows: Proposal = (
            "approve" if all(one.met for one in (*findings, *step_findings(case))) else "refuse"
        )
        propose = ProposeDecision(proposal=follows, findings=findings, **officer)
        case = after(case, REVIEW.decide(case, propose, rules, now), now)
    if case.proposal is None or case.decided:
        raise NotPossibleNow("Nothing is proposed.")
    decided = _decided(review, case, body, officer)
    words = review.say(decided, after(case, [decided], now), rules.item_of(case))
    if words is None:
        raise NotPossibleNow("Nobody is told of this decision.")
    return words, case.proposal.fact.proposal


def _decided(
    review: Review, case: Case, body: Mapping[str, Any], officer: Mapping[str, str]
) -> Fact:
    """The approval or the refusal that follows from what is proposed."""
    rules, now = review.rules, review.now()
    made = case.proposal.fact if case.proposal else None
    if made is None or made.proposal == "approve":
        stated = tuple(msgspec.convert(one, Stated) for one in body["validity"])
        old = found(case, body["old_documents"], review)
        approve = ApproveCase(validity=stated, old_documents=old, **officer)
        return approval_of(case, approve, rules, now)
    unmet = tuple(one.criterion for one in made.findings if not one.met)
    refuse = RefuseCase(
        reasons=tuple(body.get("reasons", unmet)),
        legal_basis=tuple(body["legal_basis"]),
        explained="explanation" in body,
        **officer,
    )
    return refusal_of(case, refuse, rules, now)
