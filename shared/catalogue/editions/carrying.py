"""The rules of an open application after its item gets another edition: the better of both.

Pure. A part that is held follows the former edition, everything else the new one. The caller that
moves a case names the held parts. This module defines the effect of holding a part, and decides
whether one limit is never worse than another (docs/adr/0009).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from shared.catalogue.definition.asking import MaterialRule
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import Choices, holds
from shared.catalogue.definition.item import ItemText
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.rules.remedies import remedy_of
from shared.clock.counting.limits import COMPUTABLE, Limit

# The fields of each part that is held as a whole.
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "procedure": (
            "template",
            "modifiers",
            "results",
            "review",
            "acceptance",
            "paydays",
            "fee",
        ),
        "calendar": ("calendar", "hours"),
        "supplement": ("supplement",),
        "office": ("offices",),
        "limits": ("limits",),
    }
)
# The fields of two limits that must be equal before the other fields can be compared.
_SAME = (
    "rank",
    "start_event",
    "end_event",
    "party",
    "automatic",
    "restartable",
)
_DAYS: Mapping[str, int] = MappingProxyType({"immediate": 0, "same_day": 1, "next_day": 2})
_PERIOD = 3
# A number of calendar days is never longer than the same number of working days: both end on a
# working day (legal-clock.md).
_NOT_LONGER = frozenset({("working_days", "calendar_days")})


def carried(was: ItemText, now: ItemText, held: frozenset[str], choices: Choices) -> ItemText:
    """The item as it holds for an application that moved from the edition `was` to `now`.

    `held`: "procedure", "calendar", "supplement", "appeal", "office", "materials", "limits" (all of
    them), or "limit:<name>" for a single limit. If the former edition has no such limit, the result
    has none either.
    """
    fields: dict[str, Any] = {"limits": _limits(was, now, held)}
    for part, names in FIELDS.items():
        if part in held:
            fields |= {name: getattr(was, name) for name in names}
    if "appeal" in held:
        days = remedy_of(was).days
        fields["appeal"] = replace(now.appeal, days=days)
        fields["remedy"] = None if now.remedy is None else replace(now.remedy, days=days)
    if "materials" in held:
        fields["materials"] = _materials(was, now, choices)
    return replace(now, **fields)


def _limits(was: ItemText, now: ItemText, held: frozenset[str]) -> tuple[LimitRule, ...]:
    kept = {rule.name: rule for rule in was.limits if f"limit:{rule.name}" in held}
    taken = [rule for rule in now.limits if f"limit:{rule.name}" not in held]
    return (*kept.values(), *taken)


def _materials(was: ItemText, now: ItemText, choices: Choices) -> Any:
    """The list of the submission; a material that the new edition drops becomes optional."""
    if isinstance(was.materials, str):
        return was.materials
    asked = demanded(now, choices)
    codes = {rule.code for rule in asked}
    groups = {rule.one_of for rule in asked if rule.one_of}
    return tuple(
        rule
        if (rule.one_of in groups if rule.one_of else rule.code in codes)
        else replace(rule, required=False)
        for rule in was.materials
    )


def demanded(text: ItemText, choices: Choices) -> tuple[MaterialRule, ...]:
    """The materials that an application with these choices must include."""
    return tuple(
        rule
        for rule in listed(text.materials)
        if rule.required
        and not rule.shareable
        and not rule.if_it_still_exists
        and holds(rule.when, choices)
    )


def no_worse(was: LimitRule | Limit, now: LimitRule | Limit) -> bool:
    """Whether the limit `now` can never end later than `was`.

    Limits that cannot be compared count as worse: a different start or end, a different pause, or
    another unit that may be longer.
    """
    if any(getattr(was, field) != getattr(now, field) for field in _SAME):
        return False
    names = {*was.variants, *now.variants}
    if not all(no_worse(_as(was, name), _as(now, name)) for name in names):
        return False
    if was.deemed is not None and was.deemed != now.deemed:
        return False
    if was.follow_up != now.follow_up and not _follows_up_no_worse(was.follow_up, now.follow_up):
        return False
    return now.exclusions <= was.exclusions and _extends_no_more(was, now) and _no_longer(was, now)


def _as(limit: LimitRule | Limit, variant: str) -> LimitRule | Limit:
    """The limit in this variant, or the limit without variants if it has none of that name."""
    if variant in limit.variants:
        return limit.variant(variant)
    return replace(limit, variants={})


def _follows_up_no_worse(was: Limit | None, now: Limit | None) -> bool:
    """Whether the follow-up limit of a miss is no worse.

    It counts from the same original due date, so it is compared like any other limit.
    """
    return was is not None and now is not None and was.name == now.name and no_worse(was, now)


def _extends_no_more(was: Limit, now: Limit) -> bool:
    if now.extension is None:
        return True
    return was.extension is not None and now.extension.n <= was.extension.n


def _no_longer(was: Limit, now: Limit) -> bool:
    if was.kind not in COMPUTABLE:
        return now.kind in COMPUTABLE or now.kind == was.kind
    if now.kind not in COMPUTABLE:
        return False
    if now.kind != "period" or was.kind != "period":
        return _DAYS.get(now.kind, _PERIOD) <= _DAYS.get(was.kind, _PERIOD) and was.n != 0
    if now.unit != was.unit and (was.unit, now.unit) not in _NOT_LONGER:
        return False
    return (now.n or 0) <= (was.n or 0)
