"""The limits of a case as they are now: the fact that every service writes when it changes them."""

from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark
from shared.case.facts.parts import DueDate

if TYPE_CHECKING:
    from shared.case.state import Case


Why = Literal["started", "pause-ended", "follow-up", "calendar"]


class LimitsRecomputed(Fact, frozen=True, kw_only=True):
    """The limits of a case as they are now: one began, a pause ended, the calendar was announced.

    `due` has every limit that began, those that did not change too; `ends` which event ends each
    (a limit that is not named ends with the result). `moved` names the limits whose day is another
    one now; the rest is as it was, or known better.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"moved"})
    why: Why
    due: tuple[DueDate, ...]
    ends: dict[str, str] = msgspec.field(default_factory=dict)
    moved: tuple[str, ...] = ()

    @property
    def moves_the_case(self) -> bool:
        """Whether the date that the applicant is told is another one now."""
        return any(due.drives and due.limit in self.moved for due in self.due)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        """The limits as they are now, whichever service saw what changed them."""
        return with_limits(replace(case, ends={**case.ends, **self.ends}), self.due, mark)


def with_limits(case: "Case", due: tuple[DueDate, ...], mark: Mark) -> "Case":
    """The case with these limits. One whose dates changed is watched anew, from this event on."""
    before = {one.limit: (one.due_at, one.warn_at) for one in case.limits}
    changed = {one.limit for one in due if before.get(one.limit) != (one.due_at, one.warn_at)}
    known = {one.limit: case.limits_at.get(one.limit, mark) for one in due}
    return replace(
        case,
        limits=due,
        limits_at={name: mark if name in changed else at for name, at in known.items()},
        approaching=case.approaching - changed,
    )
