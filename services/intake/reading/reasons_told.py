"""Why a case was refused or not accepted, and what can be done: as the letter and the message say.

A criterion has the source's words, which say what would have been right; the applicant is told what
was found (`shared.case.deciding.unmet.py`). Not told: who decided.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, get_args

import marshmallow as ma

from services.intake.acceptance.rejection import GROUNDS_EN
from shared.case import Case, Rules
from shared.case.deciding.unmet import unmet_sentence
from shared.case.facts.parts import Reason
from shared.case.intake.acceptance import WhyNotAccepted
from shared.catalogue import Item
from shared.catalogue.rules.remedies import remedy_sentence
from shared.clock import printed_day
from shared.http import Bool, Choice, Day, Items, Nested, Schema, Str
from shared.http.plain import plain


class ReasonToldSchema(Schema):
    """A ground, by its code, as a sentence without its closing mark."""

    criterion = Str()
    text = Str(max_length=2000, lines=True)
    text_en = Str(max_length=2000, lines=True)


class RemedySchema(Schema):
    """What can be done against the decision, and until when; that day is included."""

    zh = Str(max_length=1000)
    en = Str(max_length=1000)


class RefusalToldSchema(Schema):
    """A refusal: its grounds, its basis, and where to appeal until when.

    explained: the officer wrote an explanation besides; it is read with the application.
    """

    reasons = Items(Nested(ReasonToldSchema), most=50)
    legal_basis = Items(Str(max_length=5000, lines=True), most=50)
    appeal_body = Str()
    appeal_deadline = Day()
    remedy = Nested(RemedySchema)
    explained = Bool()


class NotAcceptedSchema(Schema):
    """Why it was not accepted; what an officer decided has grounds and appeal as a refusal has."""

    why = Choice(*get_args(WhyNotAccepted))
    reason = Str(max_length=2000, lines=True)
    missing = Items(ma.fields.Dict(), most=200)
    reasons = Items(Nested(ReasonToldSchema), most=50)
    legal_basis = Items(Str(max_length=5000, lines=True), most=50)
    appeal_body = Str()
    appeal_deadline = Day()
    remedy = Nested(RemedySchema)


def refusal_told(case: Case, rules: Rules) -> dict[str, Any] | None:
    """The refusal of the case, or null."""
    if case.refusal is None:
        return None
    fact = case.refusal.fact
    told = _decided(
        fact.reasons, fact.legal_basis, fact.appeal_body, fact.appeal_deadline, rules.item_of(case)
    )
    return told | {"explained": fact.explained}


def not_accepted_told(case: Case, rules: Rules) -> dict[str, Any] | None:
    """Why the case was not accepted, or null."""
    if case.non_acceptance is None:
        return None
    fact = case.non_acceptance.fact
    told = {"why": fact.why, "reason": fact.reason, "missing": plain(fact.missing)}
    if fact.appeal_deadline is None:
        return told
    item = rules.item_of(case)
    return told | _decided(
        fact.reasons, fact.legal_basis, fact.appeal_body, fact.appeal_deadline, item, grounds=True
    )


def _decided(
    reasons: Sequence[Reason],
    basis: Sequence[str],
    body: str,
    until: date,
    item: Item,
    *,
    grounds: bool = False,
) -> dict[str, Any]:
    """`grounds`: they are no criteria, and say already what is wrong."""
    rules = {one.code: one for one in item.text.review.criteria}
    told = []
    for one in reasons:
        zh, en = one.text, GROUNDS_EN.get(one.criterion, one.text)
        if not grounds:
            zh, en = unmet_sentence(one.criterion, one.text, rules.get(one.criterion))
        told.append({"criterion": one.criterion, "text": zh, "text_en": en})
    zh, en = remedy_sentence(item.text, body, f"{printed_day(until)}（含当日）", until.isoformat())
    return {
        "reasons": told,
        "legal_basis": list(basis),
        "appeal_body": body,
        "appeal_deadline": plain(until),
        "remedy": {"zh": zh, "en": en},
    }
