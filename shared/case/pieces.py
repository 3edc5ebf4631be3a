"""The pieces that the state of a case is made of: plain data, made by the folds alone."""

from datetime import date, datetime

import msgspec

from shared.case.events_intake import Accounted
from shared.case.events_migration import CaseMigrated
from shared.case.parts import StepOutcome


class Mark(msgspec.Struct, frozen=True):
    """When something happened in this stream: the version and the time (aware, UTC)."""

    version: int
    at: datetime


class Fee(msgspec.Struct, frozen=True):
    """The assessed fee; `pay_by` is null where nothing is to be paid."""

    amount_fen: int
    pay_by: datetime | None
    mark: Mark
    refund_on: tuple[str, ...] = ()


class Payment(msgspec.Struct, frozen=True):
    """Money that came in, and where it stands: held, ordered back, or given back."""

    transaction: str
    amount_fen: int
    accounted: Accounted
    mark: Mark
    refund_ordered: Mark | None = None
    refunded: Mark | None = None


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

    @property
    def kept(self) -> bool:
        """Whether it was registered as unclaimed and lies at the office (R-165)."""
        return bool(self.unclaimed) and not (self.dispatched or self.handed_over or self.destroyed)


class Reminded(msgspec.Struct, frozen=True):
    """A step that was late and said so: since which version it is owed, and the last reminder."""

    since: int
    mark: Mark


class StepDone(msgspec.Struct, frozen=True):
    """What came of a step of the procedure, by whom and when."""

    outcome: StepOutcome
    officer: str
    mark: Mark


class Paused(msgspec.Struct, frozen=True):
    """The named limits stand still since then."""

    limits: tuple[str, ...]
    since: Mark


class PauseOver(msgspec.Struct, frozen=True):
    """A pause that is over."""

    cause: str
    start: datetime
    end: datetime


class Restarted(msgspec.Struct, frozen=True):
    """A limit that a law began anew then, and the rule."""

    limit: str
    at: datetime
    rule: str


class Moved(msgspec.Struct, frozen=True):
    """A move to a newer edition of the item, and when."""

    fact: CaseMigrated
    mark: Mark


class Payout(msgspec.Struct, frozen=True):
    """The payment that is next, or was made: null day where none is printed.

    `since`: when the attempt was first given its day; null: with `scheduled`. A notice may have
    moved the day after that.
    """

    attempt: int
    due_at: datetime
    scheduled: Mark
    made: Mark | None = None
    failed: Mark | None = None
    since: datetime | None = None
    day: date | None = None
    provisional: bool = False
    incomplete: tuple[str, ...] = ()
