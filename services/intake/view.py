"""A case as intake shows it: from its fold alone, and without personal data."""

from typing import Any, get_args

import marshmallow as ma
from flask import Response

from services.intake.application.repeated import MOST_TOLD
from services.intake.application.submission import GuideAgreedSchema
from services.intake.fields import MOST_CHOICES, MOST_MATERIALS
from services.intake.reading.reasons_told import (
    NotAcceptedSchema,
    RefusalToldSchema,
    not_accepted_told,
    refusal_told,
)
from services.intake.room import Desk
from services.intake.topics import INTAKE
from shared.case import Case, Ending, Rules, ending, owed, status
from shared.case.deciding.materials_said import asked_at_once
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.parts import DueDate
from shared.case.intake.counter import HowTaken, Original
from shared.casework.http import folded, loaded_case
from shared.casework.limits_shown import due_shown
from shared.casework.offers import offered
from shared.casework.orders import PaymentOrderSchema, order_shown
from shared.casework.reading.routes import application_route
from shared.casework.schemas import AsOfSchema, ResponsibleSchema, StageSchema
from shared.catalogue import Item
from shared.catalogue.definition.fees import yuan
from shared.http import (
    Blueprint,
    Bool,
    Choice,
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
    """A limit, its title in both languages, and when it ends."""

    limit = Str()
    zh = Str()
    en = Str()
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


class TakenInSchema(Schema):
    """An officer took it in; `document`: the kind of the identity document that they saw."""

    how = Choice(*get_args(HowTaken))
    document = Str(allow_none=True)
    at = Moment()


class OriginalSchema(Schema):
    """The original of a material; `returned_at` is null while the office has it."""

    material = Str()
    name = Str()
    name_en = Str(min_length=0)
    seen_at = Moment()
    returned_at = Moment(allow_none=True)


class CaseSchema(Schema):
    """A case as its log tells it; `also_open`: the applicant's open ones for the same item.

    `office`: the one that was named. `responsible`: the office that has the case, named or not.

    `taken_in`: null where the applicant applied alone. `guide`: the one that was agreed to (R-015),
    null where the portal did not say. `outcome`: how it ended, where `status` says no more than
    `closed` or `refunded`.
    """

    case = Str()
    number = Str(allow_none=True)
    version = Int()
    status = Str()
    outcome = Choice(*get_args(Ending), allow_none=True)
    item = Str()
    name = Str()
    department = Str()
    office = Str(allow_none=True)
    responsible = Nested(ResponsibleSchema, allow_none=True)
    submitted_at = Moment()
    delivery = Str()
    contact = Items(Str(), most=2)
    catalogue = ma.fields.Dict()
    materials = Items(ma.fields.Dict(), most=200)
    fee = ma.fields.Dict(allow_none=True)
    order = Nested(PaymentOrderSchema, allow_none=True)
    supplement = ma.fields.Dict(allow_none=True)
    due = Items(Nested(DueSchema), most=10)
    non_acceptance = Nested(NotAcceptedSchema, allow_none=True)
    refusal = Nested(RefusalToldSchema, allow_none=True)
    actions = Items(Str(), most=20)
    owed = Items(Nested(OwedSchema), most=50)
    variant = Str(allow_none=True)
    situations = Items(Str(), most=MOST_CHOICES)
    parties = Items(Nested(PartySchema), most=60)
    stages = Items(Nested(StageSchema), most=50)
    also_open = Items(ma.fields.Dict(), most=MOST_TOLD)
    taken_in = Nested(TakenInSchema, allow_none=True)
    guide = Nested(GuideAgreedSchema, allow_none=True)
    originals = Items(Nested(OriginalSchema), most=MOST_MATERIALS)


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
        actions = offered(desk.topics, found, desk.room.rules, desk.room.now())
        told = {
            **view(found, desk.room.rules, pay_url=desk.room.pay_url),
            "actions": actions,
            "also_open": others,
        }
        return answered(told)

    application_route(blp, desk.room)


def view(case: Case, rules: Rules, *, pay_url: str = "") -> dict[str, Any]:
    """What `GET /v1/cases/{case}` answers, as JSON values. `pay_url`: the gateway's pages."""
    submitted = case.submitted
    return {
        "case": case.id,
        "number": case.number or None,
        "version": case.version,
        "status": status(case),
        "outcome": ending(case),
        "item": case.item,
        "name": rules.item_of(case).text.name,
        "department": case.department,
        "office": case.office or None,
        "responsible": rules.responsible(case),
        "submitted_at": plain(submitted.at if submitted else None),
        "delivery": case.delivery,
        "contact": list(case.contact),
        "catalogue": plain(case.pin),
        "materials": plain(case.materials),
        "fee": _fee(case),
        "order": order_shown(case, rules, pay_url),
        "supplement": _supplement(case, rules.item_of(case)),
        "due": [_due(due, rules.item_of(case)) for due in case.due if due.rank != "internal"],
        "non_acceptance": not_accepted_told(case, rules),
        "refusal": refusal_told(case, rules),
        "actions": list(INTAKE.possible(case)),
        "owed": [
            {"service": one.service, "step": one.step, "due_at": plain(one.due_at)}
            for one in owed(case, pace=rules.pace)
        ],
        "variant": (case.submission.fact.variant if case.submission else "") or None,
        "situations": list(case.submission.fact.situations) if case.submission else [],
        "parties": _parties(case),
        "stages": stages_told(case, rules),
        "taken_in": _taken_in(case),
        "guide": plain(case.submission.fact.guide) if case.submission else None,
        "originals": [_original(one, rules.item_of(case)) for one in case.originals],
    }


def _original(one: Original, item: Item) -> dict[str, Any]:
    """An original by its name in the case's edition of the item."""
    rule = item.material(one.material)
    return {
        "material": one.material,
        "name": rule.name if rule else one.material,
        "name_en": rule.name_en if rule else "",
        "seen_at": plain(one.seen.at),
        "returned_at": plain(one.returned.at if one.returned else None),
    }


def _taken_in(case: Case) -> dict[str, Any] | None:
    """How an officer took it in, and what they saw; not who it was."""
    taken = case.taken_in
    if taken is None:
        return None
    return {
        "how": taken.fact.how,
        "document": taken.fact.document or None,
        "at": plain(taken.at),
    }


def _parties(case: Case) -> list[dict[str, str]]:
    """Who applies and who acts; without more it is the account itself, as a person."""
    said = case.application
    if said is None or said.initiated_by != "applicant":
        return []
    named = [dict[str, str](role=one.role, kind=one.kind) for one in said.parties]
    return named or [{"role": "applicant", "kind": "person"}]


def _due(due: DueDate, item: Item) -> dict[str, Any]:
    shown = due_shown(due, item)
    told = {name: value for name, value in shown.items() if name not in {"rank", "warn_at"}}
    return {**told, "reason": due.reason or None}


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
                "amount": yuan(payment.amount_fen),
                "accounted": payment.accounted,
                "at": plain(payment.mark.at),
                "refund_ordered": payment.refund_ordered is not None,
                "refunded": payment.refunded is not None,
                "returned": yuan(payment.returned_fen),
                "trouble": payment.trouble.code if payment.trouble else None,
                "settled": payment.settled is not None,
            }
            for payment in case.payments
        ],
    }


def _supplement(case: Case, item: Item) -> dict[str, Any] | None:
    """The one request; `missing` is every paper by itself, `asked` says which are alternatives."""
    if case.supplement is None:
        return None
    return {
        "missing": plain(case.supplement.fact.missing),
        "asked": [
            {"zh": one.zh, "en": one.en, "one_of": plain(one.one_of)}
            for one in asked_at_once(case.supplement.fact.missing, item)
        ],
        "due_at": plain(case.supplement.fact.due_at),
        "basis": case.supplement.fact.basis,
        "given": list(case.supplement_given),
        "answered": case.supplement_provided is not None,
        "lapsed": case.supplement_lapsed is not None,
    }
