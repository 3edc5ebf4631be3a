"""What an officer does about money whose way back went wrong: order it again, or settle it."""

from datetime import datetime
from typing import Any, get_args

from flask import Response

from services.intake.fields import WORD
from services.intake.room import Desk
from shared.case import Case, Fact, Payment, Rules
from shared.case.intake.fee import payment_of
from shared.case.intake.refund import HowSettled, RefundOrderedAgain, RefundSettled
from shared.casework.desk import acting
from shared.casework.schemas import DoneSchema
from shared.casework.topics import (
    CaseCommand,
    NotPossibleNow,
    Topic,
    must_exist,
    must_not_be_own,
)
from shared.http import Blueprint, Choice, Schema, Str


class OrderRefundAgain(CaseCommand, frozen=True, kw_only=True):
    """Order what is still here of a payment back once more: the last order failed."""

    payment: str
    officer: str
    own_subject: str


class SettleRefund(CaseCommand, frozen=True, kw_only=True):
    """Close the question of a payment's way back, and say how it ended."""

    payment: str
    how: HowSettled
    officer: str
    own_subject: str


def _failed(payment: Payment) -> bool:
    """Whether the last order is over, and something of it is still here.

    Without a word of the gateway a second order might pay twice.
    """
    over = payment.trouble is not None or payment.returned_fen > 0
    ordered = payment.refund_ordered is not None and payment.refunded is None
    return ordered and over and payment.rest_fen > 0


def can_order_again(case: Case) -> bool:
    """While a refund failed, bounced or came in part only."""
    return any(map(_failed, case.payments))


def can_settle(case: Case) -> bool:
    """While money went back in another way than ordered, and nobody settled that."""
    strays = any(not one.settled for one in case.strays)
    return strays or any(payment.questioned for payment in case.payments)


def order_again(case: Case, cmd: OrderRefundAgain, _rules: Rules, _now: datetime) -> list[Fact]:
    """Order the rest back again: never by itself, because the reason has to be mended first."""
    must_exist(case)
    must_not_be_own(case, cmd.own_subject)
    payment = payment_of(case, cmd.payment)
    if payment is None or not _failed(payment):
        raise NotPossibleNow("No refund of this payment failed.")
    return [
        RefundOrderedAgain(
            payment=cmd.payment,
            amount_fen=payment.rest_fen,
            attempt=payment.orders + 1,
            officer=cmd.officer,
        )
    ]


def settle_refund(case: Case, cmd: SettleRefund, _rules: Rules, _now: datetime) -> list[Fact]:
    """Close the question; again: nothing."""
    must_exist(case)
    must_not_be_own(case, cmd.own_subject)
    payment = payment_of(case, cmd.payment)
    strays = [one for one in case.strays if one.payment == cmd.payment]
    stray = any(not one.settled for one in strays)
    questioned = payment is not None and payment.questioned
    if not stray and not questioned and (strays or (payment is not None and payment.settled)):
        return []
    if not stray and not questioned:
        raise NotPossibleNow("Nothing is open about the way back of this payment.")
    return [
        RefundSettled(
            payment=cmd.payment,
            amount_fen=payment.rest_fen if payment else 0,
            how=cmd.how,
            officer=cmd.officer,
        )
    ]


class RefundOrderSchema(Schema):
    """Which payment goes back once more."""

    payment = Str(required=True, max_length=64, pattern=WORD)


class RefundSettlementSchema(Schema):
    """Of which payment the question is closed, and how it ended."""

    payment = Str(required=True, max_length=64, pattern=WORD)
    how = Choice(*get_args(HowSettled), required=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Mend a refund."""

    @blp.post("/<case>/refund-order")
    @blp.arguments(RefundOrderSchema)
    @blp.response(200, DoneSchema)
    def refund_order(body: dict[str, Any], case: str) -> Response:
        """Order what is still here of a payment back again, after its refund failed."""
        return desk(case, OrderRefundAgain(payment=body["payment"], **acting()))

    @blp.post("/<case>/refund-settlement")
    @blp.arguments(RefundSettlementSchema)
    @blp.response(200, DoneSchema)
    def refund_settlement(body: dict[str, Any], case: str) -> Response:
        """Close the question of money that went back in another way than ordered."""
        settled = SettleRefund(payment=body["payment"], how=body["how"], **acting())
        return desk(case, settled)


TOPIC = Topic(
    decisions={OrderRefundAgain: order_again, SettleRefund: settle_refund},
    actions={"refund-order": can_order_again, "refund-settlement": can_settle},
)
