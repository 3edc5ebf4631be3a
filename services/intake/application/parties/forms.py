"""The parties in the form of an item: their JSON Schema, and the fields to show.

A schema says the form of a number by its kind. It cannot say a check character, a real date, that
somebody is born already, or what numbers and domains there are: the check does (`BEYOND_A_SCHEMA`).
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from services.intake.application.parties.applicant import MOST_MEMBERS
from services.intake.application.parties.persons import LONGEST_NAME, ORGANISATION, USUAL
from services.intake.application.parties.representing import may_act
from shared.catalogue import Item
from shared.catalogue.definition.words import ApplicantKind
from shared.catalogue.rules.applicants import applicants_of
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
APPLICANTS: Mapping[ApplicantKind, tuple[str, str]] = MappingProxyType(
    {
        "person": ("个人", "A person"),
        "organisation": ("单位", "An organisation"),
        "unit": ("单位（为其人员申请）", "A unit for its people"),
    }
)
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


def parties_schema(item: Item) -> JsonSchema:
    """The parts of the application that name its parties, by their names."""
    taken = applicants_of(item.text)
    ways = dict.fromkeys(way for kind in taken for way in may_act(item.text, kind))
    found = {
        "applicant": _applicant_schema(taken),
        "representation": {"enum": list(ways), "title": "代办"},
        "representative": _identified("代办人", PERSONAL),
    }
    if "unit" not in taken:
        return {**found, "members": {"type": "array", "maxItems": 0}}
    members = {"type": "array", "maxItems": MOST_MEMBERS, "title": "所代办的人员"}
    return {**found, "members": {**members, "items": _identified("人员", PERSONAL)}}


def _applicant_schema(taken: Sequence[ApplicantKind]) -> JsonSchema:
    """Who applies: of one of the kinds that the item takes; a person where none is said."""
    reach = {
        "phone": _form("电话", PHONE, LONGEST_PHONE),
        "email": _form("电子邮箱", EMAIL, LONGEST_EMAIL),
    }
    documents = [
        kind
        for kind in IDENTITIES
        if (kind == ORGANISATION and taken != ("person",))
        or (kind in PERSONAL and "person" in taken)
    ]
    labels = [
        {"const": kind, "title": APPLICANTS[kind][0], "description": APPLICANTS[kind][1]}
        for kind in taken
    ]
    applicant = _named("申请人", documents)
    applicant["description"] = "Who applies; sealed before it is stored."
    applicant["properties"] |= {"kind": {"title": "申请人类型", "oneOf": labels}, **reach}
    applicant["anyOf"] = [{"required": ["phone"]}, {"required": ["email"]}]
    if "person" not in taken:
        applicant["required"] = [*applicant["required"], "kind"]
    applicant["allOf"] = [
        {
            "if": _IS_A_PERSON,
            "then": {"allOf": _numbers(PERSONAL, USUAL)},
            "else": {"allOf": _numbers((ORGANISATION,), ORGANISATION)},
        }
    ]
    return applicant


_IS_A_PERSON: JsonSchema = {"properties": {"kind": {"const": "person"}}}
_BY_A_PERSON: JsonSchema = {"properties": {"applicant": _IS_A_PERSON}}
_BY_A_UNIT: JsonSchema = {
    "properties": {"applicant": {"properties": {"kind": {"const": "unit"}}, "required": ["kind"]}},
    "required": ["applicant"],
}


def party_rules(item: Item) -> Iterator[JsonSchema]:
    """Which parties are needed beside the applicant, and who may act for whom."""
    somebody: JsonSchema = {"required": ["representative"]}
    capacity: JsonSchema = {"required": ["representation"]}
    yield {"if": capacity, "then": somebody}
    yield {
        "if": _BY_A_PERSON,
        "then": {
            "properties": {"representation": {"enum": may_act(item.text, "person")}},
            "if": somebody,
            "then": capacity,
        },
        "else": {
            "properties": {"representation": {"enum": may_act(item.text, "organisation")}},
            **somebody,
        },
    }
    yield {
        "if": _BY_A_UNIT,
        "then": {"properties": {"members": {"minItems": 1}}, "required": ["members"]},
        "else": {"properties": {"members": {"maxItems": 0}}},
    }


def _identified(title: str, kinds: Sequence[IdentityKind]) -> JsonSchema:
    """A person with a name and an identity document of one of `kinds`, or the usual one."""
    return {**_named(title, kinds), "allOf": _numbers(kinds, USUAL)}


def _named(title: str, kinds: Sequence[IdentityKind]) -> JsonSchema:
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
            "id_number": _form("证件号码", NUMBER, LONGEST_NUMBER),
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def _numbers(kinds: Sequence[IdentityKind], usual: IdentityKind) -> list[JsonSchema]:
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
