"""The papers of a case that carry a number of ours, as the desk shows them and anybody verifies."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, get_args

from flask import Response

from services.issuance.numbers.store import Numbers, Owner
from services.issuance.papers.signed.codes import typed_plainly
from services.issuance.room import Issuance
from shared.case import Case, IssuedDocument, Rules, case_stream, document_stream
from shared.case.deciding.rules import number_printed
from shared.case.issuance.document import Endorsement, Standing
from shared.case.issuance.number import DocumentNumbered
from shared.casework.holdings import issued
from shared.casework.log import case_of, issued_document
from shared.clock import local_day
from shared.eventlog import EventLog
from shared.http import (
    Blueprint,
    Bool,
    Choice,
    Day,
    Int,
    Items,
    Moment,
    Nested,
    Schema,
    Str,
    answered,
)
from shared.http.plain import time_of

Body = dict[str, Any]
_TYPED = re.compile(r"[0-9a-z]{32}\Z")


class EndorsedSchema(Schema):
    """An endorsement of a document, the last of its kind; `until` null: as long as it lasts."""

    endorsement = Choice(*get_args(Endorsement))
    at = Moment()
    until = Day(allow_none=True)


class PaperSchema(Schema):
    """A paper of the case that carries a number of ours; `issued`: it was made, or written down.

    `version`: of the document, which a command on it names. `number` is the serial in its series,
    `printed` the number that stands on the paper. `standing`: what the paper is worth, in the words
    of its verification. `valid_until` is null without an end, and where nobody said how long it is
    valid. `actions`: what the caller can do with it.
    """

    document = Str()
    version = Int()
    result = Str()
    number = Str()
    printed = Str(allow_none=True)
    valid_since = Day(allow_none=True)
    valid_until = Day(allow_none=True)
    issued = Bool()
    standing = Choice(*get_args(Standing))
    endorsements = Items(Nested(EndorsedSchema), most=len(get_args(Endorsement)))
    actions = Items(Str(), most=8)


class VerificationSchema(Schema):
    """Whether a document is valid, and what kind it is. Nothing personal, nothing of a case."""

    document = Str()
    status = Choice(*get_args(Standing))
    kind = Str(allow_none=True)
    valid = Bool()
    valid_until = Day(allow_none=True)


def papers_of(
    case: Case,
    rules: Rules,
    numbers: Numbers,
    log: EventLog,
    actions: Callable[[IssuedDocument], list[str]],
) -> list[Body]:
    """Each paper of the case with its number, how long it is valid, and whether it was issued.

    `actions`: what the caller can do with one.

    Raises:
        LogUnavailable: the server is away.
    """
    found = documents_of(case, numbers, log)
    return [
        {
            **_shown(one, one.numbered, case),
            "printed": number_printed(one, case, rules),
            "actions": actions(one),
        }
        for one in found
        if one.numbered
    ]


def documents_of(case: Case, numbers: Numbers, log: EventLog) -> Iterator[IssuedDocument]:
    """The documents of the case that were given a number, in the order of their grants.

    Raises:
        LogUnavailable: the server is away.
    """
    grants = case.approval.fact.grants if case.approval else ()
    for one in numbers.given_to([Owner(case.id, grant.grant) for grant in grants]):
        yield issued_document(log.load(document_stream(one.document)))


def _shown(document: IssuedDocument, numbered: DocumentNumbered, case: Case) -> Body:
    valid = numbered.valid
    return {
        "document": document.id,
        "version": document.version,
        "result": numbered.result,
        "number": f"{numbered.scheme}/{numbered.number}",
        "valid_since": valid.since.isoformat() if valid else None,
        "valid_until": valid.until.isoformat() if valid and valid.until else None,
        "issued": issued(case, document.id, numbered.result),
        "standing": document.standing,
        "endorsements": [
            {
                "endorsement": kind,
                "at": time_of(one.at),
                "until": one.fact.until.isoformat() if one.fact.until else None,
            }
            for kind, one in sorted(document.endorsed.items())
        ],
    }


def document_typed(text: str) -> str:
    """The id of a document that somebody typed, however it was written; else what was typed."""
    plain = typed_plainly(text)
    return plain if _TYPED.match(plain) else text


def verified(document: IssuedDocument, case: Case, today: date) -> Body:
    """What anybody is told of a document: nothing personal, nothing of a case.

    `today` is the day in Asia/Shanghai; the last day of its validity still counts.
    """
    standing, numbered = document.standing, document.numbered
    if document.valid and numbered and not issued(case, document.id, numbered.result):
        standing = "unknown"
    until = numbered.valid.until if numbered and numbered.valid else None
    if standing == "valid" and until is not None and today > until:
        standing = "expired"
    shown = standing in {"valid", "expired"}
    return {
        "document": document.id,
        "kind": numbered.result if numbered and shown else None,
        "valid_until": until.isoformat() if until and shown else None,
        "status": standing,
        "valid": standing == "valid",
    }


def routes(blp: Blueprint, room: Issuance) -> None:
    """Verify a document."""

    @blp.get("/<document>/verification")
    @blp.response(200, VerificationSchema)
    def verification(document: str) -> Response:
        """Say whether a document is valid, of which kind, and until when. Nothing personal."""
        # Only what the ledger has counts, of the document and of its case.
        found = issued_document(room.sequenced(document_stream(document_typed(document))))
        case = case_of(room.sequenced(case_stream(found.case))) if found.case else Case()
        return answered(verified(found, case, local_day(room.now())))
