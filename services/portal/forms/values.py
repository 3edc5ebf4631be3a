"""What was typed into an input as a value of the application."""

import unicodedata
from datetime import date

from services.portal.forms.parts import DATE_PARTS, FormInput, Typed, one_typed

_LARGEST_DIGITS = 15


class NotReadable(Exception):
    """What was typed cannot be a value of this kind; `args[0]` is the code of the sentence."""


def was_typed(one: FormInput, typed: Typed) -> bool:
    """Whether anything was typed or chosen."""
    if one.kind == "date":
        return any(one_typed(typed, f"{one.name}.{part}") for part in DATE_PARTS)
    return any(value.strip() for value in typed.get(one.name, ()))


def value_typed(one: FormInput, typed: Typed) -> int | bool | str | list[str]:
    """The value of an input that is filled.

    Raises:
        NotReadable: it is no number, no day of the calendar, or none of the choices.
    """
    if one.kind == "date":
        return _day(one, typed)
    if one.kind in {"any", "upload"}:
        return _several(one, typed)
    text = one_typed(typed, one.name)
    if one.kind == "number":
        return _number(text)
    if one.kind == "yes-no":
        if text not in {"yes", "no"}:
            raise NotReadable("choose")
        return text == "yes"
    if one.kind == "one" and text not in [pick.code for pick in one.picks]:
        raise NotReadable("choose")
    return text


def _number(text: str) -> int:
    """A whole number; full-width digits, as Chinese keyboards write them, are digits too."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    digits = plain.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LARGEST_DIGITS):
        raise NotReadable("number")
    return int(plain)


def _day(one: FormInput, typed: Typed) -> str:
    parts = [one_typed(typed, f"{one.name}.{part}") for part in DATE_PARTS]
    try:
        return date(*map(_number, parts)).isoformat()
    except (ValueError, OverflowError, NotReadable):
        raise NotReadable("date") from None


def _several(one: FormInput, typed: Typed) -> list[str]:
    values = list(dict.fromkeys(value for value in typed.get(one.name, ()) if value))
    offered = [pick.code for pick in one.picks]
    if one.kind == "any" and not set(values) <= set(offered):
        raise NotReadable("choose")
    return values
