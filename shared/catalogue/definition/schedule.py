"""An item's times: limits, windows, pay days and opening hours, on the structs of shared.clock."""

from datetime import time
from typing import Annotated

import msgspec

from shared.catalogue.definition.base import Code, Data, Text
from shared.catalogue.definition.choosing import When
from shared.clock import (
    AnnouncedWindow,
    ClockError,
    CycleWindow,
    EventWindow,
    Hours,
    Limit,
    MonthlyWindow,
    PayDay,
)


class LimitRule(Limit, frozen=True, kw_only=True):
    """A limit as printed: `raw` quotes it, `when` selects the applications for which it holds.

    name: "promised", "statutory", "acceptance", "production", or another code, unique in the item.
    warn_days: the officer is warned this many working days before the end. derived_from: the legal
    text that prints the limit, where the limit's own column does not.
    """

    raw: str = ""
    warn_days: Annotated[int, msgspec.Meta(ge=0, le=60)] | None = None
    when: When | None = None
    derived_from: str = ""


class Monthly(MonthlyWindow, frozen=True, kw_only=True, tag_field="kind", tag="monthly"):
    """Days of each month."""

    raw: str = ""
    when: When | None = None


class ByEvent(EventWindow, frozen=True, kw_only=True, tag_field="kind", tag="event"):
    """Opened by outside events, until the end of that month."""

    raw: str = ""
    when: When | None = None


class Cycle(CycleWindow, frozen=True, kw_only=True, tag_field="kind", tag="cycle"):
    """A yearly cycle by months."""

    raw: str = ""
    when: When | None = None


class Announced(AnnouncedWindow, frozen=True, kw_only=True, tag_field="kind", tag="announced"):
    """Periods that an authority announces."""

    raw: str = ""
    when: When | None = None


WindowRule = Monthly | ByEvent | Cycle | Announced


class PayDayRule(PayDay, frozen=True, kw_only=True):
    """A printed pay-out or deduction day."""

    raw: str = ""


Session = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="opening and closing, such as 10:00-13:30",
    ),
]


class HoursRule(Data, frozen=True, kw_only=True):
    """Opening hours: `always`, sessions by season ("all", "summer", "winter"), or only `raw`."""

    raw: str = ""
    always: bool = False
    sessions: dict[Code, tuple[Session, ...]] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse sessions that the clock would refuse, already when the file is read."""
        self.table()

    def table(self) -> Hours | None:
        """The hours in the clock's terms; None where the source's words define none."""
        if not self.always and not self.sessions:
            return None
        parsed = {season: tuple(map(_session, day)) for season, day in self.sessions.items()}
        return Hours(always=self.always, sessions=parsed)


def _session(text: str) -> tuple[time, time]:
    opens, _, closes = text.partition("-")
    try:
        return time.fromisoformat(opens), time.fromisoformat(closes)
    except ValueError as error:
        raise ClockError(f"{text!r} is not a session such as 10:00-13:30.") from error


class Hotline(Data, frozen=True, kw_only=True):
    """An office's telephone number, as printed; without the names of people."""

    label: str = ""
    numbers: tuple[Text, ...]


class Hotlines(Data, frozen=True, kw_only=True):
    """The telephone numbers for questions and for complaints (R-228)."""

    consult: tuple[Hotline, ...] = ()
    supervise: tuple[Hotline, ...] = ()
