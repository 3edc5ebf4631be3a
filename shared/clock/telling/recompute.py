"""What a newly loaded notice, or any other change, does to a date that was already told.

The authority's date follows the calendar. A date that binds an applicant never moves earlier by
it: whoever was told a day may rely on it.
"""

from datetime import date, datetime

import msgspec

from shared.clock.calendar.calendar import Calendar
from shared.clock.calendar.errors import ClockError
from shared.clock.calendar.moments import local_day
from shared.clock.counting.due import Due
from shared.clock.counting.limits import Limit
from shared.clock.telling.wording import day_words


class DayChange(msgspec.Struct, frozen=True):
    """A day that the two calendars see differently."""

    day: date
    was_working: bool
    is_working: bool
    name_zh: str
    name_en: str
    layer: str


class Recomputed(msgspec.Struct, frozen=True):
    """The old and the new answer and what lies between them (event DeadlineRecomputed).

    `due` is what holds now. `kept`: the new date would be earlier and binds an applicant, so the
    old one stays. `changed`: date, mark or calendar differ at all.
    """

    old: Due
    due: Due
    changed: bool
    kept: bool
    days: tuple[DayChange, ...]
    zh: str
    en: str


def recomputed(
    limit: Limit, start: datetime, *, old: Due, new: Due, before: Calendar, after: Calendar
) -> Recomputed:
    """Compare the answers of two calendars to the same question about one limit."""
    if old.date is None or new.date is None:
        same = old.date == new.date
        text = ("没有变化。", "Nothing changes.") if same else ("到期日已重新计算。", "Recomputed.")
        return Recomputed(old, new, not same, kept=False, days=(), zh=text[0], en=text[1])
    first, last = local_day(start), max(old.date, new.date)
    days = tuple(_changes(before, after, first, last))
    kept = limit.party == "applicant" and new.date < old.date
    holds = new
    if kept:
        holds = msgspec.structs.replace(new, date=old.date, due_at=old.due_at)
    changed = (old.date, old.provisional, old.incomplete) != (
        holds.date,
        holds.provisional,
        holds.incomplete,
    )
    zh, en = _sentences(old.date, new.date, days, kept=kept)
    return Recomputed(old, holds, changed, kept, days, zh, en)


def needs_recomputing(answer: Due, calendar: Calendar) -> bool:
    """Whether an open clock was computed with another calendar than this one."""
    return answer.calendar_version != calendar.version


def _changes(before: Calendar, after: Calendar, first: date, last: date) -> list[DayChange]:
    if last < first:
        raise ClockError(f"The limit ends on {last.isoformat()}, before it starts.")
    changes = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        was, now = (c.info(date.fromordinal(ordinal)) for c in (before, after))
        if was.working != now.working:
            named = now if now.name_zh else was
            changes.append(
                DayChange(
                    now.day, was.working, now.working, named.name_zh, named.name_en, named.layer
                )
            )
    return changes


def _sentences(old: date, new: date, days: tuple[DayChange, ...], *, kept: bool) -> tuple[str, str]:
    was, now = day_words(old), day_words(new)
    listed_zh = "、".join(
        f"{c.day.isoformat()}{'上班' if c.is_working else '放假'}"
        f"{f'（{c.name_zh}）' if c.name_zh else ''}"
        for c in days
    )
    listed_en = ", ".join(
        f"{c.day.isoformat()} is a {'working day' if c.is_working else 'day off'}"
        f"{f' ({c.name_en})' if c.name_en else ''}"
        for c in days
    )
    if kept:
        return (
            f"按新日历应为 {now.zh}，但申请人的期限不因此提前，仍为 {was.zh}。",
            (
                f"The new calendar gives {now.en}; an applicant's deadline does not move earlier "
                f"and stays {was.en}."
            ),
        )
    if old == new:
        return f"到期日不变：{was.zh}。", f"The date stays {was.en}."
    because_zh = f"：{listed_zh}" if listed_zh else ""
    because_en = f": {listed_en}" if listed_en else ""
    return (
        f"到期日由 {was.zh} 改为 {now.zh}{because_zh}。",
        f"The date moves from {was.en} to {now.en}{because_en}.",
    )
