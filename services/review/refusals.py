"""How review says no: each refusal with its own code, for officers and their tools to act on."""

from collections.abc import Callable

from shared.case import Case
from shared.case.next.position import next_step
from shared.eventlog.errors import NotFound, Refused


class NotPossibleNow(Refused):
    """The case is past the point, or not yet at it."""

    code = "not-possible-now"


class OwnApplication(Refused):
    """An officer never handles the own application."""

    code = "own-application"


class NotAssigned(Refused):
    """Another officer has the case; it can be taken over by assignment."""

    code = "not-assigned"


class SecondPersonNeeded(Refused):
    """For this item whoever proposed may not decide."""

    code = "second-person-needed"


class FindingsIncomplete(Refused):
    """Each criterion of the item needs one finding, and nothing else is found on."""

    code = "findings-incomplete"


class FindingsDisagree(Refused):
    """What is proposed or decided does not follow from the findings."""

    code = "findings-disagree"


class RefusalIncomplete(Refused):
    """A refusal needs reasons, a legal basis, an appeal body and an appeal deadline."""

    code = "refusal-incomplete"


class ValidityOpen(Refused):
    """The item leaves open how long a result is valid: `open` names what has to be stated."""

    code = "validity-open"


class ValidityWrong(Refused):
    """What is stated of a validity is wrong: `faults` names all of it, `open` what is missing."""

    code = "validity-wrong"


class StepNotNext(Refused):
    """Another step of the procedure is next, or none; `next` names it."""

    code = "step-not-next"


class OutcomeImpossible(Refused):
    """The step cannot end in that way."""

    code = "outcome-impossible"


class LimitNotExtendable(Refused):
    """The item prints no extension of this limit, or it was given, or the limit is over."""

    code = "limit-not-extendable"


class LimitUnknown(Refused):
    """No such limit runs in this case."""

    code = "limit-unknown"


def _under_review(case: Case) -> bool:
    running = case.review_opened is not None and not case.decided
    return case.open and running and case.ended_as is None


def can_assign(case: Case) -> bool:
    """From the opened review until the decision."""
    return _under_review(case)


def can_propose(case: Case) -> bool:
    """Once somebody has the case and its steps are done; a better proposal may follow."""
    return _under_review(case) and case.officer is not None and not can_step(case)


def can_approve(case: Case) -> bool:
    """When approval is what is proposed."""
    return _under_review(case) and case.proposal is not None and case.proposal.proposal == "approve"


def can_refuse(case: Case) -> bool:
    """When refusal is what is proposed."""
    return _under_review(case) and case.proposal is not None and case.proposal.proposal == "refuse"


def can_step(case: Case) -> bool:
    """When a step of the procedure stands between the acceptance and the decision."""
    return _under_review(case) and next_step(case) is not None


def can_change_limits(case: Case) -> bool:
    """From the acceptance until the result is there."""
    return case.open and case.accepted is not None and case.ended_as is None


ACTIONS: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("assignment", can_assign),
    ("proposal", can_propose),
    ("approval", can_approve),
    ("refusal", can_refuse),
    ("step", can_step),
)


def possible(case: Case) -> tuple[str, ...]:
    """What an officer can do now: named in every refusal, and in the answer to a query."""
    return tuple(name for name, holds in ACTIONS if holds(case))


def must_allow(case: Case, holds: Callable[[Case], bool], detail: str) -> None:
    """NotFound where there is no case; NotPossibleNow, with what is possible instead."""
    if not case.exists:
        raise NotFound("There is no such case.")
    if not holds(case):
        raise NotPossibleNow(detail, actions=possible(case))


def must_not_be_own(case: Case, own_subject: str) -> None:
    """OwnApplication, where the officer and the applicant are one person."""
    if own_subject and own_subject == case.subject:
        raise OwnApplication("Nobody handles their own application.")
