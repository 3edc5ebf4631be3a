"""The calendar tables, against the libraries that know them, and what is not announced."""

from datetime import date, timedelta
from typing import Any

import chinese_calendar
import holidays
import msgspec
import pytest

from shared.clock import Calendar, ClockError, DaysOff, parse_layer, parse_notice
from tests.support.clock_given import calendars, national


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_the_national_table_is_the_seed_librarys_on_every_day_from_2004_to_2026() -> None:
    calendar = national()
    wrong = [
        day
        for day in days(date(2004, 1, 1), date(2026, 12, 31))
        if calendar.is_working(day) != chinese_calendar.is_workday(day)
    ]
    assert wrong == []


def test_a_second_library_agrees_from_2024_to_2026() -> None:
    other = holidays.country_holidays("CN", years=[2024, 2025, 2026])
    calendar = national()
    wrong = [
        day
        for day in days(date(2024, 1, 1), date(2026, 12, 31))
        if calendar.is_working(day) != other.is_working_day(day)
    ]
    assert wrong == []


def test_holidays_have_their_names() -> None:
    assert national().info(date(2026, 10, 1))[1:] == (
        False,
        "holiday",
        "国庆节",
        "National Day",
        "national",
    )
    assert national().info(date(2026, 10, 10)).why == "shifted-working-day"
    assert national().info(date(2026, 10, 11)).why == "weekend"
    assert national().info(date(2026, 10, 12)) == (date(2026, 10, 12), True, "weekday", "", "", "")


@pytest.mark.requirement("R-080")
def test_xinjiangs_own_days_off_of_2025_are_off_there_and_worked_elsewhere() -> None:
    own = [date(2025, 3, 31), date(2025, 6, 6), date(2025, 6, 9), date(2025, 6, 10)]
    assert [national().is_working(day) for day in own] == [True] * 4
    xinjiang = calendars().of("xinjiang")
    assert [xinjiang.is_working(day) for day in own] == [False] * 4
    assert xinjiang.info(date(2025, 6, 6)).layer == "xinjiang"


def test_the_national_layer_is_complete_until_24_december_of_the_last_announced_year() -> None:
    assert calendars().layers["national"].complete_until == date(2026, 12, 24)
    assert not national().is_provisional(date(2026, 12, 24).toordinal())
    assert national().is_provisional(date(2026, 12, 25).toordinal())


def test_a_province_names_each_notice_that_is_missing_and_no_other() -> None:
    xinjiang = calendars().of("xinjiang")

    def marks(first: date, last: date) -> tuple[str, ...]:
        return xinjiang.incomplete(first.toordinal(), last.toordinal())

    assert marks(date(2025, 1, 1), date(2025, 12, 24)) == ()
    assert marks(date(2025, 12, 24), date(2025, 12, 25)) == ("xinjiang:2026",)
    assert marks(date(2024, 12, 31), date(2026, 1, 1)) == ("xinjiang:2024", "xinjiang:2026")
    assert marks(date(2026, 12, 30), date(2027, 1, 2)) == ("xinjiang:2026", "xinjiang:2027")
    assert calendars().of("chongqing").incomplete(
        date(2026, 5, 1).toordinal(), date(2026, 5, 1).toordinal()
    ) == ("chongqing:2026",)


def test_the_notice_of_the_next_year_settles_the_last_week_of_this_one() -> None:
    notice = DaysOff(year=2027, off={date(2026, 12, 31): "元旦"}, work={date(2026, 12, 27): "元旦"})
    loaded = calendars().with_notice("national", notice)
    assert loaded.of().is_working(date(2026, 12, 27))
    assert not loaded.of().is_working(date(2026, 12, 31))
    assert not loaded.of().is_provisional(date(2027, 12, 24).toordinal())
    assert loaded.of().version != national().version
    # what was there before is untouched
    assert national().is_working(date(2026, 12, 31))


def test_a_year_left_out_stays_provisional_though_a_later_one_is_known() -> None:
    loaded = calendars().with_notice("national", DaysOff(year=2028))
    assert loaded.of().is_provisional(date(2027, 6, 1).toordinal())


