"""A person of an application: the parts of the body, the rules that read them, and the age."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

import marshmallow as ma

from services.intake.application.faults import Fault
from shared.clock.telling.wording import Words
from shared.http import BadValue, Choice, ReadBy, Schema, Text
from shared.http.fields import described
from shared.values.identity import (
    LONGEST_NUMBER,
    NOT_BORN_YET,
    NUMBER,
    PERSONAL,
    IdentityKind,
    born_later,
    born_on,
    capitals,
    needs_guardian,
    of_age,
    read_number,
)
from shared.values.unusable import Unusable

LONGEST_NAME = 100
USUAL: IdentityKind = "resident-id"
ORGANISATION: IdentityKind = "credit-code"


class NumberField(ReadBy):
    """The number of an identity document of any kind; its own rule is asked with the kind."""

    def __init__(self, **kwargs: Any) -> None:
        words = described(kwargs, description="By the rule of its kind (id_kind).")
        super().__init__(capitals, pattern=NUMBER, max_length=LONGEST_NUMBER, **words)


class PersonSchema(Schema):
    """Somebody with a name and a number, sealed before anything is stored.

    `id_kind`: the resident's card where it is left out. `id_number` is there unless it is none.
    """

    name = Text(required=True, max_length=LONGEST_NAME)
    id_kind = Choice(*PERSONAL)
    id_number = NumberField()

    @ma.validates_schema(skip_on_field_errors=False, pass_original=True)
    def identified(self, data: dict[str, Any], sent: Any, *, partial: Any = None, **_: Any) -> None:
        """The number is right by its kind, as far as can be said without a clock."""
        if not isinstance(sent, dict) or ("id_kind" in sent and "id_kind" not in data):
            return
        kind = identity_kind(data)
        if not kind_fits(data):
            raise ma.ValidationError({"id_kind": [BadValue.of(_other_kind())]})
        if kind != "none" and "id_number" not in sent and not partial:
            raise ma.ValidationError({"id_number": ["Missing data for required field."]})
        try:
            if "id_number" in data:
                read_number(kind, data["id_number"], today=NOT_BORN_YET)
        except Unusable as wrong:
            raise ma.ValidationError({"id_number": [BadValue.of(wrong)]}) from wrong


def _other_kind() -> Unusable:
    return Unusable(
        "id-kind",
        "单位须填写统一社会信用代码，个人须填写个人证件。",
        "An organisation has a unified social credit code, a person a document of their own.",
    )


def usual_kind(applicant: Mapping[str, Any]) -> IdentityKind:
    """The kind of document that is meant where none is said."""
    return USUAL if is_person(applicant) else ORGANISATION


def identity_kind(person: Mapping[str, Any]) -> IdentityKind:
    """The kind of an identity document: as it is said, or the usual one."""
    return cast("IdentityKind", person.get("id_kind", usual_kind(person)))


def kind_fits(person: Mapping[str, Any]) -> bool:
    """Whether a person has a person's document, and an organisation its code."""
    return (identity_kind(person) == ORGANISATION) != is_person(person)


def is_person(applicant: Mapping[str, Any]) -> bool:
    """Whether it is a person; an applicant may be an organisation, or a unit for its people."""
    return bool(applicant.get("kind", "person") == "person")


def birth_faults(person: Mapping[str, Any], at: str, today: date) -> Iterator[Fault]:
    """A date of birth in a number that is later than `today`: a schema has no clock."""
    born = _birthday(person)
    if born is not None and born > today:
        wrong = born_later()
        yield Fault(wrong.code, Words(wrong.zh, wrong.en), f"{at}/id_number")


def is_a_child(person: Mapping[str, Any], today: date) -> bool:
    """Whether a guardian has to apply: under 16 by the number, or without any document yet."""
    if not is_person(person):
        return False
    return identity_kind(person) == "none" or needs_guardian(_birthday(person), today)


def is_of_age(person: Mapping[str, Any], today: date) -> bool:
    """Whether it is a grown-up by the number."""
    return is_person(person) and of_age(_birthday(person), today)


def _birthday(person: Mapping[str, Any]) -> date | None:
    number = person.get("id_number")
    return born_on(identity_kind(person), number) if number else None
