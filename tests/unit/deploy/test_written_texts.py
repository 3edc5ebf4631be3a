"""Each text of a command is read by the one rule of what people write, or is a code.

Walked over every body and query that a service takes: a new field without either is red.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import marshmallow as ma

from shared.http import ReadBy, Text

ROOT = Path(__file__).parents[3]
ARGUMENTS = re.compile(r"\.arguments\((\w+)[,)]")
# Values by code have no text of their own: an answer is compared with the item's choices.
BY_CODE = {"facts", "counts", "stated"}


def taken() -> Iterator[tuple[str, type[ma.Schema]]]:
    for path in sorted((ROOT / "services").rglob("*.py")):
        text = path.read_text("utf-8")
        if names := ARGUMENTS.findall(text):
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for name in names:
                yield f"{module.__name__}.{name}", getattr(module, name)


def texts(schema: ma.Schema, at: str) -> Iterator[tuple[str, ma.fields.Field]]:
    for name, field in schema.fields.items():
        yield from leaves(field, f"{at}.{name}")


def leaves(field: ma.fields.Field, at: str) -> Iterator[tuple[str, ma.fields.Field]]:
    if isinstance(field, ma.fields.Nested):
        yield from texts(field.schema, at)
    elif isinstance(field, ma.fields.List):
        yield from leaves(field.inner, at)
    else:
        yield at, field


def ruled(field: ma.fields.Field) -> bool:
    words = field.metadata
    named = type(field).__name__ == "DayOrMoment"  # it reads a time, and nothing else
    return named or isinstance(field, Text | ReadBy) or bool({"pattern", "enum"} & set(words))


def test_each_text_of_a_command_is_written_by_the_rule_or_is_a_code() -> None:
    found = {at: field for name, kind in taken() for at, field in texts(kind(), name)}
    strings = {at: one for at, one in found.items() if isinstance(one, ma.fields.String)}
    assert len(strings) > 60
    assert sorted(at for at, one in strings.items() if not ruled(one)) == []
    # Nothing else brings a text in: each other field is one of the house's own.
    others = {
        at: type(one).__name__
        for at, one in found.items()
        if at not in strings and at.rpartition(".")[2] not in BY_CODE
    }
    assert set(others.values()) <= {
        *("Int", "QueryInt", "Bool", "Day", "Moment", "Money"),
    }, others


def test_a_text_without_a_rule_is_found() -> None:
    class Loose(ma.Schema):
        plain = ma.fields.String()

    (found,) = [one for _, one in texts(Loose(), "loose")]
    assert not ruled(found)
