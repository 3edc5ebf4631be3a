"""The JSON Schemas of texts, and of somebody with a name and an identity document."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.intake.application.parties.persons import LONGEST_NAME, USUAL
from shared.values.identity import (
    IDENTITIES,
    LONGEST_NUMBER,
    NUMBER,
    IdentityKind,
)
from shared.values.texts import TEXT

JsonSchema = dict[str, Any]


def titled_codes(codes: Iterable[str], titles: Mapping[Any, tuple[str, str]]) -> list[JsonSchema]:
    """Codes with their titles, as a schema names them."""
    return [
        {"const": code, "title": titles[code][0], "description": titles[code][1]} for code in codes
    ]


def text_schema(title: str, most: int) -> JsonSchema:
    """A text that people write, in one line (`shared.values.texts`)."""
    return {"type": "string", "title": title, "minLength": 1, "maxLength": most, "pattern": TEXT}


def pattern_schema(title: str, pattern: str, most: int) -> JsonSchema:
    """A text that has the form of `pattern`."""
    return {"type": "string", "title": title, "maxLength": most, "pattern": pattern}


def identified_schema(title: str, kinds: Sequence[IdentityKind]) -> JsonSchema:
    """A person with a name and an identity document of one of `kinds`, or the usual one."""
    return {**named_schema(title, kinds), "allOf": number_rules(kinds, USUAL)}


def named_schema(title: str, kinds: Sequence[IdentityKind]) -> JsonSchema:
    """Somebody with a name, a kind of document and a number, whose form is not said yet."""
    labels = [
        {"const": kind, "title": IDENTITIES[kind].zh, "description": IDENTITIES[kind].en}
        for kind in kinds
    ]
    return {
        "type": "object",
        "title": title,
        "properties": {
            "name": text_schema("姓名或者名称", LONGEST_NAME),
            "id_kind": {"title": "证件种类", "oneOf": labels},
            "id_number": pattern_schema("证件号码", NUMBER, LONGEST_NUMBER),
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def number_rules(kinds: Sequence[IdentityKind], usual: IdentityKind) -> list[JsonSchema]:
    """The kinds of document there may be, and what the number of each must be like."""
    among = {"properties": {"id_kind": {"enum": list(kinds)}}}
    return [among, *(_number_of(kind, usual) for kind in kinds)]


def _number_of(kind: IdentityKind, usual: IdentityKind) -> JsonSchema:
    """What the number must be like where the document is of this kind."""
    of_this_kind: JsonSchema = {"properties": {"id_kind": {"const": kind}}}
    if kind != usual:  # the usual one is meant where none is said
        of_this_kind["required"] = ["id_kind"]
    if kind == "none":
        return {"if": of_this_kind, "then": {"properties": {"id_number": False}}}
    number = {"pattern": IDENTITIES[kind].pattern}
    needed = {"properties": {"id_number": number}, "required": ["id_number"]}
    return {"if": of_this_kind, "then": needed}
