"""A document that counts no more before its time: taken back, lost, or replaced (R-173).

An officer revokes one that somebody holds; a reissue revokes the older one that its grant names.
"""

from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import marshmallow as ma
from flask import Response

from services.issuance.documents.lasting import held
from services.issuance.room import DocumentDesk
from shared.case import Case, Fact, IssuedDocument, Rules
from shared.case.issuance.document import REASONED, DocumentRevoked, RevocationReason
from shared.casework.desk import staff_id
from shared.casework.schemas import DocumentDoneSchema
from shared.casework.topics import CaseCommand, Topic
from shared.catalogue.rules.remedies import remedy_of
from shared.clock import local_day
from shared.eventlog.errors import Refused
from shared.http import Blueprint, Choice, Items, Schema, Text
from shared.http.public_text import PublicStr

ByOfficer = Literal["decision", "lost", "authority"]


class RevokeDocument(CaseCommand, frozen=True, kw_only=True):
    """Revoke a document that somebody holds; `of_case` is the case that it came of, as it is now.

    `reason` and `legal_basis`: of a decision, or of what the authority does by law.
    """

    officer: str
    ground: ByOfficer
    of_case: Case
    reason: RevocationReason | None = None
    legal_basis: tuple[str, ...] = ()


class ReplaceDocument(CaseCommand, frozen=True, kw_only=True):
    """Another document was granted in its place; its id is `by_document`."""

    by_document: str


class NotHeld(Refused):
    """Nobody holds the document: what lies at an office is dealt with in its case."""

    code = "not-held"


def revoke(
    document: IssuedDocument, cmd: RevokeDocument, rules: Rules, now: datetime
) -> list[Fact]:
    """It counts no more; nothing where it counted no more for ever. A suspended one is revoked too.

    A decision, and what the authority does by law, have the way to appeal of the document's item.

    Raises:
        NotHeld: nobody holds it yet.
    """
    numbered = document.numbered
    if numbered is None or document.ended:
        return []
    if not held(document, cmd.of_case):
        raise NotHeld("Nobody holds this document yet: deal with it in its case.")
    told: dict[str, Any] = {}
    if cmd.ground in REASONED:
        remedy = remedy_of(rules.item_of(cmd.of_case).text, cmd.of_case.office)
        told = {
            "reason": cmd.reason,
            "legal_basis": cmd.legal_basis,
            "appeal_body": remedy.body,
            "appeal_deadline": local_day(now) + timedelta(days=remedy.days),
        }
    return [
        DocumentRevoked(
            case=numbered.case,
            result=numbered.result,
            ground=cmd.ground,
            officer=cmd.officer,
            **told,
        )
    ]


def replace_by(
    document: IssuedDocument, cmd: ReplaceDocument, _rules: Rules, _now: datetime
) -> list[Fact]:
    """It is replaced; nothing where it counts no more, whatever it was revoked for."""
    numbered = document.numbered
    if numbered is None or document.ended:
        return []
    return [
        DocumentRevoked(
            case=numbered.case,
            result=numbered.result,
            ground="replaced",
            by_document=cmd.by_document,
        )
    ]


class RevocationSchema(Schema):
    """Why it is revoked; a decision and what is done by law have a reason and a legal basis.

    `explanation`, the officer's own words to the holder, is sealed.
    """

    ground = Choice(*get_args(ByOfficer), required=True)
    reason = Choice(*get_args(RevocationReason))
    legal_basis = Items(PublicStr(max_length=1000), most=20, load_default=list)
    explanation = Text(max_length=2000, lines=True)

    @ma.validates_schema
    def _reasons_belong_to_decisions(self, data: dict[str, Any], **_: Any) -> None:
        wanted = data.get("ground") in REASONED
        text = "stands with the grounds decision and authority, and only there"
        given = {"reason": data.get("reason"), "legal_basis": data.get("legal_basis")}
        wrong = {name: [text] for name, value in given.items() if bool(value) != wanted}
        if wrong:
            raise ma.ValidationError(wrong)


def document_routes(blp: Blueprint, desk: DocumentDesk) -> None:
    """Revoke it."""

    @blp.post("/<document>/revocation")
    @blp.arguments(RevocationSchema)
    @blp.response(200, DocumentDoneSchema)
    def revocation(body: dict[str, Any], document: str) -> Response:
        """Revoke a document: by a decision, by law, or because its loss was reported."""
        officer = staff_id()

        def command(case: Case) -> RevokeDocument:
            return RevokeDocument(
                officer=officer,
                ground=body["ground"],
                of_case=case,
                reason=body.get("reason"),
                legal_basis=tuple(body["legal_basis"]),
            )

        return desk(document, command, body)


def can_revoke(document: IssuedDocument, case: Case) -> bool:
    """While somebody holds it and it did not end for ever."""
    return not document.ended and held(document, case)


TOPIC = Topic(
    on_documents={RevokeDocument: revoke, ReplaceDocument: replace_by},
    sealed={RevokeDocument: (DocumentRevoked.TYPE, "explanation")},
    document_actions={"revocation": can_revoke},
    document_routes=document_routes,
)
