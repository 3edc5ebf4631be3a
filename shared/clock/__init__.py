"""The legal clock: when something is due and why, from data, without any clock of its own.

Pure: no I/O but `packaged_calendars()`, no `now()`. The rules are in
docs/explanation/legal-clock.md. In short:

    calendars = packaged_calendars()             # once a process; .with_notice(layer, notice)
    calendar = calendars.of("xinjiang")          # Calendar: national + province
    answer = due(limit, start, calendar, pauses=..., extended=..., variant=...)   # Due
    why = explain(limit, start, calendar, ...)   # Explanation: .due, .steps, .days, .sentences()

ClockError is the one error: its text is a sentence.
"""

from shared.clock.calendar import Calendar, DayInfo
from shared.clock.due import Due, due
from shared.clock.errors import ClockError
from shared.clock.hours import Hours, closing_time, is_open, next_opening
from shared.clock.layers import Layer, Notice, parse_layer, parse_notice
from shared.clock.limits import (
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
from shared.clock.moments import SHANGHAI, end_of_day, local_day, parse_day, parse_moment
from shared.clock.packaged import Calendars, packaged_calendars

__all__ = [
    "ARTICLE_45",
    "CAUSES",
    "SHANGHAI",
    "Calendar",
    "Calendars",
    "ClockError",
    "DayInfo",
    "Due",
    "Extension",
    "Hours",
    "Layer",
    "Limit",
    "Notice",
    "Pause",
    "Restart",
    "Variant",
    "closing_time",
    "due",
    "end_of_day",
    "is_open",
    "local_day",
    "next_opening",
    "packaged_calendars",
    "parse_day",
    "parse_layer",
    "parse_moment",
    "parse_notice",
    "parse_pause",
    "watch_limit",
]
