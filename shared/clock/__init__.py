"""The legal clock: when something is due and why, from data, without any clock of its own.

Pure: no I/O but `packaged_calendars()` (and notices.py), no `now()`. The rules are in
docs/explanation/legal-clock.md. In short:

    calendars = packaged_calendars()             # once a process; .with_notice(layer, notice)
    calendar = calendars.of("xinjiang")          # Calendar: national + province
    answer = due(limit, start, calendar, pauses=..., extended=..., variant=...)   # Due
    why = explain(limit, start, calendar, ...)   # Explanation: .due, .steps, .days, .sentences()
    governing({"promised": a, "statutory": b})   # the name of the earlier one
    silence(limit, start, answer)                # deemed acceptance, deemed effect
    window_words(window_state(window, at, calendar))    # .open .closes .next_opens .booking
    payday(schedule, after, calendar, attempt=2, party="unit")

ClockError is the one error: its text is a sentence.
"""

from shared.clock.calendar.calendar import Calendar, DayInfo
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.layers import DaysOff, Layer, parse_layer, parse_notice
from shared.clock.calendar.moments import SHANGHAI, end_of_day, local_day, parse_day, parse_moment
from shared.clock.calendar.packaged import Announced, Calendars, packaged_calendars
from shared.clock.counting.clocks import (
    Silence,
    check_extension,
    crossed,
    follow_up,
    governing,
    silence,
)
from shared.clock.counting.due import Due, due
from shared.clock.counting.hours import Hours, closing_time, is_open, next_opening
from shared.clock.counting.limits import (
    ARTICLE_45,
    CAUSES,
    Extension,
    Limit,
    Pause,
    Restart,
    Variant,
    parse_pause,
    watch_limit,
)
from shared.clock.counting.paydays import PayDay, Payday, payday
from shared.clock.counting.validity import (
    Reminders,
    Renewal,
    RenewalWindow,
    Span,
    Validity,
    destroy_after,
    reissued_until,
    reminders,
    renewal_window,
    valid_until,
)
from shared.clock.counting.windows import (
    AnnouncedWindow,
    CycleStage,
    CycleWindow,
    DayRange,
    EventWindow,
    MonthlyWindow,
    Window,
    WindowState,
    window_state,
)
from shared.clock.telling.derivation import RULES_VERSION, DayRow, Explanation, Step
from shared.clock.telling.explain import explain
from shared.clock.telling.wording import Words, limit_begins, limit_title, printed_day, window_words

__all__ = [
    "ARTICLE_45",
    "CAUSES",
    "RULES_VERSION",
    "SHANGHAI",
    "Announced",
    "AnnouncedWindow",
    "Calendar",
    "Calendars",
    "ClockError",
    "CycleStage",
    "CycleWindow",
    "DayInfo",
    "DayRange",
    "DayRow",
    "DaysOff",
    "Due",
    "EventWindow",
    "Explanation",
    "Extension",
    "Hours",
    "Layer",
    "Limit",
    "MonthlyWindow",
    "Pause",
    "PayDay",
    "Payday",
    "Reminders",
    "Renewal",
    "RenewalWindow",
    "Restart",
    "Silence",
    "Span",
    "Step",
    "Validity",
    "Variant",
    "Window",
    "WindowState",
    "Words",
    "check_extension",
    "closing_time",
    "crossed",
    "destroy_after",
    "due",
    "end_of_day",
    "explain",
    "follow_up",
    "governing",
    "is_open",
    "limit_begins",
    "limit_title",
    "local_day",
    "next_opening",
    "packaged_calendars",
    "parse_day",
    "parse_layer",
    "parse_moment",
    "parse_notice",
    "parse_pause",
    "payday",
    "printed_day",
    "reissued_until",
    "reminders",
    "renewal_window",
    "silence",
    "valid_until",
    "watch_limit",
    "window_state",
    "window_words",
]
