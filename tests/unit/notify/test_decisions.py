"""What became of a message: sent once, tried a bounded number of times, never forgotten."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notify.decisions import Attempt, Tries, not_yet, owes, record
from shared.case import Fact, Notices, fold_notices, owed_notices
from shared.case.notify.notice import (
    NotificationAbandoned,
    NotificationFailed,
    NotificationQueued,
    NotificationSent,
)
from tests.support import histories as h

CASE = "c" * 32
NOTICE = f"case/{CASE}/1/phone"
QUEUED = h.notices(CASE, abouts=(1,))[0]
TRIES = Tries(most=3, first=timedelta(seconds=10), longest=timedelta(minutes=5))


def state(facts: list[Fact]) -> Notices:
    return fold_notices(CASE, h.events(facts))


def sent(number: int) -> Attempt:
    return Attempt(notice=NOTICE, number=number, outcome="sent", provider="file", reference="m1")


def failed(number: int) -> Attempt:
    return Attempt(notice=NOTICE, number=number, outcome="failed", code="smtp-away")


def test_a_message_that_was_taken_is_recorded_as_sent() -> None:
    assert record(state([QUEUED]), sent(1), TRIES, h.T0) == [
        NotificationSent(notice=NOTICE, attempt=1, provider="file", reference="m1")
    ]


def test_a_message_is_recorded_as_sent_once() -> None:
    facts = [QUEUED, *record(state([QUEUED]), sent(1), TRIES, h.T0)]
    assert record(state(facts), sent(1), TRIES, h.T0) == []
    assert record(state(facts), sent(2), TRIES, h.T0) == []


def test_a_failure_says_when_it_is_tried_again_later_and_later() -> None:
    first = record(state([QUEUED]), failed(1), TRIES, h.T0)
    second = record(state([QUEUED, *first]), failed(2), TRIES, h.T0)
    waits = [f.retry_at - h.T0 for f in (*first, *second) if isinstance(f, NotificationFailed)]
    assert waits == [timedelta(seconds=10), timedelta(seconds=40)]


def test_the_last_try_is_the_last() -> None:
    facts: list[Fact] = [QUEUED]
    for number in (1, 2, 3):
        facts += record(state(facts), failed(number), TRIES, h.T0)
    assert isinstance(facts[-1], NotificationAbandoned)
    assert facts[-1].code == "tries:smtp-away"
    assert owed_notices(state(facts)) == ()


def test_what_no_repeat_can_mend_is_abandoned_at_once() -> None:
    hopeless = Attempt(notice=NOTICE, number=1, outcome="hopeless", code="erased")
    assert record(state([QUEUED]), hopeless, TRIES, h.T0) == [
        NotificationAbandoned(notice=NOTICE, code="erased")
    ]


def test_an_attempt_that_another_worker_counted_is_not_counted_again() -> None:
    facts = [QUEUED, *record(state([QUEUED]), failed(1), TRIES, h.T0)]
    assert record(state(facts), failed(1), TRIES, h.T0) == []
    assert owes(state(facts), NOTICE, after=0) is None
    assert owes(state(facts), NOTICE, after=1) is not None


def test_a_message_is_queued_once_whoever_queues_it() -> None:
    assert not_yet(state([]), [QUEUED]) == [QUEUED]
    assert not_yet(state([QUEUED]), [QUEUED]) == []


@given(st.lists(st.sampled_from(["sent", "failed", "hopeless"]), max_size=12))
def test_a_message_stays_owed_until_it_is_settled_and_ends_within_its_tries(
    outcomes: list[str],
) -> None:
    """Whatever the provider answers: owed with a due time, or settled; never neither."""
    facts: list[Fact] = [QUEUED]
    for outcome in outcomes:
        present = state(facts).notices[NOTICE]
        assert present.settled == (owed_notices(state(facts)) == ())
        attempt = Attempt(
            notice=NOTICE,
            number=present.attempts + 1,
            outcome=outcome,  # type: ignore[arg-type]
            code="c",
        )
        facts += record(state(facts), attempt, TRIES, h.T0)
    assert isinstance(QUEUED, NotificationQueued)
    assert sum(isinstance(f, NotificationFailed) for f in facts) < TRIES.most
    assert sum(isinstance(f, NotificationSent | NotificationAbandoned) for f in facts) <= 1
