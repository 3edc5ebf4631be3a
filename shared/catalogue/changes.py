"""What changes for applicants between two catalogues, in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from shared.catalogue.asking import MaterialRule
from shared.catalogue.base import listed
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.item import ItemText
from shared.catalogue.schedule import LimitRule


class Change(msgspec.Struct, frozen=True, order=True):
    """One thing that changes for whoever applies for an item."""

    item: str
    name: str
    field: str
    sentence: str


def changes(before: Catalogue, after: Catalogue) -> list[Change]:
    """Every change between two catalogues, by item; what nobody outside meets is one line."""
    old = {item.id: item for item in before.items()}
    new = {item.id: item for item in after.items()}
    found: list[Change] = []
    for id_ in sorted(old.keys() | new.keys()):
        was, now = old.get(id_), new.get(id_)
        if was is None and now is not None:
            offer = " and can be applied for" if now.text.offered else ", not offered"
            found.append(Change(id_, now.text.name, "item", f"The item is new{offer}."))
        elif now is None and was is not None:
            found.append(Change(id_, was.text.name, "item", "The item is no longer there."))
        elif was is not None and now is not None and was.hash != now.hash:
            found += between(was.text, now.text)
    return found


def between(was: ItemText, now: ItemText) -> list[Change]:
    """What changes for applicants from one edition of an item to another."""
    told = [(field, said) for field, rule in RULES for said in rule(was, now)]
    named = {field for field, _ in RULES} | {"edition", "defaulted"}
    silent = [
        field
        for field in ItemText.__struct_fields__
        if field not in named and getattr(was, field) != getattr(now, field)
    ]
    meets = [field for field in silent if field not in INSIDE]
    told += [(field, f"{_title(field)} changes.") for field in meets]
    if not told:
        fields = ", ".join(_title(field).lower() for field in silent) or "its layout"
        told = [("nothing", f"Nothing changes for applicants (only {fields}).")]
    return [Change(now.id, now.name, field, said) for field, said in told]


# Fields that nobody who applies ever meets.
INSIDE = frozenset(
    {"source", "inferred", "oddities", "findings_ack", "left_out", "remarks", "materials_raw"}
    | {
        "not_offered_because",
        "channels_raw",
        "item_type_raw",
        "initiated_raw",
        "same_service_as",
        "aliases",
        "name_en",
    }
)

Told = Iterator[str]


def _offer(was: ItemText, now: ItemText) -> Told:
    if was.offered and not now.offered:
        yield f"It can no longer be applied for: {now.not_offered_because or 'no reason given'}"
    elif now.offered and not was.offered:
        yield "It can be applied for now."


def _name(was: ItemText, now: ItemText) -> Told:
    if was.name != now.name:
        yield f"It is called {now.name}; it was called {was.name}."


def _fee(was: ItemText, now: ItemText) -> Told:
    old, new = _amounts(was), _amounts(now)
    for code in [*old, *(code for code in new if code not in old)]:
        name = (new if code in new else old)[code][0]
        if code not in new:
            yield f"{name} is no longer charged (it was {_yuan(old[code][1])})."
        elif code not in old:
            yield f"{name} costs {_yuan(new[code][1])}; it was not charged."
        elif old[code][1] != new[code][1]:
            word = "more" if new[code][1] > old[code][1] else "less"
            yield f"{name} costs {word}: {_yuan(new[code][1])} instead of {_yuan(old[code][1])}."
    if was.fee.basis != now.fee.basis:
        yield f"The fee rests on {now.fee.basis or 'nothing that is named'}."
    if (was.fee.state, was.fee.charged) != (now.fee.state, now.fee.charged) and old == new:
        yield f"The fee is now: {now.fee.state}; it was: {was.fee.state}."
    if old and new and was.fee.pay_within_days != now.fee.pay_within_days:
        days = now.fee.pay_within_days
        yield f"It must be paid within {days} days instead of {was.fee.pay_within_days}."
    lost = [reason for reason in was.fee.refund_on if reason not in now.fee.refund_on]
    if old and new and lost:
        yield f"The fee is no longer given back when: {', '.join(lost)}."


def _amounts(item: ItemText) -> dict[str, tuple[str, int]]:
    if not item.fee.chargeable:
        return {}
    return {line.code: (line.name, line.amount_fen) for line in item.fee.lines}


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d} yuan"


def _limits(was: ItemText, now: ItemText) -> Told:
    old, new = (
        {limit.name: limit for limit in item.limits if limit.rank != "internal"}
        for item in (was, now)
    )
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield f"The limit {name} ({limit_words(old[name])}) is gone."
        elif name not in old:
            yield f"There is a limit {name}: {limit_words(new[name])}."
        elif limit_words(old[name]) != limit_words(new[name]):
            words = f"{limit_words(new[name])} instead of {limit_words(old[name])}"
            yield f"The limit {name}{_direction(old[name], new[name])}: {words}."
        elif old[name] != new[name]:
            fields = [f for f in LimitRule.__struct_fields__ if _differ(old[name], new[name], f)]
            yield f"The limit {name} changes in: {', '.join(map(_title, fields)).lower()}."


def _differ(one: object, other: object, field: str) -> bool:
    return bool(getattr(one, field) != getattr(other, field))


def _direction(old: LimitRule, new: LimitRule) -> str:
    if old.unit != new.unit or old.n is None or new.n is None or old.n == new.n:
        return " changes"
    return " is shorter" if new.n < old.n else " is longer"


def limit_words(limit: LimitRule) -> str:
    """The length of a limit in English, with what stops it and what it may be lengthened by."""
    if limit.kind != "period":
        words = {"immediate": "in the session", "same_day": "on the same day"}
        words |= {"next_day": "by the next working day", "none": "no date", "cyclic": "by a cycle"}
        return words[limit.kind]
    count = f"{limit.minimum} to {limit.n}" if limit.minimum is not None else str(limit.n)
    unit = (limit.unit or "").replace("_", " ")
    text = f"{count} {unit}" if limit.n != 1 else f"{count} {unit.removesuffix('s')}"
    if limit.extension:
        text += f", {limit.extension.n} more where it is extended"
    if limit.exclusions:
        text += f", without {', '.join(sorted(limit.exclusions)).replace('_', ' ')}"
    return text


def _materials(was: ItemText, now: ItemText) -> Told:
    if isinstance(now.materials, str) and was.materials != now.materials:
        yield f"Which materials are asked for is now: {now.materials}."
    old = {rule.code: rule for rule in listed(was.materials)}
    new = {rule.code: rule for rule in listed(now.materials)}
    for code, rule in old.items():
        if code not in new:
            yield f"{rule.name} is no longer asked for."
        elif rule != new[code]:
            yield from _material(rule, new[code])
    for code, rule in new.items():
        if code not in old:
            verb = "is asked for" if rule.required else "may be handed in"
            yield f"{rule.name} {verb}{_where(rule)}."


def _material(was: MaterialRule, now: MaterialRule) -> Told:
    if was.required != now.required:
        yield f"{now.name} {'must' if now.required else 'need not'} be handed in."
    if (was.form, was.copies) != (now.form, now.copies):
        forms = [f"{rule.form or 'any form'}, {rule.copies or 1}x" for rule in (now, was)]
        yield f"{now.name} is asked for as {forms[0]} instead of {forms[1]}."
    if (was.when, was.one_of) != (now.when, now.one_of):
        yield f"{now.name} is asked for{_where(now) or ' from everybody'}."
    quiet = {"required", "form", "copies", "when", "one_of", "raw", "name_en", "note"}
    fields = [f for f in MaterialRule.__struct_fields__ if f not in quiet and _differ(was, now, f)]
    if fields:
        yield f"{now.name} changes in: {', '.join(map(_title, fields)).lower()}."


def _where(rule: MaterialRule) -> str:
    words: Mapping[str, Sequence[str]] = msgspec.to_builtins(rule.when) if rule.when else {}
    parts = [f"{key} {' or '.join(codes)}" for key, codes in words.items() if codes]
    text = f" (only {', '.join(parts)})" if parts else ""
    return f"{text} (one of {rule.one_of} is enough)" if rule.one_of else text


def _listed(
    field: str, what: str, of: Callable[[Any], str]
) -> Callable[[ItemText, ItemText], Told]:
    """A rule for a field that lists things: what comes, what goes, what is not the same."""

    def told(was: ItemText, now: ItemText) -> Told:
        old, new = ({of(one): one for one in _all(item, field)} for item in (was, now))
        gone = [name for name in old if name not in new]
        come = [name for name in new if name not in old]
        if come:
            yield f"New {what}: {', '.join(come)}."
        if gone:
            yield f"No longer {what}: {', '.join(gone)}."
        other = [name for name in new if name in old and new[name] != old[name]]
        if other:
            yield f"Changed {what}: {', '.join(other)}."

    return told


def _all(item: ItemText, field: str) -> Sequence[Any]:
    value = getattr(item, field)
    return () if isinstance(value, str) else value


def _appeal(was: ItemText, now: ItemText) -> Told:
    if was.appeal != now.appeal:
        yield f"A refusal can be appealed within {now.appeal.days} days at: {now.appeal.body}."


def _supplement(was: ItemText, now: ItemText) -> Told:
    if (was.supplement.n, was.supplement.kind) != (now.supplement.n, now.supplement.kind):
        unit = now.supplement.kind.replace("_", " ")
        yield f"What is missing must be handed in within {now.supplement.n} {unit}."


def _title(field: str) -> str:
    return field.replace("_", " ").capitalize()


def _named(one: Any) -> str:
    return str(one.name)


RULES: tuple[tuple[str, Callable[[ItemText, ItemText], Told]], ...] = (
    ("offered", _offer),
    ("name", _name),
    ("fee", _fee),
    ("limits", _limits),
    ("materials", _materials),
    ("channels", _listed("channels", "ways to apply", str)),
    ("delivery", _listed("delivery", "ways of delivery", lambda way: str(way.kind))),
    ("results", _listed("results", "results", _named)),
    ("variants", _listed("variants", "variants", _named)),
    ("situations", _listed("situations", "questions", _named)),
    ("facts", _listed("facts", "facts to state", _named)),
    ("checks", _listed("checks", "conditions", lambda check: str(check.text))),
    ("windows", _listed("windows", "windows", lambda one: one.raw or type(one).__name__)),
    ("appeal", _appeal),
    ("supplement", _supplement),
)
