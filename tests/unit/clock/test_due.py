"""The counting rules, one example each; the law and the decisions behind them are in the docs."""

from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import pytest

from shared.clock import (
    ClockError,
    Extension,
    Hours,
    Limit,
    Pause,
    Restart,
    Variant,
    due,
    parse_moment,
    parse_pause,
    watch_limit,
)
from tests.support.clock_given import at, calendars, limit, national


def ends(one: Limit, start: str, *pauses: str, **more: Any) -> str | None:
    found = due(one, at(start), national(), pauses=[parse_pause(p) for p in pauses], **more)
    return found.date.isoformat() if found.date else None


@pytest.mark.requirement("R-079", "R-080")
def test_fifteen_working_days_from_the_mid_autumn_friday_end_on_22_october() -> None:
    """The check value: 28 29 30, 8 9, the shifted Saturday 10, 12 to 16, 19 to 22."""
    answer = due(limit(15), at("2026-09-25"), national())
    assert answer.date == date(2026, 10, 22)
    assert not answer.provisional
    assert answer.incomplete == ()


def test_in_xinjiang_the_same_answer_is_incomplete_while_the_notice_of_2026_is_missing() -> None:
    answer = due(limit(15), at("2026-09-25"), calendars().of("xinjiang"))
    assert (answer.date, answer.incomplete) == (date(2026, 10, 22), ("xinjiang:2026",))


@pytest.mark.requirement("R-080")
def test_xinjiangs_general_days_off_are_no_working_days() -> None:
    assert due(limit(1), at("2025-06-05"), national()).date == date(2025, 6, 6)
    assert due(limit(1), at("2025-06-05"), calendars().of("xinjiang")).date == date(2025, 6, 11)


def test_the_day_of_the_start_event_is_not_counted() -> None:
    assert ends(limit(1), "2026-11-16T00:00") == "2026-11-17"
    assert ends(limit(1), "2026-11-16T23:59") == "2026-11-17"
    assert ends(limit(1, "calendar_days"), "2026-11-16") == "2026-11-17"


def test_the_day_is_the_day_in_shanghai() -> None:
    late_in_utc = datetime(2026, 11, 15, 16, 30, tzinfo=UTC)  # 00:30 on the 16th
    assert due(limit(1), late_in_utc, national()).date == date(2026, 11, 17)


def test_a_limit_ends_with_the_last_moment_of_its_day() -> None:
    answer = due(limit(1), at("2026-11-16"), national())
    assert answer.due_at == parse_moment("2026-11-17T23:59:59.999999+08:00")


@pytest.mark.requirement("R-079")
def test_a_calendar_limit_counts_days_off_and_moves_its_end_off_them_once() -> None:
    assert ends(limit(3, "calendar_days"), "2026-11-16") == "2026-11-19"
    assert ends(limit(5, "calendar_days"), "2026-11-16") == "2026-11-23"  # Sat 21 to Mon 23
    assert ends(limit(10, "calendar_days"), "2026-09-25") == "2026-10-08"  # in National Day


def test_a_shifted_saturday_is_a_day_on_which_a_calendar_limit_may_end() -> None:
    assert ends(limit(10, "calendar_days"), "2026-09-30") == "2026-10-10"


def test_months_and_years_end_on_the_corresponding_day_or_the_last_of_the_month() -> None:
    assert ends(limit(2, "months"), "2026-03-16") == "2026-05-18"  # 16 is a Saturday
    assert ends(limit(1, "months"), "2025-01-31") == "2025-02-28"
    assert ends(limit(1, "years"), "2024-02-29") == "2025-02-28"
    assert ends(limit(1, "months"), "2026-03-31") == "2026-04-30"
    assert ends(limit(1, "months"), "2026-05-29") == "2026-06-29"
    assert ends(limit(2, "months"), "2025-12-30") == "2026-02-28"  # a shifted Saturday


@pytest.mark.requirement("R-079")
def test_nothing_to_count_is_the_same_day_or_the_next_that_is_served() -> None:
    for one in (limit(0), limit(0, "calendar_days"), limit(kind="same_day")):
        assert ends(one, "2026-11-20") == "2026-11-20"
        assert ends(one, "2026-11-21") == "2026-11-23"
    assert ends(limit(kind="immediate"), "2026-11-21") == "2026-11-23"
    assert ends(limit(kind="next_day"), "2026-11-20") == "2026-11-23"


def test_an_automatic_item_ignores_the_calendar() -> None:
    answer = due(
        limit(kind="immediate", automatic=True), at("2027-01-01"), calendars().of("chongqing")
    )
    assert answer.date == date(2027, 1, 1)
    assert not answer.provisional
    assert answer.incomplete == ()


