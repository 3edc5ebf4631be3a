"""What is owed on `document/<id>`, after its case too: the word that it may be renewed, its expiry.

A pure function of the document's own stream, so that timers can be fed from it, whole and anew,
years before anything is due.
"""

from datetime import date, datetime

from shared.case.issuance.document import IssuedDocument
from shared.case.next.owed import Owed
from shared.clock.calendar.moments import end_of_day, start_of_day, utc

RENEWAL = "renewal"
EXPIRY = "expiry"


def owed_document(document: IssuedDocument) -> tuple[Owed, ...]:
    """What issuance owes on a document: nothing on a voided number or an unknown or endless one.

    The renewal at the start of the day on which it opens (R-092), the expiry at the end of the
    last day of validity. A document that expired is reminded of no more. A suspended one owes what
    it owed before: it expires all the same, and may be renewed once it is reinstated.
    """
    numbered, until = document.numbered, last_day(document)
    running = document.standing in {"valid", "suspended"} and document.expired is None
    if not running or numbered is None or until is None:
        return ()
    steps = [_step(document, EXPIRY, end_of_day(until))]
    if numbered.renewal is not None and document.renewal_opened is None:
        steps.insert(0, _step(document, RENEWAL, start_of_day(numbered.renewal.opens)))
    return tuple(steps)


def last_day(document: IssuedDocument) -> date | None:
    """The last day of its validity; null where nobody knows it, and for one without an end."""
    valid = document.numbered.valid if document.numbered else None
    return valid.until if valid else None


def _step(document: IssuedDocument, step: str, due_at: datetime) -> Owed:
    version = document.numbered_at.version if document.numbered_at else document.version
    return Owed(service="issuance", step=step, due_at=utc(due_at), version=version, since=version)
