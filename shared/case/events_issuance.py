"""What issuance writes: on `case/<id>` everything until the end, on `document/<id>` what lasts.

The number, when it may be renewed, and its expiry.
"""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.case.base import Fact, FactCorrected, LimitsRecomputed, StepOverdue, require
from shared.case.parts import Delivery, Renewal, Valid

Outcome = Literal["delivered", "completed", "unclaimed", "refused", "not-accepted", "withdrawn"]
PayoutWhy = Literal["first", "moved", "settled"]
To = Literal["applicant", "representative", "unit"]
Recorded = Literal["recorded", "surrendered", "not-existing"]
# The old document that a reissue makes void. "lost": reported lost and outside our register, so
# that we know it to be void and have no number of it to name. "old": handed in or void.
Replaces = Literal["nothing", "lost", "old"]


class DocumentNumbered(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: its number, given once (invariant 5); a serial of ours.

    `valid`: how long, as it was granted; `renewal`: from when on which item renews it.
    """

    TYPE: ClassVar[str] = "issuance.DocumentNumbered"
    LATER: ClassVar[frozenset[str]] = frozenset({"valid", "renewal"})
    case: str
    grant: int
    issue: int
    result: str
    scheme: str
    number: int
    replaces: Replaces = "nothing"
    valid: Valid | None = None
    renewal: Renewal | None = None


class NumberVoided(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: its number will not be used, for the reason given."""

    TYPE: ClassVar[str] = "issuance.NumberVoided"
    case: str
    grant: int
    issue: int
    scheme: str
    number: int
    reason: str


class RenewalOpened(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: the time to renew it by `item` has begun, and its holder is told (R-092).

    `opens` is the first day on which the item takes an application, `until` the last of validity.
    """

    TYPE: ClassVar[str] = "issuance.RenewalOpened"
    case: str
    result: str
    item: str
    opens: date
    until: date


class DocumentExpired(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: the last day of its validity is over, whoever has it.

    Nothing follows from it for anybody: nobody keeps a list of people whose documents expired.
    """

    TYPE: ClassVar[str] = "issuance.DocumentExpired"
    case: str
    result: str
    until: date


class ProductionOrdered(Fact, frozen=True, kw_only=True):
    """The numbered document is to be made (R-144)."""

    TYPE: ClassVar[str] = "issuance.ProductionOrdered"
    document: str
    grant: int
    issue: int
    result: str
    scheme: str
    number: int
    delivery: Delivery
    due_at: datetime | None = None


class DocumentProduced(Fact, frozen=True, kw_only=True):
    """The document is made: the result is ready, and the limits that end with it are kept."""

    TYPE: ClassVar[str] = "issuance.DocumentProduced"
    document: str


class ProductionFailed(Fact, frozen=True, kw_only=True):
    """It could not be made, or was faulty; it stays owed, free of charge (R-135, R-149)."""

    TYPE: ClassVar[str] = "issuance.ProductionFailed"
    document: str
    code: str


class DocumentDispatched(Fact, frozen=True, kw_only=True):
    """Given to the carrier (R-159). The tracking number is sealed."""

    TYPE: ClassVar[str] = "issuance.DocumentDispatched"
    SEALED: ClassVar[frozenset[str]] = frozenset({"tracking"})
    document: str
    carrier: str


class DocumentReady(Fact, frozen=True, kw_only=True):
    """Ready to be collected at an office (R-158)."""

    TYPE: ClassVar[str] = "issuance.DocumentReady"
    document: str
    office: str


class DeliveryReturned(Fact, frozen=True, kw_only=True):
    """It came back; it is to be dispatched again."""

    TYPE: ClassVar[str] = "issuance.DeliveryReturned"
    document: str
    code: str


class DocumentHandedOver(Fact, frozen=True, kw_only=True):
    """The applicant has it."""

    TYPE: ClassVar[str] = "issuance.DocumentHandedOver"
    document: str
    to: To


class DocumentUnclaimed(Fact, frozen=True, kw_only=True):
    """Nobody collected it: it is registered and kept at the office (R-165).

    Whoever it belongs to can have it at any time.
    """

    TYPE: ClassVar[str] = "issuance.DocumentUnclaimed"
    document: str
    office: str
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, office=self.office, officer=self.officer)


class DocumentDestroyed(Fact, frozen=True, kw_only=True):
    """It was kept for a year beyond its validity, and nobody came for it (R-165)."""

    TYPE: ClassVar[str] = "issuance.DocumentDestroyed"
    document: str
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer)


