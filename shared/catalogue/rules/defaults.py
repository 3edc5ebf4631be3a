"""The named defaults, which fill the fields that an item's file leaves open.

The defaults are in `defaults.yaml`. An item records the defaults that it uses, and its hash covers
them: a changed default changes every item that uses it.
"""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

from shared.catalogue.definition.base import Code, Data, Text, listed
from shared.catalogue.definition.fees import FeeFile, FeeRule
from shared.catalogue.definition.item import ItemFile, ItemText, LeftOut, is_licence
from shared.catalogue.definition.outcome import (
    AcceptanceRule,
    AppealRule,
    DeliveryRule,
    ResultRule,
    ReviewRule,
    SupplementRule,
)
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.definition.words import Channel, Initiator, RefundReason
from shared.catalogue.rules.limits_told import of_family
from shared.catalogue.rules.procedure import NUMBERED
from shared.clock.counting.limits import COMPUTABLE

T = TypeVar("T")
DRIVING = frozenset({"promised", "statutory"})


class Default(Data, Generic[T], frozen=True, kw_only=True):
    """A default value, its reason, and the law behind it, if there is one."""

    value: T
    because: Text
    source: str = ""


class NamedReason(Data, frozen=True, kw_only=True):
    """A reason for many items: why fields of theirs are read so, and the law behind it, if any."""

    because: Text
    source: str = ""


class Defaults(Data, frozen=True, kw_only=True, rename="kebab"):
    """All defaults; the field names are the names of the defaults.

    `reasons` fill nothing: items name them for fields that they state (`inferred_by`, `left_out`).
    """

    initiated_by: Default[Initiator]
    channels: Default[tuple[Channel, ...]]
    acceptance: Default[AcceptanceRule]
    acceptance_limit_licence: Default[LimitRule]
    acceptance_limit: Default[LimitRule]
    watch_licence: Default[LimitRule]
    watch: Default[LimitRule]
    exclusions_licence: Default[frozenset[str]]
    warn_days: Default[int]
    supplement_licence: Default[SupplementRule]
    supplement: Default[SupplementRule]
    pay_within_days: Default[int]
    refund_on: Default[tuple[RefundReason, ...]]
    review: Default[ReviewRule]
    second_person: Default[bool]
    result: Default[tuple[ResultRule, ...]]
    delivery: Default[tuple[DeliveryRule, ...]]
    appeal: Default[AppealRule]
    reasons: dict[Code, NamedReason] = msgspec.field(default_factory=dict)

    def named(self, name: str) -> Default[Any]:
        """The default of the name that `defaulted` uses."""
        found: Default[Any] = getattr(self, name.replace("-", "_"))
        return found


class _Filling:
    """The state of filling one item: records the default that filled each field."""

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults
        self.used: dict[str, str] = {}

    def __call__(self, field: str, name: str) -> Any:
        self.used[field] = name
        return self._defaults.named(name).value


def resolve(file: ItemFile, defaults: Defaults) -> ItemText:
    """The item with the defaults it needs.

    A rule that items refer to (`kind`) gets the same fields as an item.
    """
    fill = _Filling(defaults)
    licence = "-licence" if is_licence(file) else ""
    given: dict[str, Any] = {
        "initiated_by": file.initiated_by or fill("initiated_by", "initiated-by"),
        "channels": _or(file.channels, fill, "channels"),
        "fee": _fee(file.fee, fill),
        "limits": _limits(file, fill, licence),
        "acceptance": file.acceptance or fill("acceptance", "acceptance"),
        "supplement": file.supplement or fill("supplement", f"supplement{licence}"),
        "review": _review(file, fill),
        "results": _or(file.results, fill, "results", name="result"),
        "delivery": _or(file.delivery, fill, "delivery"),
        "appeal": file.appeal or fill("appeal", "appeal"),
        "inferred": file.inferred | _named(file.inferred_by, defaults),
        "left_out": tuple(_explained(one, defaults) for one in file.left_out),
    }
    as_written = {name: getattr(file, name) for name in ItemFile.__struct_fields__}
    return ItemText(**{**as_written, **given}, defaulted=dict(sorted(fill.used.items())))


def _named(names: Mapping[str, str], defaults: Defaults) -> dict[str, str]:
    """The reasons behind names, by field; `unknown_reasons` tells of a name without one."""
    found = ((path, defaults.reasons.get(name)) for path, name in names.items())
    return {path: reason.because for path, reason in found if reason is not None}


def _explained(one: LeftOut, defaults: Defaults) -> LeftOut:
    reason = defaults.reasons.get(one.by or "")
    return one if reason is None else msgspec.structs.replace(one, why=reason.because)


