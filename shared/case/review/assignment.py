"""The case reaches the department, and an officer has it."""

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, kept_whole
from shared.case.facts.parts import Criterion

if TYPE_CHECKING:
    from shared.case.state import Case


class ReviewOpened(Fact, frozen=True, kw_only=True):
    """The accepted case lies with the department, with the criteria to find on (R-116)."""

    TYPE: ClassVar[str] = "review.ReviewOpened"
    department: str
    criteria: tuple[Criterion, ...]

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, review=kept_whole(self, mark))


class CaseAssigned(Fact, frozen=True, kw_only=True):
    """An officer (staff id, never a name) has the case; a later one takes it over."""

    TYPE: ClassVar[str] = "review.CaseAssigned"
    officer: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        """Whoever takes a case over proposes anew: the former officer's proposal is not theirs."""
        return replace(case, officer=self.officer, assigned=mark, proposal=None)
