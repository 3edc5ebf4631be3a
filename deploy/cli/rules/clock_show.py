"""How `caseledger clock …` reads for people: the answer, then every reason, Chinese and English."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from deploy.cli.output import say
from shared.clock.telling.wording import span_words

Shown = Mapping[str, Any]
MOST_ROWS = 130  # beyond it, equal days that follow one another share a line

_ROLES = {
    "start": ("起算日，不计入", "the day of the start, not counted"),
    "off": ("不计入", "not counted"),
    "paused": ("暂停，不计入", "paused, not counted"),
    "stepped-over": ("顺延", "stepped over"),
    "end": ("届满日", "the limit ends"),
}
_WHYS = {
    "weekend": ("周末", "weekend"),
    "weekday": ("", ""),
    "holiday": ("放假", "day off"),
    "shifted-working-day": ("调休上班", "shifted working day"),
}


def show_due(found: Shown) -> None:
    """The date first, then the derivation step by step and day by day."""
    _title(found)
    if found["due"] is None:
        say("到期日：无    Due: no date")
        say(f"  {found['reason_zh']}")
        say(f"  {found['reason']}")
    else:
        say(f"到期日 Due: {found['due']}  ({found['limit']})")
        if found["provisional"]:
            say("  暂定：以后公布的放假安排可能改变此日期。  Provisional.")
        for mark in found["incomplete"]:
            say(f"  不完整：缺少放假通知 {mark}。  Incomplete: the notice {mark} is not loaded.")
    say("\n推算过程  Derivation")
    for number, step in enumerate(found["explanation"], start=1):
        say(f"{number:>3}. {step['zh']}")
        say(f"     {step['en']}")
    if found["days"]:
        say("\n逐日  Day by day")
        for line in day_lines(found["days"]):
            say(f"  {line}")
    versions = found["versions"]
    say(f"\n事项版本  Item {found['item']}, catalogue {versions['catalogue']}, {versions['item']}")


def day_lines(rows: list[Shown]) -> Iterator[str]:
    """One line a day; where there are very many, one for a run of equal days."""
    if len(rows) <= MOST_ROWS:
        for row in rows:
            yield _day_line(row, row)
        return
    for _, group in groupby(rows, key=lambda row: (row["role"], row["why"], row["name_zh"])):
        run = list(group)
        yield _day_line(run[0], run[-1])


def _day_line(first: Shown, last: Shown) -> str:
    days = span_words(date.fromisoformat(first["day"]), date.fromisoformat(last["day"]))
    if first["number"] is not None:
        numbers = str(first["number"])
        if last is not first:
            numbers += f"-{last['number']}"
        what = (f"第 {numbers} 日", f"day {numbers}")
    else:
        what = _ROLES[first["role"]]
    zh, en = _WHYS[first["why"]]
    if first["why"] in {"holiday", "shifted-working-day"}:
        zh, en = f"{first['name_zh']}{zh}", f"{first['name_en']}, {en}"
    zh, en = (f"（{zh}）", f" ({en})") if zh else ("", "")
    day = days.zh if last is first else days.en
    return f"{day}  {what[0]}{zh}  {what[1]}{en}"


def show_payday(found: Shown) -> None:
    """The date and its sentence."""
    _title(found)
    if found["date"]:
        say(f"资金日 Money moves on: {found['date']}")
    _sentences(found)
    for mark in found["incomplete"]:
        say(f"  不完整：缺少放假通知 {mark}。  Incomplete: the notice {mark} is not loaded.")
    if found["provisional"]:
        say("  暂定。  Provisional.")


def show_window(found: Shown) -> None:
    """Open or not, until when, when again; booking beside it."""
    _title(found)
    _sentences(found)
    booking = found["booking"]
    if booking:
        said = ("预约开放，截止", "booking is open until") if booking["open"] else None
        if said:
            say(f"  {said[0]} {booking['closes'][:10]}  {said[1]} {booking['closes'][:10]}")
        else:
            opens = (booking["next_opens"] or "")[:10]
            say(f"  预约未开放，下次 {opens}  booking is closed; it opens on {opens}")
    if found["raw"]:
        say(f"  来源 Source: {found['raw']}")


def _title(found: Shown) -> None:
    say(f"{found['item']}  {found['name']}  {found['name_en']}".rstrip())


def _sentences(found: Shown) -> None:
    for said in found["explanation"]:
        say(f"  {said['zh']}")
        say(f"  {said['en']}")
