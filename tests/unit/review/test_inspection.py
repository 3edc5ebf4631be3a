"""An inspection with its content: arranged, found point by point, put right by a day, again."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from services.intake.application.application import choices_of
from services.notify.words.table import words_of
from services.review.desk.site_pictures import PicturesImpossible
from services.review.desk.step_content import (
    OutcomeDisagrees,
    PointsIncomplete,
    RectifyByImpossible,
    checklist,
    must_follow,
)
from services.review.desk.visits import ArrangeVisit, NotToBeVisited, VisitImpossible
from services.review.topics import REVIEW
from services.review.view import view
from shared.case import Case, Fact, owed
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.parts import SitePicture, Stage, Vote
from shared.case.next.position import next_step
from shared.case.review.steps import StepCompleted, VisitArranged
from shared.casework.topics import NotPossibleNow
from shared.catalogue import Catalogue, Item
from shared.clock import local_day
from shared.clock.calendar.moments import end_of_day, utc
from tests.support.commands import at_review, review
from tests.support.given import rules
from tests.support.walking import OFFICER, Walk, answers, application
from tests.unit.procedures.test_steps_and_limits import FILING, HOTEL, START, begun

POINTS = ("doors-windows", "storage", "separate-rooms", "information-system")
PANEL = Stage(code="panel", kind="step", service="review", actor="panel")


def inspecting() -> Walk:
    """A hotel of fewer than 50 rooms, up to its inspection."""
    return begun(HOTEL).until("step")


def the_next(walk: Walk) -> Stage:
    stage = next_step(walk.case)
    assert stage is not None
    return stage


def arranged(walk: Walk, **changes: Any) -> ArrangeVisit:
    said = {"step": "inspection", "day": local_day(walk.now), "since": "09:30", "until": "11:00"}
    return ArrangeVisit(**{**OFFICER, **said, **changes})


def outcome(walk: Walk, said: Any, *unmet: str, **changes: Any) -> review.CompleteStep:
    found = {
        one.code: one.code not in unmet for one in checklist(walk.case, the_next(walk), rules())
    }
    by = {"rectify_by": local_day(walk.now) + timedelta(days=10)} if said == "rectify" else {}
    given = {"step": "inspection", "outcome": said, "found": found, **by}
    return review.CompleteStep(**{**OFFICER, **given, **changes})


def told(case: Case, fact: Fact) -> tuple[str, str]:
    words = words_of(fact, case, rules().item_of(case))
    return words.zh, words.en


def test_an_inspection_is_arranged_told_and_shown_and_done_anew_where_it_is_moved() -> None:
    walk = inspecting()
    day = local_day(walk.now) + timedelta(days=2)
    (fact,) = walk.do(at_review, arranged(walk, day=day))
    assert fact == VisitArranged(
        step="inspection", officer="staff-1", day=day, since="09:30", until="11:00"
    )
    zh, en = told(walk.case, fact)
    assert f"定于{day.year}年{day.month}月{day.day}日09:30至11:00进行，地点：您申请的场所" in zh
    assert f"on {day} from 09:30 to 11:00, at the premises of your application" in en
    shown = next(one for one in stages_told(walk.case, rules()) if one["code"] == "inspection")
    assert shown["visit"] == {
        "day": day.isoformat(),
        "since": "09:30",
        "until": "11:00",
        "office": None,
    }
    assert walk.do(at_review, arranged(walk, day=day)) == []
    (moved,) = walk.do(at_review, arranged(walk, day=day, office="政务大厅3号窗口"))
    zh, en = told(walk.case, moved)
    assert "地点：政务大厅3号窗口" in zh
    assert "以本次通知的时间为准。" in zh
    assert en.endswith("If you were told another time before, this one counts.")
    walk.do(at_review, outcome(walk, "passed"))
    assert walk.case.visits == {}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"day": date(2020, 1, 1)}, VisitImpossible),
        ({"since": "11:00"}, VisitImpossible),
        ({"step": "panel"}, NotToBeVisited),
    ],
)
def test_what_cannot_be_arranged_is_refused(
    changes: dict[str, Any], refusal: type[Exception]
) -> None:
    walk = inspecting()
    with pytest.raises(refusal):
        walk.do(at_review, arranged(walk, **changes))


def test_only_an_inspection_that_is_next_is_arranged() -> None:
    walk = inspecting()
    walk.do(at_review, outcome(walk, "rectify", "storage"))
    assert "visit" not in REVIEW.possible(walk.case)
    with pytest.raises(NotPossibleNow):
        walk.do(at_review, arranged(walk, step="rectification"))


@pytest.mark.requirement("R-078")
def test_the_desk_is_shown_the_points_of_the_item_that_hold_for_the_application() -> None:
    walk = inspecting()
    assert [one["point"] for one in view(walk.case, rules())["checklist"]] == list(POINTS)
    stated = {"guest-rooms": 60, "deposit-room": True, "separate-rooms": True}
    asked = application(walk.item, rules(), START, situations=("large-hotel",))
    answered = {**answers(walk.item, choices_of(asked), rules(), START), **stated}
    large = begun(HOTEL, situations=("large-hotel",), answers=answered).until("step")
    shown = [one["point"] for one in view(large.case, rules())["checklist"]]
    assert shown == [POINTS[0], POINTS[1], "deposit-room", "monitoring", *POINTS[2:]]


def test_a_step_without_a_checklist_of_its_item_has_the_points_of_its_kind() -> None:
    walk = begun(FILING).until("step")
    bare = Item(msgspec.structs.replace(walk.item.text, checklists=()), hash=walk.item.hash)
    used = msgspec.structs.replace(rules(), catalogue=Catalogue([bare], version="bare"))
    found = [one.code for one in checklist(walk.case, the_next(walk), used)]
    assert found == ["as-stated", "conditions"]


def test_what_is_to_be_put_right_is_told_with_its_day_and_owed_until_then() -> None:
    walk = inspecting()
    by = local_day(walk.now) + timedelta(days=10)
    command = outcome(walk, "rectify", "storage", rectify_by=by, explained=True)
    completed = walk.do(at_review, command)[0]
    assert isinstance(completed, StepCompleted)
    assert [(one.point, one.met) for one in completed.points] == [
        (code, code != "storage") for code in POINTS
    ]
    zh, en = told(walk.case, completed)
    assert "以下要求尚未达到：设有符合防盗要求的物品保管柜（箱）。" in zh
    assert f"请于{by.year}年{by.month}月{by.day}日24时前完成整改。" in zh
    assert "审查人员另写有书面说明" in zh
    assert "There are secure cabinets for belongings" in en
    (step,) = [one for one in owed(walk.case) if one.step == "step:rectification"]
    assert step.due_at == utc(end_of_day(by))
    shown = next(one for one in stages_told(walk.case, rules()) if one["code"] == "rectification")
    assert shown["by"] == by.isoformat()
    walk.do(at_review, review.CompleteStep(step="rectification", outcome="passed", **OFFICER))
    assert the_next(walk).code == "inspection"
    walk.do(at_review, outcome(walk, "passed"))
    said = view(walk.case, rules())["outcomes"]
    assert [(one["step"], one["outcome"]) for one in said] == [
        ("inspection", "rectify"),
        ("rectification", "passed"),
        ("inspection", "passed"),
    ]


def test_an_inspection_with_a_checklist_of_its_item_does_not_end_in_one_word() -> None:
    walk = inspecting()
    assert view(walk.case, rules())["next_step"] == {
        "step": "inspection",
        "outcomes": ["passed", "failed", "rectify"],
        "findings_demanded": True,
        "pictures": True,
    }
    for said in ("passed", "failed"):
        with pytest.raises(PointsIncomplete) as refusal:
            walk.do(at_review, review.CompleteStep(step="inspection", outcome=said, **OFFICER))
        assert refusal.value.fields["missing"] == sorted(POINTS)
    with pytest.raises(RectifyByImpossible, match=r"^Name the last day to put it right\.$"):
        walk.do(at_review, outcome(walk, "rectify", "storage", rectify_by=None))
    walk.do(at_review, outcome(walk, "rectify", "storage"))
    shown = next(one for one in stages_told(walk.case, rules()) if one["code"] == "rectification")
    assert [one["text"] for one in shown["unmet"]] == ["设有符合防盗要求的物品保管柜（箱）"]
    # Rectifying has no checklist and no pictures, and ends in one way.
    picture = SitePicture(blob="c1-1", sha256="0" * 64, media_type="image/png", size=1)
    done: dict[str, Any] = {"step": "rectification", "outcome": "passed", **OFFICER}
    with pytest.raises(PicturesImpossible):
        walk.do(at_review, review.CompleteStep(pictures=(picture,), **done))
    assert view(walk.case, rules())["next_step"] == {
        "step": "rectification",
        "outcomes": ["passed"],
        "findings_demanded": False,
        "pictures": False,
    }


@pytest.mark.parametrize(
    ("said", "unmet", "changes", "refusal"),
    [
        ("passed", ("storage",), {}, OutcomeDisagrees),
        ("failed", (), {}, OutcomeDisagrees),
        ("rectify", ("storage",), {"found": {"storage": False}}, PointsIncomplete),
        ("rectify", ("storage",), {"rectify_by": date(2020, 1, 1)}, RectifyByImpossible),
        ("passed", (), {"rectify_by": date(2026, 4, 1)}, RectifyByImpossible),
        ("passed", (), {"votes": (Vote(member="staff-2", vote="for"),)}, OutcomeDisagrees),
    ],
)
def test_what_was_found_leads_to_the_outcome(
    said: str, unmet: tuple[str, ...], changes: dict[str, Any], refusal: type[Exception]
) -> None:
    walk = inspecting()
    with pytest.raises(refusal):
        walk.do(at_review, outcome(walk, said, *unmet, **changes))


@pytest.mark.parametrize(
    ("votes", "said", "fits"),
    [
        (("for", "for", "against"), "passed", True),
        (("for", "against", "abstained"), "passed", False),
        (("for", "against"), "failed", True),
    ],
)
def test_a_panel_passes_what_more_members_are_for(
    votes: tuple[Any, ...], said: Any, *, fits: bool
) -> None:
    cast = tuple(Vote(member=f"staff-{n}", vote=one) for n, one in enumerate(votes))
    if fits:
        must_follow(PANEL, said, (), cast)
    else:
        with pytest.raises(OutcomeDisagrees):
            must_follow(PANEL, said, (), cast)
    with pytest.raises(OutcomeDisagrees):
        must_follow(PANEL, said, (), (*cast, cast[0]))


def test_the_desk_is_told_each_limit_by_its_title() -> None:
    shown = view(begun(HOTEL).until("step").case, rules())["due"]
    assert shown
    assert [one for one in shown if not (one["zh"] and one["en"])] == []
    assert {"承诺办结时限", "法定办结时限"} <= {one["zh"] for one in shown}
