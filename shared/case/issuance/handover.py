"""The way of the made document to its holder, and what nobody collects."""

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, require
from shared.case.facts.parts import Part
from shared.case.issuance.production import Asks, Voucher, _on_document

if TYPE_CHECKING:
    from shared.case.state import Case


To = Literal["applicant", "representative", "unit"]
WrongAs = Literal["code", "identity"]


class IdentityShown(Part, frozen=True, kw_only=True):
    """What was looked at before a document was given away.

    `by`: what let it go, the code, the identity document alone, or a head of the office. `kind`: of
    the identity document. `compared`: the end of its number was that of the holder; false for
    somebody who acts for the holder, and where nobody knows the holder's any more. `authorisation`:
    the paper by which somebody acts for the holder was seen.
    """

    by: Literal["code", "identity", "head"]
    kind: str
    compared: bool
    authorisation: bool = False


class DocumentDispatched(Fact, frozen=True, kw_only=True):
    """Given to the carrier (R-159). The tracking number is sealed."""

    TYPE: ClassVar[str] = "issuance.DocumentDispatched"
    SEALED: ClassVar[frozenset[str]] = frozenset({"tracking"})
    document: str
    carrier: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, dispatched=mark, returned=None)


class DocumentReady(Fact, frozen=True, kw_only=True):
    """Ready to be collected at an office (R-158).

    `asks`: what is to be shown there; null for one that lay ready before anything was.
    """

    TYPE: ClassVar[str] = "issuance.DocumentReady"
    LATER: ClassVar[frozenset[str]] = frozenset({"asks"})
    document: str
    office: str
    asks: Asks | None = None

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        voucher = Voucher(self.asks, mark.version) if self.asks else None
        return _on_document(case, ready=mark, voucher=voucher)


class VoucherRefused(Fact, frozen=True, kw_only=True):
    """Whoever came for it showed a wrong code, or another person's identity document.

    `wrong`: how many wrong tries there were since the code was given, with this one.
    """

    TYPE: ClassVar[str] = "issuance.VoucherRefused"
    document: str
    showed: WrongAs
    wrong: int

    def on_case(self, case: "Case", mark: Mark) -> "Case":  # noqa: ARG002
        return _on_voucher(case, wrong=self.wrong)


class VoucherRenewed(Fact, frozen=True, kw_only=True):
    """The applicant asked for a new code: the one before counts no more."""

    TYPE: ClassVar[str] = "issuance.VoucherRenewed"
    document: str
    renewed: int

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_voucher(case, since=mark.version, wrong=0, renewed=self.renewed)


def _on_voucher(case: "Case", **changes: int) -> "Case":
    document = case.document
    if document is None or document.voucher is None:
        raise ValueError("a voucher is handled that was never given")
    return _on_document(case, voucher=replace(document.voucher, **changes))


class DeliveryReturned(Fact, frozen=True, kw_only=True):
    """It came back; it is to be dispatched again."""

    TYPE: ClassVar[str] = "issuance.DeliveryReturned"
    document: str
    code: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, returned=mark, dispatched=None)


class DocumentHandedOver(Fact, frozen=True, kw_only=True):
    """The applicant has it, or whoever acts for them.

    `shown`: what was looked at, where something is asked of whoever collects. The end of the number
    of somebody who acts for the holder is sealed.
    """

    TYPE: ClassVar[str] = "issuance.DocumentHandedOver"
    LATER: ClassVar[frozenset[str]] = frozenset({"shown"})
    SEALED: ClassVar[frozenset[str]] = frozenset({"last_four"})
    document: str
    to: To
    shown: IdentityShown | None = None

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, handed_over=mark)


class DocumentUnclaimed(Fact, frozen=True, kw_only=True):
    """Nobody collected it: it is registered and kept at the office (R-165).

    Whoever it belongs to can have it at any time. `asks`: what is to be shown for it from now on;
    null where that was said before, and for one that was registered before anything was asked.
    """

    TYPE: ClassVar[str] = "issuance.DocumentUnclaimed"
    LATER: ClassVar[frozenset[str]] = frozenset({"asks"})
    document: str
    office: str
    officer: str
    asks: Asks | None = None

    def __post_init__(self) -> None:
        require(of=self.TYPE, office=self.office, officer=self.officer)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        asked = {"voucher": Voucher(self.asks, mark.version)} if self.asks else {}
        return _on_document(case, unclaimed=mark, **asked)


class DocumentDestroyed(Fact, frozen=True, kw_only=True):
    """It was kept for a year beyond its validity, and nobody came for it (R-165)."""

    TYPE: ClassVar[str] = "issuance.DocumentDestroyed"
    document: str
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, destroyed=mark)
