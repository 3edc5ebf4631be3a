"""What loading a notice does to dates that were already told."""

from datetime import date

from shared.clock import (
    Limit,
    Notice,
    Pause,
    Recomputed,
    due,
    needs_recomputing,
    recomputed,
)
from tests.support.clock_given import at, calendars, limit, national

LATER = Notice(year=2027, off={date(2027, 1, 1): "元旦"})
EARLIER = Notice(year=2027, work={date(2026, 12, 26): "元旦"})


def loaded(one: Limit, start: str, notice: Notice) -> Recomputed:
    before, after = national(), calendars().with_notice("national", notice).of()
    return recomputed(
        one,
        at(start),
        old=due(one, at(start), before),
        new=due(one, at(start), after),
        before=before,
        after=after,
    )


def test_an_open_clock_that_crosses_the_new_days_moves_and_says_why() -> None:
    found = loaded(limit(20), "2026-12-10", LATER)
    assert (found.old.date, found.old.provisional) == (date(2027, 1, 7), True)
    assert (found.due.date, found.due.provisional) == (date(2027, 1, 8), False)
    assert (found.changed, found.kept) == (True, False)
    assert [(change.day, change.is_working) for change in found.days] == [(date(2027, 1, 1), False)]
    assert found.zh == (
        "到期日由 2027-01-07（周四） 改为 2027-01-08（周五）：2027-01-01放假（元旦）。"
    )
    assert "2027-01-01 is a day off (New Year's Day)" in found.en


def test_an_authoritys_deadline_follows_the_calendar_to_an_earlier_day() -> None:
    found = loaded(limit(20), "2026-12-10", EARLIER)
    assert (found.old.date, found.due.date) == (date(2027, 1, 7), date(2027, 1, 6))
    assert not found.kept


def test_an_applicants_own_deadline_never_moves_earlier() -> None:
    mine = limit(20, party="applicant")
    found = loaded(mine, "2026-12-10", EARLIER)
    assert found.due.date == found.old.date == date(2027, 1, 7)
    assert found.due.due_at == found.old.due_at
    assert found.kept
    assert "不因此提前" in found.zh
    assert not found.due.provisional  # the mark is the new calendar's
    assert loaded(mine, "2026-12-10", LATER).due.date == date(2027, 1, 8)


def test_a_date_that_stays_may_still_lose_its_mark() -> None:
    found = loaded(limit(5), "2026-12-22", Notice(year=2027))
    assert found.old.date == found.due.date == date(2026, 12, 29)
    assert found.changed  # provisional no more
    assert found.days == ()
    assert found.zh == "到期日不变：2026-12-29（周二）。"


def test_a_clock_that_the_notice_does_not_reach_does_not_change() -> None:
    found = loaded(limit(5), "2026-11-16", LATER)
    assert not found.changed
    assert needs_recomputing(found.old, calendars().with_notice("national", LATER).of())
    assert not needs_recomputing(found.old, national())


def test_without_a_date_there_is_nothing_to_move() -> None:
    assert not loaded(limit(kind="none"), "2026-12-10", LATER).changed
    one, start, calendar = limit(5), at("2026-11-16"), national()
    paused = due(one, start, calendar, pauses=[Pause(date(2026, 11, 17), None)])
    resumed = due(one, start, calendar)
    found = recomputed(one, start, old=paused, new=resumed, before=calendar, after=calendar)
    assert (found.changed, found.due.date) == (True, date(2026, 11, 23))
