"""A number is given to a document, once, or voided: the first event of `document/<id>`.

Both are told to a document by the `Numbering` of the worker, which reserves the number before.
"""

from datetime import datetime

from shared.case import Fact, IssuedDocument, Rules
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.casework.topics import CaseCommand, Topic
from shared.eventlog.errors import Refused


class NumberDocument(CaseCommand, frozen=True, kw_only=True):
    """Give the document the number that was reserved for it."""

    numbered: DocumentNumbered


class VoidNumber(CaseCommand, frozen=True, kw_only=True):
    """Record that no document will carry a number that was reserved.

    `reason` is a code or a sentence without personal data; it is recorded for ever.
    """

    case: str
    grant: int
    issue: int
    scheme: str
    number: int
    reason: str


class NumberInUse(Refused):
    """A number that a document carries is not voided; the document would have to be revoked."""

    code = "number-in-use"


def number_document(
    document: IssuedDocument, cmd: NumberDocument, _rules: Rules, _now: datetime
) -> list[Fact]:
    """The first event of `document/<id>`; one that is there, or voided, stays (invariant 5)."""
    if document.numbered is not None or document.voided is not None:
        return []
    return [cmd.numbered]


def void_number(
    document: IssuedDocument, cmd: VoidNumber, _rules: Rules, _now: datetime
) -> list[Fact]:
    """A reserved number that no document will carry: recorded with its reason (G4).

    Raises:
        NumberInUse: a document carries it.
    """
    if document.voided is not None:
        return []
    if document.numbered is not None:
        raise NumberInUse("A document carries this number.")
    return [
        NumberVoided(
            case=cmd.case,
            grant=cmd.grant,
            issue=cmd.issue,
            scheme=cmd.scheme,
            number=cmd.number,
            reason=cmd.reason,
        )
    ]


TOPIC = Topic(on_documents={NumberDocument: number_document, VoidNumber: void_number})