def test_a_notice_loaded_again_replaces_the_first_and_equal_tables_have_equal_versions() -> None:
    wrong = DaysOff(year=2027, off={date(2027, 2, 1): "春节"})
    right = DaysOff(year=2027, off={date(2027, 2, 8): "春节"})
    twice = calendars().with_notice("national", wrong).with_notice("national", right)
    once = calendars().with_notice("national", right)
    assert twice.of().is_working(date(2027, 2, 1))
    assert twice.of().version == once.of().version


def test_two_years_in_a_row_leave_no_gap_between_them() -> None:
    loaded = calendars().with_notice("xinjiang", DaysOff(year=2026)).of("xinjiang")
    span = date(2025, 1, 1).toordinal(), date(2026, 12, 24).toordinal()
    assert loaded.incomplete(*span) == ()
    assert loaded.incomplete(span[0], span[1] + 1) == ("xinjiang:2027",)


def test_an_empty_notice_of_a_province_completes_its_year() -> None:
    loaded = calendars().with_notice("chongqing", DaysOff(year=2026))
    may = date(2026, 5, 6).toordinal()
    assert loaded.of("chongqing").incomplete(may, may) == ()


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"year": 2027, "off": {"春节": ["2027-02-31"]}}, "no day 2027-02-31"),
        ({"year": 2027, "off": {"春节": ["2026-11-01"]}}, "cannot set 2026-11-01"),
        ({"year": 2027, "off": {"春节": ["2027-02-08", "2027-02-08"]}}, "2027-02-08 twice"),
        ({"year": 2027, "off": {"a": ["2027-02-08"]}, "work": {"a": ["2027-02-08"]}}, "both"),
        ({"year": 1900}, "year 1900 is outside"),
        ({"year": 2200}, "year 2200 is outside"),
        ({"year": "2027"}, "as a number"),
        ({"year": 2027, "days": []}, "no field 'days'"),
        ({"year": 2027, "seasons": {"summer": "2027-05-01"}}, "each season"),
        ({"year": 2027, "seasons": {"s": "2026-05-01", "w": "2026-10-01"}}, "of that year"),
        ({"year": 2027, "seasons": ["2027-05-01"]}, "name: first day"),
        ({"year": 2027, "complete_until": "2028-01-01"}, "another year"),
        ({"year": 2027, "off": {"春节": [20270208]}}, "is not a date"),
        ({"year": 2027, "off": ["2027-02-08"]}, "names of holidays"),
        ({"year": 2027, "off": {"春节": "2027-02-08"}}, "list of days"),
    ],
)
def test_a_bad_notice_gets_one_sentence(document: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ClockError, match=sentence):
        parse_notice(document)


def test_a_notice_is_read_with_its_seasons() -> None:
    notice = parse_notice(
        {
            "year": 2026,
            "off": {"肉孜节": ["2026-03-20"]},
            "seasons": {"summer": "2026-05-01", "winter": "2026-10-01"},
        }
    )
    assert notice.off == {date(2026, 3, 20): "肉孜节"}
    assert notice.seasons == {date(2026, 5, 1): "summer", date(2026, 10, 1): "winter"}
    assert notice.known_until == date(2026, 12, 24)


def test_a_notice_survives_being_an_event() -> None:
    notice = parse_notice(
        {"year": 2027, "off": {"元旦": ["2027-01-01"]}, "work": {"元旦": ["2026-12-27"]}}
    )
    event = msgspec.to_builtins(notice)
    assert msgspec.convert(event, DaysOff) == notice
    assert msgspec.json.decode(msgspec.json.encode(notice), type=DaysOff) == notice


def test_unknown_layers_are_refused() -> None:
    with pytest.raises(ClockError, match="no calendar layer 'gansu'"):
        calendars().of("gansu")
    with pytest.raises(ClockError, match="no calendar layer 'gansu'"):
        calendars().with_notice("gansu", DaysOff(year=2027))
    with pytest.raises(ClockError, match="begins with the national layer"):
        Calendar([calendars().layers["xinjiang"]])
    with pytest.raises(ClockError, match="must have the field 'title'"):
        parse_layer({"layer": "x"})


def test_the_packaged_tables_have_the_versions_that_the_docs_and_cases_name() -> None:
    """Changing a table without its label would give old cases a version they were not told."""
    assert calendars().layers["national"].version == "national@2026.1-66f328d1"
    assert calendars().layers["xinjiang"].version == "xinjiang@2025.1-80f108fe"
    assert calendars().layers["chongqing"].version.startswith("chongqing@none.1-")
