"""The limits on the way: paused, extended, begun anew, near, missed."""

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, require
from shared.case.facts.parts import DueDate
from shared.case.facts.recomputed import LimitsRecomputed, with_limits

if TYPE_CHECKING:
    from shared.case.state import Case


WhyExtended = Literal["complex", "evidence", "third-party", "force-majeure", "other"]


WhyLate = Literal["workload", "evidence", "third-party", "system", "force-majeure", "other"]


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


class ClockPaused(Fact, frozen=True, kw_only=True):
    """The named limits stand still, for a cause that each of them excludes (R-082)."""

    TYPE: ClassVar[str] = "review.ClockPaused"
    cause: str
    limits: tuple[str, ...]

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, paused={**case.paused, self.cause: Paused(self.limits, mark)})


class ClockResumed(Fact, frozen=True, kw_only=True):
    """The pause for this cause is over; the new due dates follow in the same commit."""

    TYPE: ClassVar[str] = "review.ClockResumed"
    cause: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        """The pause becomes one of those that count; what stood still has new dates."""
        paused = {cause: pause for cause, pause in case.paused.items() if cause != self.cause}
        ended = case.paused[self.cause]
        over = PauseOver(self.cause, ended.since.at, mark.at)
        # Watched anew, even where the dates stay: the timers were settled when it stood still.
        limits_at = {**case.limits_at, **dict.fromkeys(ended.limits, mark)}
        return replace(case, paused=paused, pauses=(*case.pauses, over), limits_at=limits_at)


class LimitExtended(Fact, frozen=True, kw_only=True):
    """A limit was lengthened, once, as its item prints it (R-084). Free words are sealed."""

    TYPE: ClassVar[str] = "review.LimitExtended"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    limit: str
    officer: str
    approved_by: str
    reason: WhyExtended
    due: tuple[DueDate, ...]

    def __post_init__(self) -> None:
        require(of=self.TYPE, limit=self.limit, approved_by=self.approved_by)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        case = replace(case, extended=case.extended | {self.limit})
        return with_limits(case, self.due, mark)


class LimitRestarted(Fact, frozen=True, kw_only=True):
    """A law begins a period anew (R-225); `rule` names it."""

    TYPE: ClassVar[str] = "review.LimitRestarted"
    limit: str
    officer: str
    rule: str
    due: tuple[DueDate, ...]

    def __post_init__(self) -> None:
        require(of=self.TYPE, limit=self.limit, rule=self.rule.strip())

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        restarts = (*case.restarts, Restarted(self.limit, mark.at, self.rule))
        return with_limits(replace(case, restarts=restarts), self.due, mark)


class ReviewLimitsRecomputed(LimitsRecomputed, frozen=True, kw_only=True):
    """What review did, or a calendar notice, changed the limits of the case."""

    TYPE: ClassVar[str] = "review.LimitsRecomputed"


class DeadlineApproaching(Fact, frozen=True, kw_only=True):
    """A limit of the case is near its end."""

    TYPE: ClassVar[str] = "review.DeadlineApproaching"
    limit: str
    due: date
    due_at: datetime

    def on_case(self, case: "Case", _: Mark) -> "Case":
        return replace(case, approaching=case.approaching | {self.limit})


class DeadlineMissed(Fact, frozen=True, kw_only=True):
    """A limit of the case was crossed."""

    TYPE: ClassVar[str] = "review.DeadlineMissed"
    limit: str
    due: date
    due_at: datetime

    def on_case(self, case: "Case", _: Mark) -> "Case":
        return replace(case, missed=case.missed | {self.limit})


class DelayExplained(Fact, frozen=True, kw_only=True):
    """Why a limit was missed, as the officer says it. `explanation`, to the applicant, is sealed.

    `explained` says that there is one.
    """

    TYPE: ClassVar[str] = "review.DelayExplained"
    SEALED: ClassVar[frozenset[str]] = frozenset({"explanation"})
    limit: str
    officer: str
    reason: WhyLate
    explained: bool

    def __post_init__(self) -> None:
        require(of=self.TYPE, limit=self.limit, officer=self.officer, reason=self.reason)

    def on_case(self, case: "Case", _: Mark) -> "Case":
        return replace(case, delays={**case.delays, self.limit: self.reason})
