"""The JSON Schema (2020-12) of an application for an item: what `POST /v1/cases` takes for it.

Pure. Which materials are asked for is not in it: an incomplete application may be submitted, so no
schema may refuse it (R-031). They stand in the order (form_order.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.intake.application.offices import office_title
from services.intake.application.parties.forms import parties_schema, party_rules
from services.intake.application.parties.schemas import text_schema, titled_codes
from services.intake.application.questions.forms import answers_schema, needed_answers
from services.intake.application.questions.kinds import labelled
from services.intake.fields import MOST_MATERIALS
from shared.catalogue import Item
from shared.catalogue.definition.asking import Choice
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import When
from shared.catalogue.definition.fees import FeeLine
from shared.catalogue.definition.words import CHANNEL_TITLES, DELIVERY_TITLES
from shared.catalogue.rules.charges import most_of
from shared.catalogue.rules.offices import offices_of
from shared.jurisdiction import Jurisdiction

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schema_of(item: Item, known: Jurisdiction | None = None) -> Schema:
    """The JSON Schema of an application for the item. `known`: what the offices are called."""
    text = item.text
    ways = list(dict.fromkeys(way.kind for way in text.delivery))
    properties: Schema = {
        "item": {"const": text.id},
        "channel": _titled("办理渠道", list(text.channels), CHANNEL_TITLES),
        "delivery": _titled("送达方式", ways, DELIVERY_TITLES),
        "delivery_address": text_schema("送达地址", 300),
        **parties_schema(item),
        "materials": _materials(item),
        "declared": {"const": True, "title": "申请人声明信息真实"},
        "guide": {
            "type": "object",
            "title": "已阅读并同意的办事须知",
            "properties": {
                "version": {"type": "string", "pattern": "^[0-9A-Za-z.-]{1,32}$"},
                "content_hash": {"const": item.hash},
            },
            "required": ["version", "content_hash"],
            "additionalProperties": False,
        },
    }
    required = ["item", "channel", "delivery", "applicant", "declared"]
    if text.online is not None and text.online.agreement:
        required.append("guide")
    if "online" in text.channels:
        properties["channel"]["default"] = "online"
        required.remove("channel")
    if text.variants:
        properties["variant"] = {"title": "办理情形", "oneOf": labelled(text.variants)}
        required.append("variant")
    if offices := offices_of(text):
        labels = [
            {"const": office.code, "title": office_title(office, known).zh} for office in offices
        ]
        properties["office"] = {"title": "受理点", "oneOf": labels}
    choices = [choice for group in text.situations for choice in group.choices]
    properties["situations"] = _several(choices, "情形")
    properties["facts"] = answers_schema(text)
    options = [line for line in text.fee.lines if line.choice and text.fee.chargeable]
    properties["options"] = _several(options, "收费项目")
    properties["counts"] = _counts(text.fee.lines if text.fee.chargeable else ())
    return {
        "$schema": DIALECT,
        "$id": f"urn:caseledger:form:{text.id}:{item.hash[:16]}",
        "title": text.name,
        "description": text.name_en,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "allOf": list(_rules(item, options)),
    }


def _titled(title: str, codes: list[Any], titles: Mapping[Any, tuple[str, str]]) -> Schema:
    """One of these codes; each with its title."""
    return {"enum": codes, "title": title, "oneOf": titled_codes(codes, titles)}


def _several(choices: Sequence[Choice | FeeLine], title: str) -> Schema:
    """A list of choices; where there are none to make, an empty one may still be sent."""
    if not choices:
        return {"type": "array", "title": title, "maxItems": 0}
    return {
        "type": "array",
        "title": title,
        "items": {"oneOf": labelled(choices)},
        "uniqueItems": True,
    }


def _counts(lines: Sequence[FeeLine]) -> Schema:
    """How many of a fee line: people, books, plates; one where nothing is said."""
    return {
        "type": "object",
        "title": "收费数量",
        "properties": {
            line.code: {
                "type": "integer",
                "minimum": 1,
                "maximum": most_of(line),
                "title": line.name,
                "x-unit": line.per,
            }
            for line in lines
        },
        "additionalProperties": False,
    }


def _materials(item: Item) -> Schema:
    codes = [rule.code for rule in listed(item.text.materials) if not rule.question]
    if not codes:
        return {"type": "array", "title": "申请材料", "maxItems": 0}
    return {
        "type": "array",
        "title": "申请材料",
        "maxItems": MOST_MATERIALS,
        "items": {
            "type": "object",
            "properties": {"code": {"enum": codes}, "blob": {"type": "string", "maxLength": 64}},
            "required": ["code", "blob"],
            "additionalProperties": False,
        },
    }


def _rules(item: Item, options: list[FeeLine]) -> Iterator[Schema]:
    """What is needed or excluded under a condition, as far as a schema can say it."""
    yield {
        "if": {"properties": {"delivery": {"const": "post"}}, "required": ["delivery"]},
        "then": {"required": ["delivery_address"]},
    }
    yield from party_rules(item)
    yield from _ways(item)
    for code, when, must in needed_answers(item.text):
        needed = {"properties": {"facts": {"required": [code]}}, "required": ["facts"]}
        forbidden = {"properties": {"facts": {"properties": {code: False}}}}
        yield from _given(when, needed if must else {}, forbidden)
    for group in item.text.situations:
        codes = [choice.code for choice in group.choices]
        needed = _chosen("situations", codes, group.choose == "one", group.required)
        none = {"properties": {"situations": {"items": {"not": {"enum": codes}}}}}
        yield from _given(group.when, needed, none)
    lines: dict[str, list[FeeLine]] = {}
    for line in options:
        lines.setdefault(line.choice or "", []).append(line)
    for group_lines in lines.values():
        codes = [line.code for line in group_lines]
        if all(line.when is None for line in group_lines):
            yield _chosen("options", codes, one=True, required=True)
        else:
            yield _chosen("options", codes, one=True, required=False)


def _ways(item: Item) -> Iterator[Schema]:
    """A way of delivery that some applications have only."""
    ways: dict[str, list[When | None]] = {}
    for way in item.text.delivery:
        ways.setdefault(way.kind, []).append(way.when)
    for kind, whens in ways.items():
        if None not in whens:
            chosen = {"properties": {"delivery": {"const": kind}}, "required": ["delivery"]}
            yield {"if": chosen, "then": {"anyOf": [_condition(w) for w in whens if w]}}


def _given(when: When | None, holds: Schema, else_: Schema) -> Iterator[Schema]:
    if when is None:
        if holds:
            yield holds
        return
    yield {"if": _condition(when), "then": holds or True, "else": else_}


def _chosen(name: str, codes: list[str], one: bool, required: bool) -> Schema:  # noqa: FBT001
    """How many of the codes a list may hold."""
    rule: Schema = {"contains": {"enum": codes}, "minContains": int(required)}
    if one:
        rule["maxContains"] = 1
    found: Schema = {"properties": {name: rule}}
    return found | ({"required": [name]} if required else {})


def _condition(when: When) -> Schema:
    """The `when` of a definition as a schema of the application."""
    parts: list[Schema] = []
    for name, words in (
        ("variant", when.variant),
        ("representation", when.representative),
        ("channel", when.channel),
    ):
        if words:
            parts.append({"properties": {name: {"enum": list(words)}}, "required": [name]})
    if when.situation:
        contains = {"contains": {"enum": list(when.situation)}}
        parts.append({"properties": {"situations": contains}, "required": ["situations"]})
    if when.applicant:
        kind = {"properties": {"kind": {"enum": list(when.applicant)}}}
        # Who names no kind is a person.
        named = {} if "person" in when.applicant else {"required": ["kind"]}
        parts.append({"properties": {"applicant": kind | named}, "required": ["applicant"]})
    for code, wanted in when.answer.items():
        given = {"properties": {code: {"enum": list(wanted)}}, "required": [code]}
        parts.append({"properties": {"facts": given}, "required": ["facts"]})
    for code in when.unless:
        chosen = {"properties": {"situations": {"contains": {"const": code}}}}
        variant = {"properties": {"variant": {"const": code}}, "required": ["variant"]}
        parts.append({"not": {"anyOf": [chosen | {"required": ["situations"]}, variant]}})
    return {"allOf": parts}
