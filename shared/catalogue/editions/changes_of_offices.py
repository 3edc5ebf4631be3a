"""The changes in the offices of an item, and an office in words."""

from collections.abc import Iterator

from msgspec.structs import replace

from shared.catalogue.definition.base import listed
from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.outcome import Office
from shared.catalogue.editions.differences import differences
from shared.clock.telling.wording import Words


def office_words(office: Office) -> str:
    """The office's place, its code, and its own limits."""
    parts = (office.region, office.name, office.address, office.rooms, *office.phones)
    text = ", ".join(part for part in parts if part)
    if office.code is None:
        return text
    return f"{text or office.label} (`{office.code}`{_own(office)})"


def _own(office: Office) -> str:
    if not office.limit_variant:
        return ""
    days = f" with {office.limit_days}" if office.limit_days is not None else ""
    return f", limits: {office.limit_variant}{days}"


def offices_told(was: ItemText, now: ItemText) -> Iterator[Words]:
    """Each office with a code that is added, removed or changed; other places in one line."""
    old, new = _coded(was), _coded(now)
    for code, office in new.items():
        named = f"{office.label} ({code}{_own(office)})"
        if code not in old:
            yield Words(f"新增受理点：{named}。", f"New office: {named}.")
        elif office != old[code]:
            yield from _changed(old[code], office)
    for code, office in old.items():
        if code not in new:
            named = f"{office.label} ({code})"
            yield Words(f"取消受理点：{named}。", f"No longer an office: {named}.")
    places = "; ".join(differences(_uncoded(was), _uncoded(now)))
    if places:
        yield Words(f"其他办理地点有变化：{places}。", f"Other places change: {places}.")


def _changed(was: Office, now: Office) -> Iterator[Words]:
    named = f"{now.label} ({now.code})"
    if _own(was) != _own(now):
        own, before = (_own(one).removeprefix(", limits: ") for one in (now, was))
        yield Words(
            f"受理点{named}的时限由{before or '一般规定'}改为{own or '一般规定'}。",
            f"The office {named} has the limits: {own or 'as everywhere'} instead of "
            f"{before or 'as everywhere'}.",
        )
    same = replace(was, limit_variant=now.limit_variant, limit_days=now.limit_days)
    if places := "; ".join(differences(same, now)):
        yield Words(f"变更受理点：{named}（{places}）。", f"Changed office: {named} ({places}).")


def _coded(text: ItemText) -> dict[str, Office]:
    return {office.code: office for office in listed(text.offices) if office.code}


def _uncoded(text: ItemText) -> list[Office]:
    return [office for office in listed(text.offices) if not office.code]
