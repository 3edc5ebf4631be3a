"""An issued document on `document/<id>`, which outlives its case."""

from datetime import date
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark
from shared.case.issuance.number import DocumentNumbered, NumberVoided

# What a document is worth, as its verification says it. "revoked" is also said of a voided number.
Standing = Literal["valid", "expired", "revoked", "unknown"]
COUNTS: frozenset[Standing] = frozenset({"valid", "expired"})


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

    def on_document(self, document: "IssuedDocument", mark: Mark) -> "IssuedDocument":
        return replace(document, renewal_opened=mark)


class DocumentExpired(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: the last day of its validity is over, whoever has it.

    Nothing follows from it for anybody: nobody keeps a list of people whose documents expired.
    """

    TYPE: ClassVar[str] = "issuance.DocumentExpired"
    case: str
    result: str
    until: date

    def on_document(self, document: "IssuedDocument", mark: Mark) -> "IssuedDocument":
        return replace(document, expired=mark, standing="expired")


class IssuedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`document/<id>` as its events tell it; it outlives its case.

    `standing` is what its own stream says of it: the event that changes it says so in its fold.
    Whether it was ever made is told by its case. An expiry is recorded soon after the last day of
    validity, not in the same moment: an answer for a day has to compare that day as well.
    """

    id: str = ""
    version: int = 0
    standing: Standing = "unknown"
    numbered: DocumentNumbered | None = None
    numbered_at: Mark | None = None
    voided: NumberVoided | None = None
    renewal_opened: Mark | None = None
    expired: Mark | None = None

    @property
    def valid(self) -> bool:
        """Whether its number counts, be the document expired or not."""
        return self.standing in COUNTS

    @property
    def case(self) -> str:
        """The id of the case that it came of; empty for a document that does not exist."""
        first = self.numbered or self.voided
        return first.case if first is not None else ""
