"""The parties in the form of an item: their JSON Schema, and the fields to show.

A schema says the form of a number by its kind. It cannot say a check character, a real date, that
somebody is born already, or what numbers and domains there are: the check does (`BEYOND_A_SCHEMA`).
"""

from collections.abc import Iterator, Sequence

from services.intake.application.parties.applicant import MOST_MEMBERS
from services.intake.application.parties.persons import ORGANISATION, USUAL
from services.intake.application.parties.representing import may_act
from services.intake.application.parties.schemas import (
    JsonSchema,
    identified_schema,
    named_schema,
    number_rules,
    pattern_schema,
    titled_codes,
)
from shared.catalogue import Item
from shared.catalogue.definition.words import (
    APPLICANT_TITLES,
    REPRESENTATIVE_TITLES,
    ApplicantKind,
)
from shared.catalogue.rules.applicants import applicants_of
from shared.values.identity import (
    IDENTITIES,
    PERSONAL,
)
from shared.values.reach import EMAIL, LONGEST_EMAIL, LONGEST_PHONE, PHONE

BEYOND_A_SCHEMA = frozenset(
    {
        *("id-date", "id-date-future", "id-check", "guardian-needed"),
        *("identity-needed", "identity-differs", "guardian-of-adult", "acting-not-online"),
        *("phone-unknown", "phone-not-mobile", "phone-takes-no-texts", "email-unknown"),
        "fact-range",
    }
)


def parties_schema(item: Item) -> JsonSchema:
    """The parts of the application that name its parties, by their names."""
    taken = applicants_of(item.text)
    ways = dict.fromkeys(way for kind in taken for way in may_act(item.text, kind))
    found = {
        "applicant": _applicant_schema(taken),
        "representation": {
            "enum": list(ways),
            "title": "代办",
            "oneOf": titled_codes(ways, REPRESENTATIVE_TITLES),
        },
        "representative": identified_schema("代办人", PERSONAL),
    }
    if "unit" not in taken:
        return {**found, "members": {"type": "array", "maxItems": 0}}
    members = {"type": "array", "maxItems": MOST_MEMBERS, "title": "所代办的人员"}
    return {**found, "members": {**members, "items": identified_schema("人员", PERSONAL)}}


def _applicant_schema(taken: Sequence[ApplicantKind]) -> JsonSchema:
    """Who applies: of one of the kinds that the item takes; a person where none is said."""
    reach = {
        "phone": pattern_schema("电话", PHONE, LONGEST_PHONE),
        "email": pattern_schema("电子邮箱", EMAIL, LONGEST_EMAIL),
    }
    documents = [
        kind
        for kind in IDENTITIES
        if (kind == ORGANISATION and taken != ("person",))
        or (kind in PERSONAL and "person" in taken)
    ]
    labels = titled_codes(taken, APPLICANT_TITLES)
    applicant = named_schema("申请人", documents)
    applicant["description"] = "Who applies; sealed before it is stored."
    applicant["properties"] |= {"kind": {"title": "申请人类型", "oneOf": labels}, **reach}
    applicant["anyOf"] = [{"required": ["phone"]}, {"required": ["email"]}]
    if "person" not in taken:
        applicant["required"] = [*applicant["required"], "kind"]
    applicant["allOf"] = [
        {
            "if": _IS_A_PERSON,
            "then": {"allOf": number_rules(PERSONAL, USUAL)},
            "else": {"allOf": number_rules((ORGANISATION,), ORGANISATION)},
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
