"""Rows of docs/requirements.md that the stages and limits of one packaged item's case show."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.case.deciding.stages_shown import stages_told
from tests.support.commands import at_review, review
from tests.support.given import rules
from tests.support.inspecting import found_for
from tests.support.walking import OFFICER, Walk, open_at

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday at noon, far from any holiday


def begun(item_id: str, **changes: Any) -> Walk:
    item = rules().catalogue.item(item_id)
    walk = Walk(item, rules(), open_at(item, rules(), START))
    walk.submit(**changes)
    return walk


def told(walk: Walk) -> list[tuple[str, str]]:
    return [(one["zh"], one["state"]) for one in stages_told(walk.case, rules())]


def days(walk: Walk, limit: str, since: datetime) -> int:
    """How many working days a limit of the case has after the day of `since`."""
    due = next(one.due for one in walk.case.due if one.limit == limit)
    calendar = walk.rules.calendar_of(walk.item)
    assert due is not None
    return calendar.working_up_to(due.toordinal()) - calendar.working_up_to(
        since.date().toordinal()
    )


def pass_step(walk: Walk, step: str) -> None:
    walk.until("step")
    walk.do(at_review, review.CompleteStep(step=step, outcome="passed", **OFFICER))


@pytest.mark.requirement("R-049", "R-081")
def test_the_clock_of_a_dispatch_permit_starts_when_the_first_review_is_passed() -> None:
    walk = begun("004-005").until("step")
    assert walk.case.accepted
    assert "promised" not in {one.limit for one in walk.case.due}
    walk.now += timedelta(days=7)
    passed = walk.now
    pass_step(walk, "level-1")
    assert days(walk, "promised", passed) == 15


@pytest.mark.requirement("R-041", "R-043", "R-099", "R-123")
def test_a_title_passes_its_levels_then_the_discipline_panel_then_the_senior_one() -> None:
    walk = begun("004-104").until("step")
    codes = [stage.code for stage in walk.case.stages if stage.is_step]
    assert codes == ["level-1", "level-2", "panel", "panel-2"]
    names = [name for name, _ in told(walk)]
    assert {"基层工作单位", "上级主管单位"} <= set(names)
    for step in ("level-1", "level-2"):
        pass_step(walk, step)
    walk.until("step")
    with pytest.raises(Exception, match="panel") as refusal:
        walk.do(at_review, review.CompleteStep(step="panel-2", outcome="passed", **OFFICER))
    assert refusal.value.fields["next"] == "panel"  # type: ignore[attr-defined]
    for step in ("panel", "panel-2"):
        pass_step(walk, step)
    assert not [code for code in codes if walk.case.steps[code].outcome != "passed"]


@pytest.mark.requirement("R-096", "R-243")
def test_what_the_ministry_decided_is_forwarded_within_seven_working_days() -> None:
    walk = begun("004-102")
    assert "国家人社部审定" in [name for name, _ in told(walk)]
    while walk.until("step").next().step != "step:external":  # type: ignore[union-attr]
        walk.act(walk.next())  # type: ignore[arg-type]
    assert "forwarding" not in {one.limit for one in walk.case.due}
    walk.now += timedelta(days=7)
    decided = walk.now
    pass_step(walk, "external")
    assert days(walk, "forwarding", decided) == 7


@pytest.mark.requirement("R-119", "R-120")
def test_a_plant_is_inspected_before_anything_is_issued() -> None:
    walk = begun("003-040").until("step")
    assert walk.next().step == "step:inspection"  # type: ignore[union-attr]
    codes = [stage.code for stage in walk.case.stages]
    assert codes.index("inspection") < codes.index("decision")
    found = found_for(walk.case, "inspection", "failed", walk.rules, walk.now)
    failed = review.CompleteStep(step="inspection", outcome="failed", **found, **OFFICER)
    walk.do(at_review, failed)
    walk.refuse = True
    walk.to_the_end()
    assert walk.case.outcome == "refused"


@pytest.mark.requirement("R-081", "R-090")
def test_an_appraisal_is_arranged_in_ten_days_and_certified_seven_after_the_exam() -> None:
    walk = begun("004-098").until("step")
    assert "arrangement" in {one.limit for one in walk.case.due}
    assert "promised" not in {one.limit for one in walk.case.due}
    walk.now += timedelta(days=7)
    held = walk.now
    pass_step(walk, "exam")
    assert days(walk, "promised", held) == 7
