"""The house's marshmallow fields: strict where marshmallow is generous (pitfall 42).

They exist so that no schema of a service has to remember what `Int`, `Boolean`, `DateTime` and
`Str` let through, and so that each appears in the OpenAPI document as the type it really is.
"""

# ruff: noqa: ARG002 - the signatures of `_serialize` and `_deserialize` are marshmallow's
from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import marshmallow as ma

from shared.http.strict_json import MAX_SAFE_INTEGER, text_fault
from shared.values.texts import tidied
from shared.values.unusable import Unusable

_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})\Z", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_MONEY = re.compile(r"(0|[1-9]\d{0,11})\.\d{2}\Z", re.ASCII)
_DIGITS = re.compile(r"(0|-?[1-9]\d{0,15})\Z", re.ASCII)


RULE = (
    "Text that people write: with something to see in it; no control characters, no marks of the "
    "reading direction, no invisible characters, no private codes. Blanks around it are left out."
)


def described(kwargs: dict[str, Any], **words: Any) -> dict[str, Any]:
    """Add words for the OpenAPI document to a field's metadata; what the schema says wins."""
    kwargs["metadata"] = {**words, **kwargs.get("metadata", {})}
    return kwargs


class Schema(ma.Schema):
    """Base of every schema: an unknown field is an error, here and in what is nested."""

    class Meta:
        """Marshmallow reads its options from here."""

        unknown = ma.RAISE


class BadValue(str):
    """What is wrong with a value, in English, with its stable code and the same in Chinese."""

    __slots__ = ("code", "zh")
    code: str
    zh: str

    @classmethod
    def of(cls, wrong: Unusable) -> BadValue:
        """The words of a refused value."""
        told = cls(wrong.en)
        told.code, told.zh = wrong.code, wrong.zh
        return told


def usable(read: Callable[[], str]) -> str:
    """What `read` gives; ValidationError with code and words where the value is `Unusable`."""
    try:
        return read()
    except Unusable as wrong:
        raise ma.ValidationError([BadValue.of(wrong)]) from wrong


class Str(ma.fields.String):
    """A code, by its `pattern`; length in characters, after NFC. What people write is a `Text`.

    One without a pattern is for answers, and reads by the rule of `Text`.
    """

    def __init__(
        self,
        *,
        max_length: int = 500,
        min_length: int = 1,
        pattern: str | None = None,
        lines: bool = False,
        **kwargs: Any,
    ) -> None:
        form = {"pattern": f"^(?:{pattern})$"} if pattern else {}
        described(kwargs, minLength=min_length, maxLength=max_length, **form)
        super().__init__(**kwargs)
        self._lines = lines
        self._pattern = re.compile(rf"(?:{pattern})\Z") if pattern else None
        self._length = range(min_length, max_length + 1)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError("must be a string")
        if len(value) > 4 * len(self._length) + 4 * self._length.start:  # before any work on it
            raise ma.ValidationError("too long")
        if fault := text_fault(value):
            raise ma.ValidationError(fault)
        if self._pattern is None:
            self._measure(value)
            return usable(lambda: tidied(value, lines=self._lines))
        text = unicodedata.normalize("NFC", value)
        self._measure(text)
        if not self._pattern.match(text):
            raise ma.ValidationError("has not the required form")
        return text

    def _measure(self, text: str) -> None:
        if len(text) not in self._length:
            low, high = self._length.start, self._length.stop - 1
            raise ma.ValidationError(f"must have {low} to {high} characters")


class Text(Str):
    """What people write (`shared.values.texts`), in one line unless `lines`.

    Its length is that of the text as it was sent, so that the form's schema can say the same. The
    API document names the rule and has no pattern for it: the form of an item has.
    """

    def __init__(self, *, max_length: int, lines: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, lines=lines, **described(kwargs, description=RULE))


class ReadBy(Str):
    """A value with a rule of its own, read by `read`; `pattern` is the form that is published.

    `read` raises `Unusable` for what cannot be used.
    """

    def __init__(
        self, read: Callable[[str], str], *, pattern: str, max_length: int, **kwargs: Any
    ) -> None:
        super().__init__(max_length=max_length, **described(kwargs, pattern=pattern))
        self._read = read

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ma.ValidationError("must be a string")
        if fault := text_fault(value):
            raise ma.ValidationError(fault)
        self._measure(value)
        return usable(lambda: self._read(value))


class Int(ma.fields.Integer):
    """A whole number between `minimum` and `maximum`; neither "12" nor 12.0 nor true is one."""

    def __init__(self, *, minimum: int = 0, maximum: int = MAX_SAFE_INTEGER, **kwargs: Any) -> None:
        super().__init__(**described(kwargs, minimum=minimum, maximum=maximum))
        self._minimum, self._maximum = minimum, maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ma.ValidationError("must be a whole number")
        if not self._minimum <= value <= self._maximum:
            raise ma.ValidationError(f"must be between {self._minimum} and {self._maximum}")
        return value


class QueryInt(Int):
    """The same in a query string, where it comes as digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _DIGITS.match(value):
            raise ma.ValidationError("must be a whole number")
        return super()._deserialize(int(value), attr, data, **kwargs)


class Bool(ma.fields.Boolean):
    """`true` or `false`; not "on", not 1."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ma.ValidationError("must be true or false")
        return value


class Moment(ma.fields.AwareDateTime):
    """A time with its offset (RFC 3339), at most microseconds; deserialised to UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.datetime:
        if not isinstance(value, str) or not _RFC3339.match(value):
            raise ma.ValidationError("must be a time with its offset, like 2026-11-21T16:00:00Z")
        try:
            return dt.datetime.fromisoformat(value).astimezone(dt.UTC)
        except (ValueError, OverflowError) as error:
            raise ma.ValidationError("there is no such time") from error


class Day(ma.fields.Date):
    """A calendar date, `YYYY-MM-DD`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.date:
        if not isinstance(value, str) or not _DATE.match(value):
            raise ma.ValidationError("must be a date like 2026-11-21")
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise ma.ValidationError("there is no such date") from error


class Money(ma.fields.Field[Decimal]):
    """An amount in yuan as a string with two decimals ("40.00"); a number would lose cents.

    In the OpenAPI document it is a string (`Decimal(as_string=True)` would appear as a number).
    """

    def __init__(self, **kwargs: Any) -> None:
        pattern = r"^(0|[1-9][0-9]{0,11})\.[0-9]{2}$"
        super().__init__(**described(kwargs, pattern=pattern, example="40.00"))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value:.2f}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if not isinstance(value, str) or not _MONEY.match(value):
            raise ma.ValidationError('must be an amount with two decimals, like "40.00"')
        return Decimal(value)


class Choice(Str):
    """One of a few words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        longest = max(len(word) for word in words)
        offered = [*words, None] if kwargs.get("allow_none") else list(words)
        super().__init__(max_length=longest, **described(kwargs, enum=offered))
        self._words = frozenset(words)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self._words:
            raise ma.ValidationError(f"must be one of: {', '.join(sorted(self._words))}")
        return value


class Items(ma.fields.List[Any]):
    """A list of at most `most` things."""

    def __init__(self, inner: Any, *, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(inner, **described(kwargs, minItems=least, maxItems=most))
        self._count = range(least, most + 1)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ma.ValidationError("must be a list")
        if len(value) not in self._count:
            low, high = self._count.start, self._count.stop - 1
            raise ma.ValidationError(f"must have {low} to {high} items")
        return super()._deserialize(value, attr, data, **kwargs)


Nested = ma.fields.Nested
