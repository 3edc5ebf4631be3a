"""Notices that are loaded after the package was built: each file is accepted whole or refused.

A notice is the yearly announcement of one authority (layers.py). `caseledger calendar load` puts
its file into a folder, unchanged and numbered. Every process reads that folder at its start and
again while it runs. A corrected notice for the same year is a new file with a higher number; no
file is ever overwritten.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from shared.clock.calendar.announcements import announced_events, write_whole
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.layers import DaysOff, parse_notice
from shared.clock.calendar.lined_yaml import BadYaml, LinedYaml, LineFault, read_yaml
from shared.clock.calendar.moments import FIRST_DAY, LAST_DAY, parse_day
from shared.clock.calendar.packaged import Calendars, packaged_calendars

_FIELDS = ("layer", "year", "source", "off", "work", "seasons", "complete_until")
_NAME = re.compile(r"(?P<layer>[a-z]+)-(?P<year>[0-9]{4})-(?P<serial>[1-9][0-9]{0,3})\.yaml\Z")


class BadNotice(ClockError):
    """A file is not a valid notice; `faults` lists every fault in the order of the lines."""

    def __init__(self, name: str, faults: Sequence[LineFault]) -> None:
        super().__init__(" ".join(f"{name}:{fault.line}: {fault.sentence}" for fault in faults))
        self.faults = tuple(faults)


class NoticeFile(msgspec.Struct, frozen=True):
    """A checked notice and its layer; `sha256` (hex) is of the unchanged file."""

    layer: str
    notice: DaysOff
    sha256: str


class Stored(msgspec.Struct, frozen=True):
    """A loaded notice.

    `serial` numbers the notices for its layer and year; the highest is in force.
    """

    path: Path
    serial: int
    file: NoticeFile


def read_notice(name: str, content: bytes, *, layers: Sequence[str]) -> NoticeFile:
    """The notice in a YAML (or JSON) file; `layers` are the names of the layers that exist.

    Raises:
        BadNotice: naming every fault with its line.
    """
    try:
        lined = read_yaml(content)
    except BadYaml as error:
        rest = _faults(error.rest, layers) if error.rest is not None else ()
        raise BadNotice(name, sorted({*error.faults, *rest})) from None
    faults = sorted(set(_faults(lined, layers)))
    if faults:
        raise BadNotice(name, faults)
    document = {key: value for key, value in lined.value.items() if value is not None}
    layer = document.pop("layer")
    try:
        notice = parse_notice(document)
    except ClockError as error:  # a rule that concerns several days
        raise BadNotice(name, [LineFault(lined.line("year"), str(error))]) from None
    return NoticeFile(layer, notice, hashlib.sha256(content).hexdigest())


def _faults(lined: LinedYaml, layers: Sequence[str]) -> Iterator[LineFault]:
    """Every fault of the file, each with its line."""
    document = lined.value
    if not isinstance(document, dict):
        yield LineFault(1, f"A notice is written as fields: {', '.join(_FIELDS)}.")
        return
    for key in document:
        if key not in _FIELDS:
            known = ", ".join(_FIELDS)
            yield LineFault(lined.line(key), f"A notice has no field {key!r}; it knows {known}.")
    if document.get("layer") not in layers:
        known = ", ".join(layers)
        yield LineFault(lined.line("layer"), f"A notice must say its layer: one of {known}.")
    if not isinstance(document.get("source") or "", str):
        yield LineFault(lined.line("source"), "The source is the name of the document, as text.")
    year = document.get("year")
    if isinstance(year, bool) or not isinstance(year, int):
        yield LineFault(
            lined.line("year"), "A notice must say its year as a number, for example 2027."
        )
        year = None
    elif not FIRST_DAY.year <= year <= LAST_DAY.year:
        yield LineFault(
            lined.line("year"),
            f"A notice for the year {year} is outside the calendar "
            f"({FIRST_DAY.year} to {LAST_DAY.year}).",
        )
        year = None
    yield from _day_faults(lined, year)
    yield from _single_day_faults(lined)


def _day_faults(lined: LinedYaml, year: int | None) -> Iterator[LineFault]:
    """Days under off and work that are invalid, outside the notice's year, or repeated."""
    first_seen: dict[date, int] = {}
    for group in ("off", "work"):
        listed = lined.value.get(group) or {}
        if not isinstance(listed, Mapping):
            yield LineFault(
                lined.line(group), f"Under {group!r} days are listed under names of holidays."
            )
            continue
        for name, days in listed.items():
            if not isinstance(days, list):
                yield LineFault(lined.line(group, name), f"{name!r} needs a list of days.")
                continue
            for at, value in enumerate(days):
                line = lined.line(group, name, at)
                day, fault = _day(value, line)
                if fault or day is None:
                    yield fault or LineFault(line, "There is no day here.")
                elif day in first_seen:
                    before = first_seen[day]
                    yield LineFault(
                        line, f"{day.isoformat()} stands in this notice twice (line {before})."
                    )
                else:
                    first_seen[day] = line
                    if year is not None:
                        yield from _foreign(day, year, line)


