"""What producers send and get: shapes at the edge, no rule."""

from typing import Any

import marshmallow as ma

from services.issuance.commands import FailureCode, PayoutFailure, ReturnCode
from shared.case.issuance.handover import To
from shared.case.issuance.record import Recorded
from shared.http import Bool, Choice, Day, Int, Items, Moment, Nested, Schema, Str


def _words(literal: Any) -> tuple[str, ...]:
    return tuple(literal.__args__)


class Production(Schema):
    """Made, or not; a failure has a code."""

    outcome = Choice("produced", "failed", required=True)
    failure = Choice(*_words(FailureCode))

    @ma.validates_schema
    def _failure_belongs_to_failed(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("outcome") == "failed") != ("failure" in data):
            raise ma.ValidationError("stands with outcome failed, and only there", "failure")


class Dispatch(Schema):
    """Given to the carrier. The tracking number is sealed and never shown in lists or events."""

    carrier = Str(required=True, max_length=40, pattern=r"[A-Za-z0-9][A-Za-z0-9 ._-]*")
    tracking = Str(required=True, min_length=4, max_length=40, pattern=r"[A-Za-z0-9-]+")


class Readiness(Schema):
    """Where it can be collected."""

    office = Str(required=True, max_length=100)


class Unclaimed(Schema):
    """Where the document that nobody collected is kept."""

    office = Str(required=True, max_length=100)


class Destruction(Schema):
    """Nothing more is asked: which document and who acts is known."""


class Record(Schema):
    """Which stage, what came of it, and its number in the register that keeps it."""

    stage = Str(required=True, max_length=64, pattern=r"[a-z0-9][a-z0-9-]*")
    outcome = Choice(*_words(Recorded), load_default="recorded")
    reference = Str(max_length=64, pattern=r"[A-Za-z0-9][A-Za-z0-9_.:/-]*")


class Payout(Schema):
    """Whether the money moved; a failure has a code."""

    outcome = Choice("made", "failed", required=True)
    failure = Choice(*_words(PayoutFailure))

    @ma.validates_schema
    def _failure_belongs_to_failed(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("outcome") == "failed") != ("failure" in data):
            raise ma.ValidationError("stands with outcome failed, and only there", "failure")


class Handover(Schema):
    """Delivered to somebody, or brought back with a code."""

    outcome = Choice("delivered", "returned", required=True)
    to = Choice(*_words(To))
    code = Choice(*_words(ReturnCode))

    @ma.validates_schema
    def _each_outcome_has_its_field(self, data: dict[str, Any], **_: Any) -> None:
        wrong = {}
        if (data.get("outcome") == "delivered") != ("to" in data):
            wrong["to"] = ["stands with outcome delivered, and only there"]
        if (data.get("outcome") == "returned") != ("code" in data):
            wrong["code"] = ["stands with outcome returned, and only there"]
        if wrong:
            raise ma.ValidationError(wrong)


class Receipt(Schema):
    """Where the commit stands in the log; whoever holds the hash can demand proof of it."""

    stream = Str()
    first_version = Int()
    hash = Str()


class Done(Schema):
    """The answer to a command."""

    case = Str()
    version = Int()
    events = Items(Str(), most=16)
    receipt = Nested(Receipt, allow_none=True)


class DocumentState(Schema):
    """What was last done with the document."""

    document = Str()
    number = Str()
    attempt = Int()
    ordered_at = Moment()
    produced_at = Moment(allow_none=True)
    dispatched_at = Moment(allow_none=True)
    returned_at = Moment(allow_none=True)
    handed_over_at = Moment(allow_none=True)
    unclaimed_at = Moment(allow_none=True)
    destroy_after = Str(allow_none=True)
    destroyed_at = Moment(allow_none=True)


class Paper(Schema):
    """A paper of the case that carries a number of ours; `issued`: it was made, or written down.

    `valid_until` is null without an end, and where nobody said how long it is valid.
    """

    document = Str()
    result = Str()
    number = Str()
    valid_since = Day(allow_none=True)
    valid_until = Day(allow_none=True)
    issued = Bool()


class Issuance(Schema):
    """A case at the producer's desk. The address is given to a producer who may dispatch."""

    case = Str()
    version = Int()
    status = Str()
    delivery = Str(allow_none=True)
    document = Nested(DocumentState, allow_none=True)
    documents = Items(Nested(Paper), most=20)
    actions = Items(Str(), most=8)
    delivery_address = Str(allow_none=True)


class Verification(Schema):
    """Whether a document is valid, and what kind it is. Nothing personal, nothing of a case."""

    document = Str()
    status = Choice("valid", "expired", "revoked", "unknown")
    kind = Str(allow_none=True)
    valid = Bool()
    valid_until = Day(allow_none=True)
