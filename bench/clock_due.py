"""How long `due()` takes, against a bare loop that counts the same days one by one.

Run: python -m bench.clock_due. The promise is under 20 microseconds for each answer.
"""

import sys
import time
import timeit
from collections.abc import Callable
from datetime import date, timedelta

from shared.clock import Calendar, Limit, Pause, due, packaged_calendars, parse_moment

LIMIT_US = 20.0
NUMBER, REPEAT = 5_000, 5
ONE_DAY = timedelta(days=1)


def a_limit(n: int, unit: str) -> Limit:
    """A promised limit of n days."""
    return Limit(
        name="promised",
        kind="period",
        n=n,
        unit=unit,  # type: ignore[arg-type]
        start_event="accepted",
        end_event="decided",
    )


def bare_loop(start: date, n: int, calendar: Calendar) -> date:
    """The same working days without prefix sums."""
    day = start
    while n:
        day += ONE_DAY
        n -= calendar.is_working(day)
    return day


def microseconds(call: Callable[[], object]) -> float:
    """Processor time, the best of several runs: what others do on the machine does not count."""
    runs = timeit.repeat(call, timer=time.process_time, number=NUMBER, repeat=REPEAT)
    return min(runs) / NUMBER * 1e6


def main() -> int:
    """Print the table; exit code 1 when the promise is broken."""
    calendars = packaged_calendars()
    start = parse_moment("2026-03-02T10:00+08:00")
    day = start.date()
    pauses = [Pause(day + k * ONE_DAY, day + (k + 2) * ONE_DAY) for k in (3, 9, 15)]
    national, xinjiang = calendars.of(), calendars.of("xinjiang")
    w15, w120, c60 = (
        a_limit(15, "working_days"),
        a_limit(120, "working_days"),
        a_limit(60, "calendar_days"),
    )
    cases: dict[str, Callable[[], object]] = {
        "15 working days": lambda: due(w15, start, national),
        "120 working days": lambda: due(w120, start, national),
        "60 calendar days": lambda: due(c60, start, national),
        "15 working days, province incomplete": lambda: due(w15, start, xinjiang),
        "120 working days, 3 pauses, province": lambda: due(w120, start, xinjiang, pauses=pauses),
    }
    loops: dict[str, Callable[[], object]] = {
        "bare loop, 15 working days": lambda: bare_loop(day, 15, national),
        "bare loop, 120 working days": lambda: bare_loop(day, 120, national),
    }
    results = {name: microseconds(call) for name, call in (cases | loops).items()}
    for name, took in results.items():
        print(f"{name:40s} {took:8.2f} us")
    slow = [name for name in cases if results[name] > LIMIT_US]
    if slow:
        print(f"over {LIMIT_US} us: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
