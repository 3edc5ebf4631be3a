"""An issued document on `document/<id>`, which outlives its case."""

from datetime import date
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, Recorded, kept_whole, require
from shared.case.issuance.number import DocumentNumbered, NumberVoided

# What a document is worth, as its verification says it. "revoked" is also said of a voided number.
Standing = Literal["valid", "expired", "suspended", "replaced", "revoked", "unknown"]
COUNTS: frozenset[Standing] = frozenset({"valid", "expired"})
# Why a document is revoked: a decision takes it back (撤销, 行政许可法 art. 69), another one stands
# in its place, its holder lost it, or the authority strikes it out by law (依职权注销, art. 70).
Ground = Literal["decision", "replaced", "lost", "authority"]
REASONED: frozenset[Ground] = frozenset({"decision", "authority"})
RevocationReason = Literal[
    "granted-unlawfully",
    "not-qualified",
    "obtained-by-deceit",
    "holder-died",
    "holder-dissolved",
    "licence-withdrawn",
    "force-majeure",
    "other-by-law",
]
# Why a document is suspended: its holder reported it lost and may find it again (挂失).
SuspensionGround = Literal["lost"]
# What an officer writes on a document that stays the same document (签注).
Endorsement = Literal["address-changed", "annual-review", "class-added"]


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
        standing = "suspended" if document.standing == "suspended" else "expired"
        return replace(document, expired=mark, standing=standing)


class DocumentRevoked(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: it counts no more, whoever has it (R-173).

    `by_document`: the id of the one in its place, where it was replaced. What an officer decides,
    or does by law, has a reason, a legal basis and the way to appeal (invariant 10);
    `explanation`, sealed, is the officer's free text, if any.
    """

    TYPE: ClassVar[str] = "issuance.DocumentRevoked"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    case: str
    result: str
    ground: Ground
    by_document: str = ""
    officer: str = ""
    reason: RevocationReason | None = None
    legal_basis: tuple[str, ...] = ()
    appeal_body: str = ""
    appeal_deadline: date | None = None

    def __post_init__(self) -> None:
        if self.ground == "replaced":
            require(of=self.TYPE, by_document=self.by_document)
        else:
            require(of=self.TYPE, officer=self.officer)
        if self.ground in REASONED:
            require(
                of=self.TYPE,
                reason=self.reason,
                legal_basis=self.legal_basis,
                appeal_body=self.appeal_body.strip(),
                appeal_deadline=self.appeal_deadline,
            )

    def on_document(self, document: "IssuedDocument", _: Mark) -> "IssuedDocument":
        return replace(document, standing="replaced" if self.ground == "replaced" else "revoked")


class DocumentSuspended(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: it does not count until it is reinstated, whoever has it (挂失).

    `explanation`, sealed, is the officer's free text, if any.
    """

    TYPE: ClassVar[str] = "issuance.DocumentSuspended"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    case: str
    result: str
    ground: SuspensionGround
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer)

    def on_document(self, document: "IssuedDocument", _: Mark) -> "IssuedDocument":
        return replace(document, standing="suspended")


class DocumentReinstated(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: it is suspended no more, and counts as it did before (解挂).

    `until` is the last day of its validity, null for one without an end. `explanation`, sealed, is
    the officer's free text, if any.
    """

    TYPE: ClassVar[str] = "issuance.DocumentReinstated"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    case: str
    result: str
    officer: str
    until: date | None = None

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer)

    def on_document(self, document: "IssuedDocument", _: Mark) -> "IssuedDocument":
        return replace(document, standing="expired" if document.expired else "valid")


class DocumentEndorsed(Fact, frozen=True, kw_only=True):
    """On `document/<id>`: an officer endorsed it (签注); what it is worth stays as it was.

    `until` is the last day on which the endorsement holds; null as long as the document itself.
    `explanation`, sealed, is the officer's free text, if any.
    """

    TYPE: ClassVar[str] = "issuance.DocumentEndorsed"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    case: str
    result: str
    endorsement: Endorsement
    officer: str
    until: date | None = None

    def __post_init__(self) -> None:
        require(of=self.TYPE, endorsement=self.endorsement, officer=self.officer)

    def on_document(self, document: "IssuedDocument", mark: Mark) -> "IssuedDocument":
        kept = kept_whole(self, mark)
        return replace(document, endorsed={**document.endorsed, self.endorsement: kept})


class IssuedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`document/<id>` as its events tell it; it outlives its case.

    `standing` is what its own stream says of it: the event that changes it says so in its fold.
    Whether it was ever made is told by its case. An expiry is recorded soon after the last day of
    validity, not in the same moment: an answer for a day has to compare that day as well.
    `endorsed` has the last endorsement of each kind, whether or not it still holds.
    """

    id: str = ""
    version: int = 0
    standing: Standing = "unknown"
    numbered: DocumentNumbered | None = None
    numbered_at: Mark | None = None
    voided: NumberVoided | None = None
    renewal_opened: Mark | None = None
    expired: Mark | None = None
    endorsed: dict[Endorsement, Recorded[DocumentEndorsed]] = {}

    @property
    def valid(self) -> bool:
        """Whether its number counts, be the document expired or not."""
        return self.standing in COUNTS

    @property
    def ended(self) -> bool:
        """Whether it counts no more for ever; a suspended one may count again."""
        return not self.valid and self.standing != "suspended"

    @property
    def case(self) -> str:
        """The id of the case that it came of; empty for a document that does not exist."""
        first = self.numbered or self.voided
        return first.case if first is not None else ""
