"""What is proposed and decided."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, kept_whole, require
from shared.case.facts.parts import Finding, Grant, Reason

if TYPE_CHECKING:
    from shared.case.state import Case


Proposal = Literal["approve", "refuse"]


class DecisionProposed(Fact, frozen=True, kw_only=True):
    """The officer's finding on each criterion, and what follows from them. The note is sealed."""

    TYPE: ClassVar[str] = "review.DecisionProposed"
    SEALED: ClassVar[frozenset[str]] = frozenset({"note"})
    officer: str
    proposal: Proposal
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer, findings=self.findings)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, proposal=kept_whole(self, mark))


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

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, approval=kept_whole(self, mark))


class CaseRefused(Fact, frozen=True, kw_only=True):
    """Refused. It cannot be built without reasons, basis and appeal (invariant 10, R-102).

    `explanation`, sealed, is the officer's own words to the applicant; `explained` says that there
    are some.
    """

    TYPE: ClassVar[str] = "review.CaseRefused"
    LATER: ClassVar[frozenset[str]] = frozenset({"explained"})
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    officer: str
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    legal_basis: tuple[str, ...]
    appeal_body: str
    appeal_deadline: date
    explained: bool = False

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

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, refusal=kept_whole(self, mark))
