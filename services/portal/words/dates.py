"""Days and times as people write them, in the time of Shanghai."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.portal.words.catalogue import language

ZONE = ZoneInfo("Asia/Shanghai")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def day_shown(text: str | None) -> str:
    """A day, or the day of a time, in the language of the request; empty for none."""
    if not text:
        return ""
    found = date.fromisoformat(text) if "T" not in text else _local(text).date()
    if language() == "en":
        return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"
    return f"{found.year} 年 {found.month} 月 {found.day} 日"


def moment_shown(text: str | None) -> str:
    """A time to the minute; empty for none."""
    if not text:
        return ""
    return f"{day_shown(text)} {_local(text):%H:%M}"


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZONE)
