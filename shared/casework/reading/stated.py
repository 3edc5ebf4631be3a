"""The answers of an application as a reader sees them: titles and values in words."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import marshmallow as ma

from shared.catalogue import Item
from shared.catalogue.definition.asking import FactRule
from shared.catalogue.rules.question_classes import class_of_question
from shared.http import Schema, Str
from shared.security.data_classes import DataClass
from shared.values.identity import IDENTITIES

Body = dict[str, Any]
Answered = Mapping[str, tuple[Any, DataClass]]  # each answer with its class, by its question
YES_NO: Mapping[bool, tuple[str, str]] = {True: ("是", "Yes"), False: ("否", "No")}
_PARTS = ("bank", "number", "holder", "name", "id_kind", "id_number", "phone")


class StatedSchema(Schema):
    """An answer to a question, with the words of the case's own edition of the item.

    `shown`: the answer in words, where its value is not to be read as it stands. `step`: the stage
    of the procedure that uses the answer. `section`, `entry`: of a section that is filled in
    several times, its title and the number of the entry, from 1.
    """

    code = Str()
    data_class = Str()
    title = Str()
    title_en = Str(min_length=0)
    type = Str(allow_none=True)
    unit = Str(allow_none=True)
    step = Str(allow_none=True)
    section = Str(allow_none=True)
    entry = ma.fields.Integer(allow_none=True)
    value = ma.fields.Raw()
    shown = Str(allow_none=True, max_length=4000, lines=True)
    shown_en = Str(allow_none=True, min_length=0, max_length=4000, lines=True)


MOST_STATED = 2500  # fifty questions of fifty entries


def rows_of(answered: Answered, item: Item) -> Iterator[Body]:
    """The answers in the order of the item's questions; one that it does not know comes last."""
    text = item.text
    for fact in text.asked_once:
        if fact.code in answered:
            yield _row(fact.code, *answered[fact.code], fact)
    for group, rule in text.with_entries:
        if group.code in answered:
            value, data_class = answered[group.code]
            yield from _entries(value, data_class, rule.name, text.asked_in(group))
    groups = {group.code for group, _ in text.with_entries}
    known = {*(fact.code for fact in text.asked_once), *groups}
    for code in sorted(set(answered) - known):
        yield _row(code, *answered[code], None)


def classes_for(steps: Collection[str], item: Item) -> frozenset[DataClass]:
    """The classes of the answers that these stages of the procedure use."""
    text = item.text
    return frozenset(class_of_question(one.code, text) for one in text.facts if one.step in steps)


def _entries(
    value: Any, data_class: DataClass, title: str, asked: tuple[FactRule, ...]
) -> Iterator[Body]:
    entries = value if isinstance(value, list) else []
    for number, entry in enumerate(entries, 1):
        for fact in asked:
            if fact.code in entry:
                row = _row(fact.code, entry[fact.code], data_class, fact)
                yield row | {"section": title, "entry": number}


def _row(code: str, value: Any, data_class: DataClass, fact: FactRule | None) -> Body:
    shown = shown_en = None
    if fact is not None:
        shown, shown_en = _shown(fact, value)
    return {
        "code": code,
        "title": fact.name if fact is not None else code,
        "title_en": fact.name_en if fact is not None else "",
        "data_class": data_class.value,
        "type": fact.type if fact is not None else None,
        "unit": (fact.unit or None) if fact is not None else None,
        "step": fact.step if fact is not None else None,
        "section": None,
        "entry": None,
        "value": value,
        "shown": shown,
        "shown_en": shown_en,
    }


def _shown(fact: FactRule, value: Any) -> tuple[str | None, str | None]:
    """The answer in Chinese and in English; None where the value says it itself."""
    if isinstance(value, bool):
        return YES_NO[value]
    if fact.type in {"choice", "several"}:
        chosen = value if isinstance(value, list) else [value]
        names = [one for one in fact.choices if one.code in chosen]
        if not names:
            return None, None
        return "、".join(one.name for one in names), ", ".join(one.name_en for one in names)
    if isinstance(value, dict):
        words = [_part(name, value[name], language=0) for name in _PARTS if name in value]
        english = [_part(name, value[name], language=1) for name in _PARTS if name in value]
        return "，".join(words), ", ".join(english)
    return None, None


def _part(name: str, value: Any, *, language: int) -> str:
    if name == "id_kind" and value in IDENTITIES:
        known = IDENTITIES[value]
        return (known.zh, known.en)[language]
    return str(value)
