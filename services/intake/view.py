"""A case as intake shows it: from its fold alone, and without personal data."""

from typing import Any

import marshmallow as ma
from flask import Response

from services.intake.application.repeated import MOST_TOLD
from services.intake.fields import MOST_CHOICES
from services.intake.room import Desk
from services.intake.topics import INTAKE
from shared.case import Case, Rules, owed, status
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.fact import Fact
from shared.casework.http import folded, loaded_case
from shared.casework.reading.routes import application_route
from shared.casework.schemas import AsOfSchema, StageSchema
from shared.catalogue.definition.fees import yuan
from shared.http import (
    Blueprint,
    Bool,
    Day,
    Int,
    Items,
    Moment,
    Nested,
    Schema,
    Str,
    answered,
)
from shared.http.plain import plain


class DueSchema(Schema):
    """A limit and when it ends."""

    limit = Str()
    due = Day(allow_none=True)
    due_at = Moment(allow_none=True)
    drives = Bool()
    provisional = Bool()
    incomplete = Items(Str(), most=10)
    calendar_version = Str()
    reason = Str(allow_none=True)


class OwedSchema(Schema):
    """What is owed next, by which service, until when."""

    service = Str()
    step = Str()
    due_at = Moment()


class PartySchema(Schema):
    """Somebody in the case: the role and the kind, and nothing that says who it is."""

    role = Str()
    kind = Str()


class CaseSchema(Schema):
    """A case as its log tells it; `also_open`: the applicant's open ones for the same item."""

    case = Str()
    number = Str(allow_none=True)
    version = Int()
    status = Str()
    item = Str()
    name = Str()
    department = Str()
    office = Str(allow_none=True)
    submitted_at = Moment()
    delivery = Str()
    contact = Items(Str(), most=2)
    catalogue = ma.fields.Dict()
    materials = Items(ma.fields.Dict(), most=200)
    fee = ma.fields.Dict(allow_none=True)
    supplement = ma.fields.Dict(allow_none=True)
    due = Items(Nested(DueSchema), most=10)
    non_acceptance = ma.fields.Dict(allow_none=True)
    refusal = ma.fields.Dict(allow_none=True)
    actions = Items(Str(), most=10)
    owed = Items(Nested(OwedSchema), most=50)
    variant = Str(allow_none=True)
    situations = Items(Str(), most=MOST_CHOICES)
    parties = Items(Nested(PartySchema), most=60)
    stages = Items(Nested(StageSchema), most=50)
    also_open = Items(ma.fields.Dict(), most=MOST_TOLD)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Read a case."""

    @blp.get("/<case>")
    @blp.arguments(AsOfSchema, location="query")
    @blp.response(200, CaseSchema)
    def show(query: dict[str, Any], case: str) -> Response:
        """The case from its log: current, or as of a version or time."""
        found = folded(loaded_case(desk.room.log, case), query.get("as_of"))
        others = desk.room.applications.others(
            found.item, subject=found.subject, organisation=found.organisation, but=case
        )
        return answered({**view(found, desk.room.rules), "also_open": others})

    application_route(blp, desk.room)


def view(case: Case, rules: Rules) -> dict[str, Any]:
    """What `GET /v1/cases/{case}` answers, as JSON values."""
    submitted = case.submitted
    return {
        "case": case.id,
        "number": case.number or None,
        "version": case.version,
        "status": status(case),
        "item": case.item,
        "name": rules.item_of(case).text.name,
        "department": case.department,
        "office": case.office or None,
        "submitted_at": plain(submitted.at if submitted else None),
        "delivery": case.delivery,
        "contact": list(case.contact),
        "catalogue": plain(case.pin),
        "materials": plain(case.materials),
        "fee": _fee(case),
        "supplement": _supplement(case),
        "due": [_due(due) for due in plain(case.due) if due["rank"] != "internal"],
        "non_acceptance": _not_accepted(case.non_acceptance.fact if case.non_acceptance else None),
        "refusal": _refusal(case.refusal.fact if case.refusal else None),
        "actions": list(INTAKE.possible(case)),
        "owed": [
            {"service": one.service, "step": one.step, "due_at": plain(one.due_at)}
            for one in owed(case, pace=rules.pace)
        ],
        "variant": (case.submission.fact.variant if case.submission else "") or None,
        "situations": list(case.submission.fact.situations) if case.submission else [],
        "parties": _parties(case),
        "stages": stages_told(case, rules),
    }


def _parties(case: Case) -> list[dict[str, str]]:
    """Who applies and who acts; without more it is the account itself, as a person."""
    said = case.application
    if said is None or said.initiated_by != "applicant":
        return []
    named = [dict[str, str](role=one.role, kind=one.kind) for one in said.parties]
    return named or [{"role": "applicant", "kind": "person"}]


def _due(due: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in due.items() if name not in {"rank", "warn_at"}}
    return {**told, "reason": told["reason"] or None}


def _fee(case: Case) -> dict[str, Any] | None:
    if case.fee is None:
        return None
    return {
        "amount": yuan(case.fee.amount_fen),
        "pay_by": plain(case.fee.pay_by),
        "paid": case.fee_paid,
        "payments": [
            {
                "transaction": payment.transaction,
                "accounted": payment.accounted,
                "refund_ordered": payment.refund_ordered is not None,
                "refunded": payment.refunded is not None,
            }
            for payment in case.payments
        ],
    }


def _supplement(case: Case) -> dict[str, Any] | None:
    if case.supplement is None:
        return None
    return {
        "missing": plain(case.supplement.fact.missing),
        "due_at": plain(case.supplement.fact.due_at),
        "basis": case.supplement.fact.basis,
        "given": list(case.supplement_given),
        "answered": case.supplement_provided is not None,
        "lapsed": case.supplement_lapsed is not None,
    }


def _not_accepted(refusal: Fact | None) -> dict[str, Any] | None:
    """Why; where an officer decided so, on what basis and where to appeal; not by whom."""
    if refusal is None:
        return None
    told = {"why", "missing", "reason"}
    said = plain(refusal)
    if said["appeal_deadline"] is not None:
        told |= {"reasons", "legal_basis", "appeal_body", "appeal_deadline"}
    return {name: value for name, value in said.items() if name in told}


def _refusal(refusal: Fact | None) -> dict[str, Any] | None:
    """Why, on what basis, and where to appeal until when; not by whom."""
    if refusal is None:
        return None
    told = ("reasons", "legal_basis", "appeal_body", "appeal_deadline")
    return {name: value for name, value in plain(refusal).items() if name in told}
