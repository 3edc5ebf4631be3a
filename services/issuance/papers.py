"""The papers of a case that carry a number of ours, as the desk shows them and anybody verifies."""

from datetime import date
from typing import Any

from services.issuance.numbers import Numbers, Owner
from shared.case import Case, IssuedDocument, document_stream, fold_document
from shared.case.issuance.number import DocumentNumbered
from shared.eventlog import EventLog

Body = dict[str, Any]


def document_at(log: EventLog, document_id: str) -> IssuedDocument:
    """`document/<id>` as its events tell it; an empty one where there is none."""
    return fold_document(document_id, log.load(document_stream(document_id)).events)


def papers_of(case: Case, numbers: Numbers, log: EventLog) -> list[Body]:
    """Each paper of the case with its number, how long it is valid, and whether it was issued.

    Raises:
        LogUnavailable: the server is away.
    """
    grants = case.approval.grants if case.approval else ()
    given = numbers.given_to([Owner(case.id, grant.grant) for grant in grants])
    found = (document_at(log, one.document) for one in given)
    return [_told(one, one.numbered, case) for one in found if one.numbered and one.valid]


def _told(document: IssuedDocument, numbered: DocumentNumbered, case: Case) -> Body:
    valid = numbered.valid
    return {
        "document": document.id,
        "result": numbered.result,
        "number": f"{numbered.scheme}/{numbered.number}",
        "valid_since": valid.since.isoformat() if valid else None,
        "valid_until": valid.until.isoformat() if valid and valid.until else None,
        "issued": issued(case, document.id, numbered.result),
    }


def issued(case: Case, document_id: str, result: str) -> bool:
    """Whether a numbered paper really came to be: it was made, or it was written down."""
    made = case.document
    if made is not None and made.id == document_id:
        return made.produced is not None
    return result in case.written


def verified(document: IssuedDocument, case: Case, today: date) -> Body:
    """What anybody is told of a document: nothing personal, nothing of a case.

    `today` is the day in Asia/Shanghai; the last day of its validity still counts.
    """
    numbered = document.numbered
    answer: Body = {"document": document.id, "kind": None, "valid_until": None}
    if document.voided is not None:
        return answer | {"status": "revoked", "valid": False}
    if numbered is None or not issued(case, document.id, numbered.result):
        return answer | {"status": "unknown", "valid": False}
    until = numbered.valid.until if numbered.valid else None
    over = until is not None and today > until
    return answer | {
        "status": "expired" if over else "valid",
        "kind": numbered.result,
        "valid": not over,
        "valid_until": until.isoformat() if until else None,
    }
