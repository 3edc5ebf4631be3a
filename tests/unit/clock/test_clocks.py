"""Which limit drives, crossings, silence, misses and extensions."""

from datetime import date, datetime

import pytest

from shared.clock import (
    ClockError,
    Due,
    Extension,
    Pause,
    Variant,
    check_extension,
    crossed,
    due,
    follow_up,
    governing,
    parse_moment,
    silence,
)
from tests.support.clock_given import at, limit, national


def test_the_earlier_limit_drives_and_the_first_named_of_equals() -> None:
    def on(day: int) -> Due:
        return Due(date(2026, 11, day), None)

    assert governing({"promised": on(5), "statutory": on(3)}) == "statutory"
    assert governing({"promised": on(5), "statutory": on(5)}) == "promised"
    assert governing({"promised": Due(None, None), "statutory": on(9)}) == "statutory"
    assert governing({"promised": Due(None, None)}) is None


def test_crossed_only_after_the_last_moment() -> None:
    answer = due(limit(1), at("2026-11-16"), national())
    assert not crossed(answer, parse_moment("2026-11-17T23:59:59.999999+08:00"))
    assert crossed(answer, parse_moment("2026-11-18T00:00+08:00"))
    assert not crossed(Due(None, None), at("2099-01-01"))
    with pytest.raises(ClockError, match="no offset"):
        crossed(answer, datetime(2026, 11, 18))  # noqa: DTZ001 (that is the point)


@pytest.mark.requirement("R-088")
def test_a_miss_starts_the_follow_up_limit_from_the_original_due_date() -> None:
    """R-088: within 3 working days, a remote office 10."""
    then = limit(3, name="follow_up", start_event="missed", variants={"remote": Variant(n=10)})
    card = limit(5, follow_up=then, variants={"remote": Variant(n=15)})
    missed = due(card, at("2026-11-02"), national())
    assert missed.date == date(2026, 11, 9)
    assert follow_up(card, missed, national()).date == date(2026, 11, 12)
    assert follow_up(card, missed, national(), variant="remote").date == date(2026, 11, 23)
    with pytest.raises(ClockError, match="no follow-up"):
        follow_up(limit(5), missed, national())
    with pytest.raises(ClockError, match="no due date"):
        follow_up(card, Due(None, None), national())


def test_an_extension_is_given_once_before_the_end_and_only_where_printed() -> None:
    printed = limit(15, extension=Extension(n=10))
    answer = due(printed, at("2026-09-25"), national())
    check_extension(printed, answer, at("2026-10-22"), already=0)
    with pytest.raises(ClockError, match="ended on 2026-10-22"):
        check_extension(printed, answer, at("2026-10-23"), already=0)
    with pytest.raises(ClockError, match="once already"):
        check_extension(printed, answer, at("2026-10-22"), already=1)
    with pytest.raises(ClockError, match="has no extension"):
        check_extension(limit(15), answer, at("2026-10-22"), already=0)


def test_a_licence_is_accepted_by_silence_as_of_the_receipt() -> None:
    """行政许可法 art. 32."""
    licence = limit(5, start_event="received", end_event="accepted", deemed="accepted")
    assert silence(limit(5), at("2026-11-16"), due(limit(5), at("2026-11-16"), national())) is None
    received = at("2026-11-16T16:00")
    answer = due(licence, received, national())
    assert answer.date == date(2026, 11, 23)
    said = silence(licence, received, answer)
    assert said is not None
    assert (said.effect, said.as_of, said.after) == ("accepted", received, answer.due_at)


@pytest.mark.requirement("R-097")
def test_a_collective_contract_takes_effect_the_day_after_the_limit() -> None:
    """004-128, R-097."""
    contract = limit(15, deemed="effective")
    answer = due(contract, at("2026-09-25"), national())
    said = silence(contract, at("2026-09-25"), answer)
    assert said is not None
    assert said.as_of == parse_moment("2026-10-23T00:00+08:00")
    assert silence(contract, at("2026-09-25"), Due(None, None)) is None


def test_a_limit_that_takes_effect_by_silence_stops_for_nothing() -> None:
    """004-128 (requirements, corrections): not even for a what-if."""
    pause = Pause(date(2026, 10, 9), date(2026, 10, 13))
    whatif = due(limit(15), at("2026-09-25"), national(), pauses=[pause])
    contract = due(limit(15, deemed="effective"), at("2026-09-25"), national(), pauses=[pause])
    assert contract == due(limit(15, deemed="effective"), at("2026-09-25"), national())
    assert whatif.date is not None
    assert contract.date is not None
    assert whatif.date > contract.date
