"""Money that is paid out or deducted."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark

if TYPE_CHECKING:
    from shared.case.state import Case


PayoutWhy = Literal["first", "moved", "settled"]


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


class PayoutScheduled(Fact, frozen=True, kw_only=True):
    """When money is paid out or deducted (R-194 to R-197): null where the item prints no day.

    A second one of the same attempt (`why`): a calendar notice moved the day, or settled the marks
    on it.
    `scheduled` is the printed day that `day` comes from, `due_at` the last moment of the day.
    `counted_from`: where the day before had failed before it came, its last moment: this one is
    counted from there on, and a notice counts it anew from there too.
    """

    TYPE: ClassVar[str] = "issuance.PayoutScheduled"
    LATER: ClassVar[frozenset[str]] = frozenset({"why", "counted_from"})
    attempt: int
    day: date | None
    scheduled: date | None
    due_at: datetime
    calendar_version: str
    provisional: bool
    incomplete: tuple[str, ...]
    why: PayoutWhy = "first"
    counted_from: datetime | None = None

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        known = case.payout
        again = known is not None and known.attempt == self.attempt
        since = self.counted_from or mark.at
        if known is not None and again:
            since = known.since or known.scheduled.at
        payout = Payout(
            self.attempt,
            self.due_at,
            mark,
            since=since,
            day=self.day,
            provisional=self.provisional,
            incomplete=self.incomplete,
        )
        return replace(case, payout=payout)


class PayoutMade(Fact, frozen=True, kw_only=True):
    """The money moved, as the bank's list says."""

    TYPE: ClassVar[str] = "issuance.PayoutMade"
    attempt: int
    officer: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_payout(case, made=mark)


class PayoutFailed(Fact, frozen=True, kw_only=True):
    """The money did not move; the next day of the schedule follows."""

    TYPE: ClassVar[str] = "issuance.PayoutFailed"
    attempt: int
    officer: str
    code: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return _on_payout(case, failed=mark)


def _on_payout(case: "Case", **changes: Any) -> "Case":
    if case.payout is None:
        raise ValueError("money moved that was never scheduled")
    return replace(case, payout=replace(case.payout, **changes))
