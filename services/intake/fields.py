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
WORD = r"[A-Za-z0-9][A-Za-z0-9_.:-]*"


def phone_field() -> ReadBy:
    """A number of a telephone."""
    return ReadBy(read_phone, pattern=PHONE, max_length=LONGEST_PHONE)


def email_field() -> ReadBy:
    """An address of e-mail."""
    return ReadBy(read_email, pattern=EMAIL, max_length=LONGEST_EMAIL)


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
    """Answers to the questions of an item, by code: a number, yes or no, a date or a code."""

    values = MappingProxyType(
        {
            "anyOf": [
                {"type": "integer"},
                {"type": "boolean"},
                {"type": "string", "maxLength": 64},
            ]
        }
    )

    def read(self, value: Any) -> Any:
        """A number, yes or no, or a text."""
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return Int(minimum=-MAX_SAFE_INTEGER).deserialize(value)
        if isinstance(value, str):
            return Str(max_length=64).deserialize(value)
        raise ma.ValidationError("answers are whole numbers, true, false or texts")


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
