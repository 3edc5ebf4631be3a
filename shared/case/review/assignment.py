"""The case reaches the department, and an officer has it."""

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, kept_whole, require
from shared.case.facts.parts import Criterion

if TYPE_CHECKING:
    from shared.case.state import Case


WhyGivenUp = Literal["absence", "workload", "competence", "recusal", "other"]


class ReviewOpened(Fact, frozen=True, kw_only=True):
    """The accepted case lies with the department, with the criteria to find on (R-116)."""

    TYPE: ClassVar[str] = "review.ReviewOpened"
    department: str
    criteria: tuple[Criterion, ...]

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, review=kept_whole(self, mark))


class CaseAssigned(Fact, frozen=True, kw_only=True):
    """An officer (staff id, never a name) has the case; a later one takes it over.

    Before there was `CaseTakenOver`, a proposal was dropped with it.
    """

    TYPE: ClassVar[str] = "review.CaseAssigned"
    officer: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, officer=self.officer, assigned=mark, proposal=None)


class CaseTakenOver(Fact, frozen=True, kw_only=True):
    """An officer (staff id) took a case over of which a decision is proposed.

    The proposal stays, under the name of the officer who made it: a second person decides on it,
    or whoever has the case now makes a better one.
    """

    TYPE: ClassVar[str] = "review.CaseTakenOver"
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, officer=self.officer, assigned=mark)


class CaseReleased(Fact, frozen=True, kw_only=True):
    """The officer gave the case back to the office: nobody has it. The note is sealed.

    A proposal stays, under the name of the officer who made it.
    """

    TYPE: ClassVar[str] = "review.CaseReleased"
    SEALED: ClassVar[frozenset[str]] = frozenset({"note"})
    officer: str
    reason: WhyGivenUp

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer, reason=self.reason)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, officer=None, assigned=None, released=mark)


class CasePassedOn(Fact, frozen=True, kw_only=True):
    """The officer handed the case to a colleague, `to` (a staff id). The note is sealed.

    A proposal stays, under the name of the officer who made it.
    """

    TYPE: ClassVar[str] = "review.CasePassedOn"
    SEALED: ClassVar[frozenset[str]] = frozenset({"note"})
    officer: str
    to: str
    reason: WhyGivenUp

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer, to=self.to, reason=self.reason)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, officer=self.to, assigned=mark)
