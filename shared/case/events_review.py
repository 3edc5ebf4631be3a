"""What review writes: from the opened review to the decision, and the limits on the way."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.case.base import Fact, FactCorrected, LimitsRecomputed, StepOverdue, require
from shared.case.parts import Criterion, DueDate, Finding, Grant, Reason, StepOutcome

Proposal = Literal["approve", "refuse"]
WhyExtended = Literal["complex", "evidence", "third-party", "force-majeure", "other"]


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
    """Approved: every criterion is met.

    `deemed`: nobody objected within the limit, and it takes effect on `effective_from` (R-097).
    """

    TYPE: ClassVar[str] = "review.CaseApproved"
    LATER: ClassVar[frozenset[str]] = frozenset({"deemed", "effective_from"})
    officer: str
    findings: tuple[Finding, ...]
    grants: tuple[Grant, ...]
    deemed: bool = False
    effective_from: date | None = None

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


class StepStarted(Fact, frozen=True, kw_only=True):
    """A step of the procedure before the decision began: an inspection, a notice, a panel."""

    TYPE: ClassVar[str] = "review.StepStarted"
    step: str
    officer: str


class StepCompleted(Fact, frozen=True, kw_only=True):
    """What came of a step. `rectify`: it can be put right and is done again. The note is sealed."""

    TYPE: ClassVar[str] = "review.StepCompleted"
    SEALED: ClassVar[frozenset[str]] = frozenset({"note"})
    step: str
    outcome: StepOutcome
    officer: str


class ClockPaused(Fact, frozen=True, kw_only=True):
    """The named limits stand still, for a cause that each of them excludes (R-082)."""

    TYPE: ClassVar[str] = "review.ClockPaused"
    cause: str
    limits: tuple[str, ...]


class ClockResumed(Fact, frozen=True, kw_only=True):
    """The pause for this cause is over; the new due dates follow in the same commit."""

    TYPE: ClassVar[str] = "review.ClockResumed"
    cause: str


class LimitExtended(Fact, frozen=True, kw_only=True):
    """A limit was lengthened, once, as its item prints it (R-084). Free words are sealed."""

    TYPE: ClassVar[str] = "review.LimitExtended"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    limit: str
    officer: str
    approved_by: str
    reason: WhyExtended
    due: tuple[DueDate, ...]

    def __post_init__(self) -> None:
        require(of=self.TYPE, limit=self.limit, approved_by=self.approved_by)


class LimitRestarted(Fact, frozen=True, kw_only=True):
    """A law begins a period anew (R-225); `rule` names it."""

    TYPE: ClassVar[str] = "review.LimitRestarted"
    limit: str
    officer: str
    rule: str
    due: tuple[DueDate, ...]

    def __post_init__(self) -> None:
        require(of=self.TYPE, limit=self.limit, rule=self.rule.strip())


class ReviewLimitsRecomputed(LimitsRecomputed, frozen=True, kw_only=True):
    """What review did, or a calendar notice, changed the limits of the case."""

    TYPE: ClassVar[str] = "review.LimitsRecomputed"


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
    StepStarted,
    StepCompleted,
    ClockPaused,
    ClockResumed,
    LimitExtended,
    LimitRestarted,
    ReviewLimitsRecomputed,
    DeadlineApproaching,
    DeadlineMissed,
    ReviewStepOverdue,
    ReviewFactCorrected,
)
