"""POST /v1/payments/orders: before it takes money, the gateway asks what is owed under an order.

It signs the question as it signs what it tells, so the page that a payer sees cannot be given
another amount than the one that is owed.
"""

from typing import Any

from flask import Response

from services.intake.money.callbacks import SIGNED
from services.intake.room import Desk
from shared.case import case_stream
from shared.casework.log import case_of
from shared.casework.orders import PaymentOrderSchema, order_shown
from shared.eventlog.errors import NotFound
from shared.http import Blueprint, Choice, Nested, Schema, Str, answered

ORDER = r"[A-Za-z0-9]+-[0-9]{1,9}"


class OrderAskedSchema(Schema):
    """Which order, of which case: both stand in the address of the page to pay at."""

    case = Str(required=True, max_length=64, pattern=r"[a-z0-9]+")
    order = Str(required=True, max_length=64, pattern=ORDER)


class OrderStateSchema(Schema):
    """`state`: it is to be paid; another order holds instead; nothing is owed.

    `order`: the one that holds now.
    """

    state = Choice("open", "replaced", "nothing-owed")
    order = Nested(PaymentOrderSchema, allow_none=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Let in by its signature alone."""

    @blp.post("/orders")
    @blp.doc(parameters=SIGNED)
    @blp.arguments(OrderAskedSchema)
    @blp.response(200, OrderStateSchema)
    def asked(body: dict[str, Any]) -> Response:
        """Say whether an order is to be paid, what for, how much and until when."""
        case = case_of(desk.room.log.load(case_stream(body["case"])))
        if not case.exists:
            raise NotFound("There is no such case.")
        order = order_shown(case, desk.room.rules, desk.room.pay_url)
        if order is None:
            return answered({"state": "nothing-owed", "order": None})
        state = "open" if order["number"] == body["order"] else "replaced"
        return answered({"state": state, "order": order})
