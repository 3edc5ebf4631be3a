"""The making of the document: ordered with its number, made, made again (R-135, R-144, R-149)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

import marshmallow as ma
from flask import Response

from services.issuance.room import Desk
from shared.case import Case, Fact, Owed, Rules, case_stream, decode, fire
from shared.case.issuance.number import DocumentNumbered
from shared.case.issuance.production import DocumentProduced, ProductionFailed, ProductionOrdered
from shared.case.issuance.upkeep import IssuanceStepOverdue
from shared.case.state import Document
from shared.casework.reaction import Reaction
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Topic, must_allow
from shared.catalogue.rules.procedure import document_of
from shared.http import Blueprint, Choice, Schema

if TYPE_CHECKING:
    from shared.messaging.consumer.received import Received

ORDER = "production-order"
FailureCode = Literal["chip-unreadable", "print-defect", "data-rejected", "other"]


class OrderProduction(CaseCommand, frozen=True, kw_only=True):
    """Have the numbered document made."""

    document: str
    numbered: DocumentNumbered


class OrderLateProduction(OrderProduction, frozen=True, kw_only=True):
    """The order is late; `version` is that of the event that set its timer.

    The number is reserved before: a timer alone has none to order with.
    """

    version: int


class RecordProduction(CaseCommand, frozen=True, kw_only=True):
    """The producer made the document; with `failure`, it could not, or it was faulty."""

    failure: FailureCode | None = None


def in_hand(case: Case) -> Document | None:
    """The document while something may still be done with it."""
    document = case.document
    if document is None or not case.open or document.handed_over or document.destroyed:
        return None
    return document


def id_of_document(case: Case) -> str:
    """The id of the case's document, once one was ordered."""
    return case.document.id if case.document is not None else ""


def can_produce(case: Case) -> bool:
    """From the order until it lies made; after a failure again (R-135, R-149)."""
    document = in_hand(case)
    return document is not None and document.produced is None


def can_fail(case: Case) -> bool:
    """Until it leaves the house: a fault may be found on a document that is made."""
    document = in_hand(case)
    return document is not None and document.dispatched is None


def order_production(case: Case, cmd: OrderProduction, rules: Rules, _now: datetime) -> list[Fact]:
    """Have an approved case's document made, once (R-144). Other numbers order nothing."""
    if not case.open or not case.approved or case.document or not case.makes_document:
        return []
    numbered, made = cmd.numbered, document_of(rules.results_of(case))
    if made is None or numbered.result != made.code:
        return []
    return [
        ProductionOrdered(
            document=cmd.document,
            grant=numbered.grant,
            issue=numbered.issue,
            result=numbered.result,
            scheme=numbered.scheme,
            number=numbered.number,
            delivery=case.delivery or "post",
        )
    ]


def order_late(case: Case, cmd: OrderLateProduction, rules: Rules, now: datetime) -> Sequence[Fact]:
    """What the timer of the order brings: the order itself, where it is still owed."""

    def order(case: Case, _late: Owed, rules: Rules, now: datetime) -> Sequence[Fact]:
        return order_production(case, cmd, rules, now)

    return fire(
        case,
        service="issuance",
        step=ORDER,
        version=cmd.version,
        rules=rules,
        now=now,
        effects={ORDER: order},
        overdue=IssuanceStepOverdue,
    )


def record_production(
    case: Case, cmd: RecordProduction, _rules: Rules, _now: datetime
) -> list[Fact]:
    """Made, or not: what failed stays owed and is made again free of charge (R-135, R-149)."""
    must_allow(case, can_fail, "There is no document in production.")
    document = id_of_document(case)
    if cmd.failure is not None:
        return [ProductionFailed(document=document, code=cmd.failure)]
    return [DocumentProduced(document=document)] if can_produce(case) else []


class ProductionSchema(Schema):
    """Made, or not; a failure has a code."""

    outcome = Choice("produced", "failed", required=True)
    failure = Choice(*get_args(FailureCode))

    @ma.validates_schema
    def _failure_belongs_to_failed(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("outcome") == "failed") != ("failure" in data):
            raise ma.ValidationError("stands with outcome failed, and only there", "failure")


def routes(blp: Blueprint, desk: Desk) -> None:
    """Make the document."""

    @blp.post("/<case>/production")
    @blp.arguments(ProductionSchema)
    @blp.response(200, DoneSchema)
    def production(body: dict[str, Any], case: str) -> Response:
        """Record that the document is made, or that it failed and is to be made again."""
        return desk(case, RecordProduction(failure=body.get("failure")))


def _order(received: "Received") -> OrderProduction:
    numbered = decode(received.event).fact
    if not isinstance(numbered, DocumentNumbered):
        raise TypeError(f"{received.event.type} orders no production")
    return OrderProduction(
        document=received.stream.partition("/")[2],
        numbered=numbered,
    )


def _case_of_document(received: "Received") -> str:
    return case_stream(str(received.event.data["case"]))


TOPIC = Topic(
    decisions={
        OrderProduction: order_production,
        OrderLateProduction: order_late,
        RecordProduction: record_production,
    },
    actions={"production": can_fail},
    late=frozenset({ORDER, "production"}),
    reactions=(
        Reaction(
            name="order-production",
            types=frozenset({DocumentNumbered.TYPE}),
            command=_order,
            stream=_case_of_document,
        ),
    ),
)
