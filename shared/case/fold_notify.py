"""What notify's events make of `notice/<case>`: each message, and what became of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from shared.case.base import Recorded, StepOverdue, StoredEvent
from shared.case.events_notify import (
    NotificationAbandoned,
    NotificationDelivered,
    NotificationFailed,
    NotificationQueued,
    NotificationSent,
)
from shared.case.registry import decode
from shared.case.state import Mark, Reminded

NoticeStatus = Literal["queued", "sent", "delivered", "failed", "abandoned"]
SETTLED = frozenset({"sent", "delivered", "abandoned"})


class Notice(msgspec.Struct, frozen=True):
    """One message about one event by one channel."""

    queued: NotificationQueued
    status: NoticeStatus
    mark: Mark
    attempts: int = 0
    retry_at: datetime | None = None

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


def evolve_notices(state: Notices, event: Recorded) -> Notices:
    """The state after one more event of `notice/<case>`."""
    mark, fact = Mark(event.version, event.at), event.fact
    changed: Notice | None = None
    match fact:
        case NotificationQueued():
            changed = Notice(fact, "queued", mark)
        case NotificationSent():
            changed = _of(state, fact.notice, status="sent", attempts=fact.attempt, mark=mark)
        case NotificationDelivered():
            changed = _of(state, fact.notice, status="delivered")
        case NotificationFailed():
            changed = _of(state, fact.notice, status="failed", attempts=fact.attempt, mark=mark)
            changed = replace(changed, retry_at=fact.retry_at)
        case NotificationAbandoned():
            changed = _of(state, fact.notice, status="abandoned")
        case StepOverdue():
            reminded = {**state.reminded, fact.step: Reminded(fact.since, mark)}
            state = replace(state, reminded=reminded)
        case _:
            pass
    if changed is not None:
        state = replace(state, notices={**state.notices, changed.queued.notice: changed})
    return replace(state, version=event.version)


def _of(state: Notices, notice_id: str, **changes: Any) -> Notice:
    return replace(state.notices[notice_id], retry_at=None, **changes)


def fold_notices(case_id: str, events: Iterable[StoredEvent]) -> Notices:
    """Fold the events of one `notice/<case>`."""
    state = Notices(case=case_id)
    for event in events:
        state = evolve_notices(state, decode(event))
    return state
