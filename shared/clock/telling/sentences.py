"""The steps of a derivation: each with its data and its sentence in Chinese and English."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from shared.clock.calendar.moments import SHANGHAI, local_day
from shared.clock.counting.limits import COMPUTABLE
from shared.clock.telling.derivation import RULES_VERSION, Step, Walk
from shared.clock.telling.pauses_told import pauses_of
from shared.clock.telling.wording import (
    Words,
    amount,
    basis_words,
    day_words,
    event,
    kind,
    layer,
    limit_title,
    rank,
    span_words,
)


def steps_of(walk: Walk) -> Iterator[Step]:
    """All steps, in the order in which they determine the date."""
    yield _limit(walk)
    if walk.variant is not None:
        yield _variant(walk, walk.variant)
    if walk.limit.kind not in COMPUTABLE:
        yield _no_date(walk)
        yield _versions(walk)
        return
    yield _start(walk)
    yield from _restarts(walk)
    if walk.extended:
        yield _extension(walk)
    yield from pauses_of(walk)
    yield from _days_off(walk)
    yield from _shifted(walk)
    yield from _end(walk)
    yield from _marks(walk)
    yield _versions(walk)


def _limit(walk: Walk) -> Step:
    limit = walk.asked
    title, set_by = limit_title(limit), rank(limit)
    # A source that prints no limit makes no promise.
    counted = limit.kind in COMPUTABLE
    who = Words(f"（{set_by.zh}）", f" ({set_by.en})") if counted else Words("", "")
    what = amount(limit.n or 0, limit.unit) if limit.unit else kind(limit)
    tail = basis_words(limit)
    low = Words("", "")
    if limit.minimum is not None and limit.unit:
        least = amount(limit.minimum, limit.unit)
        low = Words(f"（下限{least.zh}，仅供参考）", f" (from {least.en}, for information)")
    return Step(
        "limit",
        {
            "name": limit.name,
            "kind": limit.kind,
            "n": limit.n,
            "unit": limit.unit,
            "minimum": limit.minimum,
            "rank": limit.rank,
            "basis": limit.basis,
            "unit_basis": limit.unit_basis,
        },
        f"{title.zh}：{what.zh}{low.zh}{who.zh}{tail.zh}。",
        f"{title.en}: {what.en}{low.en}{who.en}{tail.en}.",
    )


def _variant(walk: Walk, name: str) -> Step:
    limit, chosen = walk.limit, walk.asked.variants[name]
    what = amount(limit.n or 0, limit.unit) if limit.unit else kind(limit)
    most = Words("（最长）", " at most") if chosen.maximum else Words("", "")
    return Step(
        "variant",
        {"variant": name, "kind": limit.kind, "n": limit.n, "unit": limit.unit},
        f"适用“{chosen.title_zh or name}”情形：{what.zh}{most.zh}。",
        f"The variant {chosen.title_en or name!r} applies: {what.en}{most.en}.",
    )


def _no_date(walk: Walk) -> Step:
    what, note = kind(walk.limit), walk.limit.note.rstrip("。.")
    note_en = walk.limit.note_en.rstrip(".")
    return Step(
        "no-date",
        {"kind": walk.limit.kind, "note": walk.limit.note, "note_en": walk.limit.note_en},
        f"{what.zh}，不计算到期日{f'：{note}' if note else ''}。",
        f"There is no date: {what.en}{f' ({note_en})' if note_en else ''}.",
    )


def _start(walk: Walk) -> Step:
    day, name = day_words(local_day(walk.asked_start)), event(walk.limit.start_event)
    moment = walk.asked_start.astimezone(SHANGHAI)
    if walk.limit.kind == "period" and walk.n:
        tail = Words("，当日不计入", "; this day is not counted")
    else:
        tail = Words("", "")
    return Step(
        "start",
        {"event": walk.limit.start_event, "at": moment.isoformat(), "day": moment.date()},
        f"起算：{name.zh}，{day.zh} {moment:%H:%M}{tail.zh}。",
        f"It starts with: {name.en}, {day.en} at {moment:%H:%M}{tail.en}.",
    )


def _restarts(walk: Walk) -> Iterator[Step]:
    for restart in sorted(walk.restarts, key=lambda one: one.at):
        day = day_words(local_day(restart.at))
        yield Step(
            "restart",
            {"at": restart.at.isoformat(), "reason": restart.reason},
            f"期限自 {day.zh} 起重新计算，当日不计入：{restart.reason}。",
            f"The period starts anew on {day.en}, which is not counted: {restart.reason}.",
        )


def _extension(walk: Walk) -> Step:
    extension = walk.limit.extension
    assert extension is not None and walk.limit.unit  # noqa: S101, PT018 (due() refused the rest)
    more, whole = amount(extension.n, walk.limit.unit), amount(walk.n, walk.limit.unit)
    by = extension.approved_by
    return Step(
        "extension",
        {"n": extension.n, "unit": walk.limit.unit, "total": walk.n, "approved_by": by},
        f"经批准延长{more.zh}{f'（批准：{by}）' if by else ''}，共{whole.zh}。",
        f"Extended by {more.en}{f' (approved by: {by})' if by else ''}, to {whole.en}.",
    )


def _days_off(walk: Walk) -> Iterator[Step]:
    """The holidays that were stepped over, each as a run of days; all weekends in one step."""
    rows = [row for row in walk.days if row.role in {"off", "stepped-over"} and not row.paused]
    holidays = [row for row in rows if row.why == "holiday"]
    for (name, source), group in groupby(holidays, key=lambda row: (row.name_zh, row.layer)):
        run = list(group)
        days, who = span_words(run[0].day, run[-1].day), layer(source)
        yield Step(
            "holiday",
            {"name": name, "layer": source, "days": [row.day for row in run]},
            f"{days.zh} 为{name}放假（{who.zh}），不计入。",
            f"{days.en}: days off for {run[0].name_en} ({who.en}), not counted.",
        )
    weekends: list[date] = [row.day for row in rows if row.why == "weekend"]
    if weekends:
        yield Step(
            "weekends",
            {"days": weekends},
            f"其间周末{len(weekends)}日不计入。",
            f"{len(weekends)} weekend day{'' if len(weekends) == 1 else 's'} not counted.",
        )


def _shifted(walk: Walk) -> Iterator[Step]:
    if walk.limit.unit != "working_days":
        return
    for row in walk.days:
        if row.role == "counted" and row.why == "shifted-working-day":
            day, who = day_words(row.day), layer(row.layer)
            yield Step(
                "shifted-working-day",
                {"day": row.day, "name": row.name_zh, "layer": row.layer, "number": row.number},
                f"{day.zh} 为{row.name_zh}调休上班日（{who.zh}），计入。",
                f"{day.en} is a working day shifted for {row.name_en} ({who.en}), counted.",
            )


def _end(walk: Walk) -> Iterator[Step]:
    end = walk.due.date
    if end is None:
        yield Step(
            "paused", {}, "计时暂停中，暂无到期日。", "The clock is paused: there is no date yet."
        )
        return
    counted = [row for row in walk.days if row.number is not None]
    last = counted[-1].day if counted else walk.days[0].day
    if counted and walk.limit.unit:
        day, number = day_words(last), counted[-1].number
        words = amount(walk.n, walk.limit.unit)
        yield Step(
            "counted",
            {"day": last, "counted_days": number, "n": walk.n, "unit": walk.limit.unit},
            f"计满{words.zh}为 {day.zh}。",
            f"{words.en} {'ends' if walk.n == 1 else 'end'} on {day.en}.",
        )
    if end != last:
        yield _moved(walk, last, end)
    moment = walk.due.due_at.strftime("%H:%M:%S") if walk.due.due_at else ""
    clock = "24:00" if moment == "23:59:59" else moment[:5]
    day = day_words(end)
    yield Step(
        "due",
        {"day": end, "due_at": walk.due.due_at},
        f"到期：{day.zh} {clock}。",
        f"Due: {day.en} at {clock}.",
    )


def _moved(walk: Walk, last: date, end: date) -> Step:
    """Why the due day is not the last counted day, which is off, paused, or after closing."""
    old, new = day_words(last), day_words(end)
    row = next(row for row in walk.days if row.day == last)
    why = Words(row.name_zh, row.name_en)
    if row.paused:
        why = Words("暂停计时", "in a pause")
    elif row.why in {"weekday", "shifted-working-day"}:
        why = Words("当日办公时间已过", "after the hours of that day")
    if walk.limit.kind == "next_day":
        why = Words("起算日", "the day of the start")
    return Step(
        "roll-over",
        {"from": last, "to": end, "why": row.why, "paused": row.paused},
        f"{old.zh} 为{why.zh}，顺延至其后第一个工作日 {new.zh}。",
        f"{old.en} ({why.en}): it moves to the next working day, {new.en}.",
    )


def _marks(walk: Walk) -> Iterator[Step]:
    if walk.due.provisional:
        until = walk.calendar.layers[0].complete_until
        known = until.isoformat() if until else "—"
        yield Step(
            "provisional",
            {"announced_until": until},
            f"暂定：{known} 之后的国家节假日安排尚未公布，公布后重新计算。",
            f"Provisional: the national days off after {known} are not announced yet.",
        )
    for mark in walk.due.incomplete:
        name, _, year = mark.partition(":")
        who = layer(name)
        yield Step(
            "incomplete",
            {"layer": name, "year": int(year)},
            f"不完整：{who.zh} {year} 年的放假通知尚未载入。",
            f"Incomplete: the notice of {who.en} for {year} is not loaded.",
        )


def _versions(walk: Walk) -> Step:
    version = walk.calendar.version
    return Step(
        "versions",
        {"calendar": version, "rules": RULES_VERSION},
        f"日历版本 {version}，计算规则版本 {RULES_VERSION}。",
        f"Calendar {version}, counting rules {RULES_VERSION}.",
    )
