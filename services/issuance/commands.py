"""What issuance can be told to do: imperatives, without personal data and without transport."""

from typing import Literal

import msgspec

from shared.case.issuance.handover import To
from shared.case.issuance.number import DocumentNumbered
from shared.case.issuance.record import Recorded

FailureCode = Literal["chip-unreadable", "print-defect", "data-rejected", "other"]
PayoutFailure = Literal["account-closed", "account-unknown", "funds-short", "other"]
ReturnCode = Literal["nobody-there", "address-unknown", "refused-by-addressee", "lost-by-carrier"]


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command of issuance on `case/<id>`."""


class OrderProduction(Command, frozen=True, kw_only=True):
    """Have the numbered document made."""

    document: str
    numbered: DocumentNumbered


class RecordProduction(Command, frozen=True, kw_only=True):
    """The producer made the document; with `failure`, it could not, or it was faulty."""

    failure: FailureCode | None = None


class DispatchDocument(Command, frozen=True, kw_only=True):
    """The producer gave the document to the carrier; the tracking number travels sealed."""

    carrier: str


class RecordHandover(Command, frozen=True, kw_only=True):
    """The applicant has the document or the slip, or whoever acts for them."""

    to: To


class RecordReady(Command, frozen=True, kw_only=True):
    """The document lies ready at the office where it is collected."""

    office: str


class RegisterUnclaimed(Command, frozen=True, kw_only=True):
    """Nobody collected the document: it is registered and kept at the office."""

    office: str
    officer: str


class DestroyDocument(Command, frozen=True, kw_only=True):
    """The registered document was kept long enough, and is destroyed."""

    officer: str


class PrepareResults(Command, frozen=True, kw_only=True):
    """After a grant: write down what the system writes, set the pay day, end what is complete."""


class RecordResult(Command, frozen=True, kw_only=True):
    """An officer or producer did a stage after the decision; `reference` numbers it elsewhere."""

    officer: str
    stage: str
    outcome: Recorded = "recorded"
    reference: str = ""


class RecordPayout(Command, frozen=True, kw_only=True):
    """The bank's list says that the money moved; with `failure`, that it did not."""

    officer: str
    failure: PayoutFailure | None = None


class MovePayday(Command, frozen=True, kw_only=True):
    """A calendar notice was loaded: the day on which money moves may be another one."""


class RecordReturn(Command, frozen=True, kw_only=True):
    """The carrier brought the document back."""

    code: ReturnCode


class CloseCase(Command, frozen=True, kw_only=True):
    """End the case, if nothing is owed on it any more."""


class FireTimer(Command, frozen=True, kw_only=True):
    """The time of an owed step is over; `version` is the event that set it.

    `order` is what to have made when the step is the order itself: its number is reserved before.
    """

    step: str
    version: int
    order: OrderProduction | None = None
