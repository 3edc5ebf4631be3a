"""How issuance says no: each refusal with its own code, naming what is possible instead."""

from collections.abc import Callable

from shared.case import Case
from shared.case.facts.parts import Stage
from shared.case.next.owed import LEAVES
from shared.case.next.position import destroy_after
from shared.case.state import Document
from shared.eventlog.errors import NotFound, Refused


class NotPossibleNow(Refused):
    """The document is past the point, or not yet at it."""

    code = "not-possible-now"


class NumberInUse(Refused):
    """A number that a document carries is not voided; the document would have to be revoked."""

    code = "number-in-use"


class OutcomeImpossible(Refused):
    """The stage cannot end in that way."""

    code = "outcome-impossible"


class TooEarly(Refused):
    """The document has to be kept longer."""

    code = "too-early"


def _document(case: Case) -> Document | None:
    """The document while something may still be done with it."""
    document = case.document
    if document is None or not case.open or document.handed_over or document.destroyed:
        return None
    return document


def can_produce(case: Case) -> bool:
    """From the order until it lies made; after a failure again (R-135, R-149)."""
    document = _document(case)
    return document is not None and document.produced is None


def can_fail(case: Case) -> bool:
    """Until it leaves the house: a fault may be found on a document that is made."""
    document = _document(case)
    return document is not None and document.dispatched is None


def can_dispatch(case: Case) -> bool:
    """When it is made, to be posted, and not on its way (R-159)."""
    document = _document(case)
    made = document is not None and document.produced and not document.dispatched
    return bool(made) and case.delivery == "post"


def can_make_ready(case: Case) -> bool:
    """When it is made, to be collected, and does not lie ready yet."""
    document = _document(case)
    made = document is not None and document.produced and not document.ready
    return bool(made) and case.delivery == "pickup"


def can_hand_over(case: Case) -> bool:
    """When it is on its way or waits to be collected, or goes from hand to hand once it is made."""
    document = _document(case)
    if document is None:
        return can_hand_over_result(case)
    if case.delivery not in LEAVES:
        return document.produced is not None
    return bool(document.dispatched or document.ready or document.kept)


def can_register_unclaimed(case: Case) -> bool:
    """When it is made and waits for whoever it belongs to: ready, come back, or at the counter."""
    document = _document(case)
    if document is None or document.produced is None:
        return False
    waits = document.ready or document.returned or case.delivery not in LEAVES
    return bool(waits) and not document.kept


def can_destroy(case: Case) -> bool:
    """When it is registered as unclaimed and an end of its validity is known (R-165).

    Not before its day: see `TooEarly`.
    """
    document = _document(case)
    return document is not None and document.kept and destroy_after(case) is not None


def can_hand_over_result(case: Case) -> bool:
    """When a slip or letter is written down, and nobody has it yet."""
    granted = case.open and case.approved and not case.makes_document
    return bool(granted) and case.to_hand_over and not case.making


def recordable(case: Case) -> tuple[Stage, ...]:
    """The stages after the decision that somebody writes down now."""
    if not case.open or not case.approved or case.ended_as:
        return ()
    kinds = {"record", "surrender-old", "temporary-document"}
    return tuple(s for s in case.stages if s.kind in kinds and s.code not in case.recorded)


def can_record(case: Case) -> bool:
    """While a stage after the decision waits for somebody to write it down."""
    return bool(recordable(case))


def can_pay_out(case: Case) -> bool:
    """While the money that was scheduled did not move."""
    payout = case.payout
    return case.open and payout is not None and not payout.made and not payout.failed


def can_return(case: Case) -> bool:
    """While it is with the carrier."""
    document = _document(case)
    return document is not None and document.dispatched is not None


ACTIONS: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("production", can_fail),
    ("dispatch", can_dispatch),
    ("readiness", can_make_ready),
    ("handover", can_hand_over),
    ("unclaimed", can_register_unclaimed),
    ("destruction", can_destroy),
    ("record", can_record),
    ("payout", can_pay_out),
)


def possible(case: Case) -> tuple[str, ...]:
    """What a producer can do now: named in every refusal, and in the answer to a query."""
    return tuple(name for name, holds in ACTIONS if holds(case))


def must_allow(case: Case, holds: Callable[[Case], bool], detail: str) -> None:
    """NotFound where there is no case; NotPossibleNow, with what is possible instead."""
    if not case.exists:
        raise NotFound("There is no such case.")
    if not holds(case):
        raise NotPossibleNow(detail, actions=possible(case))
