"""The making of the document."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark
from shared.case.facts.parts import Delivery

if TYPE_CHECKING:
    from shared.case.state import Case


# What is asked of whoever collects: the code and an identity document, or the document alone.
Asks = Literal["code", "identity"]
MOST_WRONG = 3


class Voucher(msgspec.Struct, frozen=True):
    """What has to be shown for a document that lies ready (领取凭证).

    The code itself is kept nowhere: it follows from `since`, the version of the event that gave it,
    and the applicant's key. `wrong`: how often something else was shown since; `renewed`: how often
    the applicant asked for a new code.
    """

    asks: Asks
    since: int
    wrong: int = 0
    renewed: int = 0

    @property
    def locked(self) -> bool:
        """Whether nothing that is shown counts any more, until a new code or a head of office."""
        return self.wrong >= MOST_WRONG


class Document(msgspec.Struct, frozen=True):
    """The case's view of its document: what was last done with it.

    `failed` is over once it is made again, `faulty` stays: the last time that it was not made well.
    """

    id: str
    scheme: str
    number: int
    ordered: Mark
    produced: Mark | None = None
    failed: Mark | None = None
    dispatched: Mark | None = None
    ready: Mark | None = None
    returned: Mark | None = None
    handed_over: Mark | None = None
    due_at: datetime | None = None
    attempt: int = 1
    grant: int = 1
    faulty: Mark | None = None
    unclaimed: Mark | None = None
    destroyed: Mark | None = None
    voucher: Voucher | None = None

    @property
    def asked(self) -> Voucher | None:
        """What has to be shown for it; nothing of what the carrier has."""
        return None if self.dispatched else self.voucher

    @property
    def kept(self) -> bool:
        """Whether it was registered as unclaimed and lies at the office (R-165)."""
        return bool(self.unclaimed) and not (self.dispatched or self.handed_over or self.destroyed)


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

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        document = Document(
            self.document, self.scheme, self.number, mark, due_at=self.due_at, grant=self.grant
        )
        return replace(case, document=document)


class DocumentProduced(Fact, frozen=True, kw_only=True):
    """The document is made: the result is ready, and the limits that end with it are kept."""

    TYPE: ClassVar[str] = "issuance.DocumentProduced"
    document: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_document(case, produced=mark, failed=None)


class ProductionFailed(Fact, frozen=True, kw_only=True):
    """It could not be made, or was faulty; it stays owed, free of charge (R-135, R-149)."""

    TYPE: ClassVar[str] = "issuance.ProductionFailed"
    document: str
    code: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        attempt = case.document.attempt + 1 if case.document else 1
        gone = {"produced": None, "ready": None, "unclaimed": None, "voucher": None}
        return _on_document(case, failed=mark, faulty=mark, attempt=attempt, **gone)


def _on_document(case: "Case", **changes: Any) -> "Case":
    if case.document is None:
        raise ValueError("a document is handled that was never ordered")
    return replace(case, document=replace(case.document, **changes))
