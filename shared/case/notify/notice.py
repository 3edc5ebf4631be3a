"""What notify writes, all of it on `notice/<case>`: so no receipt makes a decision stale.

A notice is one message about one event by one channel. Its text and its destination are made when
it is sent, from the sealed contact of the case; neither is stored. What was told can be said again:
the words have editions, none of which changes, and a notice records its own.
"""

from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, Reminded
from shared.case.facts.parts import Channel


class NotificationQueued(Fact, frozen=True, kw_only=True):
    """A message is owed. `notice` is `<event id>/<channel>`; `about` the event's id.

    `words`: the edition of the words in which it is told; empty: the first.
    """

    TYPE: ClassVar[str] = "notify.NotificationQueued"
    LATER: ClassVar[frozenset[str]] = frozenset({"words"})
    notice: str
    case: str
    about: str
    about_type: str
    channel: Channel
    template: str
    words: str = ""

    def on_notices(self, notices: "Notices", mark: Mark) -> "Notices":
        return _with(notices, Notice(self, "queued", mark))


class NotificationSent(Fact, frozen=True, kw_only=True):
    """The provider took it."""

    TYPE: ClassVar[str] = "notify.NotificationSent"
    notice: str
    attempt: int
    provider: str
    reference: str

    def on_notices(self, notices: "Notices", mark: Mark) -> "Notices":
        return _changed(notices, self.notice, status="sent", attempts=self.attempt, mark=mark)


class NotificationDelivered(Fact, frozen=True, kw_only=True):
    """The provider says that it arrived."""

    TYPE: ClassVar[str] = "notify.NotificationDelivered"
    notice: str
    reference: str

    def on_notices(self, notices: "Notices", _: Mark) -> "Notices":
        return _changed(notices, self.notice, status="delivered")


class NotificationFailed(Fact, frozen=True, kw_only=True):
    """An attempt failed; the next is due at `retry_at`."""

    TYPE: ClassVar[str] = "notify.NotificationFailed"
    notice: str
    attempt: int
    code: str
    retry_at: datetime

    def on_notices(self, notices: "Notices", mark: Mark) -> "Notices":
        return _changed(
            notices,
            self.notice,
            status="failed",
            attempts=self.attempt,
            mark=mark,
            retry_at=self.retry_at,
            code=self.code,
        )


class NotificationAbandoned(Fact, frozen=True, kw_only=True):
    """It will not be tried again, for the reason given."""

    TYPE: ClassVar[str] = "notify.NotificationAbandoned"
    notice: str
    code: str

    def on_notices(self, notices: "Notices", mark: Mark) -> "Notices":
        return _changed(
            notices, self.notice, status="abandoned", code=self.code, given_up_at=mark.at
        )


class NotificationRequeued(Fact, frozen=True, kw_only=True):
    """What was given up is owed again, because somebody asked for it: the actor of the commit.

    Its tries are counted anew.
    """

    TYPE: ClassVar[str] = "notify.NotificationRequeued"
    notice: str

    def on_notices(self, notices: "Notices", mark: Mark) -> "Notices":
        return _changed(notices, self.notice, status="queued", attempts=0, mark=mark)


NoticeStatus = Literal["queued", "sent", "delivered", "failed", "abandoned"]


SETTLED = frozenset({"sent", "delivered", "abandoned"})


class Notice(msgspec.Struct, frozen=True):
    """One message about one event by one channel.

    `code` says why it failed last, or was given up; empty once it is queued or sent.
    """

    queued: NotificationQueued
    status: NoticeStatus
    mark: Mark
    attempts: int = 0
    retry_at: datetime | None = None
    code: str = ""
    given_up_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more is owed on it."""
        return self.status in SETTLED


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """`notice/<case>`: all messages of one case, by notice id, in the order they were queued."""

    case: str = ""
    version: int = 0
    notices: dict[str, Notice] = {}
    reminded: dict[str, Reminded] = {}

    @property
    def waiting(self) -> tuple[Notice, ...]:
        """Messages that are still to be sent."""
        return tuple(notice for notice in self.notices.values() if not notice.settled)


def _with(notices: Notices, notice: Notice) -> Notices:
    return replace(notices, notices={**notices.notices, notice.queued.notice: notice})


def _changed(notices: Notices, notice_id: str, **changes: Any) -> Notices:
    changed = replace(
        notices.notices[notice_id], **{"retry_at": None, "code": "", "given_up_at": None, **changes}
    )
    return _with(notices, changed)
