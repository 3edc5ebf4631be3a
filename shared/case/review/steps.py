"""The steps of the procedure before the decision: inspections, notices, panels."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, require
from shared.case.facts.parts import StepOutcome

if TYPE_CHECKING:
    from shared.case.state import Case


class StepDone(msgspec.Struct, frozen=True):
    """What came of a step of the procedure, by whom and when."""

    outcome: StepOutcome
    officer: str
    mark: Mark


class Term(msgspec.Struct, frozen=True):
    """The days that a step takes: it cannot end before the last of them is over (Asia/Shanghai).

    `shown`: what everybody who may see the case may read of the step, by name. The authority's own
    public words, never personal data.
    """

    since: date
    until: date
    shown: dict[str, str] = {}


class StepStarted(Fact, frozen=True, kw_only=True):
    """A step of the procedure before the decision began: an inspection, a notice, a panel."""

    TYPE: ClassVar[str] = "review.StepStarted"
    step: str
    officer: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, started={**case.started, self.step: mark})


class PublicNoticePublished(Fact, frozen=True, kw_only=True):
    """A public notice (公示) was published: its words, its place, its first and last day.

    Text and place are what the authority says in public, never sealed and never erased.
    """

    TYPE: ClassVar[str] = "review.PublicNoticePublished"
    step: str
    officer: str
    text: str
    place: str
    since: date
    until: date

    def __post_init__(self) -> None:
        require(of=self.TYPE, step=self.step, text=self.text.strip(), place=self.place.strip())
        if self.until < self.since:
            raise ValueError(f"{self.TYPE} ends before it begins")

    def on_case(self, case: "Case", _: Mark) -> "Case":
        term = Term(self.since, self.until, {"text": self.text, "place": self.place})
        return replace(case, terms={**case.terms, self.step: term})


class StepCompleted(Fact, frozen=True, kw_only=True):
    """What came of a step. `rectify`: it can be put right and is done again. The note is sealed."""

    TYPE: ClassVar[str] = "review.StepCompleted"
    SEALED: ClassVar[frozenset[str]] = frozenset({"note"})
    step: str
    outcome: StepOutcome
    officer: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        """What can be put right is followed by its rectification, then done again."""
        started = {name: at for name, at in case.started.items() if name != self.step}
        if self.outcome == "rectify":
            retry = next(stage.retry for stage in case.stages if stage.code == self.step)
            terms = {name: term for name, term in case.terms.items() if name != self.step}
            return replace(case, started=started, terms=terms, retry=retry)
        if self.step == case.retry:
            return replace(case, started=started, retry="")
        steps = {**case.steps, self.step: StepDone(self.outcome, self.officer, mark)}
        return replace(case, started=started, steps=steps)
