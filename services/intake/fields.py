"""What the bodies of several topics have in common: patterns, and fields with values by code."""

# ruff: noqa: ARG002 - the signature of `_deserialize` is marshmallow's

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import marshmallow as ma

from shared.catalogue.rules.charges import LARGEST_COUNT
from shared.http import Day, Int, ReadBy, Str
from shared.http.strict_json import MAX_SAFE_INTEGER
from shared.values.reach import (
    EMAIL,
    LONGEST_EMAIL,
    LONGEST_PHONE,
    PHONE,
    read_email,
    read_phone,
)

CODE = r"[a-z0-9]+(?:-[a-z0-9]+){0,20}"
MOST_CHOICES = 50
MOST_MATERIALS = 50
LONGEST_ANSWER = 4000
DEEPEST_ANSWER = 3  # the list of entries, an entry, the parts of an answer in it
WORD = r"[A-Za-z0-9][A-Za-z0-9_.:-]*"


def phone_field() -> ReadBy:
    """A number of a telephone."""
    return ReadBy(read_phone, pattern=PHONE, max_length=LONGEST_PHONE)


def email_field() -> ReadBy:
    """An address of e-mail."""
    return ReadBy(read_email, pattern=EMAIL, max_length=LONGEST_EMAIL)


# A question of an entry, or a part of an answer (id_number).
_PART = Str(max_length=64, pattern=r"[a-z0-9]+(?:[-_][a-z0-9]+){0,20}")


class ByCode(ma.fields.Field[dict[str, Any]]):
    """Values by code; each kind reads its own. Every wrong one is named by its code."""

    values: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, **kwargs: Any) -> None:
        words = {
            "type": "object",
            "maxProperties": MOST_CHOICES,
            "propertyNames": {"pattern": f"^{CODE}$", "maxLength": 64},
            "additionalProperties": dict(self.values),
        }
        super().__init__(**{**kwargs, "metadata": {**words, **kwargs.get("metadata", {})}})
        self._code = Str(max_length=64, pattern=CODE)

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ma.ValidationError("must be an object")
        if len(value) > MOST_CHOICES:
            raise ma.ValidationError(f"must have at most {MOST_CHOICES} members")
        for code in value:
            self._code.deserialize(code)
        found, wrong = dict[str, Any](), dict[str, Any]()
        for code, one in value.items():
            try:
                found[code] = self.read(one)
            except ma.ValidationError as error:
                wrong[code] = error.messages
        if wrong:
            raise ma.ValidationError(wrong)
        return found

    @abstractmethod
    def read(self, value: Any) -> Any:
        """One value; ValidationError where it is none."""


class Facts(ByCode):
    """Answers to the questions of an item, by code; what is right for each, the item says.

    So what a question refuses is a fault of the application, told with all others, and only what
    no question could take is an error of the request.
    """

    values = MappingProxyType(
        {
            "anyOf": [
                {"type": "integer"},
                {"type": "boolean"},
                {"type": "string", "maxLength": LONGEST_ANSWER},
                {"type": "array", "maxItems": MOST_CHOICES},
                {"type": "object", "maxProperties": MOST_CHOICES},
            ]
        }
    )

    def read(self, value: Any) -> Any:
        """A number, yes or no, a text, several codes, parts by code, or a list of entries."""
        return _answer(value, DEEPEST_ANSWER)


def _answer(value: Any, levels: int) -> Any:
    """The answer as it was sent, within the bounds of any answer."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Int(minimum=-MAX_SAFE_INTEGER).deserialize(value)
    if isinstance(value, str) and len(value) <= LONGEST_ANSWER:
        return value
    if not levels or not isinstance(value, list | dict) or len(value) > MOST_CHOICES:
        raise ma.ValidationError(
            "answers are whole numbers, true, false, texts, lists of them, or parts by code"
        )
    if isinstance(value, list):
        return [_answer(one, levels - 1) for one in value]
    return {_PART.deserialize(code): _answer(one, levels - 1) for code, one in value.items()}


class Counts(ByCode):
    """How many of a fee line, by its code: people, books, plates."""

    values = MappingProxyType({"type": "integer", "minimum": 1, "maximum": LARGEST_COUNT})

    def read(self, value: Any) -> Any:
        """A whole number from 1 to 1000."""
        return Int(minimum=1, maximum=LARGEST_COUNT).deserialize(value)


class StatedDays(ByCode):
    """Days that the applicant states, by the code of what happened or of the fact."""

    values = MappingProxyType({"type": "string", "format": "date"})

    def read(self, value: Any) -> Any:
        """A day, YYYY-MM-DD."""
        return Day().deserialize(value)
