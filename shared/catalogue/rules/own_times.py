"""The applicant's own times of an item, from the days that the applicant states (R-091 to R-094).

They serve for reminders alone: no decision reads them, the stated days are not stored, and there is
no list of late applicants. A portal shows them, or sends reminders on `remind_on`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from shared.catalogue.definition.asking import RenewalRule
from shared.catalogue.definition.choosing import Choices, holds
from shared.catalogue.definition.item import ItemText
from shared.clock import Calendar, reminders, renewal_window
from shared.clock.telling.wording import Words, day_words

# Calendar days before the end on which a reminder is useful; R-091 prints none.
REMIND_BEFORE = (7, 1)


class OwnTime(msgspec.Struct, frozen=True, kw_only=True):
    """One of the applicant's own times. `stated`: the event or fact whose day it counts from.

    opens: the first possible day; None: any day until the end. due, due_at: the last day and
    moment. remind_on: the days for reminders. postponed_until_at_most: the latest day to which the
    act may be put off (R-093). raw: the source's words.
    """

    name: str
    kind: Literal["deadline", "renewal"]
    stated: str
    opens: date | None = None
    due: date | None
    due_at: datetime | None
    provisional: bool
    incomplete: tuple[str, ...]
    remind_on: tuple[date, ...]
    postponed_until_at_most: date | None = None
    raw: str
    zh: str
    en: str


def askable(text: ItemText, choices: Choices) -> tuple[str, ...]:
    """The events and facts whose day can be stated: those of own deadlines and of renewals."""
    events = [one.start_event for one in text.applicant_deadlines if holds(one.when, choices)]
    facts = [one.fact for one in text.renewals if holds(one.when, choices)]
    return tuple(dict.fromkeys((*events, *facts)))


def own_times(
    text: ItemText, stated: Mapping[str, date], choices: Choices, calendar: Calendar
) -> tuple[OwnTime, ...]:
    """Each of the applicant's own times whose day was stated; the others are left out.

    Raises ClockError for a day outside the calendar.
    """
    return (
        *_deadlines(text, stated, choices, calendar),
        *_renewals(text, stated, choices, calendar),
    )


def _deadlines(
    text: ItemText, stated: Mapping[str, date], choices: Choices, calendar: Calendar
) -> Iterator[OwnTime]:
    for rule in text.applicant_deadlines:
        if rule.start_event not in stated or not holds(rule.when, choices):
            continue
        found = reminders(rule, stated[rule.start_event], calendar, days_before=REMIND_BEFORE)
        words = _until(None, found.due.date)
        yield OwnTime(
            name=rule.name,
            kind="deadline",
            stated=rule.start_event,
            due=found.due.date,
            due_at=found.due.due_at,
            provisional=found.due.provisional,
            incomplete=found.due.incomplete,
            remind_on=found.remind_on,
            raw=rule.raw,
            zh=words.zh,
            en=words.en,
        )


def _renewals(
    text: ItemText, stated: Mapping[str, date], choices: Choices, calendar: Calendar
) -> Iterator[OwnTime]:
    for rule in text.renewals:
        if rule.fact not in stated or not holds(rule.when, choices):
            continue
        window = renewal_window(rule, stated[rule.fact], calendar)
        words = _until(window.opens, window.closes.date)
        yield OwnTime(
            name=_name(rule),
            kind="renewal",
            stated=rule.fact,
            opens=window.opens,
            due=window.closes.date,
            due_at=window.closes.due_at,
            provisional=window.closes.provisional,
            incomplete=window.closes.incomplete,
            remind_on=(window.opens,) if window.opens else (),
            postponed_until_at_most=window.postponed_until_at_most,
            raw=rule.raw,
            zh=words.zh,
            en=words.en,
        )


def _name(rule: RenewalRule) -> str:
    return f"renewal-{rule.fact}"


def _until(opens: date | None, due: date | None) -> Words:
    end = day_words(due) if due else Words("（暂无到期日）", "(no date)")
    first = day_words(opens) if opens else Words("", "")
    note = Words("此日期仅用于提醒。", "This is to remind only.")
    if opens:
        return Words(
            f"可自 {first.zh} 起至 {end.zh} 止申请。{note.zh}",
            f"You may apply from {first.en} until {end.en}. {note.en}",
        )
    return Words(f"请于 {end.zh} 前（含当日）申请。{note.zh}", f"Apply by {end.en}. {note.en}")
