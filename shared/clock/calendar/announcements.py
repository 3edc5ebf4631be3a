"""Outside events that open a window: files in the folder of loaded notices, one for each event.

The publication of the average wage or the receipt of a notice (R-047) is known only to a person who
has read it. That person records the event with its source (`caseledger calendar announce`).
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import SHANGHAI, local_day, parse_moment
from shared.clock.calendar.packaged import Announced

_NAME = re.compile(r"event-(?P<event>[a-z0-9-]{1,64})-[0-9]{8}\.json\Z")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of an event file."""

    event: str
    at: str
    source: str


def announced_events(folder: Path) -> tuple[Announced, ...]:
    """Every recorded event of the folder.

    Raises:
        ClockError: a file is damaged; then no event of the folder is used.
    """
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return tuple(_read(path) for path in paths if _NAME.match(path.name))


def _read(path: Path) -> Announced:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
        event = Announced(found.event, parse_moment(found.at), found.source)
    except (msgspec.MsgspecError, ClockError) as error:
        raise ClockError(f"{path}: {error}") from None
    if path.name != _name(event):
        raise ClockError(f"{path}: The file is named for another event.")
    return event


def announce(folder: Path, event: Announced, *, known: Sequence[str]) -> Path:
    """Record an event; repeating the same record changes nothing.

    `known` are the codes of the events that windows wait for.

    Raises:
        ClockError: no window waits for the event, its time has no offset, or a different record
            of the same event and day exists.
        OSError: the folder cannot be written.
    """
    if event.event not in known:
        there = ", ".join(sorted(known)) or "nothing"
        raise ClockError(f"No window waits for {event.event!r}; windows wait for {there}.")
    local_day(event.at)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _name(event)
    told = _File(event.event, event.at.astimezone(SHANGHAI).isoformat(), event.source)
    if not write_whole(path, msgspec.json.encode(told)) and _read(path) != event:
        raise ClockError(f"{event.event!r} is recorded for that day already, in {path}.")
    return path


def _name(event: Announced) -> str:
    return f"event-{event.event}-{local_day(event.at):%Y%m%d}.json"


def write_whole(path: Path, content: bytes) -> bool:
    """Write the whole file or nothing; False when a file of that name exists already."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.link(fresh, path)
    except FileExistsError:
        return False
    finally:
        fresh.unlink(missing_ok=True)
    return True
