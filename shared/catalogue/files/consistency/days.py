"""Days as files write them."""

from datetime import date

FIRST_YEAR, LAST_YEAR = 1949, 2100


def no_day(text: str) -> str:
    """The reason why the text is not a plausible day, month or year; "" if it is one."""
    padded = text + "-01-01"[len(text) - 4 :]
    try:
        year = date.fromisoformat(padded).year
    except ValueError:
        return f"{text} is no day of the calendar."
    return "" if FIRST_YEAR <= year <= LAST_YEAR else f"The year of {text} cannot be meant."
