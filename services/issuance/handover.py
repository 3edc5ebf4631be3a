"""The way of the made document to its holder (R-158, R-159, R-164)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, get_args

import marshmallow as ma
from flask import Response

from services.issuance.collecting.looking import END, agents_number, looked_at
from services.issuance.collecting.proof import NOTHING_SHOWN, ProofShown, collected, nothing_asked
from services.issuance.collecting.refusing import given_or_refused, refused_try
from services.issuance.papers.finding import key_ref_of
from services.issuance.production import id_of_document, in_hand
from services.issuance.room import Desk
from shared.case import Case, Fact, Rules, case_stream
from shared.case.issuance.handover import (
    DeliveryReturned,
    DocumentDispatched,
    DocumentReady,
    To,
)
from shared.case.issuance.production import Asks
from shared.case.issuance.record import ResultHandedOver
from shared.case.next.owed import LEAVES
from shared.casework.log import Personal
from shared.casework.schemas import DoneSchema
from shared.casework.topics import Asking, CaseCommand, Topic, must_allow
from shared.eventlog import Sealed
from shared.http import Blueprint, Bool, Choice, Nested, Schema, Str
from shared.http.public_text import PublicStr
from shared.security.duties import Duty
from shared.values.identity import PERSONAL

# What somebody can show at a desk.
HELD_KINDS = tuple(kind for kind in PERSONAL if kind != "none")
VOUCHER = r"[0-9０-９][0-9０-９ \u3000‐‑‒–—−－-]{6,10}[0-9０-９]"
ReturnCode = Literal["nobody-there", "address-unknown", "refused-by-addressee", "lost-by-carrier"]


class DispatchDocument(CaseCommand, frozen=True, kw_only=True):
    """The producer gave the document to the carrier; the tracking number travels sealed."""

    carrier: str


class RecordReady(CaseCommand, frozen=True, kw_only=True):
    """The document lies ready at the office where it is collected."""

    office: str


class RecordHandover(CaseCommand, frozen=True, kw_only=True):
    """The applicant has the document or the slip, or whoever acts for them."""

    to: To
    shown: ProofShown = NOTHING_SHOWN


class RecordReturn(CaseCommand, frozen=True, kw_only=True):
    """The carrier brought the document back."""

    code: ReturnCode


def can_dispatch(case: Case) -> bool:
    """When it is made, to be posted, and not on its way (R-159)."""
    document = in_hand(case)
    made = document is not None and document.produced and not document.dispatched
    return bool(made) and case.delivery == "post"


def can_make_ready(case: Case) -> bool:
    """When it is made, to be collected, and does not lie ready yet."""
    document = in_hand(case)
    made = document is not None and document.produced and not document.ready
    return bool(made) and case.delivery == "pickup"


def can_hand_over(case: Case) -> bool:
    """When it is on its way or waits to be collected, or goes from hand to hand once it is made."""
    document = in_hand(case)
    if document is None:
        return can_hand_over_result(case)
    if case.delivery not in LEAVES:
        return document.produced is not None
    return bool(document.dispatched or document.ready or document.kept)


def can_hand_over_result(case: Case) -> bool:
    """When a slip or letter is written down, and nobody has it yet."""
    granted = case.open and case.approved and not case.makes_document
    return bool(granted) and case.to_hand_over and not case.making


def can_return(case: Case) -> bool:
    """While it is with the carrier."""
    document = in_hand(case)
    return document is not None and document.dispatched is not None


def dispatch(case: Case, cmd: DispatchDocument, _rules: Rules, _now: datetime) -> list[Fact]:
    """Given to the carrier, for the address of the application (R-159)."""
    must_allow(case, can_dispatch, "There is no document to be dispatched.")
    return [DocumentDispatched(document=id_of_document(case), carrier=cmd.carrier)]


def make_ready(case: Case, cmd: RecordReady, _rules: Rules, _now: datetime) -> list[Fact]:
    """It lies ready at the office where it is collected (R-158)."""
    if case.document is not None and case.document.ready:
        return []
    must_allow(case, can_make_ready, "There is no document to be collected.")
    return [DocumentReady(document=id_of_document(case), office=cmd.office, asks=asked_of(case))]


def hand_over(case: Case, cmd: RecordHandover, _rules: Rules, _now: datetime) -> list[Fact]:
    """The right person has it (R-164): the document, or the slip that was written down."""
    handed = case.document.handed_over if case.document is not None else case.handed_over
    if handed:
        return []
    must_allow(case, can_hand_over, "There is nothing to be handed over.")
    if can_hand_over_result(case):
        nothing_asked(cmd.shown)
        return [ResultHandedOver(to=cmd.to, way=case.delivery or "on-the-spot")]
    return collected(case, cmd.to, cmd.shown)


def record_return(case: Case, cmd: RecordReturn, _rules: Rules, _now: datetime) -> list[Fact]:
    """It came back: it is dispatched again, and the case stays open."""
    must_allow(case, can_return, "There is no document on its way.")
    return [DeliveryReturned(document=id_of_document(case), code=cmd.code)]


class DispatchSchema(Schema):
    """Given to the carrier. The tracking number is sealed and never shown in lists or events."""

    carrier = PublicStr(required=True, max_length=40, pattern=r"[A-Za-z0-9][A-Za-z0-9 ._-]*")
    tracking = Str(required=True, min_length=4, max_length=40, pattern=r"[A-Za-z0-9-]+")


class ReadinessSchema(Schema):
    """Where it can be collected."""

    office = PublicStr(contacts=True, required=True, max_length=100)


class IdentitySeenSchema(Schema):
    """Which identity document was looked at: its kind, and the last four characters of its number.

    The characters of the holder are compared with the application and kept nowhere.
    """

    kind = Choice(*HELD_KINDS, required=True)
    last_four = Str(required=True, min_length=END, max_length=END, pattern=r"[0-9A-Za-z]{4}")


class HandoverSchema(Schema):
    """Delivered to somebody, or brought back with a code.

    Of what is collected at an office, `voucher` is the code that the applicant was shown, and
    `identity` what was looked at; `authorisation_seen` where somebody acts for the applicant.
    """

    outcome = Choice("delivered", "returned", required=True)
    to = Choice(*get_args(To))
    code = Choice(*get_args(ReturnCode))
    voucher = Str(min_length=8, max_length=12, pattern=VOUCHER)
    identity = Nested(IdentitySeenSchema)
    authorisation_seen = Bool()

    @ma.validates_schema
    def _each_outcome_has_its_field(self, data: dict[str, Any], **_: Any) -> None:
        wrong = {}
        if (data.get("outcome") == "delivered") != ("to" in data):
            wrong["to"] = ["stands with outcome delivered, and only there"]
        if (data.get("outcome") == "returned") != ("code" in data):
            wrong["code"] = ["stands with outcome returned, and only there"]
        for name in ("voucher", "identity", "authorisation_seen"):
            if data.get("outcome") == "returned" and name in data:
                wrong[name] = ["stands with outcome delivered, and only there"]
        if wrong:
            raise ma.ValidationError(wrong)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Send it, lay it ready, hand it over."""

    @blp.post("/<case>/dispatch")
    @blp.arguments(DispatchSchema)
    @blp.response(200, DoneSchema)
    def dispatch(body: dict[str, Any], case: str) -> Response:
        """Record that the document was given to the carrier."""
        return desk(case, DispatchDocument(carrier=body["carrier"]), _tracking(body["tracking"]))

    @blp.post("/<case>/readiness")
    @blp.arguments(ReadinessSchema)
    @blp.response(200, DoneSchema)
    def readiness(body: dict[str, Any], case: str) -> Response:
        """Record that the document lies ready to be collected."""
        return desk(case, RecordReady(office=body["office"]))

    @blp.post("/<case>/handover")
    @blp.arguments(HandoverSchema)
    @blp.response(200, DoneSchema)
    def handover(body: dict[str, Any], case: str) -> Response:
        """Record that the document was delivered, or came back.

        A wrong code, or another person's identity document, is recorded and refused.
        """
        if body["outcome"] == "returned":
            return desk(case, RecordReturn(code=body["code"]))

        def shown(found: Case) -> RecordHandover:
            return RecordHandover(to=body["to"], shown=looked_at(desk.room, found, body))

        done = desk(case, shown, agents_number(desk.room, body), more=refused_try)
        return given_or_refused(desk, case, done)


