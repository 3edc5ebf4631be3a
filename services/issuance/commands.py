"""What issuance can be told to do: imperatives, without personal data and without transport."""

from typing import Literal

import msgspec

from shared.case.events_issuance import DocumentNumbered

FailureCode = Literal["chip-unreadable", "print-defect", "data-rejected", "other"]
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
    """The applicant has the document, or whoever acts for them."""

    to: Literal["applicant", "representative"]


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
