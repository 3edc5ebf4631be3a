"""A number as it is printed: a format over the stored serial, which stays as it is."""

import re

from shared.catalogue.definition.outcome import ResultRule

_PART = re.compile(r"\{(?:(year|check)|serial(?::([0-9]{1,2}))?)\}")
_MODULUS = 11


class BadFormat(ValueError):
    """A number format with a part that there is not, or without the serial."""


def check_format(text: str) -> None:
    """Refuse a format that could print one number for two documents, or a part that is unknown.

    Raises:
        BadFormat: in one sentence.
    """
    if any(mark in _PART.sub("", text) for mark in "{}"):
        raise BadFormat(f"The number format {text!r} has a part that there is not.")
    if "{serial" not in text:
        raise BadFormat(f"The number format {text!r} lacks {{serial}}.")


def printed_number(rule: ResultRule, serial: int, *, year: int) -> str:
    """The number of a document as it stands on the paper; without a format the serial alone."""
    text = rule.number_format
    if not text:
        return str(serial)
    check_format(text)

    def part(found: re.Match[str]) -> str:
        match found.group(1):
            case "year":
                return f"{year:04d}"
            case "check":
                return found.group(0)
        return f"{serial:0{int(found.group(2) or 0)}d}"

    made = _PART.sub(part, text)
    return made.replace("{check}", check_digit("".join(re.findall(r"[0-9]", made))))


def check_digit(digits: str) -> str:
    """The check character of ISO 7064 MOD 11-2 over these digits: 0 to 9, or X."""
    rest = 0
    for digit in digits:
        rest = (rest + int(digit)) * 2 % _MODULUS
    value = (12 - rest) % _MODULUS
    return "X" if value == _MODULUS - 1 else str(value)
