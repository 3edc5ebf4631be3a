"""What intake writes: from the submission to the acceptance, and the money.

A comment on names: TYPE strings are on disk and on the wire. They never change.
"""

from datetime import date, datetime
from typing import ClassVar, Literal

import msgspec

from shared.case.base import Fact, FactCorrected, StepOverdue, require
from shared.case.events_migration import CaseMigrated
from shared.case.parts import (
    Channel,
    Checked,
    Delivery,
    DueDate,
    Material,
    Missing,
    Office,
    Pin,
    Reason,
    Stage,
)

Accounted = Literal["fee", "duplicate", "mismatch", "not-owed"]
WhyNotAccepted = Literal["supplement-incomplete", "supplement-lapsed", "payment-lapsed", "rejected"]
WhyRefund = Literal["not-accepted", "withdrawn", "refused", "duplicate", "mismatch", "not-owed"]


class CaseSubmitted(Fact, frozen=True, kw_only=True):
    """The applicant applied (R-036, R-040), at an `office` of the item where it names some.

    An incomplete application may be submitted. What was chosen: `variant`, `situations`, `options`
    and `counts` of the fee, `representation` (empty: in person); `checks` has outcomes, the answers
    are sealed. `initiated_by`: where it was not the applicant but an authority, another
    department's data or an outside system, under their `reference`. `stages` is the procedure;
    none: the path of the first item.
    """

    TYPE: ClassVar[str] = "intake.CaseSubmitted"
    LATER: ClassVar[frozenset[str]] = frozenset(
        {
            "variant",
            "situations",
            "options",
            "checks",
            "representation",
            "initiated_by",
            "reference",
            "stages",
            "office",
            "counts",
        }
    )
    SEALED: ClassVar[frozenset[str]] = frozenset(
        {"name", "id_number", "phone", "email", "delivery_address", "answers"}
    )
    item: str
    pin: Pin
    department: str
    subject: str
    portal: str
    channel: str
    delivery: Delivery
    contact: tuple[Channel, ...]
    materials: tuple[Material, ...]
    sealed: tuple[str, ...]
    variant: str = ""
    situations: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    checks: tuple[Checked, ...] = ()
    representation: str = ""
    initiated_by: str = "applicant"
    reference: str = ""
    stages: tuple[Stage, ...] = ()
    office: str = ""
    counts: dict[str, int] = msgspec.field(default_factory=dict)


class MaterialAttached(Fact, frozen=True, kw_only=True):
    """A material was added before acceptance, without being asked for."""

    TYPE: ClassVar[str] = "intake.MaterialAttached"
    material: Material


class FeeAssessed(Fact, frozen=True, kw_only=True):
    """What the item costs, by its basis (R-132). Amount 0: free, or not chargeable.

    `refund_on`: the ends of a case after which the paid fee goes back (R-137). `lines`: what is
    charged, by the item's codes.
    """

    TYPE: ClassVar[str] = "intake.FeeAssessed"
    LATER: ClassVar[frozenset[str]] = frozenset({"lines"})
    amount_fen: int
    basis: str
    pay_by: datetime | None
    refund_on: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


class PaymentRecorded(Fact, frozen=True, kw_only=True):
    """Money came in. What is not the fee that is owed is recorded too, and given back."""

    TYPE: ClassVar[str] = "intake.PaymentRecorded"
    transaction: str
    amount_fen: int
    method: str
    accounted: Accounted


class PaymentFailed(Fact, frozen=True, kw_only=True):
    """An attempt to pay failed at the gateway; the fee stays owed."""

    TYPE: ClassVar[str] = "intake.PaymentFailed"
    transaction: str
    method: str
    code: str


class RefundOrdered(Fact, frozen=True, kw_only=True):
    """One payment goes back, whole (R-137)."""

    TYPE: ClassVar[str] = "intake.RefundOrdered"
    payment: str
    amount_fen: int
    why: WhyRefund


class RefundRecorded(Fact, frozen=True, kw_only=True):
    """The gateway gave the money back."""

    TYPE: ClassVar[str] = "intake.RefundRecorded"
    payment: str
    transaction: str
    amount_fen: int


class SupplementRequested(Fact, frozen=True, kw_only=True):
    """Everything that is missing, asked for once (R-031); by an officer, or by the rules alone."""

    TYPE: ClassVar[str] = "intake.SupplementRequested"
    LATER: ClassVar[frozenset[str]] = frozenset({"officer"})
    missing: tuple[Missing, ...]
    due: DueDate
    due_at: datetime
    basis: str
    officer: str = ""

    def __post_init__(self) -> None:
        require(of=self.TYPE, missing=self.missing, basis=self.basis)


class SupplementProvided(Fact, frozen=True, kw_only=True):
    """The applicant answered the request, completely or not."""

    TYPE: ClassVar[str] = "intake.SupplementProvided"
    materials: tuple[Material, ...]


class SupplementLapsed(Fact, frozen=True, kw_only=True):
    """The request was not answered in time."""

    TYPE: ClassVar[str] = "intake.SupplementLapsed"
    due_at: datetime


class AcceptanceAwaited(Fact, frozen=True, kw_only=True):
    """Paid and complete: an officer accepts, asks once or does not accept, until `due_at` (R-034).

    `deemed_at`: if nobody said anything by then, it is accepted as of the day of receipt
    (行政许可法 art. 32); null where silence means nothing.
    """

    TYPE: ClassVar[str] = "intake.AcceptanceAwaited"
    due: tuple[DueDate, ...]
    due_at: datetime
    deemed_at: datetime | None


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


class CaseWithdrawn(Fact, frozen=True, kw_only=True):
    """The applicant withdrew, before a decision. Their words, if any, are sealed."""

    TYPE: ClassVar[str] = "intake.CaseWithdrawn"
    SEALED: ClassVar[frozenset[str]] = frozenset({"reason"})
    status: str


class ContactChanged(Fact, frozen=True, kw_only=True):
    """How to reach the applicant changed; the values are sealed."""

    TYPE: ClassVar[str] = "intake.ContactChanged"
    SEALED: ClassVar[frozenset[str]] = frozenset({"phone", "email", "delivery_address"})
    contact: tuple[Channel, ...]
    sealed: tuple[str, ...]


class IntakeStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that intake owes is late."""

    TYPE: ClassVar[str] = "intake.StepOverdue"


class IntakeFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Intake puts a fact right."""

    TYPE: ClassVar[str] = "intake.FactCorrected"


EVENTS: tuple[type[Fact], ...] = (
    CaseSubmitted,
    MaterialAttached,
    FeeAssessed,
    PaymentRecorded,
    PaymentFailed,
    RefundOrdered,
    RefundRecorded,
    SupplementRequested,
    SupplementProvided,
    SupplementLapsed,
    AcceptanceAwaited,
    DeadlinesRecomputed,
    CaseAccepted,
    CaseNotAccepted,
    CaseWithdrawn,
    ContactChanged,
    CaseMigrated,
    IntakeStepOverdue,
    IntakeFactCorrected,
)
