"""What nobody collects: registered, kept at the office, destroyed a year after it ended (R-165)."""

from datetime import datetime
from typing import Any

from flask import Response

from services.issuance.handover import asked_of
from services.issuance.production import id_of_document, in_hand
from services.issuance.room import Desk
from shared.case import Case, Fact, Rules
from shared.case.issuance.handover import DocumentDestroyed, DocumentUnclaimed
from shared.case.next.owed import LEAVES
from shared.case.next.position import destroy_after
from shared.casework.desk import staff_id
from shared.casework.schemas import DoneSchema
from shared.casework.topics import Asking, CaseCommand, Instead, Topic, must_allow
from shared.clock import local_day
from shared.http import Blueprint, Schema
from shared.http.public_text import PublicStr


class RegisterUnclaimed(CaseCommand, frozen=True, kw_only=True):
    """Nobody collected the document: it is registered and kept at the office."""

    office: str
    officer: str


class DestroyDocument(CaseCommand, frozen=True, kw_only=True):
    """The registered document was kept long enough, and is destroyed."""

    officer: str


class TooEarly(Instead):
    """The document has to be kept longer."""

    code = "too-early"
    without = frozenset({"destruction"})


def can_register_unclaimed(case: Case) -> bool:
    """When it is made and waits for whoever it belongs to: ready, come back, or at the counter."""
    document = in_hand(case)
    if document is None or document.produced is None:
        return False
    waits = document.ready or document.returned or case.delivery not in LEAVES
    return bool(waits) and not document.kept


def can_destroy(case: Case) -> bool:
    """When it is registered as unclaimed and an end of its validity is known (R-165).

    Not before its day: see `TooEarly`, and to whom it is offered.
    """
    document = in_hand(case)
    return document is not None and document.kept and destroy_after(case) is not None


def register_unclaimed(
    case: Case, cmd: RegisterUnclaimed, _rules: Rules, _now: datetime
) -> list[Fact]:
    """Nobody came for it: registered and kept, to be handed over at any time (R-165)."""
    if case.open and case.document is not None and case.document.kept:
        return []
    must_allow(case, can_register_unclaimed, "There is no document that waits to be collected.")
    said = case.document is not None and case.document.voucher is not None
    kept = DocumentUnclaimed(
        document=id_of_document(case),
        office=cmd.office,
        officer=cmd.officer,
        asks=None if said else asked_of(case),
    )
    return [kept]


def destroy(case: Case, cmd: DestroyDocument, _rules: Rules, now: datetime) -> list[Fact]:
    """Only what was registered, and only after a year beyond its validity (R-165)."""
    if case.document is not None and case.document.destroyed:
        return []
    missing = "There is no document that was registered as unclaimed and whose validity ends."
    must_allow(case, can_destroy, missing)
    day = destroy_after(case)
    if day is None or local_day(now) <= day:
        raise TooEarly(f"The document is kept until {day}, and destroyed after it.")
    return [DocumentDestroyed(document=id_of_document(case), officer=cmd.officer)]


class UnclaimedSchema(Schema):
    """Where the document that nobody collected is kept."""

    office = PublicStr(contacts=True, required=True, max_length=100)


class DestructionSchema(Schema):
    """Nothing more is asked: which document and who acts is known."""


def routes(blp: Blueprint, desk: Desk) -> None:
    """Register it, and destroy it in the end."""

    @blp.post("/<case>/unclaimed")
    @blp.arguments(UnclaimedSchema)
    @blp.response(200, DoneSchema)
    def unclaimed(body: dict[str, Any], case: str) -> Response:
        """Register that nobody collected the document, and where it is kept."""
        return desk(case, RegisterUnclaimed(office=body["office"], officer=staff_id()))

    @blp.post("/<case>/destruction")
    @blp.arguments(DestructionSchema)
    @blp.response(200, DoneSchema)
    def destruction(body: dict[str, Any], case: str) -> Response:
        """Record that a registered document was destroyed, a year after its validity."""
        del body
        return desk(case, DestroyDocument(officer=staff_id()))


def _kept_long_enough(case: Case, asking: Asking) -> bool:
    """Whether the day until which it is kept is over."""
    day = destroy_after(case)
    return day is not None and local_day(asking.now) > day


TOPIC = Topic(
    decisions={RegisterUnclaimed: register_unclaimed, DestroyDocument: destroy},
    actions={"unclaimed": can_register_unclaimed, "destruction": can_destroy},
    offers={"destruction": _kept_long_enough},
    late=frozenset({"destruction"}),
    routes=routes,
)
