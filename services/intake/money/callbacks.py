"""What the payment gateway says, as signed callbacks.

A callback carries no `If-Match`: what the gateway did has happened, whatever state the case is in.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import marshmallow as ma
from flask import Response, current_app, g, request

from services.intake.fields import WORD
from services.intake.money.back.taking import take_return
from services.intake.money.paying import take_payment
from services.intake.money.payments import RecordPaymentFailure
from services.intake.room import Desk
from shared.case import case_stream
from shared.casework.schemas import DoneSchema
from shared.eventlog import Actor, Command
from shared.http import Blueprint, Choice, Money, Problem, Schema, Str, answer, json_body
from shared.http.deps import deps_of
from shared.security import request_macs
from shared.security.callbacks import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER

# What each kind of message needs beside its case and its transaction.
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "payment": ("amount", "method"),
        "payment-failed": ("method", "code"),
        "refund": ("amount", "payment"),
        "refund-failed": ("payment", "code"),
        "refund-bounced": ("amount", "payment"),
    }
)


class CallbackSchema(Schema):
    """What the payment gateway says: money came, did not come, went back, or did not.

    `payment` (of money going back): the transaction that it was paid by. `code` (failures): the
    gateway's. `amount`: of this transaction alone, where a refund goes in parts.
    """

    kind = Choice(*KINDS, required=True)
    case = Str(required=True, max_length=64, pattern=r"[a-z0-9]+")
    transaction = Str(required=True, max_length=64, pattern=WORD)
    amount = Money()
    method = Str(max_length=32, pattern=WORD)
    code = Str(max_length=64, pattern=WORD)
    payment = Str(max_length=64, pattern=WORD)

    @ma.validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Each kind has its own fields."""
        missing = [name for name in KINDS.get(data.get("kind", ""), ()) if name not in data]
        if missing:
            raise ma.ValidationError({name: ["is needed for this kind"] for name in missing})
        if data.get("amount") == 0:
            raise ma.ValidationError({"amount": ["must be more than 0.00: nothing was paid"]})


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


def _fingerprints() -> tuple[str, ...]:
    keys = deps_of(current_app).request_keys
    return request_macs(keys, method="POST", path=request.path, body=json_body())


def _command(body: Mapping[str, Any], macs: Sequence[str], now: datetime) -> Command:
    """`gateway:<kind>:<transaction>`: the transaction happens once, however often it is told."""
    return Command(
        command_id=f"gateway:{body['kind']}:{body['transaction']}",
        actor=GATEWAY,
        now=now,
        request_mac=macs[0],
        older_request_macs=tuple(macs[1:]),
        correlation=g.correlation,
        traceparent=g.traceparent,
    )


def routes(blp: Blueprint, desk: Desk) -> None:
    """Let in by its signature alone."""

    @blp.post("/callbacks")
    @blp.doc(parameters=SIGNED)
    @blp.arguments(CallbackSchema)
    @blp.response(200, DoneSchema)
    def callback(body: dict[str, Any]) -> Response:
        """Record a payment, a failed attempt, or what became of money on its way back.

        The same transaction counts once in the whole installation. A payment that names no case, or
        a second one, is answered with 404 or 409 and kept on record for a person. Money that goes
        back is recorded as it happened: in parts, without an order, failed, or come here again.
        """
        macs, now = _fingerprints(), desk.room.now()
        _take_message(desk, macs, now)
        command = _command(body, macs, now)
        if body["kind"] == "payment":
            return take_payment(desk, body, command)
        if body["kind"] != "payment-failed":
            return take_return(desk, body, command)
        told = RecordPaymentFailure(
            transaction=body["transaction"], method=body["method"], code=body["code"]
        )
        outcome = desk.room.log.execute(
            case_stream(body["case"]),
            command,
            lambda loaded: desk.topics.decided(loaded, told, desk.room.rules, now),
        )
        return answer(outcome, case=body["case"])


def _take_message(desk: Desk, macs: Sequence[str], now: datetime) -> None:
    """Refuse a message whose id came before with another body.

    Raises:
        Problem: 422; nothing was recorded.
    """
    if not desk.room.callbacks.take(f"{GATEWAY.ref}/{g.callback_id}", macs, now=now):
        raise Problem("message-reused", "A new message needs an id of its own.")
