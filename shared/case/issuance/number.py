"""The number of a document, on `document/<id>`: given once, or voided."""

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark
from shared.case.facts.parts import Renewal, Valid

if TYPE_CHECKING:
    from shared.case.issuance.document import IssuedDocument

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

    def on_document(self, document: "IssuedDocument", mark: Mark) -> "IssuedDocument":
        return replace(document, numbered=self, numbered_at=mark, standing="valid")


class NumberVoided(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: its number will not be used, for the reason given."""

    TYPE: ClassVar[str] = "issuance.NumberVoided"
    case: str
    grant: int
    issue: int
    scheme: str
    number: int
    reason: str

    def on_document(self, document: "IssuedDocument", _: Mark) -> "IssuedDocument":
        return replace(document, voided=self, standing="revoked")
