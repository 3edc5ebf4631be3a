"""Read what every decision of a process may look things up in, once, at the process's start."""

from shared.case.rules import Rules
from shared.catalogue import packaged_catalogue
from shared.clock.notices import installed_calendars
from shared.config import Settings


def open_rules(settings: Settings) -> Rules:
    """The packaged catalogue, and the packaged calendars with the notices that were loaded.

    Raises:
        BadNotice: when a loaded notice is damaged; CatalogueError: when an item is.
    """
    return Rules(packaged_catalogue(), installed_calendars(settings.calendar_dir))
