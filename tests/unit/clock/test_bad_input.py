"""Bad input gets one clear sentence, of one error type."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from shared.clock import (
    ClockError,
    Extension,
    Hours,
    Limit,
    Pause,
    PayDay,
    Restart,
    Span,
    Variant,
    due,
    parse_day,
    parse_moment,
    parse_pause,
)
from tests.support.clock_given import at, limit, national


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: parse_day("2026-02-31"), "There is no day 2026-02-31"),
        (lambda: parse_day("1900-01-01"), "1900-01-01 is outside the calendar"),
        (lambda: parse_day("2200-01-01"), "2200-01-01 is outside the calendar"),
        (lambda: parse_day("0000-01-01"), "no day 0000-01-01"),
        (lambda: parse_day("26-1-1"), "write it as YYYY-MM-DD"),
        (lambda: parse_day(None), "None is not a date"),
        (lambda: parse_moment("2026-09-25"), "is not a time"),
        (lambda: parse_moment("2026-09-25T10:00"), "has no offset"),
        (lambda: parse_moment("2026-09-25T25:00+08:00"), "is not a time"),
        (lambda: parse_moment("2026-02-31T10:00+08:00"), "no day 2026-02-31"),
        (lambda: parse_moment("1900-01-01T10:00+08:00"), "outside the calendar"),
        (lambda: parse_moment("2200-01-01T10:00+08:00"), "outside the calendar"),
        (lambda: parse_pause("2026-10-13/2026-10-09"), "before it starts"),
        (lambda: parse_pause("2026-10-13"), "is not a pause"),
        (lambda: parse_pause("2026-10-13/2026-02-31"), "no day 2026-02-31"),
        (lambda: parse_pause("2026-10-09/2026-10-13:tea"), "cannot pause for 'tea'"),
        (lambda: Pause(datetime(2026, 1, 1), None), "given in days"),  # noqa: DTZ001
        (lambda: Pause.between(datetime(2026, 1, 1), None), "no offset"),  # noqa: DTZ001
        (lambda: Restart(at("2026-01-05"), " "), "which rule"),
        (lambda: limit(-1), "-1 working_days is not possible"),
        (lambda: limit(None), "None working_days is not possible"),
        (lambda: limit(100_000, "calendar_days"), "100000 calendar_days is not possible"),
        (lambda: limit(True), "True working_days is not possible"),
        (lambda: limit(5, None), "in which unit"),
        (lambda: Limit(name="x", kind="none", n=3), "has no number"),
        (lambda: limit(5, end_event=""), "the one that ends it"),
        (lambda: limit(5, minimum=6), "minimum of 6"),
        (lambda: limit(5, exclusions=frozenset({"tea"})), "names the cause 'tea'"),
        (
            lambda: limit(5, exclusions=frozenset({"hearing"}), inclusions=frozenset({"hearing"})),
            "both stops for",
        ),
        (lambda: limit(5, deemed="effective", exclusions=frozenset({"hearing"})), "cannot pause"),
        (lambda: limit(5, extension=Extension(n=0)), "lengthens nothing"),
        (lambda: limit(kind="same_day", extension=Extension(n=5)), "lengthens nothing"),
        (lambda: limit(5, variants={"x": Variant(n=-1)}), "-1 working_days"),
        (lambda: limit(5, variants={"x": Variant(n=9)}).for_office("x", 3), "nothing to set"),
        (Hours, "either always, or sessions"),
        (lambda: Span(0, "months"), "0 months is not possible"),
        (lambda: PayDay(purpose="benefit"), "day of the month or a day of the week"),
        (lambda: PayDay(purpose="benefit", day=32), "no day 32"),
        (lambda: PayDay(purpose="benefit", weekday=0), "no weekday 0"),
        (lambda: PayDay(purpose="benefit", day=1, attempt=0), "no attempt 0"),
    ],
)
def test_one_sentence(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ClockError, match=sentence) as caught:
        make()
    assert str(caught.value).strip().count("\n") == 0


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (datetime(2026, 9, 25, 10), "has no offset"),  # noqa: DTZ001
        (date(2026, 9, 25), "is not a time"),
        (datetime.fromisoformat("2003-12-31T23:00+08:00"), "2003-12-31 is outside"),
        (datetime.fromisoformat("0001-01-01T00:00+14:00"), "0001-01-01 is outside"),
        (datetime.fromisoformat("2200-01-01T00:00+08:00"), "2200-01-01 is outside"),
        (datetime.fromisoformat("2099-12-31T10:00+08:00"), "2099-12-31"),
    ],
)
@pytest.mark.parametrize("unit", ["working_days", "calendar_days", "months", "years"])
def test_a_start_that_cannot_be_counted_from(start: Any, sentence: str, unit: str) -> None:
    with pytest.raises(ClockError, match=sentence if start.year != 2099 else "2099|outside"):
        due(limit(5, unit), start, national())
    if start.year != 2099:
        again = [Restart(at("2026-11-16"), "x")]
        with pytest.raises(ClockError, match=sentence):
            due(limit(5, unit, restartable=True), start, national(), restarts=again)


def test_an_unknown_field_of_a_limit_is_refused_when_it_is_read_from_data() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `days`"):
        msgspec.convert({"name": "x", "kind": "none", "days": 3}, Limit)
    with pytest.raises(msgspec.ValidationError, match="-1 working_days is not possible"):
        msgspec.convert(
            {
                "name": "x",
                "kind": "period",
                "n": -1,
                "unit": "working_days",
                "start_event": "a",
                "end_event": "b",
            },
            Limit,
        )
