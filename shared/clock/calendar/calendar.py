"""The working-day calendar of one place: the national layer with its province's layer on top.

All questions about days are answered from prefix sums, which are computed once for a combination of
layers. A due date therefore costs a few look-ups, however long the limit is.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import Literal, NamedTuple

from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.layers import Layer
from shared.clock.calendar.moments import FIRST_DAY, LAST_DAY, known_day

BASE = FIRST_DAY.toordinal()
_DAYS = LAST_DAY.toordinal() - BASE + 1
_SATURDAY = 5
_last_day = itemgetter(1)  # of a _Gap

Why = Literal["weekday", "weekend", "holiday", "shifted-working-day"]


class DayInfo(NamedTuple):
    """The kind of one day and its announcement (`layer` is "" for plain weekdays)."""

    day: date
    working: bool
    why: Why
    name_zh: str = ""
    name_en: str = ""
    layer: str = ""


class Calendar:
    """Working days from 2004 to 2099 for one combination of layers. Immutable.

    `layers` is national first, then the province's. A day that no notice covers is counted by its
    weekday alone; `is_provisional` (national) and `incomplete` (province) report such days.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        if not layers or layers[0].name != "national":
            raise ClockError("A calendar begins with the national layer.")
        self.layers = tuple(layers)
        self.version = "+".join(layer.version for layer in self.layers)
        self._special = _special_days(self.layers)
        until = self.layers[0].complete_until
        self._known_until = until.toordinal() if until else BASE - 1
        self._count, self._nth = self._sums()
        self._gaps = tuple(_gaps(layer) for layer in self.layers[1:])

    @property
    def province(self) -> str | None:
        """The name of the province's layer, if there is one."""
        return self.layers[1].name if len(self.layers) > 1 else None

    def _sums(self) -> tuple[array[int], array[int]]:
        """`count[i]`: working days up to day i; `nth[k]`: the ordinal of the k-th (from 1)."""
        count, nth = array("i"), array("i", [0])
        for ordinal in range(BASE, BASE + _DAYS):
            info = self._special.get(ordinal)
            if info.working if info else (ordinal - 1) % 7 < _SATURDAY:
                nth.append(ordinal)
            count.append(len(nth) - 1)
        return count, nth

    def info(self, day: date) -> DayInfo:
        """The day's kind (weekday, weekend, holiday or shifted working day) and its name."""
        special = self._special.get(known_day(day).toordinal())
        if special:
            return special
        if day.weekday() < _SATURDAY:
            return DayInfo(day, working=True, why="weekday")
        return DayInfo(day, False, "weekend", "周末", "weekend")

    def is_working(self, day: date) -> bool:
        """True on working days, shifted ones included."""
        return self.next_working(known_day(day).toordinal()) == day.toordinal()

    def working_up_to(self, ordinal: int) -> int:
        """The number of working days from 2004-01-01 up to and including the day."""
        return self._count[ordinal - BASE] if ordinal >= BASE else 0

    def nth_working(self, k: int) -> int:
        """The ordinal of the k-th working day (from 1); ClockError beyond the calendar."""
        try:
            return self._nth[k]
        except IndexError:
            raise ClockError(f"The date is after {LAST_DAY.isoformat()}.") from None

    def next_working(self, ordinal: int) -> int:
        """The ordinal of the first working day on or after the day."""
        return self.nth_working(self.working_up_to(ordinal - 1) + 1)

    def is_provisional(self, ordinal: int) -> bool:
        """True when the day is later than the last day that the national notices settle."""
        return ordinal > self._known_until

    def incomplete(self, first: int, last: int) -> tuple[str, ...]:
        """Marks "<province>:<year of the missing notice>" for the days first..last (ordinals)."""
        marks: list[str] = []
        for gaps in self._gaps:
            at = bisect_left(gaps, first, key=_last_day)
            while at < len(gaps) and gaps[at].first <= last:
                marks.append(gaps[at].mark)
                at += 1
        return tuple(marks)


def _special_days(layers: Sequence[Layer]) -> dict[int, DayInfo]:
    """The days that a notice made different from their weekday; later layers win."""
    special: dict[int, DayInfo] = {}
    for layer in layers:
        for notice in layer.notices:
            for day, name in notice.off.items():
                english = layer.names_en.get(name, name)
                special[day.toordinal()] = DayInfo(day, False, "holiday", name, english, layer.name)
            for day, name in notice.work.items():
                english = layer.names_en.get(name, name)
                special[day.toordinal()] = DayInfo(
                    day, True, "shifted-working-day", name, english, layer.name
                )
    return special


class _Gap(NamedTuple):
    """A run of days (ordinals) without their notice, and the mark that names the missing notice."""

    first: int
    last: int
    mark: str


def _gaps(layer: Layer) -> list[_Gap]:
    """The days that no notice of the layer settles, in order: one run for each missing notice."""
    known = {notice.year: notice.known_until for notice in layer.notices}
    gaps: list[_Gap] = []
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        last = date(year, 12, 31).toordinal()
        needed, first = year, date(year, 1, 1).toordinal()
        if year in known:
            needed, first = year + 1, known[year].toordinal() + 1
        if needed in known or first > last:
            continue
        mark = f"{layer.name}:{needed}"
        if gaps and gaps[-1].mark == mark:
            first = gaps.pop().first
        gaps.append(_Gap(first, last, mark))
    return gaps
