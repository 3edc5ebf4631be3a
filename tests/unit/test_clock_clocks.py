"""The several clocks of a case, silence, misses and extensions."""

from datetime import date, datetime

import pytest

from shared.clock import (
    ClockError,
    Due,
    Extension,
    Facts,
    Pause,
    Restart,
    Variant,
    acceptance_limit,
    check_extension,
    clocks,
    crossed,
    due,
    follow_up,
    governing,
    parse_moment,
    parse_pause,
    silence,
)
from tests.unit.clock_given import at, limit, national

EXAM = limit(
    10, "calendar_days", name="arrange_exam", start_event="received", end_event="exam_arranged"
)
CERTIFICATE = limit(7, name="certificate", start_event="exam_ended", end_event="issued")


def states(facts: Facts, now: str) -> dict[str, tuple[str, str | None, bool]]:
    found = clocks([EXAM, CERTIFICATE], facts, national(), at=at(now))
    return {
        clock.name: (
            clock.state,
            clock.due.date.isoformat() if clock.due and clock.due.date else None,
            clock.late,
        )
        for clock in found
    }


@pytest.mark.requirement("R-081", "R-090")
def test_each_clock_is_started_and_stopped_by_its_own_events() -> None:
    """R-090: arrange the exam in 10 days, the certificate 7 working days after it."""
    events = {"received": at("2026-11-02")}
    assert states(Facts(events=events), "2026-11-03") == {
        "arrange_exam": ("running", "2026-11-12", False),
        "certificate": ("waiting", None, False),
    }
    events |= {"exam_arranged": at("2026-11-05"), "exam_ended": at("2026-11-20")}
    assert states(Facts(events=events), "2026-11-21") == {
        "arrange_exam": ("ended", "2026-11-12", False),
        "certificate": ("running", "2026-12-01", False),
    }


def test_crossing_is_a_fact_of_each_clock() -> None:
    events = {"received": at("2026-11-02"), "exam_ended": at("2026-11-10")}
    late = states(Facts(events=events), "2026-11-13")
    assert late["arrange_exam"] == ("running", "2026-11-12", True)
    assert late["certificate"][2] is False
    events["exam_arranged"] = at("2026-11-13")
    assert states(Facts(events=events), "2026-11-20")["arrange_exam"] == (
        "ended",
        "2026-11-12",
        True,
    )


def test_a_limit_to_handing_over_does_not_stop_at_the_approval() -> None:
    card = limit(5, end_event="handed_over")
    facts = Facts(events={"accepted": at("2026-11-16"), "decided": at("2026-11-17")})
    (clock,) = clocks([card], facts, national(), at=at("2026-11-30"))
    assert (clock.state, clock.late) == ("running", True)


def test_what_happens_later_than_asked_is_not_known_yet() -> None:
    facts = Facts(events={"received": at("2026-11-02"), "exam_arranged": at("2026-11-05")})
    assert states(facts, "2026-11-01")["arrange_exam"][0] == "waiting"
    assert states(facts, "2026-11-04")["arrange_exam"][0] == "running"


def test_facts_reach_only_the_limits_they_concern() -> None:
    promised = limit(
        10,
        exclusions=frozenset({"inspection"}),
        variants={"remote": Variant(n=15)},
        restartable=True,
    )
    statutory = limit(20, name="statutory", rank="law", extension=Extension(n=10))
    facts = Facts(
        events={"accepted": at("2026-03-02")},
        pauses=(parse_pause("2026-03-04/2026-03-06:inspection"),),
        extended=frozenset({"statutory"}),
        restarts={"promised": (Restart(at("2026-03-03"), "x"),)},
        variant="remote",
    )
    found = clocks(
        [promised, statutory, limit(kind="none", name="n")], facts, national(), at=at("2026-03-05")
    )
    dates = {clock.name: clock.due.date if clock.due else None for clock in found}
    assert dates == {
        "promised": date(2026, 3, 26),  # 15 from 3 March, two days paused
        "statutory": date(2026, 4, 14),  # 30 from 2 March, over 6 April
        "n": None,
    }


def test_an_open_pause_shows_as_paused() -> None:
    one = limit(10, exclusions=frozenset({"inspection"}))
    facts = Facts(
        events={"accepted": at("2026-03-02")}, pauses=(parse_pause("2026-03-04/:inspection"),)
    )
    (clock,) = clocks([one], facts, national(), at=at("2026-06-01"))
    assert (clock.state, clock.late) == ("paused", False)


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
    licence = acceptance_limit(licence=True, start_event="received", end_event="accepted")
    received = at("2026-11-16T16:00")
    answer = due(licence, received, national())
    assert answer.date == date(2026, 11, 23)
    said = silence(licence, received, answer)
    assert said is not None
    assert (said.effect, said.as_of, said.after) == ("accepted", received, answer.due_at)


def test_for_other_items_nothing_is_deemed() -> None:
    other = acceptance_limit(licence=False, start_event="received", end_event="accepted")
    answer = due(other, at("2026-11-16"), national())
    assert answer.date == date(2026, 11, 23)
    assert silence(other, at("2026-11-16"), answer) is None
    assert other.rank == "internal"


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