class ResultRecorded(Fact, frozen=True, kw_only=True):
    """A stage after the decision that makes no document of ours: recorded, or taken back (R-174).

    `result` is the item's code of what was recorded; `reference` its number in the register that
    keeps it, if it has one: never a person's.
    """

    TYPE: ClassVar[str] = "issuance.ResultRecorded"
    stage: str
    result: str
    outcome: Recorded
    officer: str
    reference: str = ""

    def __post_init__(self) -> None:
        require(of=self.TYPE, stage=self.stage, officer=self.officer)


class ResultHandedOver(Fact, frozen=True, kw_only=True):
    """A recorded result (a slip, a letter) reached somebody."""

    TYPE: ClassVar[str] = "issuance.ResultHandedOver"
    to: To
    way: Delivery


class PayoutScheduled(Fact, frozen=True, kw_only=True):
    """When money is paid out or deducted (R-194 to R-197): null where the item prints no day.

    A second one of the same attempt (`why`): a calendar notice moved the day, or settled the marks
    on it.
    `scheduled` is the printed day that `day` comes from, `due_at` the last moment of the day.
    """

    TYPE: ClassVar[str] = "issuance.PayoutScheduled"
    LATER: ClassVar[frozenset[str]] = frozenset({"why"})
    attempt: int
    day: date | None
    scheduled: date | None
    due_at: datetime
    calendar_version: str
    provisional: bool
    incomplete: tuple[str, ...]
    why: PayoutWhy = "first"


class PayoutMade(Fact, frozen=True, kw_only=True):
    """The money moved, as the bank's list says."""

    TYPE: ClassVar[str] = "issuance.PayoutMade"
    attempt: int
    officer: str


class PayoutFailed(Fact, frozen=True, kw_only=True):
    """The money did not move; the next day of the schedule follows."""

    TYPE: ClassVar[str] = "issuance.PayoutFailed"
    attempt: int
    officer: str
    code: str


class IssuanceLimitsRecomputed(LimitsRecomputed, frozen=True, kw_only=True):
    """What issuance did began a limit of the case."""

    TYPE: ClassVar[str] = "issuance.LimitsRecomputed"


class CaseClosed(Fact, frozen=True, kw_only=True):
    """Nothing is owed any more; the stream of the case ends here."""

    TYPE: ClassVar[str] = "issuance.CaseClosed"
    outcome: Outcome

    def __post_init__(self) -> None:
        require(of=self.TYPE, outcome=self.outcome)


class IssuanceStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that issuance owes is late."""

    TYPE: ClassVar[str] = "issuance.StepOverdue"


class IssuanceFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Issuance puts a fact right."""

    TYPE: ClassVar[str] = "issuance.FactCorrected"


EVENTS: tuple[type[Fact], ...] = (
    DocumentNumbered,
    NumberVoided,
    RenewalOpened,
    DocumentExpired,
    ProductionOrdered,
    DocumentProduced,
    ProductionFailed,
    DocumentDispatched,
    DocumentReady,
    DeliveryReturned,
    DocumentHandedOver,
    DocumentUnclaimed,
    DocumentDestroyed,
    ResultRecorded,
    ResultHandedOver,
    PayoutScheduled,
    PayoutMade,
    PayoutFailed,
    IssuanceLimitsRecomputed,
    CaseClosed,
    IssuanceStepOverdue,
    IssuanceFactCorrected,
)
