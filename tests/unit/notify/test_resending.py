"""What was given up is owed again when somebody asks, once, and its tries begin anew."""

from datetime import timedelta

import pytest

from services.notify.decisions import Attempt, NoticeFilter, Tries, given_up, owes, record, requeue
from shared.case import Fact, Notices, fold_notices, owed_notices
from shared.case.notify.notice import NotificationAbandoned, NotificationRequeued
from tests.support import histories as h

CASE = "c" * 32
QUEUED = h.notices(CASE, abouts=(1,))[0]
NOTICE = f"case/{CASE}/1/phone"
TRIES = Tries(most=2, first=timedelta(seconds=10))


def state(facts: list[Fact]) -> Notices:
    return fold_notices(CASE, h.events(facts))


def failed(number: int) -> Attempt:
    return Attempt(notice=NOTICE, number=number, outcome="failed", code="smtp-away", fault="relay")


def after_its_tries() -> list[Fact]:
    facts: list[Fact] = [QUEUED]
    for number in (1, 2):
        facts += record(state(facts), failed(number), TRIES, h.T0)
    return facts


def test_what_was_given_up_says_why_and_since_when() -> None:
    (notice,) = given_up(state(after_its_tries()), NoticeFilter())
    assert (notice.code, notice.status) == ("tries:smtp-away", "abandoned")
    assert notice.given_up_at is not None


def test_it_is_owed_again_once_with_all_its_tries() -> None:
    facts = after_its_tries()
    assert owed_notices(state(facts)) == ()
    again = requeue(state(facts), NoticeFilter())
    assert again == [NotificationRequeued(notice=NOTICE)]
    facts += again
    assert requeue(state(facts), NoticeFilter()) == []
    assert len(owed_notices(state(facts))) == 1  # a timer sends it where no worker does
    assert owes(state(facts), NOTICE, after=0) is not None
    facts += record(state(facts), failed(1), TRIES, h.T0)
    assert state(facts).notices[NOTICE].status == "failed"  # not given up at the first try
    sent = Attempt(notice=NOTICE, number=2, outcome="sent", provider="p", reference="r")
    facts += record(state(facts), sent, TRIES, h.T0)
    assert state(facts).notices[NOTICE].status == "sent"
    assert state(facts).notices[NOTICE].code == ""
    assert requeue(state(facts), NoticeFilter()) == []


def test_what_is_owed_or_sent_is_not_owed_again() -> None:
    assert requeue(state([QUEUED]), NoticeFilter()) == []


def test_a_person_who_was_erased_is_not_written_to() -> None:
    facts: list[Fact] = [QUEUED, NotificationAbandoned(notice=NOTICE, code="erased")]
    assert len(given_up(state(facts), NoticeFilter())) == 1
    assert requeue(state(facts), NoticeFilter()) == []


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        (NoticeFilter(), True),
        (NoticeFilter(notice=NOTICE), True),
        (NoticeFilter(notice="case/x/1/phone"), False),
        (NoticeFilter(code="smtp-away"), True),
        (NoticeFilter(code="tries:smtp-away"), True),
        (NoticeFilter(code="smtp"), False),
        (NoticeFilter(channel="phone"), True),
        (NoticeFilter(channel="email"), False),
        (NoticeFilter(since=h.T0 - timedelta(days=1)), True),
        (NoticeFilter(since=h.T0 + timedelta(days=9999)), False),
    ],
)
def test_which_are_meant(wanted: NoticeFilter, *, meant: bool) -> None:
    assert bool(requeue(state(after_its_tries()), wanted)) is meant
