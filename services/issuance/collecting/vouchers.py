"""The voucher of what lies ready: its code for the signed-in applicant, and a new one on request.

The code stands in this answer alone: in no event, message, list, topic, log or address.
"""

from datetime import datetime
from typing import Any, get_args

from flask import Response

from services.issuance.collecting.codes import shown_voucher
from services.issuance.collecting.looking import code_of
from services.issuance.production import id_of_document, in_hand
from services.issuance.room import Desk
from shared.case import Case, Fact, Rules
from shared.case.issuance.handover import VoucherRenewed
from shared.case.issuance.production import MOST_WRONG, Asks
from shared.casework.http import loaded_case
from shared.casework.log import case_of
from shared.casework.offers import offered
from shared.casework.schemas import DoneSchema, NothingSchema
from shared.casework.topics import Asking, CaseCommand, Instead, Topic, must_allow
from shared.http import Blueprint, Bool, Choice, Int, Items, Nested, Schema, Str, answered

MOST_RENEWED = 10


class RenewVoucher(CaseCommand, frozen=True, kw_only=True):
    """Give the applicant a new code; the one before counts no more."""


class TooManyCodes(Instead):
    """The applicant was given new codes so often that a head of the office has to look."""

    code = "too-many-codes"
    without = frozenset({"voucher"})


def can_renew(case: Case) -> bool:
    """While a document waits to be collected with a code."""
    document = in_hand(case)
    return bool(document and document.asked and document.asked.asks == "code")


def renew(case: Case, _cmd: RenewVoucher, _rules: Rules, _now: datetime) -> list[Fact]:
    """A new code: three more tries with it, and none with the one before."""
    must_allow(case, can_renew, "There is no document that is collected with a code.")
    document = case.document
    renewed = document.asked.renewed + 1 if document and document.asked else 1
    if renewed > MOST_RENEWED:
        raise TooManyCodes(
            "New codes were given too often. Please ask for a head of the office where the document"
            " lies, with your identity document."
        )
    return [VoucherRenewed(document=id_of_document(case), renewed=renewed)]


class VoucherSchema(Schema):
    """What is to be shown to collect the document. `code` null: an identity document is enough.

    `tries_left` 0: locked, until a new code is asked for or a head of the office checks identity.
    """

    asks = Choice(*get_args(Asks))
    code = Str(allow_none=True)
    tries_left = Int()
    locked = Bool()


class CaseVoucherSchema(Schema):
    """The voucher of a case; null where nothing waits to be collected with one."""

    case = Str()
    version = Int()
    voucher = Nested(VoucherSchema, allow_none=True)
    actions = Items(Str(), most=8)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Show the voucher to its applicant, and give a new code."""

    @blp.get("/<case>/voucher")
    @blp.response(200, CaseVoucherSchema)
    def voucher(case: str) -> Response:
        """The code by which the document is collected (取件码), for the applicant alone."""
        room = desk.room
        found = case_of(loaded_case(room.log, case))
        told = {"case": case, "version": found.version, "voucher": _shown(desk, found)}
        actions = offered(desk.topics, found, room.rules, room.now())
        return answered({**told, "actions": actions})

    @blp.post("/<case>/voucher")
    @blp.arguments(NothingSchema)
    @blp.response(200, DoneSchema)
    def renew(body: dict[str, Any], case: str) -> Response:
        """Give a new code: the one before counts no more, and three tries are free again."""
        del body
        return desk(case, RenewVoucher())


def _shown(desk: Desk, case: Case) -> dict[str, Any] | None:
    document = in_hand(case)
    voucher = document.asked if document else None
    if voucher is None:
        return None
    code = code_of(desk.room, case)
    return {
        "asks": voucher.asks,
        "code": shown_voucher(code) if code else None,
        "tries_left": max(0, MOST_WRONG - voucher.wrong),
        "locked": voucher.locked,
    }


def _not_too_often(case: Case, _asking: Asking) -> bool:
    """Whether another code is given: see `TooManyCodes`."""
    voucher = case.document.asked if case.document else None
    return voucher is not None and voucher.renewed < MOST_RENEWED


TOPIC = Topic(
    decisions={RenewVoucher: renew},
    actions={"voucher": can_renew},
    offers={"voucher": _not_too_often},
    routes=routes,
)
