"""What review can be told to do: imperatives, without personal data and without transport.

`officer` is the staff id of whoever acts; `own_subject` the subject reference of the same sign-in,
empty where that person never was an applicant: by it nobody decides their own application.
"""

import msgspec

from shared.case.deciding.validity import Stated
from shared.case.facts.parts import Finding, StepOutcome
from shared.case.review.limits import WhyExtended
from shared.case.review.verdict import Proposal


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command of review."""


class OpenReview(Command, frozen=True, kw_only=True):
    """Lay an accepted case before its department."""


class AssignCase(Command, frozen=True, kw_only=True):
    """The officer takes the case, or takes it over."""

    officer: str
    own_subject: str


class ProposeDecision(Command, frozen=True, kw_only=True):
    """The officer's finding on each criterion, and what follows from them."""

    officer: str
    own_subject: str
    proposal: Proposal
    findings: tuple[Finding, ...]


class ApproveCase(Command, frozen=True, kw_only=True):
    """Approve what was proposed for approval; `validity`: what the item leaves to the officer."""

    officer: str
    own_subject: str
    validity: tuple[Stated, ...] = ()


class RefuseCase(Command, frozen=True, kw_only=True):
    """Refuse what was proposed for refusal, for the criteria named.

    `legal_basis` empty: the item's own.
    """

    officer: str
    own_subject: str
    reasons: tuple[str, ...]
    legal_basis: tuple[str, ...] = ()


class StartStep(Command, frozen=True, kw_only=True):
    """The next step of the procedure begins: an inspection, a notice, a panel."""

    officer: str
    own_subject: str
    step: str


class CompleteStep(Command, frozen=True, kw_only=True):
    """What came of the step. `legal_basis`: of a refusal that follows; empty: the item's own."""

    officer: str
    own_subject: str
    step: str
    outcome: StepOutcome
    legal_basis: tuple[str, ...] = ()


class ExtendLimit(Command, frozen=True, kw_only=True):
    """Lengthen a limit, once, as its item prints it; `approved_by` is the head's staff id."""

    officer: str
    own_subject: str
    limit: str
    approved_by: str
    reason: WhyExtended


class RestartLimit(Command, frozen=True, kw_only=True):
    """A law begins a period anew; `rule` names it."""

    officer: str
    own_subject: str
    limit: str
    rule: str


class RecomputeLimits(Command, frozen=True, kw_only=True):
    """A calendar notice was loaded: the dates that depend on it change, with the reason."""


class FireTimer(Command, frozen=True, kw_only=True):
    """The time of an owed step is over; `version` is the event that set it."""

    step: str
    version: int
