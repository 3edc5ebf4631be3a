"""The reference of events, made from the classes themselves: it cannot lag behind them.

`python -m shared.case.reference` prints it; docs/reference/events.md is its output, and a test
compares the two.
"""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from shared.case.base import Fact
from shared.case.parts import (
    Checked,
    Criterion,
    DueDate,
    Finding,
    Grant,
    Held,
    Material,
    Missing,
    Part,
    Pin,
    Reason,
    Stage,
)
from shared.case.registry import BY_SERVICE

HEAD = """# Events

This page is generated: `python -m shared.case.reference > docs/reference/events.md`.

An event says what happened, in the past tense, and is never changed. Its type and schema number
are on disk for ever. `data` is free of personal data; what is personal is named under *sealed* and
stands encrypted beside it. Every type has a JSON Schema (`shared.case.json_schema(type)`), and
unknown fields are refused; the schemas of whole records are in `schemas/`. Which stream an event
stands in: `case/<id>`, unless it says otherwise; all of notify's are on `notice/<case>`. The
vault's three events stand on `subject/<ref>`, the admin's on `catalogue`; of them there is a schema
alone.

## On the envelope

Each event carries its stream and version, `occurred_at`, who acted (a subject reference or staff
id, never a name), what caused it, and its commit's hash. See the log's reference.
"""

WORDS = {
    "NoneType": "null",
    "str": "text",
    "int": "whole number",
    "bool": "true or false",
    "datetime": "time (RFC 3339)",
}
PARTS: tuple[type[Part], ...] = (
    Pin,
    Held,
    Material,
    Missing,
    DueDate,
    Criterion,
    Finding,
    Reason,
    Grant,
    Checked,
    Stage,
)


def reference() -> str:
    """The whole page."""
    parts = [HEAD]
    for service, facts in BY_SERVICE.items():
        parts.append(f"\n## {service}\n")
        parts += [_section(fact) for fact in facts]
    parts.append("\n## Parts\n\nValues inside the events.\n")
    parts += [_part(part) for part in PARTS]
    return "".join(parts)


def _part(part: type[Part]) -> str:
    head = [f"\n### {part.__name__}", "", inspect.getdoc(part) or "", ""]
    return "\n".join([*head, "| field | type |", "| --- | --- |", *_rows(part), ""])


def _section(fact: type[Fact]) -> str:
    lines = [f"\n### `{fact.TYPE}`", "", f"Schema {fact.SCHEMA}. {inspect.getdoc(fact)}", ""]
    rows = list(_rows(fact))
    if rows:
        lines += ["| field | type |", "| --- | --- |", *rows]
    else:
        lines.append("No data.")
    if fact.SEALED:
        lines += ["", f"Sealed: {', '.join(f'`{name}`' for name in sorted(fact.SEALED))}."]
    return "\n".join([*lines, ""])


def _rows(fact: type[msgspec.Struct]) -> Iterator[str]:
    for field in msgspec.structs.fields(fact):
        optional = "" if field.required else " (optional)"
        yield f"| `{field.encode_name}` | {_name(field.type)}{optional} |"


def _name(kind: Any) -> str:
    """A type as a reader says it: `DueDate`, `list of Missing`, `date or null`."""
    origin = getattr(kind, "__origin__", None)
    args: tuple[Any, ...] = getattr(kind, "__args__", ())
    if origin is tuple:
        return f"list of {_name(args[0])}"
    if args and origin is None:
        return " or ".join(_name(arg) for arg in args)
    if args:
        return " or ".join(f"`{arg}`" for arg in args)
    name: str = kind.__name__
    return WORDS.get(name, name)


if __name__ == "__main__":
    sys.stdout.write(reference())