def asked_of(case: Case) -> Asks | None:
    """What whoever collects has to show: nothing where nobody knows an applicant.

    Who applied at a counter has no sign-in and no page to find a code on.
    """
    if not key_ref_of(case):
        return None
    return "identity" if case.taken_in else "code"


def _may_give(case: Case, asking: Asking) -> bool:
    """Once a voucher is locked, a head of the office alone checks and hands over."""
    voucher = case.document.asked if case.document else None
    return voucher is None or not voucher.locked or Duty.HEAD in asking.duties


def _tracking(number: str) -> Callable[[Case], Personal]:
    """The tracking number, sealed under the key of the case."""

    def sealed(case: Case) -> Personal:
        tracking = Sealed(key_ref=case_stream(case.id), plaintext=number)
        return {DocumentDispatched.TYPE: {"tracking": tracking}}

    return sealed


TOPIC = Topic(
    decisions={
        DispatchDocument: dispatch,
        RecordReady: make_ready,
        RecordHandover: hand_over,
        RecordReturn: record_return,
    },
    actions={
        "dispatch": can_dispatch,
        "readiness": can_make_ready,
        "handover": can_hand_over,
    },
    offers={"handover": _may_give},
    late=frozenset({"dispatch", "readiness", "handover"}),
    routes=routes,
)
