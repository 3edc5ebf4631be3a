"""Fields of applications that the catalogue decides: codes, and answers to an item's questions."""

# ruff: noqa: ARG002 - the signature of `_deserialize` is marshmallow's

from typing import Any

import marshmallow as ma

from shared.http import Day, Int, Str
from shared.http.strict_json import MAX_SAFE_INTEGER

CODE = r"[a-z0-9]+(?:-[a-z0-9]+){0,20}"
MOST_CHOICES = 50


class Facts(ma.fields.Field[dict[str, Any]]):
    """Answers to the questions of an item, by code: a number, yes or no, a date or a code."""

    def __init__(self, **kwargs: Any) -> None:
        values = [{"type": kind} for kind in ("integer", "boolean")]
        words = {
            "type": "object",
            "maxProperties": MOST_CHOICES,
            "propertyNames": {"pattern": f"^{CODE}$", "maxLength": 64},
            "additionalProperties": {"anyOf": [*values, {"type": "string", "maxLength": 64}]},
        }
        super().__init__(**{**kwargs, "metadata": {**words, **kwargs.get("metadata", {})}})
        self._code = Str(max_length=64, pattern=CODE)
        self._text = Str(max_length=64)
        self._number = Int(minimum=-MAX_SAFE_INTEGER)

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ma.ValidationError("must be an object")
        if len(value) > MOST_CHOICES:
            raise ma.ValidationError(f"must have at most {MOST_CHOICES} answers")
        for code in value:
            self._code.deserialize(code)
        return {code: self._answer(one) for code, one in value.items()}

    def _answer(self, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self._number.deserialize(value)
        if isinstance(value, str):
            return self._text.deserialize(value)
        raise ma.ValidationError("answers are whole numbers, true, false or texts")


class StatedDays(ma.fields.Field[dict[str, Any]]):
    """Days that the applicant states, by the code of what happened or of the fact."""

    def __init__(self, **kwargs: Any) -> None:
        words = {
            "type": "object",
            "maxProperties": MOST_CHOICES,
            "propertyNames": {"pattern": f"^{CODE}$", "maxLength": 64},
            "additionalProperties": {"type": "string", "format": "date"},
        }
        super().__init__(**{**kwargs, "metadata": {**words, **kwargs.get("metadata", {})}})
        self._code = Str(max_length=64, pattern=CODE)
        self._day = Day()

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ma.ValidationError("must be an object")
        if len(value) > MOST_CHOICES:
            raise ma.ValidationError(f"must have at most {MOST_CHOICES} days")
        wrong: dict[str, Any] = {}
        found: dict[str, Any] = {}
        for code, day in value.items():
            try:
                self._code.deserialize(code)
                found[code] = self._day.deserialize(day)
            except ma.ValidationError as error:
                wrong[code] = error.messages
        if wrong:
            raise ma.ValidationError(wrong)
        return found
