"""A notice is loaded while the system runs: it is taken up, and every date that it moves moves."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from shared.case import Rules, owed
from shared.case.deciding.assemble import FollowedRules
from shared.case.intake.acceptance import CaseAccepted, DeadlinesRecomputed
from shared.case.intake.supplement import SupplementLapsed
from shared.case.review.assignment import ReviewOpened
from shared.case.review.limits import ReviewLimitsRecomputed
from shared.clock import DaysOff
from shared.clock.calendar.notices import store_notice
from shared.clock.calendar.packaged import PACKAGED_LAYERS
from tests.support.commands import at_intake, at_review, intake, review
from tests.support.given import rules
from tests.support.walking import Walk, open_at

START = datetime(2026, 10, 12, 4, 0, tzinfo=UTC)  # a Monday at noon
LOST, HOTEL = "000-01", "000-09"
SATURDAY, MONDAY = date(2026, 10, 17), date(2026, 10, 19)


def under(**days: Any) -> Rules:
    """The rules after a notice of Xinjiang for 2026 with these days."""
    calendars = rules().calendars.with_notice("xinjiang", DaysOff(year=2026, **days))
    return replace(rules(), calendars=calendars)


def plain() -> Rules:
    """After a notice that sets no day: every mark is settled, and no date differs from before."""
    return under()


SHIFTED = {SATURDAY: "调休上班"}
OFF = {MONDAY: "放假"}


def begun(item: str, using: Rules, **changes: Any) -> Walk:
    walk = Walk(
        rules().catalogue.item(item), using, open_at(rules().catalogue.item(item), using, START)
    )
    walk.submit(**changes)
    return walk


def due(walk: Walk, limit: str = "promised") -> date | None:
    return next(one.due for one in walk.case.due if one.limit == limit)


# --- the authority's own limits


def test_a_shifted_working_day_moves_the_date_earlier_by_an_event_that_says_why() -> None:
    walk = begun(LOST, plain()).until("assignment")
    told = due(walk)
    before = {one.step: one for one in owed(walk.case)}["limit:promised"]
    walk.rules = under(work=SHIFTED)
    (fact,) = walk.do(at_review, review.RecomputeLimits())
    assert type(fact) is ReviewLimitsRecomputed
    assert fact.why == "calendar"
    after = {one.step: one for one in owed(walk.case)}["limit:promised"]
    moved = due(walk)
    assert told is not None
    assert moved is not None
    assert moved < told
    assert after.due_at < before.due_at
    assert after.version > before.version, "else the timer on the later date would stay"


def test_a_second_time_and_a_notice_of_elsewhere_write_nothing() -> None:
    walk = begun(LOST, plain()).until("assignment")
    walk.rules = under(work=SHIFTED)
    walk.do(at_review, review.RecomputeLimits())
    assert walk.do(at_review, review.RecomputeLimits()) == []
    other = walk.rules.calendars.with_notice("chongqing", DaysOff(year=2026, off=OFF))
    walk.rules = replace(walk.rules, calendars=other)
    assert walk.do(at_review, review.RecomputeLimits()) == []


def test_a_notice_that_changes_no_date_and_no_mark_writes_nothing() -> None:
    walk = begun(LOST, plain()).until("assignment")
    walk.rules = under(off={date(2026, 3, 20): "肉孜节"})
    assert walk.do(at_review, review.RecomputeLimits()) == []


def test_a_case_that_was_accepted_by_the_older_calendar_is_put_right_at_its_opening() -> None:
    walk = begun(LOST, plain()).until("review-opening")
    walk.rules = under(work=SHIFTED)
    opened, moved = walk.do(at_review, review.OpenReview())
    assert (type(opened), type(moved)) == (ReviewOpened, ReviewLimitsRecomputed)


# --- before the acceptance


def asked(using: Rules) -> Walk:
    walk = begun(LOST, using, materials=()).until("supplement")
    assert walk.case.supplement is not None
    return walk


def asked_until(walk: Walk) -> date:
    assert walk.case.supplement is not None
    assert walk.case.supplement.fact.due.due is not None
    return walk.case.supplement.fact.due.due


def on_last_day(walk: Walk) -> Rules:
    return under(off={asked_until(walk): "放假"})


def test_an_applicants_deadline_moves_later_by_an_event_and_is_watched_anew() -> None:
    walk = asked(plain())
    told = asked_until(walk)
    (before,) = [one for one in owed(walk.case) if one.step == "supplement"]
    walk.rules = on_last_day(walk)
    (fact,) = walk.do(at_intake, intake.RecomputeDeadlines())
    assert type(fact) is DeadlinesRecomputed
    assert fact.why == "calendar"
    assert asked_until(walk) > told
    (after,) = [one for one in owed(walk.case) if one.step == "supplement"]
    assert after.version > before.version
    assert after.due_at > before.due_at
    assert walk.do(at_intake, intake.RecomputeDeadlines()) == []


@pytest.mark.parametrize("back", [plain(), under(work=SHIFTED)], ids=["taken-back", "shifted"])
def test_an_applicants_deadline_never_moves_earlier(back: Rules) -> None:
    walk = asked(plain())
    walk.rules = on_last_day(walk)
    walk.do(at_intake, intake.RecomputeDeadlines())
    told = asked_until(walk)
    assert walk.case.fee is not None
    pay_by = walk.case.fee.pay_by
    walk.rules = back
    walk.do(at_intake, intake.RecomputeDeadlines())
    assert asked_until(walk) == told
    assert walk.case.fee.pay_by == pay_by
    (still,) = [one for one in owed(walk.case) if one.step == "supplement"]
    assert still.due_at.date() == told


def test_nobody_lapses_on_a_day_that_became_a_day_off() -> None:
    walk = asked(plain())
    walk.rules = on_last_day(walk)
    (late,) = [one for one in owed(walk.case) if one.step == "supplement"]
    walk.now = late.due_at + timedelta(seconds=1)
    wish = intake.FireTimer(step=late.step, version=late.version)
    assert [type(fact) for fact in walk.do(at_intake, wish)] == [DeadlinesRecomputed]
    (again,) = [one for one in owed(walk.case) if one.step == "supplement"]
    walk.now = again.due_at + timedelta(seconds=1)
    wish = intake.FireTimer(step=again.step, version=again.version)
    assert [type(fact) for fact in walk.do(at_intake, wish)] == [SupplementLapsed]


def test_the_time_to_pay_moves_later_only() -> None:
    walk = begun(LOST, plain())
    assert walk.case.fee is not None
    assert walk.case.fee.pay_by is not None
    told = walk.case.fee.pay_by
    walk.rules = under(off={(told + timedelta(hours=-1)).date(): "放假"})
    (fact,) = walk.do(at_intake, intake.RecomputeDeadlines())
    assert fact.pay_by > told
    walk.rules = plain()
    assert walk.do(at_intake, intake.RecomputeDeadlines()) == []
    (owing,) = [one for one in owed(walk.case) if one.step == "payment"]
    assert owing.due_at == fact.pay_by


def test_the_officers_time_to_accept_and_the_effect_of_silence_follow_the_calendar() -> None:
    walk = begun(HOTEL, plain())
    while walk.case.awaiting is None:
        step = walk.next()
        assert step is not None
        walk.act(step)
    told = walk.case.awaiting.fact
    assert told.deemed_at is not None
    walk.rules = under(work=SHIFTED)
    (fact,) = walk.do(at_intake, intake.RecomputeDeadlines())
    assert type(fact) is DeadlinesRecomputed
    assert walk.case.awaiting.fact.due_at < told.due_at
    assert walk.case.awaiting.fact.deemed_at is not None
    assert walk.case.awaiting.fact.deemed_at < told.deemed_at
    (silence,) = [one for one in owed(walk.case) if one.step == "deemed-acceptance"]
    assert silence.due_at == walk.case.awaiting.fact.deemed_at
    walk.now = silence.due_at + timedelta(seconds=1)
    wish = intake.FireTimer(step=silence.step, version=silence.version)
    assert [type(one) for one in walk.do(at_intake, wish)] == [CaseAccepted]


# --- a process that runs


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def notice(*days: str) -> bytes:
    return (
        f"layer: xinjiang\nyear: 2026\nsource: 通知\noff: {{放假: [{', '.join(days)}]}}\n".encode()
    )


def load(folder: Path, *days: str) -> Path:
    return store_notice(folder, notice(*days), layers=PACKAGED_LAYERS).path


def followed(folder: Path) -> tuple[FollowedRules, Clock]:
    clock = Clock()
    return FollowedRules(rules(), folder, every_s=5, clock=clock), clock


def test_a_notice_is_taken_up_without_a_new_start(tmp_path: Path) -> None:
    source, clock = followed(tmp_path)
    first = source.present
    load(tmp_path, "2026-10-19")
    assert source.present is first, "the folder is looked at every few seconds, not always"
    clock.now += 6
    assert source.present.calendars.version != first.calendars.version
    assert not source.present.calendars.of("xinjiang").is_working(MONDAY)
    assert source.present.catalogue is first.catalogue
    assert first.calendars.of("xinjiang").is_working(MONDAY), "who decides already is not disturbed"


def test_a_broken_file_changes_nothing_and_is_told_once(tmp_path: Path) -> None:
    source, clock = followed(tmp_path)
    load(tmp_path, "2026-10-19")
    held = source.present
    bad = tmp_path / "xinjiang-2027-1.yaml"
    bad.write_text("layer: xinjiang\nyear: 2027\noff: {放假: [2027-02-31]}\n", "utf-8")
    with capture_logs() as logs:
        for _ in range(3):
            clock.now += 6
            assert source.present is held
    assert [(one["event"], one["why"]) for one in logs] == [
        ("calendar_kept", "a notice is damaged")
    ]
    assert f"{bad}:3:" in logs[0]["error"]
    bad.write_text("layer: xinjiang\nyear: 2027\noff: {放假: [2027-02-28]}\n", "utf-8")
    clock.now += 6
    assert source.present.calendars.loaded == held.calendars.loaded + 1


def test_a_folder_that_lost_its_notices_changes_nothing(tmp_path: Path) -> None:
    source, clock = followed(tmp_path)
    path = load(tmp_path, "2026-10-19")
    held = source.present
    path.unlink()
    with capture_logs() as logs:
        clock.now += 6
        assert source.present is held
    assert [(one["event"], one["why"]) for one in logs] == [("calendar_kept", "notices are gone")]
