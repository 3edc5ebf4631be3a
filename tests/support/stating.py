"""What an officer states about the validity of what is granted, from what the case asks for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

UNTIL = date(2090, 6, 30)  # the last day of a document that is valid whenever a test runs
SIX_MONTHS = {"n": 6, "unit": "months"}


def stated(asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """An answer to each thing that has to be stated: `validity_open` of the case, as JSON."""
    return [
        {"result": one["result"], **{name: _answer(name, one) for name in one["needs"]}}
        for one in asked
        if one["needs"]
    ]


def _answer(name: str, asked: Mapping[str, Any]) -> Any:
    match name:
        case "span":
            return [*asked["choices"], SIX_MONTHS][0]
        case "original_until":
            return UNTIL.isoformat()
        case "authority_changed":
            return False
    raise AssertionError(f"nobody knows what to state for {name}")
