"""The layers of the working-day calendar: the announcements of one authority, year by year.

A layer is the sum of its yearly notices and guesses nothing; the calendar marks a day that no
notice covers. The national layer comes from the State Council's yearly notice, a province's layer
from the province's own (requirements, corrections, "Holidays").
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import FIRST_DAY, LAST_DAY, known_day, parse_day

# A notice may set the last days of the year before (2018-12-29 was worked by the one for 2019).
SPILL_MONTH, SPILL_DAY = 12, 25
_SEASONS = 2  # summer and winter hours: the first day of a season does not tell when it ends


class DaysOff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One year's announcement: days off and shifted working days, each with the Chinese name.

    `seasons` maps the first day of an opening-hours season to its name ("summer", "winter").
    `complete_until` is given only when the notice covers more or less than the default, which is 24
    December of its year. `source` names the document.
    """

    year: int
    off: Mapping[date, str] = {}
    work: Mapping[date, str] = {}
    seasons: Mapping[date, str] = {}
    complete_until: date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not FIRST_DAY.year <= self.year <= LAST_DAY.year:
            raise ClockError(
                f"A notice for the year {self.year} is outside the calendar "
                f"({FIRST_DAY.year} to {LAST_DAY.year})."
            )
        for day in (*self.off, *self.work):
            if not self._may_set(day):
                raise ClockError(
                    f"The notice for {self.year} cannot set {day.isoformat()}: it covers "
                    f"{self.year} and the days from 25 December {self.year - 1}."
                )
        if both := sorted(set(self.off) & set(self.work)):
            raise ClockError(
                f"The notice for {self.year} calls {both[0].isoformat()} both a day off and a "
                "working day."
            )
        if self.seasons and (
            len(self.seasons) < _SEASONS or any(day.year != self.year for day in self.seasons)
        ):
            raise ClockError(
                f"The notice for {self.year} must give the first day of each season of that year, "
                "or of none."
            )
        if self.complete_until is not None and self.complete_until.year != self.year:
            raise ClockError(
                f"The notice for {self.year} cannot be complete until "
                f"{self.complete_until.isoformat()}: that is another year."
            )

    def _may_set(self, day: date) -> bool:
        return date(self.year - 1, SPILL_MONTH, SPILL_DAY) <= day <= date(self.year, 12, 31)

    @property
    def known_until(self) -> date:
        """The last day that this notice alone settles."""
        return self.complete_until or date(self.year, SPILL_MONTH, SPILL_DAY - 1)


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """All announcements of one authority: its notices, oldest first, one for each year."""

    name: str
    title_zh: str
    title_en: str
    label: str  # the version of the packaged file that the layer was read from
    notices: tuple[DaysOff, ...] = ()
    names_en: Mapping[str, str] = {}
    source_note: str = ""

    @property
    def years(self) -> frozenset[int]:
        """The years for which a notice is loaded."""
        return frozenset(notice.year for notice in self.notices)

    @property
    def complete_until(self) -> date | None:
        """The last day settled without a gap since the first notice; None while none is loaded."""
        until = None
        for notice in self.notices:
            if until is not None and notice.year != until.year + 1:
                break
            until = notice.known_until
        return until

    @property
    def version(self) -> str:
        """Label and a hash of all notices: equal versions give equal answers."""
        notices = json.dumps([_canonical(n) for n in self.notices], ensure_ascii=False)
        return f"{self.name}@{self.label}-{hashlib.sha256(notices.encode()).hexdigest()[:8]}"

    def with_notice(self, notice: DaysOff) -> "Layer":
        """The layer with this notice added; it replaces a loaded notice for the same year."""
        kept = [n for n in self.notices if n.year != notice.year]
        notices = tuple(sorted([*kept, notice], key=lambda n: n.year))
        return msgspec.structs.replace(self, notices=notices)


def _canonical(notice: DaysOff) -> list[Any]:
    return [
        notice.year,
        sorted((d.isoformat(), name) for d, name in notice.off.items()),
        sorted((d.isoformat(), name) for d, name in notice.work.items()),
        sorted((d.isoformat(), name) for d, name in notice.seasons.items()),
        notice.known_until.isoformat(),
    ]


def parse_layer(document: Mapping[str, Any]) -> Layer:
    """The layer in the decoded JSON of a data file; ClockError names the fault."""
    try:
        title = document["title"]
        return Layer(
            name=document["layer"],
            title_zh=title["zh"],
            title_en=title["en"],
            label=document["label"],
            names_en=dict(document["names"]),
            source_note=document["source_note"],
            notices=tuple(parse_notice(notice) for notice in document["notices"]),
        )
    except KeyError as missing:
        raise ClockError(f"A calendar file must have the field {missing}.") from None


def parse_notice(document: Mapping[str, Any]) -> DaysOff:
    """The notice in decoded JSON or YAML: {year, off: {name: [dates]}, work: {...}, ...}.

    `seasons` is {"summer": "2027-05-01", "winter": "2027-10-01"}: the first day of each.
    """
    known = {"year", "off", "work", "seasons", "complete_until", "source"}
    if unknown := sorted(set(document) - known):
        raise ClockError(f"A notice has no field {unknown[0]!r}; it knows {sorted(known)}.")
    year = document.get("year")
    if not isinstance(year, int) or isinstance(year, bool):
        raise ClockError("A notice must say its year as a number, for instance 2027.")
    until = document.get("complete_until")
    return DaysOff(
        year=year,
        off=_named_days(document.get("off") or {}),
        work=_named_days(document.get("work") or {}),
        seasons=_seasons(document.get("seasons") or {}),
        complete_until=None if until is None else _day(until),
        source=document.get("source") or "",
    )


def _named_days(groups: Any) -> dict[date, str]:
    if not isinstance(groups, Mapping):
        raise ClockError(f"Days are listed under names of holidays, not as {groups!r}.")
    days: dict[date, str] = {}
    for name, listed in groups.items():
        if not isinstance(listed, list):
            raise ClockError(f"{name!r} needs a list of days, not {listed!r}.")
        for value in listed:
            day = _day(value)
            if day in days:
                raise ClockError(f"The notice names {day.isoformat()} twice.")
            days[day] = name
    return days


def _seasons(names: Any) -> dict[date, str]:
    if not isinstance(names, Mapping):
        raise ClockError(f"Seasons are written as name: first day, not as {names!r}.")
    return {_day(first): str(name) for name, first in names.items()}


def _day(value: Any) -> date:
    # YAML readers turn an unquoted date into a date object.
    return known_day(value) if type(value) is date else parse_day(value)
