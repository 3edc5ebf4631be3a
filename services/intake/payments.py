"""What the payment gateway says, as signed callbacks.

A callback carries no `If-Match`: what the gateway did has happened, whatever state the case is in.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from flask import Response, current_app, g, request

from services.intake.commands import Command as Wish
from services.intake.commands import RecordPayment, RecordPaymentFailure, RecordRefund
from services.intake.decisions import decide
from services.intake.room import Intake
from services.intake.schemas import CallbackSchema, DoneSchema
from shared.case import case_stream
from shared.casework.log import case_of, drafts
from shared.eventlog import Actor, Command
from shared.http import Blueprint, answer, json_body
from shared.http.deps import deps_of
from shared.security import request_mac

GATEWAY = Actor(kind="gateway", ref="payment-gateway")


def payment_endpoints(intake: Intake) -> Blueprint:
    """`POST /v1/payments/callbacks`, let in by its signature alone."""
    blp = Blueprint("payments", __name__, url_prefix="/v1/payments", description="Payments.")

    @blp.post("/callbacks")
    @blp.arguments(CallbackSchema)
    @blp.response(200, DoneSchema)
    def callback(body: dict[str, Any]) -> Response:
        """Record a payment, a failed attempt or a refund. The same transaction counts once."""
        wish, now = WISHES[body["kind"]](body), intake.now()
        command = _command(body, now)
        outcome = intake.log.execute(
            case_stream(body["case"]),
            command,
            lambda loaded: drafts(decide(case_of(loaded), wish, intake.rules, now)),
        )
        return answer(outcome, case=body["case"])

    return blp


def _command(body: Mapping[str, Any], now: Any) -> Command:
    """`gateway:<kind>:<transaction>`: the transaction happens once, however often it is told."""
    macs = [
        request_mac(key_id, key, method="POST", path=request.path, body=json_body())
        for key_id, key in deps_of(current_app).request_keys.items()
    ]
    return Command(
        command_id=f"gateway:{body['kind']}:{body['transaction']}",
        actor=GATEWAY,
        now=now,
        request_mac=macs[0],
        older_request_macs=tuple(macs[1:]),
        correlation=g.correlation,
        traceparent=g.traceparent,
    )


def _fen(amount: Decimal) -> int:
    return int(amount * 100)


WISHES: Mapping[str, Callable[[Mapping[str, Any]], Wish]] = {
    "payment": lambda body: RecordPayment(
        transaction=body["transaction"], amount_fen=_fen(body["amount"]), method=body["method"]
    ),
    "payment-failed": lambda body: RecordPaymentFailure(
        transaction=body["transaction"], method=body["method"], code=body["code"]
    ),
    "refund": lambda body: RecordRefund(
        payment=body["payment"],
        transaction=body["transaction"],
        amount_fen=_fen(body["amount"]),
    ),
}
