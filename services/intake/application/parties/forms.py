"""The parties in the form of an item: their JSON Schema, and the fields to show.

A schema says the form of a number by its kind. It cannot say a check character, a real date, that
somebody is born already, or what numbers and domains there are: the check does (`BEYOND_A_SCHEMA`).
"""

from collections.abc import Sequence
from typing import Any

from services.intake.application.parties.persons import LONGEST_NAME, USUAL
from shared.values.identity import (
    IDENTITIES,
    LONGEST_NUMBER,
    NUMBER,
    PERSONAL,
    IdentityKind,
)
from shared.values.reach import EMAIL, LONGEST_EMAIL, LONGEST_PHONE, PHONE
from shared.values.texts import TEXT

JsonSchema = dict[str, Any]
BEYOND_A_SCHEMA = frozenset(
    {
        *("id-date", "id-date-future", "id-check", "guardian-needed"),
        *("phone-unknown", "phone-takes-no-texts", "email-unknown"),
    }
)


def text_schema(title: str, most: int) -> JsonSchema:
    """A text that people write, in one line (`shared.values.texts`)."""
    return {"type": "string", "title": title, "minLength": 1, "maxLength": most, "pattern": TEXT}


def _form(title: str, pattern: str, most: int) -> JsonSchema:
    return {"type": "string", "title": title, "maxLength": most, "pattern": pattern}


def applicant_schema() -> JsonSchema:
    """Who applies."""
    person = person_schema("申请人", PERSONAL)
    reach = {
        "phone": _form("电话", PHONE, LONGEST_PHONE),
        "email": _form("电子邮箱", EMAIL, LONGEST_EMAIL),
    }
    return {
        **person,
        "description": "Who applies; sealed before it is stored.",
        "properties": {**person["properties"], **reach},
        "anyOf": [{"required": ["phone"]}, {"required": ["email"]}],
    }


def person_schema(title: str, kinds: Sequence[IdentityKind]) -> JsonSchema:
    """A person with a name and an identity document of one of `kinds`, or the usual one."""
    labels = [
        {"const": kind, "title": IDENTITIES[kind].zh, "description": IDENTITIES[kind].en}
        for kind in kinds
    ]
    return {
        "type": "object",
        "title": title,
        "properties": {
            "name": text_schema("姓名", LONGEST_NAME),
            "id_kind": {"title": "证件种类", "oneOf": labels, "default": USUAL},
            "id_number": _form("身份证件号码", NUMBER, LONGEST_NUMBER),
        },
        "required": ["name"],
        "additionalProperties": False,
        "allOf": [_number_of(kind) for kind in kinds],
    }


def _number_of(kind: IdentityKind) -> JsonSchema:
    """What the number must be like where the document is of this kind."""
    of_this_kind: JsonSchema = {"properties": {"id_kind": {"const": kind}}}
    if kind != USUAL:  # the usual one is meant where none is said
        of_this_kind["required"] = ["id_kind"]
    if kind == "none":
        return {"if": of_this_kind, "then": {"properties": {"id_number": False}}}
    number = {"pattern": IDENTITIES[kind].pattern}
    needed = {"properties": {"id_number": number}, "required": ["id_number"]}
    return {"if": of_this_kind, "then": needed}
