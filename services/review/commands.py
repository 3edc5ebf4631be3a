"""What review can be told to do: imperatives, without personal data and without transport.

`officer` is the staff id of whoever acts; `own_subject` the subject reference of the same sign-in,
empty where that person never was an applicant: by it nobody decides their own application.
"""

import msgspec

from shared.case.events_review import Proposal
from shared.case.parts import Finding


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
    """Approve what was proposed for approval."""

    officer: str
    own_subject: str


class RefuseCase(Command, frozen=True, kw_only=True):
    """Refuse what was proposed for refusal, for the criteria named.

    `legal_basis` empty: the item's own.
    """

    officer: str
    own_subject: str
    reasons: tuple[str, ...]
    legal_basis: tuple[str, ...] = ()


class FireTimer(Command, frozen=True, kw_only=True):
    """The time of an owed step is over; `version` is the event that set it."""

    step: str
    version: int
