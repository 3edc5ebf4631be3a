"""Reads the rules that every decision of a process uses, and follows the loaded notices."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from msgspec.structs import replace

from shared.case.deciding.rules import Rules
from shared.catalogue import packaged_catalogue
from shared.clock import ClockError
from shared.clock.calendar.notices import installed_calendars
from shared.config import Settings

LOOK_EVERY_S = 5.0
_log = structlog.get_logger(__name__)
_KEPT = re.compile(r"[a-z].*\.(yaml|json)\Z")
_Seen = tuple[tuple[str, int, int], ...]


def open_rules(settings: Settings) -> Rules:
    """The packaged catalogue, and the packaged calendars with the loaded notices.

    Raises:
        BadNotice: a loaded notice is damaged; CatalogueError: an item is.
    """
    return Rules(packaged_catalogue(), installed_calendars(settings.calendar_dir))


def follow_rules(settings: Settings) -> "FollowedRules":
    """The same for a long-running process, which picks up notices that are loaded later.

    Raises:
        BadNotice: a loaded notice is damaged; CatalogueError: an item is.
    """
    return FollowedRules(open_rules(settings), settings.calendar_dir)


class FollowedRules:
    """Rules whose calendars follow the folder of loaded notices, at a slow pace, without a thread.

    A call of `present` lists the folder if the last listing is `every_s` seconds old. A folder that
    is unreadable, damaged or has lost a notice changes nothing: it is logged once, and read again
    when it changes. Safe for several threads.
    """

    def __init__(
        self,
        rules: Rules,
        folder: Path,
        *,
        every_s: float = LOOK_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._folder = folder
        self._every_s = every_s
        self._clock = clock
        self._looking = threading.Lock()
        self._next = clock()  # notices loaded after the rules were read are picked up at once
        self._seen: _Seen | None = None
        self._told = ""

    @property
    def present(self) -> Rules:
        """The rules with every notice that was loaded until a few seconds ago."""
        if self._clock() >= self._next and self._looking.acquire(blocking=False):
            try:
                self._look()
                self._next = self._clock() + self._every_s
            finally:
                self._looking.release()
        return self._rules

    def _look(self) -> None:
        try:
            seen = _names(self._folder)
            if seen == self._seen:
                return
            self._seen = seen
            found = installed_calendars(self._folder)
        except ClockError as error:
            self._keep("a notice is damaged", str(error))
            return
        except OSError as error:
            self._seen = None  # it may become readable without a change of names
            self._keep("the notices cannot be read", str(error))
            return
        now = self._rules.calendars
        if found.loaded < now.loaded:
            self._keep("notices are gone", f"{found.loaded} of {now.loaded} left")
            return
        self._told = ""
        self._rules = replace(self._rules, calendars=found)
        if found.version != now.version:
            _log.info("calendar_taken_up", version=found.version, notices=found.loaded)

    def _keep(self, why: str, error: str) -> None:
        if error != self._told:
            _log.error("calendar_kept", why=why, error=error)
        self._told = error


def _names(folder: Path) -> _Seen:
    """The folder's fingerprint: it differs whenever a file is added or changed."""
    if not folder.is_dir():
        return ()
    files = [(path.name, path.stat()) for path in folder.iterdir() if _KEPT.match(path.name)]
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in files))
