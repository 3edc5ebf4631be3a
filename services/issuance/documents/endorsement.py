"""An officer endorses (签注) a document that its holder keeps: what is written on it, until when.

An endorsement changes neither what the document is worth nor how long it is valid.
"""

from datetime import date, datetime
from typing import Any, get_args

from flask import Response

from services.issuance.documents.lasting import counts_and_is_held, held
from services.issuance.documents.revocation import NotHeld
from services.issuance.room import DocumentDesk
from shared.case import Case, Fact, IssuedDocument, Rules
from shared.case.issuance.document import DocumentEndorsed, Endorsement
from shared.case.next.owed_documents import last_day
from shared.casework.desk import staff_id
from shared.casework.schemas import DocumentDoneSchema
from shared.casework.topics import CaseCommand, Topic
from shared.clock import local_day
from shared.eventlog.errors import Refused
from shared.http import Blueprint, Choice, Day, Schema, Text


class EndorseDocument(CaseCommand, frozen=True, kw_only=True):
    """Endorse a document that somebody holds; `of_case` is the case that it came of, as it is now.

    `until` is the last day on which the endorsement holds; null as long as the document itself.
    """

    officer: str
    endorsement: Endorsement
    of_case: Case
    until: date | None = None


class CountsNoMore(Refused):
    """The document is suspended, revoked or replaced, or its number was voided."""

    code = "counts-no-more"


class EndorsementEnds(Refused):
    """The endorsement would end before today, or after the document itself."""

    code = "endorsement-ends"


def endorse(
    document: IssuedDocument, cmd: EndorseDocument, _rules: Rules, now: datetime
) -> list[Fact]:
    """Record the endorsement; nothing where the same one was recorded on the same day.

    On a later day the same words are another endorsement: an address may change again.

    Raises:
        CountsNoMore: the document counts no more.
        NotHeld: nobody holds it yet.
        EndorsementEnds: its last day is over, or is later than that of the document.
    """
    today, before = local_day(now), document.endorsed.get(cmd.endorsement)
    if before and before.fact.until == cmd.until and local_day(before.at) == today:
        return []
    numbered = document.numbered
    if numbered is None or not document.valid:
        raise CountsNoMore("This document does not count, and takes no endorsement.")
    if not held(document, cmd.of_case):
        raise NotHeld("Nobody holds this document yet: deal with it in its case.")
    if cmd.until is not None:
        end = last_day(document)
        if cmd.until < today:
            raise EndorsementEnds("The last day of the endorsement is over.")
        if end is not None and cmd.until > end:
            raise EndorsementEnds("The endorsement would end after the document itself.")
    return [
        DocumentEndorsed(
            case=numbered.case,
            result=numbered.result,
            endorsement=cmd.endorsement,
            officer=cmd.officer,
            until=cmd.until,
        )
    ]


class EndorsementSchema(Schema):
    """What is endorsed, and the last day on which that holds, if it ends before the document.

    `explanation`, the officer's own words, is sealed.
    """

    endorsement = Choice(*get_args(Endorsement), required=True)
    until = Day()
    explanation = Text(max_length=2000, lines=True)


def document_routes(blp: Blueprint, desk: DocumentDesk) -> None:
    """Endorse it."""

    @blp.post("/<document>/endorsement")
    @blp.arguments(EndorsementSchema)
    @blp.response(200, DocumentDoneSchema)
    def endorsement(body: dict[str, Any], document: str) -> Response:
        """Endorse a document that its holder keeps."""
        officer = staff_id()

        def command(case: Case) -> EndorseDocument:
            return EndorseDocument(
                officer=officer,
                endorsement=body["endorsement"],
                of_case=case,
                until=body.get("until"),
            )

        return desk(document, command, body)


TOPIC = Topic(
    on_documents={EndorseDocument: endorse},
    sealed={EndorseDocument: (DocumentEndorsed.TYPE, "explanation")},
    document_actions={"endorsement": counts_and_is_held},
    document_routes=document_routes,
)
