"""What a step has besides its outcome: the points of its checklist, votes, a day to put right.

The item's file has the checklist of its steps: each of its points needs a finding, and what is to
be put right needs a last day. A step without one there has the points of its kind (`stages.yaml`),
which need not be found on. What is found must lead to the outcome.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from shared.case import Case, Rules
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import PointFound, Stage, StepOutcome, Vote
from shared.casework.topics import Instead
from shared.catalogue.definition.choosing import holding
from shared.catalogue.definition.outcome import ChecklistRule, PointRule
from shared.clock import local_day

LONGEST_TO_RECTIFY = timedelta(days=366)


class PointsIncomplete(Instead):
    """Each point of the checklist needs one finding; `missing` and `unknown` name the rest."""

    code = "points-incomplete"


class OutcomeDisagrees(Instead):
    """The outcome does not follow from what was found on the points, or from the votes."""

    code = "outcome-disagrees"


class RectifyByImpossible(Instead):
    """A day to put right goes with what is to be put right alone, and is a later one, in a year.

    What a checklist of the item found not met needs one.
    """

    code = "rectify-by-impossible"


def outcomes_of(stage: Stage) -> tuple[StepOutcome, ...]:
    """In which ways the step can end; rectifying itself cannot fail: the next inspection does."""
    if stage.kind == "retry":
        return ("passed",)
    return ("passed", "failed", "rectify") if stage.retry else ("passed", "failed")


def checklist(case: Case, stage: Stage, rules: Rules) -> tuple[PointRule, ...]:
    """The points that this step looks at, of those that hold for the application."""
    item, choices = rules.item_of(case), choices_of(case)
    own = _of_the_item(case, stage, rules)
    if own is not None:
        return tuple(holding(own.points, choices))
    named = rules.procedure(item, choices, case.delivery or "").stage(stage.code)
    return named.checklist if named else ()


def is_demanded(case: Case, stage: Stage, rules: Rules) -> bool:
    """Whether the step cannot end without a finding on each point: its item has the checklist."""
    return _of_the_item(case, stage, rules) is not None


def _of_the_item(case: Case, stage: Stage, rules: Rules) -> ChecklistRule | None:
    checklists = rules.item_of(case).text.checklists
    return next((one for one in checklists if one.step == stage.code), None)


def points_found(
    case: Case, stage: Stage, found: Mapping[str, bool], rules: Rules
) -> tuple[PointFound, ...]:
    """What was found, in the order and with the words of the checklist.

    Nothing where nothing was and the item has no checklist for the step.

    Raises:
        PointsIncomplete: a point has no finding, or a finding has no point.
    """
    points = {one.code: one for one in checklist(case, stage, rules)}
    asked = found or is_demanded(case, stage, rules)
    if asked and found.keys() != points.keys():
        raise PointsIncomplete(
            f"One finding is needed on each of: {', '.join(points)}.",
            missing=sorted(points.keys() - found.keys()),
            unknown=sorted(found.keys() - points.keys()),
        )
    return tuple(
        PointFound(point=code, met=found[code], text=one.text, text_en=one.text_en)
        for code, one in points.items()
        if found
    )


def must_follow(
    stage: Stage, outcome: StepOutcome, points: Sequence[PointFound], votes: Sequence[Vote]
) -> None:
    """A step is passed exactly where every point is met, and where most votes are for it.

    Raises:
        OutcomeDisagrees: the outcome says otherwise, nobody votes twice, and a panel alone votes.
    """
    if points and (outcome == "passed") != all(one.met for one in points):
        raise OutcomeDisagrees("A step is passed where every point is met, and only there.")
    if not votes:
        return
    if stage.actor != "panel" or len({one.member for one in votes}) < len(votes):
        raise OutcomeDisagrees("The members of a panel vote, each once.")
    counted = Counter(one.vote for one in votes)
    if (outcome == "passed") != (counted["for"] > counted["against"]):
        raise OutcomeDisagrees("A panel passes what more members are for than against.")


def must_be_later(
    outcome: StepOutcome, rectify_by: date | None, now: datetime, *, demanded: bool
) -> None:
    """RectifyByImpossible for a day that is not after today, or that nothing is put right by.

    `demanded`: what is to be put right needs a day.
    """
    if rectify_by is None:
        if demanded and outcome == "rectify":
            raise RectifyByImpossible("Name the last day to put it right.")
        return
    today = local_day(now)
    if outcome != "rectify" or not today < rectify_by <= today + LONGEST_TO_RECTIFY:
        raise RectifyByImpossible("Name a day after today, of what is to be put right.")
