"""What is missing, asked for once (一次性告知), and what came of it."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, kept_whole, require
from shared.case.facts.parts import DueDate, Material, Missing
from shared.case.intake.submission import _with

if TYPE_CHECKING:
    from shared.case.state import Case


class SupplementRequested(Fact, frozen=True, kw_only=True):
    """Everything that is missing, asked for once (R-031); by an officer, or by the rules alone.

    `remind_at`: when the applicant is reminded of the last day; null for not at all.
    """

    TYPE: ClassVar[str] = "intake.SupplementRequested"
    LATER: ClassVar[frozenset[str]] = frozenset({"officer", "remind_at"})
    missing: tuple[Missing, ...]
    due: DueDate
    due_at: datetime
    basis: str
    officer: str = ""
    remind_at: datetime | None = None

    def __post_init__(self) -> None:
        require(of=self.TYPE, missing=self.missing, basis=self.basis)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, supplement=kept_whole(self, mark))


class SupplementProvided(Fact, frozen=True, kw_only=True):
    """The applicant answered the request, completely or not.

    `partial`: more is to come, until the last day; the request stays open.
    """

    TYPE: ClassVar[str] = "intake.SupplementProvided"
    LATER: ClassVar[frozenset[str]] = frozenset({"partial"})
    materials: tuple[Material, ...]
    partial: bool = False

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        given = dict.fromkeys((*case.supplement_given, *(one.code for one in self.materials)))
        return replace(
            case,
            materials=_with(case.materials, self.materials),
            supplement_given=tuple(given),
            supplement_provided=None if self.partial else mark,
        )


class SupplementReminded(Fact, frozen=True, kw_only=True):
    """The last day comes near, and something is missing still: the applicant is reminded of it."""

    TYPE: ClassVar[str] = "intake.SupplementReminded"
    due_at: datetime

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, supplement_reminded=mark)


class SupplementLapsed(Fact, frozen=True, kw_only=True):
    """The request was not answered in time."""

    TYPE: ClassVar[str] = "intake.SupplementLapsed"
    due_at: datetime

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, supplement_lapsed=mark)
