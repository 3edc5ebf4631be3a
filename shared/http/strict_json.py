"""A JSON reader that accepts only what the whole system can carry.

It exists because Python's reader takes NaN, duplicate keys, lone surrogates and integers that
neither BSON nor canonical JSON can hold, and dies of deep nesting (pitfalls 37 and 6.5). Every
fault is named with its place, so that one answer tells a client everything.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from shared.http.problems import FieldError

MAX_SAFE_INTEGER = 2**53 - 1
_MAX_ERRORS = 20
_MAX_DIGITS = 20


@dataclass(frozen=True, kw_only=True)
class JsonLimits:
    """Bounds of a body. Lengths in characters, items or levels."""

    depth: int = 16
    items: int = 1000
    text: int = 10_000
    key: int = 100


class BadJson(Exception):
    """The text is not acceptable JSON; `errors` names each fault with its JSON pointer."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("bad JSON")
        self.errors = errors


class _Refused:
    """Stands in the parsed tree for a value that was refused, until its place is known."""

    def __init__(self, why: str) -> None:
        self.why = why


class _Object:
    """The members of an object as they came, duplicates included."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = pairs


def parse(raw: bytes, limits: JsonLimits) -> Any:
    """The value of a JSON text.

    Raises:
        BadJson: naming up to 20 faults.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        _fail("the body is not UTF-8")
    try:
        tree = _DECODER.decode(text)
    except RecursionError:
        _fail("the body is nested too deeply")
    except json.JSONDecodeError as error:
        _fail(f"the body is not JSON: line {error.lineno}, column {error.colno}")
    checker = _Checker(limits)
    value = checker.value(tree, "", 0)
    if checker.errors:
        raise BadJson(checker.errors)
    return value


def _fail(why: str) -> NoReturn:
    raise BadJson([FieldError("", why)])


def _integer(digits: str) -> int | _Refused:
    if len(digits) > _MAX_DIGITS or abs(number := int(digits)) > MAX_SAFE_INTEGER:
        return _Refused("an integer beyond 2^53 cannot be carried exactly")
    return number


def _real(digits: str) -> float | _Refused:
    number = float(digits)
    return number if math.isfinite(number) else _Refused("the number is out of range")


def _constant(_name: str) -> _Refused:
    return _Refused("NaN and Infinity are not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object,
    parse_int=_integer,
    parse_float=_real,
    parse_constant=_constant,
)


class _Checker:
    """Walks the parsed tree, builds the plain value, and collects what is wrong with it.

    Its recursion ends at `limits.depth`, far above which the interpreter's own bound lies.
    """

    def __init__(self, limits: JsonLimits) -> None:
        self._limits = limits
        self.errors: list[FieldError] = []

    def value(self, node: Any, pointer: str, depth: int) -> Any:
        if isinstance(node, str):
            return self._text(node, pointer)
        if isinstance(node, _Object | list):
            if depth >= self._limits.depth:
                return self._refuse(pointer, "nested too deeply")
            if isinstance(node, list):
                return self._list(node, pointer, depth)
            return self._object(node, pointer, depth)
        if isinstance(node, _Refused):
            return self._refuse(pointer, node.why)
        return node

    def _object(self, node: _Object, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if len(node.pairs) > self._limits.items:
            self._refuse(pointer, f"more than {self._limits.items} members")
            return found
        for key, member in node.pairs:
            if why := self._key_fault(key):
                self._refuse(pointer, why)
            elif key in found:
                self._refuse(f"{pointer}/{escape(key)}", "given more than once")
            else:
                found[key] = self.value(member, f"{pointer}/{escape(key)}", depth + 1)
        return found

    def _list(self, node: list[Any], pointer: str, depth: int) -> list[Any]:
        if len(node) > self._limits.items:
            self._refuse(pointer, f"more than {self._limits.items} items")
            return []
        return [self.value(item, f"{pointer}/{n}", depth + 1) for n, item in enumerate(node)]

    def _text(self, text: str, pointer: str) -> str:
        if len(text) > self._limits.text:
            self._refuse(pointer, f"longer than {self._limits.text} characters")
        elif why := text_fault(text):
            self._refuse(pointer, why)
        return text

    def _key_fault(self, key: str) -> str | None:
        """A faulty key is not quoted: it may be anything, of any length."""
        if len(key) > self._limits.key:
            return f"a member's name is longer than {self._limits.key} characters"
        if "." in key or "$" in key:
            return "a member's name has a dot or a dollar sign"
        if text_fault(key):
            return "a member's name has a character that is not allowed"
        return None

    def _refuse(self, pointer: str, why: str) -> None:
        if len(self.errors) < _MAX_ERRORS:
            self.errors.append(FieldError(pointer, why))


def text_fault(text: str) -> str | None:
    """Say what no text of ours may hold: NUL (BSON), half a surrogate pair (UTF-8)."""
    if "\x00" in text:
        return "the character NUL is not allowed"
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "half of a surrogate pair is no character"
    return None


def escape(key: str) -> str:
    """A member's name as a reference token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
