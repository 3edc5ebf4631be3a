"""Answers of several parts: a bank account, a third person, an organisation.

Each part has a title; a form shows the parts as fields of their own (`answer_parts`).
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import marshmallow as ma

from services.intake.application.parties.persons import (
    LONGEST_NAME,
    ORGANISATION,
    NumberField,
    PersonSchema,
)
from services.intake.application.parties.schemas import (
    JsonSchema,
    identified_schema,
    pattern_schema,
    text_schema,
)
from services.intake.application.parties.tried import messages_of
from services.intake.application.questions.wrong import AnswerRead, WrongPart
from services.intake.fields import phone_field
from shared.catalogue.definition.asking import FactRule
from shared.clock.telling.wording import Words
from shared.http import BadValue, Schema, Text
from shared.http.fields import ReadBy
from shared.values.accounts import ACCOUNT, LONGEST_ACCOUNT, read_account_number
from shared.values.identity import IDENTITIES, LONGEST_NUMBER, NOT_BORN_YET, PERSONAL, read_number
from shared.values.reach import LONGEST_PHONE, PHONE
from shared.values.unusable import Unusable

LONGEST_BANK = 100
PARTS: Mapping[str, Words] = MappingProxyType(
    {
        "bank": Words("开户银行", "Bank"),
        "number": Words("账号", "Account number"),
        "holder": Words("户名", "Account holder"),
        "name": Words("姓名或者名称", "Name"),
        "id_kind": Words("证件种类", "Kind of identity document"),
        "id_number": Words("证件号码", "Identity number"),
        "phone": Words("电话", "Telephone"),
    }
)


class AnswerPart(NamedTuple):
    """One part of an answer, as a form shows it."""

    code: str
    title: Words
    required: bool
    kinds: tuple[str, ...] = ()


def answer_parts(fact: FactRule) -> tuple[AnswerPart, ...]:
    """The parts of an answer to this question; none where it is one value."""
    if fact.type == "account":
        needed = {"bank": True, "number": True, "holder": False}
        return tuple(AnswerPart(code, PARTS[code], must) for code, must in needed.items())
    if fact.type not in {"person", "organisation"}:
        return ()
    phone = AnswerPart("phone", PARTS["phone"], required=False)
    name = Words("姓名", "Name") if fact.type == "person" else Words("名称", "Name")
    named = AnswerPart("name", name, required=True)
    if not fact.identified:
        return (named, phone)
    if fact.type == "organisation":
        code = IDENTITIES[ORGANISATION]
        return (named, AnswerPart("id_number", Words(code.zh, code.en), required=True), phone)
    return (
        named,
        AnswerPart("id_kind", PARTS["id_kind"], required=False, kinds=PERSONAL),
        AnswerPart("id_number", PARTS["id_number"], required=True),
        phone,
    )


class AccountAnswer(Schema):
    """A bank account. `holder`: the name on it, where it is not the applicant's."""

    bank = Text(required=True, max_length=LONGEST_BANK)
    number = ReadBy(read_account_number, pattern=ACCOUNT, max_length=LONGEST_ACCOUNT, required=True)
    holder = Text(max_length=LONGEST_NAME)


class NamedAnswer(Schema):
    """Somebody who is stated by name alone."""

    name = Text(required=True, max_length=LONGEST_NAME)
    phone = phone_field()


class PersonAnswer(PersonSchema):
    """A third person with an identity document."""

    phone = phone_field()


class OrganisationAnswer(NamedAnswer):
    """An organisation with its unified social credit code."""

    id_number = NumberField(required=True)

    @ma.validates_schema
    def registered(self, data: dict[str, Any], **_: Any) -> None:
        """The code has the form and the check character of its kind."""
        try:
            read_number(ORGANISATION, data["id_number"], today=NOT_BORN_YET)
        except Unusable as wrong:
            raise ma.ValidationError({"id_number": [BadValue.of(wrong)]}) from wrong


_ACCOUNT, _NAMED = AccountAnswer(), NamedAnswer()
_PERSON, _ORGANISATION = PersonAnswer(), OrganisationAnswer()


def account_schema(fact: FactRule) -> JsonSchema:
    """The schema of a bank account."""
    return _object(
        fact.name,
        {
            "bank": text_schema(PARTS["bank"].zh, LONGEST_BANK),
            "number": pattern_schema(PARTS["number"].zh, ACCOUNT, LONGEST_ACCOUNT),
            "holder": text_schema(PARTS["holder"].zh, LONGEST_NAME),
        },
        ("bank", "number"),
    )


def person_schema(fact: FactRule) -> JsonSchema:
    """The schema of a third person."""
    if not fact.identified:
        return _named(fact)
    found = identified_schema(fact.name, PERSONAL)
    found["properties"] = {**found["properties"], "phone": _phone()}
    return found


def organisation_schema(fact: FactRule) -> JsonSchema:
    """The schema of an organisation."""
    found = _named(fact)
    if fact.identified:
        code = IDENTITIES[ORGANISATION]
        found["properties"]["id_number"] = pattern_schema(code.zh, code.pattern, LONGEST_NUMBER)
        found["required"] = ["name", "id_number"]
    return found


def _named(fact: FactRule) -> JsonSchema:
    name = text_schema(PARTS["name"].zh, LONGEST_NAME)
    return _object(fact.name, {"name": name, "phone": _phone()}, ("name",))


def _phone() -> JsonSchema:
    return pattern_schema(PARTS["phone"].zh, PHONE, LONGEST_PHONE)


def _object(title: str, properties: JsonSchema, required: Iterable[str]) -> JsonSchema:
    return {
        "type": "object",
        "title": title,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def read_account(_fact: FactRule, value: Any) -> AnswerRead:
    """A bank account as it was stated."""
    return _loaded(_ACCOUNT, value)


def read_person(fact: FactRule, value: Any) -> AnswerRead:
    """A third person as it was stated."""
    return _loaded(_PERSON if fact.identified else _NAMED, value)


def read_organisation(fact: FactRule, value: Any) -> AnswerRead:
    """An organisation as it was stated."""
    return _loaded(_ORGANISATION if fact.identified else _NAMED, value)


def _loaded(schema: Schema, value: Any) -> AnswerRead:
    """The answer by its schema, or each part that is wrong with a sentence."""
    try:
        return AnswerRead(schema.load(value))
    except ma.ValidationError as error:
        wrong = [_told(at, said, value) for at, said in messages_of(error.messages, "")]
        return AnswerRead(None, tuple(dict.fromkeys(wrong)))


def _told(at: str, said: Any, value: Any) -> WrongPart:
    part = re.sub("[^a-z_]", "", at)
    title = PARTS.get(part, Words("该项", "This part"))
    if isinstance(said, BadValue):
        return WrongPart(at, said.code, Words(f"{title.zh}：{said.zh}", f"{title.en}: {said}"))
    if isinstance(value, dict) and part in PARTS and part not in value:
        said_ = Words(f"须填写{title.zh}", f"{title.en} is needed")
        return WrongPart(at, "fact-invalid", said_)
    if part and part not in PARTS:
        return WrongPart(at, "fact-invalid", Words("含有不需要填写的内容", "has a part too many"))
    said_ = Words(f"{title.zh}填写有误", f"{title.en} is not filled in as it must be")
    return WrongPart(at, "fact-invalid", said_)
