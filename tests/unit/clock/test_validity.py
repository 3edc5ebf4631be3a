"""Validity, renewal windows and an applicant's own deadlines."""

from datetime import date, time

import pytest

from shared.clock import (
    ClockError,
    Hours,
    Renewal,
    Span,
    Validity,
    destroy_after,
    parse_moment,
    reissued_until,
    reminders,
    renewal_window,
    valid_until,
)
from tests.support.clock_given import limit, national


def day(text: str) -> date:
    return date.fromisoformat(text)


SIX_MONTHS = Validity(span=Span(6, "months"))
TWO_YEARS = Validity(span=Span(2, "years"))


def test_residence_permits_of_six_months_and_two_years() -> None:
    """R-169."""
    assert valid_until(SIX_MONTHS, day("2026-03-15")) == day("2026-09-15")
    assert valid_until(SIX_MONTHS, day("2026-08-31")) == day("2027-02-28")
    assert valid_until(TWO_YEARS, day("2024-02-29")) == day("2026-02-28")


def test_two_days_and_long_term() -> None:
    """R-175, R-177."""
    assert valid_until(Validity(span=Span(2, "calendar_days")), day("2026-11-20")) == (
        day("2026-11-22")
    )
    assert valid_until(Validity(span=None), day("2026-11-20")) is None


def test_at_most_fifteen_days_leaves_the_office_a_shorter_time() -> None:
    """R-153."""
    plate = Validity(span=Span(15, "calendar_days"), at_most=True)
    issued = day("2026-11-02")
    assert valid_until(plate, issued) == day("2026-11-17")
    assert valid_until(plate, issued, chosen=Span(7, "calendar_days")) == day("2026-11-09")
    with pytest.raises(ClockError, match="not be longer than until 2026-11-17"):
        valid_until(plate, issued, chosen=Span(16, "calendar_days"))
    with pytest.raises(ClockError, match="not be longer"):
        valid_until(SIX_MONTHS, issued, chosen=Span(7, "calendar_days"))


def test_a_permit_signed_anew_keeps_its_validity_unless_the_authority_changed() -> None:
    """R-170, R-171."""
    original = day("2027-01-10")

    def anew(reissued: str, *, changed: bool) -> date | None:
        return reissued_until(
            TWO_YEARS, original=original, reissued=day(reissued), authority_changed=changed
        )

    assert anew("2026-11-20", changed=False) == original
    assert anew("2026-11-20", changed=True) == day("2028-11-20")
    assert anew("2027-01-10", changed=False) == original
    assert anew("2027-01-11", changed=False) == day("2029-01-11")  # it had expired


@pytest.mark.requirement("R-092")
def test_renewal_opens_a_number_of_days_before_the_expiry() -> None:
    """R-092: 90 days for a driving licence, 30 for a residence permit."""
    window = renewal_window(Renewal(opens=Span(90, "calendar_days")), day("2026-12-23"), national())
    assert window.opens == day("2026-09-24")
    assert window.closes.date == day("2026-12-23")
    assert [
        window.is_open(day(d)) for d in ("2026-09-23", "2026-09-24", "2026-12-23", "2026-12-24")
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_a_renewal_window_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    window = renewal_window(Renewal(opens=Span(30, "calendar_days")), day("2026-10-03"), national())
    assert window.closes.date == day("2026-10-08")


@pytest.mark.requirement("R-093")
def test_postponement_within_validity_or_one_year_after_at_most_three_years() -> None:
    """R-093."""
    renewal = Renewal(closes=Span(1, "years"), postpone_at_most=Span(3, "years"))
    window = renewal_window(renewal, day("2025-06-12"), national())
    assert window.opens is None
    assert window.closes.date == day("2026-06-12")
    assert window.postponed_until_at_most == day("2028-06-12")
    assert window.is_open(day("2020-01-01"))


def test_unclaimed_documents_are_destroyed_a_year_after_expiry() -> None:
    """R-165."""
    assert destroy_after(day("2024-02-29")) == day("2025-02-28")


MOVED = limit(3, name="moved", party="applicant", start_event="moved", end_event="applied")
COUNTER = Hours(sessions={"all": ((time(10), time(19, 30)),)})


@pytest.mark.requirement("R-091")
def test_an_applicant_is_reminded_of_a_date_they_stated() -> None:
    """R-091: three working days after a change of address."""
    found = reminders(MOVED, day("2026-11-19"), national(), days_before=(0, 1, 3, 30))
    assert found.due.date == day("2026-11-24")
    assert found.remind_on == (day("2026-11-21"), day("2026-11-23"), day("2026-11-24"))


def test_at_a_counter_the_applicants_deadline_ends_at_closing_time() -> None:
    found = reminders(MOVED, day("2026-11-19"), national(), days_before=(), hours=COUNTER)
    assert found.due.due_at == parse_moment("2026-11-24T19:30+08:00")
    window = renewal_window(Renewal(), day("2026-12-23"), national(), hours=COUNTER)
    assert window.closes.due_at == parse_moment("2026-12-23T19:30+08:00")


@pytest.mark.requirement("R-094")
def test_a_processing_limit_is_never_an_applicants_window() -> None:
    """R-094."""
    with pytest.raises(ClockError, match="binds the authority"):
        reminders(limit(3), day("2026-11-19"), national(), days_before=(1,))
    nothing = limit(kind="none", party="applicant")
    assert reminders(nothing, day("2026-11-19"), national(), days_before=(1,)).remind_on == ()
