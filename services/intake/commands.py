"""What intake can be told to do: imperatives, without personal data and without transport.

Time, ids and who acts enter beside a command; its personal values go straight into the sealed part
of the event (`personal` in api.py) and are never seen by a decision.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from shared.case.facts.parts import Channel, Delivery, Material, Missing, Pin


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command of intake."""


class SubmitCase(Command, frozen=True, kw_only=True):
    """Apply for an item. `sealed` names the personal fields that came with it.

    variant, situations, options: codes of the item. counts: how many of a fee line, by its
    code. facts: answers to its questions, by code; they
    are compared here and stored nowhere but sealed. representation: who acts for the applicant,
    empty in person. `reference`: of whoever began it, where that is not the applicant. `office`:
    the code of one of the item's, empty for none.
    """

    item: str
    channel: str
    delivery: Delivery
    contact: tuple[Channel, ...]
    materials: tuple[Material, ...]
    sealed: tuple[str, ...]
    declared: bool
    subject: str
    portal: str
    variant: str = ""
    situations: tuple[str, ...] = ()
    facts: Mapping[str, int | bool | date | str] = {}
    representation: str = ""
    options: tuple[str, ...] = ()
    counts: Mapping[str, int] = {}
    initiated_by: str = "applicant"
    reference: str = ""
    office: str = ""


class AttachMaterial(Command, frozen=True, kw_only=True):
    """Add a material before acceptance, unasked."""

    material: Material


class ProvideSupplement(Command, frozen=True, kw_only=True):
    """Answer the one request for what is missing."""

    materials: tuple[Material, ...]


class WithdrawCase(Command, frozen=True, kw_only=True):
    """Withdraw the application, before a decision."""


class ChangeContact(Command, frozen=True, kw_only=True):
    """Change how the applicant is reached: `sealed` names what is changed."""

    sealed: tuple[str, ...]


class MigrateCase(Command, frozen=True, kw_only=True):
    """Move the open case to another edition of its item; `reason` is the operator's."""

    pin: Pin
    reason: str


class AcceptCase(Command, frozen=True, kw_only=True):
    """The officer accepts a complete application (受理).

    `office`: who has it from now on; empty: the one that was applied to.
    """

    officer: str
    own_subject: str
    office: str = ""


class RequestSupplement(Command, frozen=True, kw_only=True):
    """The officer asks, once, for everything that is missing or not in legal form."""

    officer: str
    own_subject: str
    missing: tuple[Missing, ...]


class RejectApplication(Command, frozen=True, kw_only=True):
    """The officer does not accept (不予受理), for the grounds named.

    `legal_basis` empty: the item's own.
    """

    officer: str
    own_subject: str
    grounds: tuple[str, ...]
    legal_basis: tuple[str, ...] = ()


class RecordPayment(Command, frozen=True, kw_only=True):
    """The gateway says that money came in."""

    transaction: str
    amount_fen: int
    method: str


class RecordPaymentFailure(Command, frozen=True, kw_only=True):
    """The gateway says that an attempt to pay failed."""

    transaction: str
    method: str
    code: str


class RecordRefund(Command, frozen=True, kw_only=True):
    """The gateway says that a payment went back."""

    payment: str
    transaction: str
    amount_fen: int


class SettleCase(Command, frozen=True, kw_only=True):
    """Look whether the case can be accepted, needs its supplement, or ends (R-031)."""


class RecomputeDeadlines(Command, frozen=True, kw_only=True):
    """A calendar notice was loaded: what waits before the acceptance is counted anew."""


class OrderRefunds(Command, frozen=True, kw_only=True):
    """Order back whatever is not ours to keep."""


class FireTimer(Command, frozen=True, kw_only=True):
    """The time of an owed step is over; `version` is the event that set it."""

    step: str
    version: int
