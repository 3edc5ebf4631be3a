"""A day as notices have it, in both languages. Days are those of Asia/Shanghai."""

from datetime import date, datetime

from shared.clock import local_day, printed_day


def _date(moment: datetime | date) -> date:
    return local_day(moment) if isinstance(moment, datetime) else moment


def day_en(moment: datetime | date | None) -> str:
    """The day as English notices have it: 2026-12-15."""
    return "-" if moment is None else _date(moment).isoformat()


def day_zh(moment: datetime | date | None) -> str:
    """The day as Chinese notices have it: 2026年12月15日."""
    return "-" if moment is None else printed_day(_date(moment))