def test_a_pause_excludes_the_days_after_its_start_up_to_and_including_its_end() -> None:
    assert ends(limit(15), "2026-09-25", "2026-10-09/2026-10-13") == "2026-10-27"  # 10 12 13
    assert ends(limit(10, "calendar_days"), "2026-11-02", "2026-11-04/2026-11-06") == "2026-11-16"


def test_a_pause_within_one_day_excludes_nothing() -> None:
    assert ends(limit(15), "2026-09-25", "2026-10-09/2026-10-09") == "2026-10-22"


def test_only_what_a_pause_has_in_common_with_the_limit_counts() -> None:
    assert ends(limit(5), "2026-11-16", "2026-11-01/2026-11-17") == "2026-11-24"  # 17 only
    assert ends(limit(5), "2026-11-16", "2026-11-01/2026-11-16") == "2026-11-23"
    assert ends(limit(5), "2026-11-16", "2026-11-23/2026-12-04") == "2026-11-23"  # after the end


def test_pauses_that_overlap_count_once() -> None:
    assert ends(limit(5), "2026-11-16", "2026-11-17/2026-11-19", "2026-11-18/2026-11-20") == (
        ends(limit(5), "2026-11-16", "2026-11-17/2026-11-20")
    )


def test_an_open_pause_has_no_date_unless_the_limit_had_ended_before() -> None:
    assert ends(limit(5), "2026-11-16", "2026-11-18/") is None
    answer = due(limit(5), at("2026-11-16"), national(), pauses=[Pause(date(2026, 11, 18), None)])
    assert (answer.due_at, answer.reason) == (None, "the clock is paused")
    assert ends(limit(5), "2026-11-16", "2026-11-24/") == "2026-11-23"
    assert ends(limit(5, "calendar_days"), "2026-11-16", "2026-11-18/") is None


def test_the_roll_over_ends_on_a_working_day_that_is_not_paused() -> None:
    # The fifth day is Saturday 21; a pause from that Saturday to Tuesday 24 covers the Monday.
    assert ends(limit(5, "calendar_days"), "2026-11-16", "2026-11-21/2026-11-24") == "2026-11-25"
    assert ends(limit(5, "calendar_days"), "2026-11-16", "2026-11-21/") is None


def test_a_case_pauses_only_for_a_cause_that_the_limit_excludes() -> None:
    """R-082 and R-083: the promised limit stops for an inspection, the statutory does not."""
    promised = limit(10, exclusions=frozenset({"inspection", "rectification"}))
    notices_inside = limit(10, inclusions=frozenset({"public_notice"}))
    inspected = "2026-11-17/2026-11-19:inspection"
    assert ends(promised, "2026-11-16", inspected) == "2026-12-02"
    assert ends(limit(10), "2026-11-16", inspected) == "2026-11-30"
    assert ends(notices_inside, "2026-11-16", "2026-11-17/2026-11-30:public_notice") == "2026-11-30"
    assert ends(limit(10), "2026-11-16", "2026-11-17/2026-11-19") == "2026-12-02"  # what-if


def test_an_extension_lengthens_the_number_of_days_and_is_rolled_once() -> None:
    printed = limit(15, extension=Extension(n=10))
    assert ends(printed, "2026-09-25") == "2026-10-22"
    assert ends(printed, "2026-09-25", extended=True) == ends(limit(25), "2026-09-25")
    arbitration = limit(45, "calendar_days", extension=Extension(n=15))
    # 45 days end on a Saturday; the extension counts from there, not from the Monday after it.
    assert ends(arbitration, "2026-08-05") == "2026-09-20"
    assert ends(limit(46, "calendar_days", extension=Extension(n=14)), "2026-07-03") == "2026-08-18"
    assert ends(arbitration, "2026-07-07", extended=True) == ends(
        limit(60, "calendar_days"), "2026-07-07"
    )


def test_an_extension_that_the_item_does_not_print_is_refused() -> None:
    with pytest.raises(ClockError, match="has no extension"):
        due(limit(15), at("2026-09-25"), national(), extended=True)


def test_a_remote_office_has_its_own_number_up_to_the_printed_maximum() -> None:
    """R-087: at most 15 is what an office sets for itself, 15 where none is set."""
    card = limit(5, rank="rule", variants={"remote": Variant(n=15, maximum=True)})
    assert ends(card, "2026-11-02") == "2026-11-09"
    assert ends(card, "2026-11-02", variant="remote") == "2026-11-23"
    assert ends(card.for_office("remote", 8), "2026-11-02", variant="remote") == "2026-11-12"
    with pytest.raises(ClockError, match="1 to 15"):
        card.for_office("remote", 16)
    with pytest.raises(ClockError, match="no variant 'moon'; it has remote"):
        ends(card, "2026-11-02", variant="moon")


