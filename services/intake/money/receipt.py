"""GET /v1/cases/{case}/receipt: what was paid, when, by which transaction, and for what."""

from typing import Any, get_args

from flask import Response

from services.intake.room import Desk
from shared.case import Case, Rules
from shared.case.deciding.orders import fee_names
from shared.case.intake.fee import Accounted
from shared.casework.http import folded, loaded_case
from shared.catalogue.definition.fees import yuan
from shared.http import Blueprint, Choice, Items, Moment, Money, Nested, Schema, Str, answered
from shared.http.plain import plain

MOST_PAYMENTS = 500


class PaidLine(Schema):
    """One payment.

    `accounted`: whether it is the fee, or why it goes back. `returned`: what of it went back.
    """

    transaction = Str()
    amount = Money()
    method = Str()
    at = Moment()
    accounted = Choice(*get_args(Accounted))
    returned = Money()
    returned_at = Moment(allow_none=True)


class PaymentReceiptSchema(Schema):
    """What was paid for a case. `name`: what the fee is called.

    `held`: what of it the office holds; the rest went back, by the gateway or in another way.
    """

    case = Str()
    number = Str(allow_none=True)
    item = Str()
    item_name = Str()
    department = Str()
    name = Str()
    name_en = Str()
    held = Money()
    payments = Items(Nested(PaidLine), most=MOST_PAYMENTS)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Read the receipt."""

    @blp.get("/<case>/receipt")
    @blp.response(200, PaymentReceiptSchema)
    def receipt(case: str) -> Response:
        """Say what was paid for a case: a record of payments, and no tax invoice."""
        found = folded(loaded_case(desk.room.log, case), None)
        return answered(receipt_of(found, desk.room.rules))


def receipt_of(case: Case, rules: Rules) -> dict[str, Any]:
    """What the route answers, as JSON values."""
    item = rules.item_of(case)
    name, name_en = fee_names(case, item)
    return {
        "case": case.id,
        "number": case.number or None,
        "item": case.item,
        "item_name": item.text.name,
        "department": case.department,
        "name": name,
        "name_en": name_en,
        "held": yuan(sum(payment.rest_fen for payment in case.payments)),
        "payments": [
            {
                "transaction": payment.transaction,
                "amount": yuan(payment.amount_fen),
                "method": payment.method,
                "at": plain(payment.mark.at),
                "accounted": payment.accounted,
                "returned": yuan(payment.returned_fen),
                "returned_at": plain(payment.returned.at) if payment.returned else None,
            }
            for payment in case.payments
        ],
    }
