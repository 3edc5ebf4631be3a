"""The wall clock, read in one place. What is pure is given the time and never comes here."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present time in UTC, as this machine has it."""
    return datetime.now(UTC)
