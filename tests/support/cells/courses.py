"""The courses of cases that together bring every class of data to every stage."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from shared.case import Rules
from shared.case.reading.stage import ReadingStage as At
from shared.catalogue.definition.outcome import AcceptanceRule
from shared.security.data_classes import ANSWER_CLASSES, DataClass
from tests.support.cells.canaries import asking
from tests.support.cells.walk import CARD, LICENCE, CellWalk
from tests.support.given import rules as packaged_rules

HOTEL = "000-09"  # the licence is that of a hotel, given by an office below that of the region


def _posted_card(walk: CellWalk) -> None:
    walk.submitted()
    walk.accepted()
    walk.taken()
    walk.proposed(met=True)
    walk.granted()
    walk.posted()


def _collected_licence(walk: CellWalk) -> None:
    walk.submitted()
    walk.accepted()
    walk.taken()
    walk.inspected()
    walk.proposed(met=True)
    walk.granted()
    walk.collected()


def _refused_licence(walk: CellWalk) -> None:
    walk.submitted()
    walk.accepted()
    walk.taken()
    walk.inspected()
    walk.proposed(met=False)
    walk.refused()


def _withdrawn_card(walk: CellWalk) -> None:
    walk.submitted()
    walk.accepted()
    walk.taken()
    walk.withdrawn()


def _not_accepted_licence(walk: CellWalk) -> None:
    walk.submitted()
    walk.rejected()


def _there(of_application: str, **more: str) -> Mapping[DataClass, str]:
    """At which stages a course has which classes; a letter for each stage, as in `by_hand.py`."""
    classes = (*ANSWER_CLASSES, DataClass.ALL, DataClass.DOCUMENT)
    named = {DataClass[name.upper()]: letters for name, letters in more.items()}
    return dict.fromkeys(classes, of_application) | named


@dataclass(frozen=True)
class Course:
    """One case from its draft to an end. `there`: which classes it has when (an x)."""

    item: str
    carry: Callable[[CellWalk], None]
    there: Mapping[DataClass, str]


COURSES: Mapping[str, Course] = {
    "a card that is posted": Course(
        CARD,
        _posted_card,
        _there(
            "xxxx.xx.x",
            note="...x.xx.x",
            explanation="........x",
            tracking=".....xx.x",
            paper=".xxx.xx.x",
        ),
    ),
    "a licence that is collected": Course(
        LICENCE,
        _collected_licence,
        _there("xxxx.xx.x", note="...x.xx.x", explanation="...x.xx.x", paper=".xxx.xx.x"),
    ),
    "a licence that is refused": Course(
        LICENCE,
        _refused_licence,
        _there("xxxxx..xx", note="...xx..xx", explanation="...xx..xx", paper=".xxxx..xx"),
    ),
    "a card that is withdrawn": Course(
        CARD, _withdrawn_card, _there("xxxx....x", note="...x....x", paper=".xxx....x")
    ),
    "a licence that is not accepted": Course(
        LICENCE,
        _not_accepted_licence,
        _there("xx.....xx", explanation=".......xx", paper=".x.....xx"),
    ),
}
# What no case has at that stage.
NOT_THERE: Mapping[DataClass, tuple[str, str]] = {
    DataClass.EXPLANATION: ("xxx......", "an officer says nothing before the review"),
    DataClass.TRACKING: ("xxxxx..x.", "nothing is sent before the grant, or after a refusal"),
    DataClass.PAPER: ("x........", "papers begin with the submission"),
}


def letters(reached: Iterable[tuple[DataClass, At]]) -> Mapping[DataClass, str]:
    """The same for what was reached."""
    cells = set(reached)
    found = {one: "".join(".x"[(one, at) in cells] for at in At) for one in DataClass}
    return {one: there for one, there in found.items() if "x" in there}


def rules_for(course: Course) -> Rules:
    """The rules of a course: its item, which asks the questions of every class too."""
    if course.item == CARD:
        return asking(CARD)
    text = packaged_rules().catalogue.item(HOTEL).text
    return asking(
        HOTEL,
        id=LICENCE,
        applicants=("person", "organisation", "unit"),
        source=replace(text.source, document="003"),
        acceptance=AcceptanceRule(decided_by="officer"),
        materials=text.materials[:1],
    )
