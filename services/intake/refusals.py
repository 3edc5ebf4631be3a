"""How intake says no: each refusal with its own code, for people and portals to act on."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from shared.case import Case
from shared.case.next.position import awaits_officer
from shared.eventlog.errors import NotFound, Refused


class NotPossibleNow(Refused):
    """The case is past the point, or not yet at it."""

    code = "not-possible-now"


class ItemNotOffered(Refused):
    """The item does not exist here, or cannot be applied for."""

    code = "item-not-offered"


class ChannelNotOffered(Refused):
    """The item is not handled over this channel, or delivered that way."""

    code = "channel-not-offered"


class DeclarationMissing(Refused):
    """The applicant did not confirm the data (R-040)."""

    code = "declaration-missing"


class ContactMissing(Refused):
    """Nobody could tell the applicant anything, or deliver the result."""

    code = "contact-missing"


class MaterialUnknown(Refused):
    """The item does not ask for such a material; it may not be collected either."""

    code = "material-unknown"


class ApplicationFaulty(Refused):
    """Things are wrong with the application: `faults` names every one of them, at once."""

    code = "application-faulty"


class OfficeUnknown(Refused):
    """The item has no such office, or none that accepts applications; `choices` are its codes."""

    code = "unknown-office"


class RefusalIncomplete(Refused):
    """Not accepting needs grounds, a legal basis, an appeal body and an appeal deadline."""

    code = "refusal-incomplete"


class OwnApplication(Refused):
    """An officer never handles the own application."""

    code = "own-application"


# The refusal for an application with one fault alone, by the fault's code.
SINGLE: Mapping[str, type[Refused]] = MappingProxyType(
    {
        "channel-not-offered": ChannelNotOffered,
        "delivery-not-offered": ChannelNotOffered,
        "declaration-missing": DeclarationMissing,
        "contact-missing": ContactMissing,
        "material-unknown": MaterialUnknown,
        "unknown-office": OfficeUnknown,
    }
)


class PaymentUnknown(Refused):
    """The gateway confirms a refund that was never ordered."""

    code = "payment-unknown"


class AmountDiffers(Refused):
    """The gateway gave back another amount than was ordered."""

    code = "amount-differs"


def _unanswered(case: Case) -> bool:
    asked = case.supplement_requested is not None
    return asked and not case.supplement_provided and not case.supplement_lapsed


def _before_acceptance(case: Case) -> bool:
    return case.open and case.accepted is None and case.ended_as is None


def can_attach(case: Case) -> bool:
    """Materials may be added until acceptance is decided; once asked, by the answer only."""
    return _before_acceptance(case) and case.supplement_requested is None


def can_supplement(case: Case) -> bool:
    """The one request may be answered once, until its lapse is recorded."""
    return _before_acceptance(case) and _unanswered(case)


def can_withdraw(case: Case) -> bool:
    """Until the decision: nothing was granted and nothing made that would have to be undone."""
    return case.open and not case.decided and case.ended_as is None


def can_change_contact(case: Case) -> bool:
    """As long as the applicant may still have to be reached."""
    return case.open


def can_change_address(case: Case) -> bool:
    """Until the document is on its way to the old address."""
    return case.open and not (case.document and case.document.dispatched)


def can_pay(case: Case) -> bool:
    """While the fee is owed."""
    return _before_acceptance(case) and not case.fee_paid


def can_accept(case: Case) -> bool:
    """When it is paid and complete, and an officer was asked."""
    return _before_acceptance(case) and awaits_officer(case)


def can_ask(case: Case) -> bool:
    """When an officer was asked to accept, and nothing was asked of the applicant before."""
    return can_accept(case) and case.supplement_requested is None


ACTIONS: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("materials", can_attach),
    ("supplement", can_supplement),
    ("withdrawal", can_withdraw),
    ("contact", can_change_contact),
    ("payment", can_pay),
    ("acceptance", can_accept),
    ("supplement-request", can_ask),
    ("rejection", can_accept),
)


def possible(case: Case) -> tuple[str, ...]:
    """What can be done now, by whom it is for: named in refusals, and in the answer to a query."""
    return tuple(name for name, holds in ACTIONS if holds(case))


def must_exist(case: Case) -> None:
    """NotFound for a case that was never submitted."""
    if not case.exists:
        raise NotFound("There is no such case.")


def must_allow(case: Case, holds: Callable[[Case], bool], detail: str) -> None:
    """NotPossibleNow, with what is possible instead."""
    must_exist(case)
    if not holds(case):
        raise NotPossibleNow(detail, actions=possible(case))


def must_not_be_own(case: Case, own_subject: str) -> None:
    """OwnApplication, where the officer and the applicant are one person."""
    if own_subject and own_subject == case.subject:
        raise OwnApplication("Nobody handles their own application.")
