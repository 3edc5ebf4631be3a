"""Limits, times and calendars as the clock's tests write them."""

from datetime import datetime
from functools import cache
from typing import Any

from shared.clock import Calendar, Calendars, Limit, packaged_calendars, parse_moment


@cache
def calendars() -> Calendars:
    return packaged_calendars()


def national() -> Calendar:
    return calendars().of()


def limit(n: int | None = 15, unit: str = "working_days", **more: Any) -> Limit:
    """A promised limit from acceptance to decision; `kind` makes it one without a number."""
    fields = {"name": "promised", "rank": "promise", "kind": "period"} | more
    fields |= {"start_event": more.get("start_event", "accepted")}
    fields |= {"end_event": more.get("end_event", "decided")}
    if fields["kind"] == "period":
        fields |= {"n": n, "unit": unit}
    return Limit(**fields)


def at(text: str) -> datetime:
    """A Shanghai time: a day, at ten in the morning, or a day and a time."""
    return parse_moment(f"{text}+08:00" if "T" in text else f"{text}T10:00+08:00")
