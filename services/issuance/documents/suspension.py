"""A document that is reported lost and may be found: suspended (挂失), then reinstated (解挂).

While it is suspended it counts for nobody. A loss that is final is a revocation.
"""

from datetime import datetime
from typing import Any, get_args

from flask import Response

from services.issuance.documents.endorsement import CountsNoMore
from services.issuance.documents.lasting import counts_and_is_held, held
from services.issuance.documents.revocation import NotHeld
from services.issuance.room import DocumentDesk
from shared.case import Case, Fact, IssuedDocument, Rules
from shared.case.issuance.document import DocumentReinstated, DocumentSuspended, SuspensionGround
from shared.case.next.owed_documents import last_day
from shared.casework.desk import staff_id
from shared.casework.schemas import DocumentDoneSchema
from shared.casework.topics import CaseCommand, Topic
from shared.eventlog.errors import Refused
from shared.http import Blueprint, Choice, Schema, Text


class SuspendDocument(CaseCommand, frozen=True, kw_only=True):
    """Suspend a document that somebody holds; `of_case` is the case it came of, as it is now."""

    officer: str
    ground: SuspensionGround
    of_case: Case


class ReinstateDocument(CaseCommand, frozen=True, kw_only=True):
    """Let a suspended document count again."""

    officer: str


class NotSuspended(Refused):
    """The document is not suspended: there is nothing to lift."""

    code = "not-suspended"


def suspend(
    document: IssuedDocument, cmd: SuspendDocument, _rules: Rules, _now: datetime
) -> list[Fact]:
    """It does not count until it is reinstated; nothing where it is suspended already.

    Raises:
        CountsNoMore: it was revoked or replaced, or its number was voided.
        NotHeld: nobody holds it yet.
    """
    numbered = document.numbered
    if document.standing == "suspended":
        return []
    if numbered is None or document.ended:
        raise CountsNoMore("This document counts no more.")
    if not held(document, cmd.of_case):
        raise NotHeld("Nobody holds this document yet: deal with it in its case.")
    return [
        DocumentSuspended(
            case=numbered.case, result=numbered.result, ground=cmd.ground, officer=cmd.officer
        )
    ]


def reinstate(
    document: IssuedDocument, cmd: ReinstateDocument, _rules: Rules, _now: datetime
) -> list[Fact]:
    """It counts as it did before: one that expired meanwhile is an expired one.

    Raises:
        NotSuspended: it is not suspended; a document that was revoked meanwhile stays revoked.
    """
    numbered = document.numbered
    if numbered is None or document.standing != "suspended":
        raise NotSuspended("This document is not suspended.")
    return [
        DocumentReinstated(
            case=numbered.case,
            result=numbered.result,
            officer=cmd.officer,
            until=last_day(document),
        )
    ]


class SuspensionSchema(Schema):
    """Why it is suspended. `explanation`, the officer's own words, is sealed."""

    ground = Choice(*get_args(SuspensionGround), required=True)
    explanation = Text(max_length=2000, lines=True)


class ReinstatementSchema(Schema):
    """`explanation`, the officer's own words, is sealed."""

    explanation = Text(max_length=2000, lines=True)


def document_routes(blp: Blueprint, desk: DocumentDesk) -> None:
    """Suspend and reinstate it."""

    @blp.post("/<document>/suspension")
    @blp.arguments(SuspensionSchema)
    @blp.response(200, DocumentDoneSchema)
    def suspension(body: dict[str, Any], document: str) -> Response:
        """Suspend a document whose loss was reported and may be lifted."""
        officer = staff_id()

        def command(case: Case) -> SuspendDocument:
            return SuspendDocument(officer=officer, ground=body["ground"], of_case=case)

        return desk(document, command, body)

    @blp.post("/<document>/reinstatement")
    @blp.arguments(ReinstatementSchema)
    @blp.response(200, DocumentDoneSchema)
    def reinstatement(body: dict[str, Any], document: str) -> Response:
        """Lift the report: the document counts again."""
        return desk(document, ReinstateDocument(officer=staff_id()), body)


def can_reinstate(document: IssuedDocument, _case: Case) -> bool:
    """While it is suspended."""
    return document.standing == "suspended"


TOPIC = Topic(
    on_documents={SuspendDocument: suspend, ReinstateDocument: reinstate},
    sealed={
        SuspendDocument: (DocumentSuspended.TYPE, "explanation"),
        ReinstateDocument: (DocumentReinstated.TYPE, "explanation"),
    },
    document_actions={"suspension": counts_and_is_held, "reinstatement": can_reinstate},
    document_routes=document_routes,
)
