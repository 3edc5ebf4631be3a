"""The case as it lies at the producer's desk. The address is read for the label alone."""

from collections.abc import Callable
from typing import Any, get_args

from services.issuance.documents.papers import PaperSchema, papers_of
from services.issuance.handover import can_dispatch
from services.issuance.room import Issuance
from shared.case import Case, IssuedDocument, Mark, status
from shared.case.deciding.stages_shown import stages_told
from shared.case.issuance.handover import To
from shared.case.issuance.production import MOST_WRONG, Asks
from shared.case.next.position import destroy_after
from shared.casework.reading.caller import entitled
from shared.casework.schemas import StageSchema
from shared.eventlog import Loaded
from shared.http import Choice, Int, Items, Moment, Nested, Schema, Str, actor
from shared.http.plain import time_of
from shared.security.data_classes import DataClass

WHY_ADDRESS = "delivery label"


class DocumentStateSchema(Schema):
    """What was last done with the document.

    `asks`: what whoever collects it has to show; null where nothing is asked. `tries_left`: before
    its code is locked. `goes_to`: to whom it may be given; an organisation sends somebody.
    """

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
    asks = Choice(*get_args(Asks), allow_none=True)
    tries_left = Int(allow_none=True)
    goes_to = Items(Choice(*get_args(To)), most=3)


class IssuanceSchema(Schema):
    """A case at the producer's desk. The address is given to a producer who may dispatch."""

    case = Str()
    number = Str(allow_none=True)
    version = Int()
    status = Str()
    item = Str()
    stages = Items(Nested(StageSchema), most=50)
    delivery = Str(allow_none=True)
    document = Nested(DocumentStateSchema, allow_none=True)
    documents = Items(Nested(PaperSchema), most=20)
    actions = Items(Str(), most=8)
    delivery_address = Str(allow_none=True)


def view(
    case: Case,
    loaded: Loaded,
    room: Issuance,
    on_document: Callable[[IssuedDocument], list[str]],
) -> dict[str, Any]:
    """What `GET /v1/issuance/{case}` answers, as JSON values; its `actions` are the caller's.

    `loaded`: the stream of the case, for the sealed address. `on_document`: what the caller can do
    with one of its documents.
    """
    return {
        "case": case.id,
        "number": case.number or None,
        "version": case.version,
        "status": status(case),
        "item": case.item,
        "stages": stages_told(case, room.rules),
        "delivery": case.delivery,
        "document": _document(case),
        "documents": papers_of(case, room.numbers, room.log, on_document),
        "delivery_address": _address(loaded, case, room),
    }


def _document(case: Case) -> dict[str, Any] | None:
    document = case.document
    if document is None:
        return None
    day = destroy_after(case) if document.unclaimed else None
    return {
        "document": document.id,
        "number": f"{document.scheme}/{document.number}",
        "attempt": document.attempt,
        "ordered_at": _at(document.ordered),
        "produced_at": _at(document.produced),
        "dispatched_at": _at(document.dispatched),
        "returned_at": _at(document.returned),
        "handed_over_at": _at(document.handed_over),
        "unclaimed_at": _at(document.unclaimed),
        "destroy_after": None if day is None else day.isoformat(),
        "destroyed_at": _at(document.destroyed),
        "asks": document.asked.asks if document.asked else None,
        "tries_left": max(0, MOST_WRONG - document.asked.wrong) if document.asked else None,
        "goes_to": [
            to
            for to in get_args(To)
            if to != "applicant" or not (document.asked and case.organisation)
        ],
    }


def _at(mark: Mark | None) -> str | None:
    return None if mark is None else time_of(mark.at)


def _address(loaded: Loaded, case: Case, room: Issuance) -> str | None:
    """Where to send the document: read by a producer who may dispatch it, and recorded (R-159).

    Who reads the class in part, for the handing over, reads answers alone.
    """
    version = case.sealed_in.get("delivery_address")
    may = entitled(case, now=room.now())
    whole = may.classes - may.in_part
    if version is None or DataClass.ADDRESS not in whole or not can_dispatch(case):
        return None
    return room.vault.reveal(
        loaded.with_version(version),
        version,
        "delivery_address",
        reader=actor(),
        why=WHY_ADDRESS,
        read_as=may.read_as(DataClass.ADDRESS),
    )
