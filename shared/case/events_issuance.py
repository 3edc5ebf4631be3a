"""What issuance writes: on `document/<id>` the number, on `case/<id>` everything until the end."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.case.base import Fact, FactCorrected, StepOverdue, require
from shared.case.parts import Delivery

Outcome = Literal["delivered", "refused", "not-accepted", "withdrawn"]
# The old document that a reissue makes void. "lost": reported lost and outside our register, so
# that we know it to be void and have no number of it to name.
Replaces = Literal["nothing", "lost"]


class DocumentNumbered(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: its number, given once (invariant 5); a serial of ours."""

    TYPE: ClassVar[str] = "issuance.DocumentNumbered"
    case: str
    grant: int
    issue: int
    result: str
    scheme: str
    number: int
    replaces: Replaces = "nothing"


class NumberVoided(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: its number will not be used, for the reason given."""

    TYPE: ClassVar[str] = "issuance.NumberVoided"
    case: str
    grant: int
    issue: int
    scheme: str
    number: int
    reason: str


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
    to: Literal["applicant", "representative"]


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
    ProductionOrdered,
    DocumentProduced,
    ProductionFailed,
    DocumentDispatched,
    DocumentReady,
    DeliveryReturned,
    DocumentHandedOver,
    CaseClosed,
    IssuanceStepOverdue,
    IssuanceFactCorrected,
)
