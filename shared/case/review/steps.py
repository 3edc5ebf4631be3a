"""The steps of the procedure before the decision: inspections, notices, panels."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, kept_whole, require
from shared.case.facts.parts import PointFound, SitePicture, StepOutcome, Vote

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


class VisitArranged(Fact, frozen=True, kw_only=True):
    """The day and hours of an inspection, told to the applicant; a later one takes its place.

    `office` empty: at the premises of the application. Hours are those of Asia/Shanghai, `09:30`.
    """

    TYPE: ClassVar[str] = "review.VisitArranged"
    step: str
    officer: str
    day: date
    since: str
    until: str
    office: str = ""

    def __post_init__(self) -> None:
        require(of=self.TYPE, step=self.step, since=self.since, until=self.until)
        if self.until <= self.since:
            raise ValueError(f"{self.TYPE} ends before it begins")

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, visits={**case.visits, self.step: kept_whole(self, mark)})


class StepCompleted(Fact, frozen=True, kw_only=True):
    """What came of a step. `rectify`: it can be put right and is done again.

    `points`: what was found on each point of the checklist. `rectify_by`: the last day to put it
    right. `votes`: of a panel. `pictures`: those taken at an inspection. Sealed are the note of the
    desk, the officer's words to the applicant (`explanation`; `explained` says that there are
    some), and `remarks`: words on single points, as a JSON object by the point's code.
    """

    TYPE: ClassVar[str] = "review.StepCompleted"
    SEALED: ClassVar[frozenset[str]] = frozenset({"note", "explanation", "remarks"})
    LATER: ClassVar[frozenset[str]] = frozenset(
        {"points", "rectify_by", "votes", "explained", "pictures"}
    )
    step: str
    outcome: StepOutcome
    officer: str
    points: tuple[PointFound, ...] = ()
    rectify_by: date | None = None
    votes: tuple[Vote, ...] = ()
    explained: bool = False
    pictures: tuple[SitePicture, ...] = ()

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        """What can be put right is followed by its rectification, then done again."""
        case = replace(
            case,
            outcomes=(*case.outcomes, kept_whole(self, mark)),
            visits={name: visit for name, visit in case.visits.items() if name != self.step},
        )
        started = {name: at for name, at in case.started.items() if name != self.step}
        if self.outcome == "rectify":
            retry = next(stage.retry for stage in case.stages if stage.code == self.step)
            terms = {name: term for name, term in case.terms.items() if name != self.step}
            return replace(case, started=started, terms=terms, retry=retry)
        if self.step == case.retry:
            return replace(case, started=started, retry="")
        steps = {**case.steps, self.step: StepDone(self.outcome, self.officer, mark)}
        return replace(case, started=started, steps=steps)
