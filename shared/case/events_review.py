"""What review writes: from the opened review to the decision, and the limits on the way."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.case.base import Fact, FactCorrected, StepOverdue, require
from shared.case.parts import Criterion, Finding, Grant, Reason

Proposal = Literal["approve", "refuse"]


class ReviewOpened(Fact, frozen=True, kw_only=True):
    """The accepted case lies with the department, with the criteria to find on (R-116)."""

    TYPE: ClassVar[str] = "review.ReviewOpened"
    department: str
    criteria: tuple[Criterion, ...]


class CaseAssigned(Fact, frozen=True, kw_only=True):
    """An officer (staff id, never a name) has the case; a later one takes it over."""

    TYPE: ClassVar[str] = "review.CaseAssigned"
    officer: str


class DecisionProposed(Fact, frozen=True, kw_only=True):
    """The officer's finding on each criterion, and what follows from them. The note is sealed."""

    TYPE: ClassVar[str] = "review.DecisionProposed"
    SEALED: ClassVar[frozenset[str]] = frozenset({"note"})
    officer: str
    proposal: Proposal
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer, findings=self.findings)


class CaseApproved(Fact, frozen=True, kw_only=True):
    """Approved: every criterion is met."""

    TYPE: ClassVar[str] = "review.CaseApproved"
    officer: str
    findings: tuple[Finding, ...]
    grants: tuple[Grant, ...]

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer, grants=self.grants)
        if not all(finding.met for finding in self.findings):
            raise ValueError(f"{self.TYPE} with a criterion that is not met")


class CaseRefused(Fact, frozen=True, kw_only=True):
    """Refused. It cannot be built without reasons, basis and appeal (invariant 10, R-102).

    `explanation`, sealed, is the officer's free text, if any.
    """

    TYPE: ClassVar[str] = "review.CaseRefused"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    officer: str
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    legal_basis: tuple[str, ...]
    appeal_body: str
    appeal_deadline: date

    def __post_init__(self) -> None:
        require(
            of=self.TYPE,
            officer=self.officer,
            reasons=self.reasons,
            legal_basis=self.legal_basis,
            appeal_body=self.appeal_body.strip(),
            appeal_deadline=self.appeal_deadline,
        )
        if not all(reason.text.strip() for reason in self.reasons):
            raise ValueError(f"{self.TYPE} with a reason that says nothing")
        if not all(basis.strip() for basis in self.legal_basis):
            raise ValueError(f"{self.TYPE} with a legal basis that says nothing")


class DeadlineApproaching(Fact, frozen=True, kw_only=True):
    """A limit of the case is near its end."""

    TYPE: ClassVar[str] = "review.DeadlineApproaching"
    limit: str
    due: date
    due_at: datetime


class DeadlineMissed(Fact, frozen=True, kw_only=True):
    """A limit of the case was crossed."""

    TYPE: ClassVar[str] = "review.DeadlineMissed"
    limit: str
    due: date
    due_at: datetime


class ReviewStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that review owes is late."""

    TYPE: ClassVar[str] = "review.StepOverdue"


class ReviewFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Review puts a fact right."""

    TYPE: ClassVar[str] = "review.FactCorrected"


EVENTS: tuple[type[Fact], ...] = (
    ReviewOpened,
    CaseAssigned,
    DecisionProposed,
    CaseApproved,
    CaseRefused,
    DeadlineApproaching,
    DeadlineMissed,
    ReviewStepOverdue,
    ReviewFactCorrected,
)
