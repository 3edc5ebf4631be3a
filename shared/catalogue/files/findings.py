"""Warnings about items whose files are valid: oddities of the sources, with stable codes.

A warning is about the sources. The item's file can acknowledge it (`findings_ack`); it is printed
all the same.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.schedule import LimitRule, Monthly
from shared.clock.counting.limits import COMPUTABLE

# The meaning of each code, for the page of findings.
CODES: Mapping[str, str] = MappingProxyType(
    {
        "promise-exceeds-statute": "The printed promise is longer than the printed statute; the "
        "earlier of the two is due.",
        "licence-limit-in-calendar-days": "A licence's limit is printed in days (日), while "
        "行政许可法 art. 82 counts licences in working days.",
        "contradicts-other-item": "The sources contradict each other about one service.",
        "fee-without-amount": "A basis for charging is printed and no amount: nothing is charged.",
        "fee-without-basis": "Words about a fee are printed and no basis: nothing is charged.",
        "only-applicant-window": "What is printed as the limit is when the applicant may come; "
        "the authority has promised nothing.",
        "window-closed-on-31st": "The printed window is 1 to 30: the 31st is in none.",
    }
)
_CALENDAR = re.compile(r"[0-9〇一二三四五六七八九十]+\s*个?\s*[日天]")
# Factors that make limits of different units comparable: a week of seven days has five working
# days.
_DAYS: Mapping[str, float] = MappingProxyType(
    {"working_days": 7 / 5, "calendar_days": 1.0, "months": 30.0, "years": 365.0}
)


class ItemFinding(msgspec.Struct, frozen=True, order=True):
    """A warning about one item; `acknowledged` is the reason why the item is right, or is empty."""

    item: str
    code: str
    message: str
    acknowledged: str = ""


def findings(items: Iterable[ItemText]) -> list[ItemFinding]:
    """All warnings, by item and code."""
    by_id = {item.id: item for item in items if item.kind == "item"}
    found = [
        ItemFinding(item.id, code, message, item.findings_ack.get(code, ""))
        for item in by_id.values()
        for code, rule in RULES
        for message in rule(item, by_id)
    ]
    return sorted(set(found))


Rule = Callable[[ItemText, Mapping[str, ItemText]], Iterator[str]]


def _promise(item: ItemText, _: Mapping[str, ItemText]) -> Iterator[str]:
    promised, statutory = (_printed(item, name) for name in ("promised", "statutory"))
    if promised is None or statutory is None or statutory.derived_from:
        return
    if _length(promised) > _length(statutory):
        yield (
            f"The promise ({promised.raw}) is longer than the statute ({statutory.raw}): "
            f"{_words(promised)} against {_words(statutory)}."
        )


def _printed(item: ItemText, name: str) -> LimitRule | None:
    """The limit of that name, if it counts days and holds for every application."""
    found = (limit for limit in item.limits if limit.name == name and limit.kind == "period")
    return next((limit for limit in found if limit.when is None), None)


def _length(limit: LimitRule) -> float:
    return (limit.n or 0) * _DAYS[limit.unit or "calendar_days"]


def _words(limit: LimitRule) -> str:
    unit = (limit.unit or "").replace("_", " ")
    return f"{limit.n} {unit.removesuffix('s') if limit.n == 1 else unit}"


def _licence(item: ItemText, _: Mapping[str, ItemText]) -> Iterator[str]:
    if not item.by_licence_law:
        return
    for limit in item.limits:
        if limit.kind == "period" and limit.raw and _CALENDAR.search(limit.raw):
            basis = f" ({limit.unit_basis})" if limit.unit_basis else ""
            yield (
                f"The limit {limit.name} of a licence is printed in days (日): {limit.raw} "
                f"It is counted as {_words(limit)}{basis}."
            )


def _contradiction(item: ItemText, others: Mapping[str, ItemText]) -> Iterator[str]:
    told = [odd.text for odd in item.oddities if odd.code == "contradicts-other-item"]
    yield from told
    for other in (others[id_] for id_ in item.same_service_as if id_ in others):
        if any(other.id in text for text in told):
            continue
        mine, theirs = _promises(item), _promises(other)
        if mine and theirs and mine != theirs:
            yield f"{item.id} promises {mine}; {other.id} ({other.name}) promises {theirs}."


def _promises(item: ItemText) -> str:
    """The promised limit in words, else the statutory one; "" if the item has neither."""
    for name in ("promised", "statutory"):
        for limit in item.limits:
            if limit.name == name and limit.kind != "none":
                return _words(limit) if limit.kind == "period" else limit.kind.replace("_", " ")
    return ""


def _fee_amount(item: ItemText, _: Mapping[str, ItemText]) -> Iterator[str]:
    if item.fee.state == "unknown" and item.fee.basis:
        yield f"The basis is printed, the amount is not: {item.fee.basis}"


def _fee_basis(item: ItemText, _: Mapping[str, ItemText]) -> Iterator[str]:
    if item.fee.state == "unknown" and item.fee.raw and not item.fee.basis:
        yield f"Words about a fee are printed without a basis: {item.fee.raw}"


def _window_only(item: ItemText, _: Mapping[str, ItemText]) -> Iterator[str]:
    """Items that print only the applicant's window; limits of the acceptance are not counted."""
    asked = {"acceptance", "acceptance-by-law"}
    told_of = [limit for limit in item.limits if limit.rank != "internal"]
    owed = [one for one in told_of if one.kind in COMPUTABLE and one.name not in asked]
    printed = {limit.raw for limit in item.limits if limit.raw}
    own = [deadline for deadline in item.applicant_deadlines if deadline.raw in printed]
    if not owed and (item.windows or own):
        told = [one.raw for one in (*item.windows, *own) if one.raw]
        yield f"Only the applicant's window is printed: {'；'.join(told)}"


def _window_31(item: ItemText, _: Mapping[str, ItemText]) -> Iterator[str]:
    for window in item.windows:
        if isinstance(window, Monthly) and (window.days.first, window.days.last) == (1, 30):
            yield f"The window is closed on the 31st alone: {window.raw}"


RULES: tuple[tuple[str, Rule], ...] = (
    ("promise-exceeds-statute", _promise),
    ("licence-limit-in-calendar-days", _licence),
    ("contradicts-other-item", _contradiction),
    ("fee-without-amount", _fee_amount),
    ("fee-without-basis", _fee_basis),
    ("only-applicant-window", _window_only),
    ("window-closed-on-31st", _window_31),
)


def unknown_acknowledgements(item: ItemText) -> list[str]:
    """Codes that the item's file acknowledges although no such warning exists."""
    return sorted(set(item.findings_ack) - set(CODES))
