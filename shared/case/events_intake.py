"""What intake writes: from the submission to the acceptance, and the money.

A comment on names: TYPE strings are on disk and on the wire. They never change.
"""

from datetime import datetime
from typing import ClassVar, Literal

from shared.case.base import Fact, FactCorrected, StepOverdue, require
from shared.case.parts import Channel, Delivery, DueDate, Material, Missing, Pin

Accounted = Literal["fee", "duplicate", "mismatch", "not-owed"]
WhyNotAccepted = Literal["supplement-incomplete", "supplement-lapsed", "payment-lapsed"]
WhyRefund = Literal["not-accepted", "withdrawn", "refused", "duplicate", "mismatch", "not-owed"]


class CaseSubmitted(Fact, frozen=True, kw_only=True):
    """The applicant applied (R-036, R-040). An incomplete application may be submitted."""

    TYPE: ClassVar[str] = "intake.CaseSubmitted"
    SEALED: ClassVar[frozenset[str]] = frozenset(
        {"name", "id_number", "phone", "email", "delivery_address"}
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


class MaterialAttached(Fact, frozen=True, kw_only=True):
    """A material was added before acceptance, without being asked for."""

    TYPE: ClassVar[str] = "intake.MaterialAttached"
    material: Material


class FeeAssessed(Fact, frozen=True, kw_only=True):
    """What the item costs, by its basis (R-132). Amount 0: free, or not chargeable.

    `refund_on`: the ends of a case after which the paid fee goes back (R-137).
    """

    TYPE: ClassVar[str] = "intake.FeeAssessed"
    amount_fen: int
    basis: str
    pay_by: datetime | None
    refund_on: tuple[str, ...] = ()


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
    """Everything that is missing, asked for once (R-031)."""

    TYPE: ClassVar[str] = "intake.SupplementRequested"
    missing: tuple[Missing, ...]
    due: DueDate
    due_at: datetime
    basis: str

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


class CaseAccepted(Fact, frozen=True, kw_only=True):
    """Accepted (受理): the limits begin, under the catalogue's edition of the submission."""

    TYPE: ClassVar[str] = "intake.CaseAccepted"
    pin: Pin
    automatic: bool
    due: tuple[DueDate, ...]


class CaseNotAccepted(Fact, frozen=True, kw_only=True):
    """Not accepted (不予受理), with the reason (R-033)."""

    TYPE: ClassVar[str] = "intake.CaseNotAccepted"
    why: WhyNotAccepted
    missing: tuple[Missing, ...]
    reason: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, reason=self.reason)


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
    CaseAccepted,
    CaseNotAccepted,
    CaseWithdrawn,
    ContactChanged,
    IntakeStepOverdue,
    IntakeFactCorrected,
)
