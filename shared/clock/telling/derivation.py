"""The data types of an explained due date: its days, its steps, and the question behind them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.counting.due import Due
from shared.clock.counting.limits import Limit, Pause, Restart

# Raised whenever a counting rule changes its meaning; a case records the rules it was judged by.
RULES_VERSION = "1"

Role = Literal["start", "counted", "off", "paused", "stepped-over", "end"]


class DayRow(msgspec.Struct, frozen=True):
    """One day of the derivation. `number` is its count, None when the day does not count.

    role: "start" (never counted), "counted", "off" (not a working day), "paused", "stepped-over"
    (by the roll-over), "end" (the day that the roll-over ends on). why, name, layer: see DayInfo.
    """

    day: date
    role: Role
    number: int | None
    why: str
    name_zh: str = ""
    name_en: str = ""
    layer: str = ""
    paused: bool = False


class Step(msgspec.Struct, frozen=True):
    """One reason: a code and its data for machines, a sentence in both languages for people."""

    code: str
    data: Mapping[str, Any]
    zh: str
    en: str


class Explanation(msgspec.Struct, frozen=True):
    """A due date with its whole derivation."""

    limit: str
    due: Due
    steps: tuple[Step, ...]
    days: tuple[DayRow, ...]
    rules_version: str
    calendar_version: str

    def sentences(self, language: Literal["zh", "en"] = "zh") -> tuple[str, ...]:
        """The steps as sentences, in their order."""
        return tuple(step.zh if language == "zh" else step.en for step in self.steps)


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """The input of the sentences: the question and the days of the derivation."""

    asked: Limit  # the limit as the item has it
    limit: Limit  # the limit in the variant that applies
    asked_start: datetime
    start: datetime
    n: int
    calendar: Calendar
    pauses: tuple[Pause, ...]
    restarts: tuple[Restart, ...]
    variant: str | None
    extended: bool
    days: tuple[DayRow, ...]
    due: Due
