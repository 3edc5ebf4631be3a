"""What is done on `document/<id>` once it is numbered: it outlives its case (R-092, R-093).

The timers of a document lie years ahead. They are fed from its own stream; whether its holder is to
be told depends on what became of the document in its case.
"""

from datetime import datetime

from shared.case import Case, Fact, IssuedDocument, Rules, owed_document
from shared.case.facts.parts import Renewal, Valid
from shared.case.issuance.closing import Outcome
from shared.case.issuance.document import DocumentExpired, RenewalOpened
from shared.case.next.owed_documents import EXPIRY, RENEWAL, last_day
from shared.casework.topics import CaseCommand, Topic
from shared.catalogue import UnknownItem
from shared.catalogue.definition.outcome import ResultRule
from shared.clock import local_day, renewal_window

# The ends of a case after which what it granted is in somebody's hands.
GRANTED: frozenset[Outcome] = frozenset({"delivered", "completed"})


class OpenRenewal(CaseCommand, frozen=True, kw_only=True):
    """The time to renew the document has come; `version` is that of the event that set its timer.

    `held`: whether somebody has the document, as its case says.
    """

    version: int
    held: bool


class ExpireDocument(CaseCommand, frozen=True, kw_only=True):
    """The last day of validity is over; `version` is that of the event that set the timer."""

    version: int


def renewal_of(rule: ResultRule, valid: Valid | None, rules: Rules) -> Renewal | None:
    """By which item a document is renewed and from which day on; null where nothing renews it.

    The case's edition of its item says by which; the item that is in force now says from when: the
    first day on which one of its renewals opens before the expiry.
    """
    if rule.renewed_by is None or valid is None or valid.until is None:
        return None
    try:
        item = rules.catalogue.item(rule.renewed_by)
    except UnknownItem:
        return None
    calendar = rules.calendar_of(item)
    windows = [renewal_window(one, valid.until, calendar) for one in item.text.renewals]
    days = [window.opens for window in windows if window.opens is not None]
    return Renewal(item=item.id, opens=min(days)) if days else None


def counts_and_is_held(document: IssuedDocument, case: Case) -> bool:
    """While somebody holds it and it counts."""
    return document.valid and held(document, case)


def held(document: IssuedDocument, case: Case) -> bool:
    """Whether somebody has the document: it was handed over, or came with what the case granted.

    An electronic document is never handed over: its holder has it once the case is complete.
    """
    if case.document is not None and case.document.id == document.id:
        return case.document.handed_over is not None or case.outcome == "completed"
    return case.closed is not None and case.outcome in GRANTED


def open_renewal(
    document: IssuedDocument, cmd: OpenRenewal, _rules: Rules, now: datetime
) -> list[Fact]:
    """The time to renew it begins, for whoever holds it. Settled, early or too late: nothing.

    Nobody is told to renew what nobody holds or what is suspended. As long as it lies at an office
    or is suspended, and as long as it is valid, the timer comes again, so that whoever collects it
    late or finds it again is still told.
    """
    numbered, until = document.numbered, last_day(document)
    if document.standing == "suspended":
        return []
    if not cmd.held or not _owes(document, RENEWAL, cmd.version):
        return []
    if numbered is None or numbered.renewal is None or until is None:
        return []
    renewal = numbered.renewal
    if not renewal.opens <= local_day(now) <= until:
        return []
    return [
        RenewalOpened(
            case=numbered.case,
            result=numbered.result,
            item=renewal.item,
            opens=renewal.opens,
            until=until,
        )
    ]


def expire(
    document: IssuedDocument, cmd: ExpireDocument, _rules: Rules, now: datetime
) -> list[Fact]:
    """The last day of its validity is over, whoever has it. Settled or early: nothing."""
    numbered, until = document.numbered, last_day(document)
    if numbered is None or until is None or not _owes(document, EXPIRY, cmd.version):
        return []
    if local_day(now) <= until:
        return []
    return [DocumentExpired(case=numbered.case, result=numbered.result, until=until)]


def _owes(document: IssuedDocument, step: str, version: int) -> bool:
    return any(one.step == step and one.version == version for one in owed_document(document))


def on_time(
    document: IssuedDocument, case: Case, *, step: str, version: int
) -> OpenRenewal | ExpireDocument | None:
    """The command that a timer of the document brings; None for a step that nobody knows.

    `case` is the one that the document came of: it knows who has the document.
    """
    if step == RENEWAL:
        return OpenRenewal(version=version, held=held(document, case))
    if step == EXPIRY:
        return ExpireDocument(version=version)
    return None


TOPIC = Topic(on_documents={OpenRenewal: open_renewal, ExpireDocument: expire})
