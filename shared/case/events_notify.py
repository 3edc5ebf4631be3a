"""What notify writes, all of it on `notice/<case>`: so no receipt makes a decision stale.

A notice is one message about one event by one channel. Its text and its destination are made when
it is sent, from the sealed contact of the case; neither is stored.
"""

from datetime import datetime
from typing import ClassVar

from shared.case.base import Fact, FactCorrected, StepOverdue
from shared.case.parts import Channel


class NotificationQueued(Fact, frozen=True, kw_only=True):
    """A message is owed. `notice` is `<event id>/<channel>`; `about` the event's id."""

    TYPE: ClassVar[str] = "notify.NotificationQueued"
    notice: str
    case: str
    about: str
    about_type: str
    channel: Channel
    template: str


class NotificationSent(Fact, frozen=True, kw_only=True):
    """The provider took it."""

    TYPE: ClassVar[str] = "notify.NotificationSent"
    notice: str
    attempt: int
    provider: str
    reference: str


class NotificationDelivered(Fact, frozen=True, kw_only=True):
    """The provider says that it arrived."""

    TYPE: ClassVar[str] = "notify.NotificationDelivered"
    notice: str
    reference: str


class NotificationFailed(Fact, frozen=True, kw_only=True):
    """An attempt failed; the next is due at `retry_at`."""

    TYPE: ClassVar[str] = "notify.NotificationFailed"
    notice: str
    attempt: int
    code: str
    retry_at: datetime


class NotificationAbandoned(Fact, frozen=True, kw_only=True):
    """It will not be tried again, for the reason given."""

    TYPE: ClassVar[str] = "notify.NotificationAbandoned"
    notice: str
    code: str


class NotifyStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that notify owes is late."""

    TYPE: ClassVar[str] = "notify.StepOverdue"


class NotifyFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Notify puts a fact right."""

    TYPE: ClassVar[str] = "notify.FactCorrected"


EVENTS: tuple[type[Fact], ...] = (
    NotificationQueued,
    NotificationSent,
    NotificationDelivered,
    NotificationFailed,
    NotificationAbandoned,
    NotifyStepOverdue,
    NotifyFactCorrected,
)
