"""The questions of an item in its form: the JSON Schema of the answers, and the fields to show."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.intake.application.questions.kinds import KINDS, longest
from services.intake.application.questions.parts import answer_parts
from services.intake.application.questions.shown import (
    choices_shown,
    condition_shown,
    field_shown,
    not_empty,
    section_shown,
)
from shared.catalogue import ItemText
from shared.catalogue.definition.asking import EntriesRule, FactRule, QuestionGroup
from shared.catalogue.definition.choosing import When
from shared.catalogue.rules.question_classes import class_of_question
from shared.values.identity import IDENTITIES, IdentityKind

JsonSchema = dict[str, Any]
_TEXTS = frozenset({"text", "long-text", "address"})


def answers_schema(text: ItemText) -> JsonSchema:
    """The JSON Schema of the answers; what depends on a choice is left to the form's rules."""
    properties = {fact.code: _schema(fact, text) for fact in text.asked_once}
    for group, rule in text.with_entries:
        properties[group.code] = _entries_schema(text, group, rule)
    return {
        "type": "object",
        "title": "申报信息",
        "properties": properties,
        "additionalProperties": False,
    }


def needed_answers(text: ItemText) -> Iterator[tuple[str, When | None, bool]]:
    """Each question and each group with entries: its code, its condition, whether it is needed."""
    for fact in text.asked_once:
        yield fact.code, fact.when, fact.required
    for group, rule in text.with_entries:
        yield group.code, group.when, rule.least > 0


def _schema(fact: FactRule, text: ItemText) -> JsonSchema:
    found = {
        **KINDS[fact.type].schema(fact),
        "title": fact.name,
        "description": fact.name_en,
        "x-type": fact.type,
        "x-class": class_of_question(fact.code, text).value,
    }
    more = {
        "x-unit": fact.unit,
        "x-help": fact.help,
        "x-help-en": fact.help_en,
        "x-step": fact.step,
        "x-group": fact.group,
    }
    return found | {name: value for name, value in more.items() if value}


def _entries_schema(text: ItemText, group: QuestionGroup, rule: EntriesRule) -> JsonSchema:
    asked = text.asked_in(group)
    return {
        "type": "array",
        "title": group.name,
        "description": group.name_en,
        "minItems": rule.least,
        "maxItems": rule.most,
        "x-type": "entries",
        "x-class": class_of_question(group.code, text).value,
        "items": {
            "type": "object",
            "title": rule.name,
            "properties": {fact.code: _schema(fact, text) for fact in asked},
            "required": [fact.code for fact in asked if fact.required],
            "additionalProperties": False,
        },
    }


def question_sections(text: ItemText) -> Iterator[dict[str, Any]]:
    """The sections of questions: first those without a group, then each group."""
    named = {group.code for group in text.groups}
    alone = [fact for fact in text.facts if fact.group not in named]
    if alone:
        yield section_shown("facts", "申报信息", "Facts", _fields(text, alone, "/facts"))
    for group in text.groups:
        at = f"/facts/{group.code}/-" if group.entries is not None else "/facts"
        found = section_shown(
            f"facts-{group.code}",
            group.name,
            group.name_en,
            _fields(text, text.asked_in(group), at),
        )
        found |= not_empty(help=group.help, help_en=group.help_en, when=condition_shown(group.when))
        if (rule := group.entries) is not None:
            found["entries"] = {
                "pointer": f"/facts/{group.code}",
                "title": rule.name,
                "title_en": rule.name_en,
                "least": rule.least,
                "most": rule.most,
            }
        yield found


def _fields(text: ItemText, facts: Iterable[FactRule], at: str) -> Iterator[dict[str, Any]]:
    for fact in facts:
        pointer = f"{at}/{fact.code}"
        yield field_shown(
            pointer,
            fact.name,
            fact.name_en,
            type=fact.type,
            required=fact.required,
            data_class=class_of_question(fact.code, text).value,
            help=fact.help,
            help_en=fact.help_en,
            unit=fact.unit,
            least=fact.least,
            most=fact.most,
            places=fact.places if fact.type == "decimal" else None,
            longest=longest(fact) if fact.type in _TEXTS else None,
            step=fact.step,
            choices=choices_shown(fact.choices),
            parts=[_part(pointer, one) for one in answer_parts(fact)],
            condition=fact.condition,
            raw=fact.raw,
            when=fact.when,
        )


def _part(pointer: str, part: Any) -> dict[str, Any]:
    kinds: tuple[IdentityKind, ...] = part.kinds
    choices = [
        {"code": kind, "title": IDENTITIES[kind].zh, "title_en": IDENTITIES[kind].en, "raw": ""}
        for kind in kinds
    ]
    return field_shown(
        f"{pointer}/{part.code}",
        part.title.zh,
        part.title.en,
        required=part.required,
        choices=choices,
    )
