"""What notify decides on `notice/<case>`: pure, nothing to do means nothing returned."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from services.notify.channels.message import Fault
from services.notify.words.table import EDITION, NOTICES
from shared.case import Case, Fact, Notice, Notices
from shared.case.notify.notice import (
    NotificationAbandoned,
    NotificationFailed,
    NotificationQueued,
    NotificationRequeued,
    NotificationSent,
)
from shared.config.backoff import backoff

# After the last try the code of that try follows this word; on disk.
LAST_TRY = "tries:"
ERASED = "erased"


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """How often and when a message is tried again; tests scale it down.

    The default spreads eight tries over half a day: after 30 s, each time four times as long, at
    most 4 h.
    """

    most: int = 8
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=4)

    def next_at(self, attempt: int, now: datetime) -> datetime:
        """When to try after attempt `attempt` (from 1) failed."""
        return now + backoff(attempt, first=self.first, longest=self.longest, factor=4)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one attempt to send one notice; `fault`: whose, where the channel was asked."""

    notice: str
    number: int
    outcome: Literal["sent", "failed", "hopeless"]
    provider: str = ""
    reference: str = ""
    code: str = ""
    fault: Fault | None = None


def queue(fact: Fact, case: Case, about: str) -> list[Fact]:
    """One message for each channel the applicant gave, for an event they are told of (R-108).

    `about` is the event's id; `case` the case as of that event.
    """
    wording = NOTICES.get(type(fact))
    if wording is None or not wording.told(fact):
        return []
    return [
        NotificationQueued(
            notice=f"{about}/{channel}",
            case=case.id,
            about=about,
            about_type=fact.TYPE,
            channel=channel,
            template=wording.template,
            words=EDITION,
        )
        for channel in case.contact
    ]


def not_yet(state: Notices, queued: Sequence[Fact]) -> list[Fact]:
    """Those that are not on `notice/<case>` already, whoever queued them."""
    return [
        fact
        for fact in queued
        if isinstance(fact, NotificationQueued) and fact.notice not in state.notices
    ]


def owes(state: Notices, notice: str, *, after: int) -> Notice | None:
    """The notice if it is still to be sent and exactly `after` attempts were recorded."""
    found = state.notices.get(notice)
    if found is None or found.settled or found.attempts != after:
        return None
    return found


def record(state: Notices, attempt: Attempt, tries: Tries, now: datetime) -> list[Fact]:
    """What came of an attempt; nothing where the notice is settled or another attempt counted."""
    if owes(state, attempt.notice, after=attempt.number - 1) is None:
        return []
    if attempt.outcome == "sent":
        return [
            NotificationSent(
                notice=attempt.notice,
                attempt=attempt.number,
                provider=attempt.provider,
                reference=attempt.reference,
            )
        ]
    if attempt.outcome == "hopeless":
        return [NotificationAbandoned(notice=attempt.notice, code=attempt.code)]
    if attempt.number >= tries.most:
        return [NotificationAbandoned(notice=attempt.notice, code=f"{LAST_TRY}{attempt.code}")]
    return [
        NotificationFailed(
            notice=attempt.notice,
            attempt=attempt.number,
            code=attempt.code,
            retry_at=tries.next_at(attempt.number, now),
        )
    ]


class NoticeFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the messages that were given up are meant; a field that is empty excludes none.

    `code` is met with and without the word that says that the tries are over.
    """

    notice: str = ""
    code: str = ""
    channel: str = ""
    since: datetime | None = None

    def meets(self, notice: Notice) -> bool:
        """Whether this message was given up and is one of them."""
        return (
            notice.status == "abandoned"
            and self.notice in {"", notice.queued.notice}
            and self.channel in {"", notice.queued.channel}
            and self.code in {"", notice.code, notice.code.removeprefix(LAST_TRY)}
            and (self.since is None or _not_before(notice.given_up_at, self.since))
        )


def _not_before(at: datetime | None, since: datetime) -> bool:
    return at is not None and at >= since


def given_up(state: Notices, wanted: NoticeFilter) -> list[Notice]:
    """The messages of a case that were given up, of those that are meant."""
    return [notice for notice in state.notices.values() if wanted.meets(notice)]


def requeue(state: Notices, wanted: NoticeFilter) -> list[Fact]:
    """Owe what was given up again; nothing for a person who was erased and cannot be written to."""
    return [
        NotificationRequeued(notice=notice.queued.notice)
        for notice in given_up(state, wanted)
        if notice.code != ERASED
    ]