def unknown_reasons(file: ItemFile, defaults: Defaults) -> list[tuple[tuple[str | int, ...], str]]:
    """Every name of a reason that there is not, as path and sentence."""
    named: list[tuple[tuple[str | int, ...], str]] = [
        *((("inferred_by", path), name) for path, name in file.inferred_by.items()),
        *((("left_out", at, "by"), one.by) for at, one in enumerate(file.left_out) if one.by),
    ]
    return [
        (path, f"defaults.yaml has no reason {name!r}.")
        for path, name in named
        if name not in defaults.reasons
    ]


def _or(value: tuple[T, ...] | str, fill: _Filling, field: str, name: str = "") -> tuple[T, ...]:
    """The list in the file; nothing if the file says none; the default if the file is silent."""
    if value == "unknown":
        filled: tuple[T, ...] = fill(field, name or field)
        return filled
    return listed(value)


def _review(file: ItemFile, fill: _Filling) -> ReviewRule:
    """The criteria, and whether two persons decide: where a paper gets a number or money moves."""
    rule: ReviewRule = file.review if file.review != "unknown" else fill("review", "review")
    if rule.second_person or file.one_person_because or not _binds(file):
        return rule
    return msgspec.structs.replace(
        rule, second_person=fill("review.second_person", "second-person")
    )


def _binds(file: ItemFile) -> bool:
    """Whether a decision gives out a numbered paper, or has money paid."""
    kinds = {result.kind for result in listed(file.results)}
    return bool(file.paydays) or not kinds.isdisjoint(NUMBERED | {"payment"})


def _fee(fee: FeeFile, fill: _Filling) -> FeeRule:
    written = {name: getattr(fee, name) for name in FeeFile.__struct_fields__}
    if fee.state != "amount":
        return FeeRule(**{**written, "pay_within_days": 0, "refund_on": ()})
    if fee.pay_within_days is None:
        written["pay_within_days"] = fill("fee.pay_within_days", "pay-within-days")
    if fee.refund_on is None:
        written["refund_on"] = fill("fee.refund_on", "refund-on")
    return FeeRule(**written)


def _limits(file: ItemFile, fill: _Filling, licence: str) -> tuple[LimitRule, ...]:
    """The printed limits with an acceptance clock, and a watch limit if no limit has a date."""
    limits = list(listed(file.limits))
    if file.kind == "item":
        limits += _acceptance(limits, fill, licence)
        if not any(_drives_always(limit) for limit in limits):
            limits.append(fill("limits.watch", f"watch{licence}"))
    if licence:
        limits = [_stopped(limit, fill) for limit in limits]
    return tuple(_warned(limit, fill) for limit in limits)


def _stopped(limit: LimitRule, fill: _Filling) -> LimitRule:
    """A licence's limit excludes the causes that its law names, but not those of `inclusions`."""
    counts = limit.kind == "period" and limit.party == "authority" and limit.deemed is None
    if not counts or not any(of_family(limit, family) for family in DRIVING):
        return limit
    causes = fill(f"limits.{limit.name}.exclusions", "exclusions-licence") - limit.inclusions
    return msgspec.structs.replace(limit, exclusions=limit.exclusions | causes)


def _drives_always(limit: LimitRule) -> bool:
    """Whether the limit gives every case of the item a date; a conditional limit does not."""
    return limit.name in DRIVING and limit.kind in COMPUTABLE and limit.when is None


def _acceptance(limits: list[LimitRule], fill: _Filling, licence: str) -> list[LimitRule]:
    """The acceptance clock by default; for a licence, the law's clock beside a printed one too.

    A printed hour of acceptance does not remove the legal effect of silence (R-034).
    """
    printed = [limit for limit in limits if limit.name == "acceptance"]
    if not printed:
        return [fill("limits.acceptance", f"acceptance-limit{licence}")]
    if licence and not any(limit.deemed for limit in printed):
        rule: LimitRule = fill("limits.acceptance-by-law", "acceptance-limit-licence")
        return [msgspec.structs.replace(rule, name="acceptance-by-law")]
    return []


def _warned(limit: LimitRule, fill: _Filling) -> LimitRule:
    if limit.warn_days is not None or limit.kind != "period":
        return limit
    days = fill(f"limits.{limit.name}.warn_days", "warn-days")
    return msgspec.structs.replace(limit, warn_days=days)


def used_values(text: ItemText, defaults: Defaults) -> Mapping[str, Any]:
    """The values of the defaults that an item uses, by name, as plain data: part of its hash."""
    names = sorted(set(text.defaulted.values()))
    return {name: _plain(defaults.named(name).value) for name in names}


def _plain(value: Any) -> Any:
    """Plain data, without the `LATER` fields that are null."""
    match value:
        case Data():
            said = {name: getattr(value, name) for name in value.__struct_fields__}
            later = {name for name in value.LATER if said[name] is None}
            return {name: _plain(one) for name, one in said.items() if name not in later}
        case tuple():
            return [_plain(one) for one in value]
    return msgspec.to_builtins(value, order="deterministic")
