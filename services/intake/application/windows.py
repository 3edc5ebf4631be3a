"""Whether an application comes at its time: the item's window, and the time around an expiry."""

from collections.abc import Iterator
from datetime import date, datetime

from services.intake.application.application import Application
from services.intake.application.faults import Fault
from shared.case import Rules
from shared.catalogue import Item
from shared.catalogue.definition.choosing import Choices, holds
from shared.catalogue.rules.day_rules import WindowAnswer, window_of
from shared.clock import Calendar, ClockError, Renewal, local_day, renewal_window
from shared.clock.telling.wording import Words


def windows(application: Application, rules: Rules, now: datetime) -> Iterator[Fault]:
    """The window of the item, and the time around the expiry that the applicant states.

    A window that nobody announced is unknown, which closes nothing.
    """
    item, choices = application.item, application.choices
    found = window_now(item, choices, rules, now)
    if found.state.open is False:
        opens = found.state.next_opens
        fields = {"opens": opens.date().isoformat() if opens else None, "zh": found.words.zh}
        fields["reason"] = found.state.reason
        yield Fault("window-closed", found.words, "/item", fields)
    calendar = rules.calendars.of(item.text.calendar)
    today = local_day(now)
    for rule in item.text.renewals:
        expiry = application.answers.get(rule.fact)
        if not isinstance(expiry, date) or not holds(rule.when, choices):
            continue
        first, last = _around(rule, expiry, calendar, today)
        if today > last or (first is not None and today < first):
            days = {"opens": str(first) if first else None, "closes": str(last)}
            said = Words(
                f"可申请的期间：{f'自 {first} ' if first else ''}至 {last}。",
                f"It may be applied for {f'from {first} ' if first else ''}until {last}.",
            )
            yield Fault("window-closed", said, f"/facts/{rule.fact}", days)


def _around(
    rule: Renewal, expiry: date, calendar: Calendar, today: date
) -> tuple[date | None, date]:
    """First and last day of a renewal; the first None since the issue.

    An expiry out of the calendar, long past or far ahead, is counted without its days off.
    """
    try:
        window = renewal_window(rule, expiry, calendar)
    except ClockError:
        first = rule.opens.before(expiry) if rule.opens and expiry > today else None
        return first, expiry
    return window.opens, window.closes.date or expiry


def window_now(item: Item, choices: Choices, rules: Rules, now: datetime) -> WindowAnswer:
    """The item's window, with the outside events that are known."""
    calendar, happened = rules.calendars.of(item.text.calendar), rules.calendars.happened(now)
    return window_of(item.text, now, calendar, choices=choices, happened=happened)