def test_a_channel_may_have_another_kind_of_limit() -> None:
    """004-076: batch production 60 to 90 working days, the bank at once."""
    card = limit(
        90,
        minimum=60,
        extension=Extension(n=10),
        variants={"bank": Variant(kind="immediate")},
    )
    assert ends(card, "2026-03-02", variant="bank") == "2026-03-02"
    assert ends(card, "2026-03-02") == ends(limit(90), "2026-03-02")  # the maximum is due


@pytest.mark.requirement("R-225")
def test_a_law_may_start_the_period_anew() -> None:
    """R-225."""
    arbitration = limit(45, "calendar_days", restartable=True)
    again = [Restart(at("2026-09-01"), "仲裁请求变更"), Restart(at("2026-08-01"), "追加被申请人")]
    assert ends(arbitration, "2026-07-01", restarts=again) == ends(arbitration, "2026-09-01")
    with pytest.raises(ClockError, match="No rule restarts"):
        ends(limit(45), "2026-07-01", restarts=again)
    with pytest.raises(ClockError, match="before it started"):
        ends(arbitration, "2026-08-02", restarts=again)


def test_a_limit_survives_being_data() -> None:
    one = limit(
        15,
        exclusions=frozenset({"inspection"}),
        extension=Extension(n=10),
        variants={"remote": Variant(n=20)},
        follow_up=limit(3, name="follow_up", start_event="missed"),
    )
    assert msgspec.convert(msgspec.to_builtins(one), Limit) == one


@pytest.mark.requirement("R-095")
def test_no_limit_and_a_cycle_have_no_date_but_a_reason() -> None:
    none = due(limit(kind="none"), at("2026-11-16"), national())
    assert (none.date, none.reason) == (None, "the item has no limit")
    cyclic = limit(kind="cyclic", note="每年安排一次职称评审工作", note_en="assessed once a year")
    found = due(cyclic, at("2026-11-16"), national())
    assert (found.reason, found.reason_zh) == ("assessed once a year", "每年安排一次职称评审工作")


def test_beyond_what_is_announced_the_answer_is_provisional() -> None:
    answer = due(limit(60), at("2026-11-16"), national())
    assert answer.provisional
    assert not due(limit(5), at("2026-12-17"), national()).provisional
    assert due(limit(6), at("2026-12-17"), national()).provisional


def test_a_working_day_limit_depends_on_its_days_and_not_on_the_day_of_its_start() -> None:
    xinjiang = calendars().of("xinjiang")
    assert due(limit(3), at("2024-12-31"), xinjiang).incomplete == ()
    assert due(limit(3), at("2024-12-30"), xinjiang).incomplete == ("xinjiang:2024",)


def test_a_calendar_limit_depends_on_its_last_days_alone() -> None:
    across = due(limit(30, "calendar_days"), at("2025-11-25"), calendars().of("xinjiang"))
    assert across.incomplete == ("xinjiang:2026",)
    within = due(limit(30, "calendar_days"), at("2024-12-25"), calendars().of("xinjiang"))
    assert within.incomplete == ()


def test_the_watch_step_is_internal() -> None:
    licence, other = watch_limit(licence=True), watch_limit(licence=False)
    assert (licence.rank, licence.n, licence.unit) == ("internal", 20, "working_days")
    assert (other.rank, other.n, other.unit) == ("internal", 2, "months")


COUNTER = Hours(sessions={"all": ((time(10), time(13, 30)), (time(15, 30), time(19, 30)))})


def test_what_comes_in_after_hours_is_served_from_the_next_opening() -> None:
    for one in (limit(kind="immediate"), limit(kind="same_day"), limit(0)):
        assert ends(one, "2026-11-20T14:00", hours=COUNTER) == "2026-11-20"
        assert ends(one, "2026-11-20T19:30", hours=COUNTER) == "2026-11-23"
        assert ends(one, "2026-11-20T08:00", hours=COUNTER) == "2026-11-20"


def test_an_applicant_at_a_counter_has_until_closing_time() -> None:
    mine = limit(3, party="applicant")
    answer = due(mine, at("2026-11-16"), national(), hours=COUNTER)
    assert answer.due_at == parse_moment("2026-11-19T19:30+08:00")
    theirs = due(limit(3), at("2026-11-16"), national(), hours=COUNTER)
    assert theirs.due_at == parse_moment("2026-11-19T23:59:59.999999+08:00")
