"""What the payment gateway says, as signed callbacks.

A callback carries no `If-Match`: what the gateway did has happened, whatever state the case is in.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import marshmallow as ma
from flask import Response, current_app, g, request

from services.intake.fields import WORD
from services.intake.money.payments import RecordPayment, RecordPaymentFailure
from services.intake.money.refunds import RecordRefund
from services.intake.room import Desk
from shared.case import case_stream
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand
from shared.eventlog import Actor, Command
from shared.http import Blueprint, Choice, Money, Schema, Str, answer, json_body
from shared.http.deps import deps_of
from shared.security import request_macs
from shared.security.callbacks import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER


class CallbackSchema(Schema):
    """What the payment gateway says: money came, did not come, or went back.

    `payment` (refunds): the transaction that was given back. `code` (failures): the gateway's.
    """

    kind = Choice("payment", "payment-failed", "refund", required=True)
    case = Str(required=True, max_length=64, pattern=r"[a-z0-9]+")
    transaction = Str(required=True, max_length=64, pattern=WORD)
    amount = Money()
    method = Str(max_length=32, pattern=WORD)
    code = Str(max_length=64, pattern=WORD)
    payment = Str(max_length=64, pattern=WORD)

    @ma.validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Each kind has its own fields."""
        needed = {
            "payment": ("amount", "method"),
            "payment-failed": ("method", "code"),
            "refund": ("amount", "payment"),
        }
        missing = [name for name in needed.get(data.get("kind", ""), ()) if name not in data]
        if missing:
            raise ma.ValidationError({name: ["is needed for this kind"] for name in missing})


SIGNED: list[dict[str, Any]] = [
    {
        "name": ID_HEADER,
        "in": "header",
        "required": True,
        "description": "The id of this message; the same when it is sent again.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,255}$"},
    },
    {
        "name": TIMESTAMP_HEADER,
        "in": "header",
        "required": True,
        "description": "Seconds since 1970 in UTC, at most five minutes from our clock.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,12}$"},
    },
    {
        "name": SIGNATURE_HEADER,
        "in": "header",
        "required": True,
        "description": (
            "`v1,` and the base64 of the HMAC-SHA256, under the gateway's key, of "
            "`<Webhook-Id>.<Webhook-Timestamp>.<body>`: the body byte for byte as it is sent. "
            "Several signatures, parted by a space, may stand here while keys rotate."
        ),
        "schema": {"type": "string", "pattern": "^v1,[A-Za-z0-9+/=]+( v1,[A-Za-z0-9+/=]+)*$"},
    },
]
GATEWAY = Actor(kind="gateway", ref="payment-gateway")


def _command(body: Mapping[str, Any], now: datetime) -> Command:
    """`gateway:<kind>:<transaction>`: the transaction happens once, however often it is told."""
    keys = deps_of(current_app).request_keys
    macs = request_macs(keys, method="POST", path=request.path, body=json_body())
    return Command(
        command_id=f"gateway:{body['kind']}:{body['transaction']}",
        actor=GATEWAY,
        now=now,
        request_mac=macs[0],
        older_request_macs=macs[1:],
        correlation=g.correlation,
        traceparent=g.traceparent,
    )


def _fen(amount: Decimal) -> int:
    return int(amount * 100)


TOLD: Mapping[str, Callable[[Mapping[str, Any]], CaseCommand]] = {
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


def routes(blp: Blueprint, desk: Desk) -> None:
    """Let in by its signature alone."""

    @blp.post("/callbacks")
    @blp.doc(parameters=SIGNED)
    @blp.arguments(CallbackSchema)
    @blp.response(200, DoneSchema)
    def callback(body: dict[str, Any]) -> Response:
        """Record a payment, a failed attempt or a refund. The same transaction counts once."""
        told, now = TOLD[body["kind"]](body), desk.room.now()
        outcome = desk.room.log.execute(
            case_stream(body["case"]),
            _command(body, now),
            lambda loaded: desk.topics.decided(loaded, told, desk.room.rules, now),
        )
        return answer(outcome, case=body["case"])
