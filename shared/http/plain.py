"""Values as the API says them: plain JSON, and every time in one shape.

A time is RFC 3339 in UTC with whole seconds and `Z`. What the log hashes keeps its own precision:
this is for answers alone.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec


def time_of(moment: datetime) -> str:
    """A time as the API says it: `2026-11-21T16:00:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def plain(value: object) -> Any:
    """A value, with all that is in it, as JSON values."""
    return _told(msgspec.to_builtins(value, builtin_types=(datetime,)))


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_of(value)
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    return value
