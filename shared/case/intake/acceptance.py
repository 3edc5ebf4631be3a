"""Whether the application is accepted (受理), and what is waited for until then."""

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, Recorded, kept_whole, require
from shared.case.facts.parts import DueDate, Missing, Office, Pin, Reason
from shared.case.facts.recomputed import with_limits

if TYPE_CHECKING:
    from shared.case.state import Case


WhyNotAccepted = Literal["supplement-incomplete", "supplement-lapsed", "payment-lapsed", "rejected"]


class AcceptanceAwaited(Fact, frozen=True, kw_only=True):
    """Paid and complete: an officer accepts, asks once or does not accept, until `due_at` (R-034).

    `deemed_at`: if nobody said anything by then, it is accepted as of the day of receipt
    (行政许可法 art. 32); null where silence means nothing.
    """

    TYPE: ClassVar[str] = "intake.AcceptanceAwaited"
    due: tuple[DueDate, ...]
    due_at: datetime
    deemed_at: datetime | None

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, awaiting=kept_whole(self, mark))


class DeadlinesRecomputed(Fact, frozen=True, kw_only=True):
    """A calendar notice moved what is waited for before the acceptance.

    Only what changed is there. The applicant's own (`pay_by`, `supplement`) move later or not at
    all; the authority's (`acceptance`, with `due_at` and `deemed_at` as when it was awaited) follow
    the calendar.
    """

    TYPE: ClassVar[str] = "intake.DeadlinesRecomputed"
    why: Literal["calendar"]
    pay_by: datetime | None = None
    supplement: DueDate | None = None
    acceptance: tuple[DueDate, ...] = ()
    due_at: datetime | None = None
    deemed_at: datetime | None = None

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        """The new times, each watched anew from this event on."""
        fee, asked, awaiting = case.fee, case.supplement, case.awaiting
        if fee is not None and self.pay_by is not None:
            fee = replace(fee, pay_by=self.pay_by)
        if asked is not None and self.supplement is not None and self.supplement.due_at is not None:
            later = replace(asked.fact, due=self.supplement, due_at=self.supplement.due_at)
            asked = replace(asked, fact=later)
        if awaiting is not None and self.due_at is not None:
            fact = AcceptanceAwaited(
                due=self.acceptance, due_at=self.due_at, deemed_at=self.deemed_at
            )
            awaiting = replace(awaiting, fact=fact)
        return replace(case, fee=fee, supplement=asked, awaiting=awaiting, reckoned=mark)


class CaseAccepted(Fact, frozen=True, kw_only=True):
    """Accepted (受理): the limits begin, under the catalogue's edition of the submission.

    `ends`: the event that ends a limit, where it is not the result. `officer`: who accepted it,
    empty where the rules did. `as_of`: the limits begin then, because the authority was silent.
    `office`: who has the case, with the limits that hold there; null where the item names none.
    """

    TYPE: ClassVar[str] = "intake.CaseAccepted"
    LATER: ClassVar[frozenset[str]] = frozenset({"ends", "officer", "as_of", "office"})
    pin: Pin
    automatic: bool
    due: tuple[DueDate, ...]
    ends: dict[str, str] = msgspec.field(default_factory=dict)
    officer: str = ""
    as_of: datetime | None = None
    office: Office | None = None

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        acceptance = Recorded(self, mark.version, self.as_of or mark.at)
        case = replace(case, acceptance=acceptance, ends=self.ends)
        return with_limits(case, self.due, mark)


class CaseNotAccepted(Fact, frozen=True, kw_only=True):
    """Not accepted (不予受理), with the reason (R-033).

    Where an officer decided so, it cannot be built without reasons, basis and appeal.
    """

    TYPE: ClassVar[str] = "intake.CaseNotAccepted"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    LATER: ClassVar[frozenset[str]] = frozenset(
        {"officer", "reasons", "legal_basis", "appeal_body", "appeal_deadline"}
    )
    why: WhyNotAccepted
    missing: tuple[Missing, ...]
    reason: str
    officer: str = ""
    reasons: tuple[Reason, ...] = ()
    legal_basis: tuple[str, ...] = ()
    appeal_body: str = ""
    appeal_deadline: date | None = None

    def __post_init__(self) -> None:
        require(of=self.TYPE, reason=self.reason)
        if self.why == "rejected":
            require(
                of=self.TYPE,
                officer=self.officer,
                reasons=self.reasons,
                legal_basis=self.legal_basis,
                appeal_body=self.appeal_body.strip(),
                appeal_deadline=self.appeal_deadline,
            )

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, non_acceptance=kept_whole(self, mark))
