"""Fields of a trial: a value that cannot be used is told among the faults, the rest is looked at.

They read by the very fields of a submission. What is no value at all (a number for a text, an
unknown member) is an error of the request, as it is everywhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from services.intake.application.faults import Fault
from shared.clock.telling.wording import Words
from shared.http import BadValue, Items, Nested, Text
from shared.http.strict_json import escape

# Stands for a value that was given and cannot be used.
GIVEN = "?"


@dataclass(frozen=True)
class Spoilt:
    """A part of a trial of which something cannot be used: the rest of it, and what is wrong."""

    rest: Any
    wrong: tuple[tuple[str, BadValue], ...]


class _Tried(ma.fields.Field[Any]):
    """Gives `Spoilt` where another field would refuse a value that somebody wrote."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        try:
            return super().deserialize(value, attr, data, **kwargs)
        except ma.ValidationError as error:
            found = list(messages_of(error.messages, ""))
            wrong = tuple((at, said) for at, said in found if isinstance(said, BadValue))
            if len(wrong) < len(found):
                raise
            return Spoilt(error.valid_data, wrong)


class TriedText(_Tried, Text):
    """A text that people write, as far as it can be used."""


class TriedNested(_Tried, Nested):
    """A part of the application, as far as it can be used."""


class TriedItems(_Tried, Items):
    """A list of parts of the application, as far as they can be used."""


def messages_of(messages: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Every message of an error with its pointer."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            step = "" if name == "_schema" else f"/{escape(str(name))}"
            yield from messages_of(inner, at + step)
    elif isinstance(messages, list):
        for message in messages:
            yield from messages_of(message, at)
    else:
        yield at, messages


def parted(body: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """A trial's body with `GIVEN` for what is spoilt, and the faults of that."""
    whole, faults = dict[str, Any](), list[Fault]()
    for name, value in body.items():
        whole[name] = value
        if isinstance(value, Spoilt):
            whole[name] = _filled(value)
            faults += [
                Fault(said.code, Words(said.zh, str(said)), f"/{name}{at}")
                for at, said in value.wrong
            ]
    return whole, tuple(faults)


def _filled(spoilt: Spoilt) -> Any:
    """What is left: something was given in each place, so that it is not missing besides."""
    if isinstance(spoilt.rest, list):
        return [{"name": GIVEN, "id_number": GIVEN}, *spoilt.rest]
    if not isinstance(spoilt.rest, dict):
        return GIVEN
    places = dict.fromkeys((at.strip("/").partition("/")[0] for at, _ in spoilt.wrong), GIVEN)
    return {**places, **spoilt.rest}
