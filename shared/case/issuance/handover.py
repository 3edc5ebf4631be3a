"""The way of the made document to its holder, and what nobody collects."""

from typing import TYPE_CHECKING, ClassVar, Literal

from shared.case.facts.fact import Fact, Mark, require
from shared.case.issuance.production import _on_document

if TYPE_CHECKING:
    from shared.case.state import Case


To = Literal["applicant", "representative", "unit"]


class DocumentDispatched(Fact, frozen=True, kw_only=True):
    """Given to the carrier (R-159). The tracking number is sealed."""

    TYPE: ClassVar[str] = "issuance.DocumentDispatched"
    SEALED: ClassVar[frozenset[str]] = frozenset({"tracking"})
    document: str
    carrier: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, dispatched=mark, returned=None)


class DocumentReady(Fact, frozen=True, kw_only=True):
    """Ready to be collected at an office (R-158)."""

    TYPE: ClassVar[str] = "issuance.DocumentReady"
    document: str
    office: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, ready=mark)


class DeliveryReturned(Fact, frozen=True, kw_only=True):
    """It came back; it is to be dispatched again."""

    TYPE: ClassVar[str] = "issuance.DeliveryReturned"
    document: str
    code: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, returned=mark, dispatched=None)


class DocumentHandedOver(Fact, frozen=True, kw_only=True):
    """The applicant has it."""

    TYPE: ClassVar[str] = "issuance.DocumentHandedOver"
    document: str
    to: To

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, handed_over=mark)


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

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, unclaimed=mark)


class DocumentDestroyed(Fact, frozen=True, kw_only=True):
    """It was kept for a year beyond its validity, and nobody came for it (R-165)."""

    TYPE: ClassVar[str] = "issuance.DocumentDestroyed"
    document: str
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, destroyed=mark)
