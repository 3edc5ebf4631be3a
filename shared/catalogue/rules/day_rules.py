"""The windows and pay days of an item: when applications are taken, and when money moves."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from shared.catalogue.definition.choosing import Choices, holds
from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.schedule import WindowRule
from shared.clock import (
    Calendar,
    Payday,
    WindowState,
    local_day,
    payday,
    window_state,
    window_words,
)
from shared.clock.telling.wording import Words

NO_WINDOW = Words(
    "该事项未限定办理期间，工作时间内均可办理。",
    "The source sets no window: the item is taken at any time of the opening hours.",
)
NO_PAYDAY = Words(
    "来源文件未载明发放日或者扣缴日。", "The source prints no pay-out or deduction day."
)


class WindowAnswer(msgspec.Struct, frozen=True):
    """Whether applications are taken now; `rule` is None for an item without a window."""

    state: WindowState
    rule: WindowRule | None
    words: Words


def waits_for(text: ItemText) -> tuple[str, ...]:
    """The outside events that open a window of the item."""
    needs = [name for rule in text.windows for name in getattr(rule, "needs", ())]
    return tuple(dict.fromkeys(needs))


def window_of(
    text: ItemText,
    at: datetime,
    calendar: Calendar,
    *,
    choices: Choices | None = None,
    happened: Mapping[str, datetime] | None = None,
) -> WindowAnswer:
    """The window of an item at a time: of several windows the open one, else the next to open.

    A window of an item that is not offered is never open.

    `happened`: outside events of the year (`Calendars.happened`). Raises ClockError for a time
    outside the calendar.
    """
    if not text.offered:
        local_day(at)
        closed = WindowState(False, calendar_version=calendar.version, reason="not-offered")
        return WindowAnswer(closed, None, _not_offered(text))
    rules = [rule for rule in text.windows if holds(rule.when, choices or Choices())]
    if not rules:
        local_day(at)
        open_ = WindowState(True, calendar_version=calendar.version)
        return WindowAnswer(open_, None, NO_WINDOW)
    states = [(window_state(rule, at, calendar, happened=happened), rule) for rule in rules]
    state, rule = min(states, key=_preference)
    return WindowAnswer(state, rule, window_words(state))


def _not_offered(text: ItemText) -> Words:
    zh, en = text.not_offered_because_zh or "", text.not_offered_because or ""
    return Words(f"该事项不受理申请。{zh}", f"The item cannot be applied for. {en}".rstrip())


def _preference(found: tuple[WindowState, WindowRule]) -> tuple[int, float]:
    """The order of preference: the last open window to close, then the first closed one to open.

    Unknown windows come last.
    """
    state = found[0]
    if state.open:
        return (0, -state.closes.timestamp() if state.closes else 0.0)
    opens = state.next_opens.timestamp() if state.next_opens else float("inf")
    return (2 if state.open is None else 1, opens)


def payday_of(
    text: ItemText,
    after: date,
    calendar: Calendar,
    *,
    attempt: int = 1,
    party: str | None = None,
) -> Payday | None:
    """The first pay day strictly after a date; None if the item prints none.

    Raises ClockError for an attempt or a party that the schedule does not have.
    """
    if not text.paydays:
        return None
    return payday(text.paydays, after, calendar, attempt=attempt, party=party)
