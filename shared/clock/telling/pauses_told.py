"""The steps of a derivation that explain each pause: the days it took out, or why none."""

from collections.abc import Iterator
from datetime import date

from shared.clock.counting.limits import CAUSES, Pause
from shared.clock.telling.derivation import DayRow, Step, Walk
from shared.clock.telling.wording import Words, cause, day_words


def pauses_of(walk: Walk) -> Iterator[Step]:
    """Each pause with the days it took out.

    A day that two pauses share belongs to the first pause.
    """
    taken: set[date] = set()
    for pause in sorted(walk.pauses, key=lambda one: one.start):
        obeyed = walk.limit.stops_for(pause.cause)
        lost = [
            row.day
            for row in walk.days
            if obeyed and row.role == "paused" and _in(row, pause) and row.day not in taken
        ]
        taken.update(lost)
        yield _pause(walk, pause, lost, obeyed=obeyed)


def _days_of(pause: Pause) -> Words:
    """The days of a pause in words; for an open pause, its first day."""
    first = day_words(pause.start)
    if pause.end is None:
        return Words(f"自 {first.zh} 起", f"since {first.en}")
    last = day_words(pause.end)
    return Words(f"{first.zh} 至 {last.zh}", f"{first.en} to {last.en}")


def _pause(walk: Walk, pause: Pause, lost: list[date], *, obeyed: bool) -> Step:
    code = pause.cause
    why = cause(CAUSES[code] if code else None)
    data = {
        "start": pause.start,
        "end": pause.end,
        "cause": code,
        "counts": obeyed,
        "excluded_days": lost,
    }
    begun = day_words(pause.start)
    if not obeyed:
        inside = code in walk.limit.inclusions
        zh = "该时限已包含此项时间" if inside else "该时限不因此扣除"
        en = "this limit includes it" if inside else "this limit does not stop for it"
        days = _days_of(pause)
        return Step(
            "pause-ignored",
            data,
            f"{days.zh}（{why.zh}）：{zh}。",
            f"{days.en} ({why.en}): {en}.",
        )
    if pause.end is None:
        return Step(
            "pause",
            data,
            f"{begun.zh} 起暂停计时（{why.zh}），尚未恢复。",
            f"The clock stands still since {begun.en} ({why.en}) and has not resumed.",
        )
    ended = day_words(pause.end)
    days = Words(f"{len(lost)}日", f"{len(lost)} day{'' if len(lost) == 1 else 's'}")
    return Step(
        "pause",
        data,
        f"{begun.zh} 至 {ended.zh} 暂停计时（{why.zh}），自次日起扣除，期内扣除{days.zh}。",
        f"The clock stood still from {begun.en} to {ended.en} ({why.en}); from the day after its "
        f"start {days.en} of the limit are not counted.",
    )


def _in(row: DayRow, pause: Pause) -> bool:
    return pause.start < row.day and (pause.end is None or row.day <= pause.end)