def _foreign(day: date, year: int, line: int) -> Iterator[LineFault]:
    if not date(year - 1, 12, 25) <= day <= date(year, 12, 31):
        yield LineFault(
            line,
            f"The notice for {year} cannot set {day.isoformat()}: it covers {year} and the days "
            f"from 25 December {year - 1}.",
        )


def _single_day_faults(lined: LinedYaml) -> Iterator[LineFault]:
    seasons = lined.value.get("seasons") or {}
    if not isinstance(seasons, Mapping):
        yield LineFault(lined.line("seasons"), "Seasons are written as name: first day.")
        seasons = {}
    singles: list[tuple[Any, int]] = [
        (value, lined.line("seasons", name)) for name, value in seasons.items()
    ]
    until = lined.value.get("complete_until")
    if until is not None:
        singles.append((until, lined.line("complete_until")))
    for value, line in singles:
        _, fault = _day(value, line)
        if fault:
            yield fault


def _day(value: Any, line: int) -> tuple[date | None, LineFault | None]:
    try:
        return parse_day(value), None
    except ClockError as error:
        return None, LineFault(line, str(error))


def stored_notices(folder: Path, *, layers: Sequence[str]) -> tuple[Stored, ...]:
    """Every loaded notice of the folder, oldest first within layer and year.

    Raises:
        BadNotice: a file is not a valid notice, or its name belongs to another notice.
        ClockError: the path is a file instead of a folder.
    """
    if folder.exists() and not folder.is_dir():
        raise ClockError(f"The folder of loaded notices, {folder}, is a file.")
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = _NAME.match(path.name)
        if name is None:
            continue
        file = read_notice(str(path), path.read_bytes(), layers=layers)
        if (file.layer, str(file.notice.year)) != (name["layer"], name["year"]):
            raise BadNotice(str(path), [LineFault(1, "The file is named for another notice.")])
        found.append(Stored(path, int(name["serial"]), file))
    return tuple(sorted(found, key=lambda one: (one.file.layer, one.file.notice.year, one.serial)))


def installed_calendars(folder: Path) -> Calendars:
    """The packaged calendars with every loaded notice and every recorded outside event.

    Raises:
        BadNotice: a file in the folder is damaged; then no notice of the folder is used.
    """
    calendars = packaged_calendars()
    for stored in stored_notices(folder, layers=tuple(calendars.layers)):
        calendars = calendars.with_notice(stored.file.layer, stored.file.notice)
    return Calendars(calendars.layers, announced_events(folder), loaded=calendars.loaded)


def store_notice(folder: Path, content: bytes, *, layers: Sequence[str]) -> Stored:
    """Check the content and store it under the next number; a notice already stored is returned.

    Raises:
        BadNotice: naming every fault; nothing was written.
        OSError: the folder cannot be written.
    """
    file = read_notice("the notice", content, layers=layers)
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        same = [
            one
            for one in stored_notices(folder, layers=layers)
            if (one.file.layer, one.file.notice.year) == (file.layer, file.notice.year)
        ]
        if same and same[-1].file.notice == file.notice:
            return same[-1]
        serial = same[-1].serial + 1 if same else 1
        path = folder / f"{file.layer}-{file.notice.year}-{serial}.yaml"
        if write_whole(path, content):
            return Stored(path, serial, file)
