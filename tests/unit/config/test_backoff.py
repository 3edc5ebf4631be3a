"""One back-off for all: it doubles, it has a ceiling, and a long outage does not overflow it."""

from datetime import timedelta

import pytest

from services.notify.decisions import Tries
from shared.config.backoff import MOST_STEPS, backoff, jittered
from shared.messaging.consumer.away import pause_s


def test_each_failure_doubles_the_pause_up_to_the_ceiling() -> None:
    pauses = [backoff(n, first=0.5, longest=10.0) for n in range(1, 8)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_factor_and_lengths_of_time() -> None:
    first, longest = timedelta(seconds=30), timedelta(hours=4)
    found = [backoff(n, first=first, longest=longest, factor=4) for n in (1, 2, 3, 6, 10**6)]
    assert found == [first, 4 * first, 16 * first, longest, longest]


@pytest.mark.parametrize("failures", [-1, 0, 1])
def test_the_first_pause_is_the_shortest(failures: int) -> None:
    assert backoff(failures, first=0.1, longest=5.0) == 0.1


def test_a_long_outage_overflows_nothing() -> None:
    longest = timedelta.max
    assert backoff(10**9, first=timedelta(1), longest=longest) == timedelta(2**MOST_STEPS)


def test_jitter_keeps_half_of_the_pause_at_least() -> None:
    assert all(1.0 <= jittered(2.0) <= 2.0 for _ in range(200))
    assert jittered(0.0) == 0.0


def test_the_numbers_of_those_that_wait_are_kept() -> None:
    assert [pause_s(n) for n in (1, 2, 6, 7, 50)] == [0.1, 0.2, 3.2, 5.0, 5.0]
    tries = Tries()
    assert tries.first == timedelta(seconds=30)
    assert tries.longest == timedelta(hours=4)
