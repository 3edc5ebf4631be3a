"""A number as it is printed: a format over the stored serial, which stays as it is."""

import re

from shared.catalogue.definition.outcome import ResultRule
from shared.values.check_characters import mod_11_2

_PART = re.compile(r"\{(?:(year|check)|serial(?::([0-9]{1,2}))?)\}")


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
    return made.replace("{check}", mod_11_2("".join(re.findall(r"[0-9]", made))))
