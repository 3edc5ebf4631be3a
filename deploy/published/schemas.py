"""The JSON Schema of each event as it is on the topic: one file a type and schema number.

Made from the classes that write and read the events, so that it cannot say anything else than the
code does. The schemas are open: a member that one does not name was added later, and readers ignore
it. Only the present schema number of a type can be made; files of older ones stay.
"""

import inspect
from collections.abc import Iterator
from datetime import datetime
from types import UnionType
from typing import Any, get_args

import msgspec

from deploy.published.types import TYPES
from shared.case.facts.fact import Fact

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
HEX_32 = "^[0-9a-f]{64}$"
TIME: Schema = {"type": "string", "format": "date-time"}
TEXT: Schema = {"type": "string", "minLength": 1}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
EVENT_ID = "an event's id: `<stream>/<version>`"

ACTOR: Schema = {
    "type": "object",
    "description": "Who acted; never a name.",
    "properties": {
        "kind": TEXT | {"description": "a role, `system`, or `operator` at the console"},
        "ref": TEXT | {"description": "reference of a data subject, staff id, or a program's name"},
        "on_behalf_of": TEXT_OR_NULL,
        "portal": TEXT_OR_NULL,
        "assurance": {
            "type": ["object", "null"],
            "additionalProperties": {"type": "string"},
            "description": "what the portal says of the person's identity: level and reference",
        },
        "reason": TEXT_OR_NULL,
    },
    "required": ["kind", "ref", "on_behalf_of", "portal", "assurance", "reason"],
}


def file_of(fact: type[Fact]) -> str:
    """Name of the file of a type's present schema number."""
    return f"{fact.TYPE}-{fact.SCHEMA}.json"


def schema_of(type_: str) -> Schema:
    """The schema of a record's value that carries an event of this type."""
    fact = TYPES[type_]
    made = msgspec.json.schema(fact)
    definitions = {name: _tidy(one) for name, one in made["$defs"].items()}
    for struct in _structs(fact):
        _mark_times(definitions[struct.__name__], struct)
    return {
        "$schema": DIALECT,
        "$id": f"urn:caseledger:schema:{fact.TYPE}:{fact.SCHEMA}",
        "title": fact.TYPE,
        "description": _words(fact),
        "type": "object",
        "properties": _envelope(fact) | {"data": {"$ref": made["$ref"]}},
        "required": sorted([*_envelope(fact), "data"]),
        "$defs": dict(sorted(definitions.items())),
    }


VERSION = "dense in its stream, but for versions that an admin.CommitSetAside names"


def _envelope(fact: type[Fact]) -> Schema:
    """What every event carries beside its data."""
    return {
        "type": {"const": fact.TYPE},
        "schema": {"const": fact.SCHEMA},
        "stream": TEXT | {"description": "`case/<id>`, `notice/<case>`, `document/<id>`, …"},
        "version": {"type": "integer", "minimum": 1, "description": VERSION},
        "occurred_at": TIME | {"description": "when it happened"},
        "recorded_at": TIME | {"description": "when its commit was written; never goes back"},
        "authority": TEXT | {"description": "the department whose case it is"},
        "actor": ACTOR,
        "causation": TEXT_OR_NULL | {"description": EVENT_ID + " that this follows from"},
        "correlation": TEXT_OR_NULL,
        "traceparent": TEXT_OR_NULL | {"description": "W3C Trace Context"},
        "hash": {"type": "string", "pattern": HEX_32, "description": "of its commit; the receipt"},
    }


def _words(fact: type[Fact]) -> str:
    """What a reader is told of the type."""
    sealed = ", ".join(f"`{name}`" for name in sorted(fact.SEALED))
    beside = f" Sealed beside it, and not published: {sealed}." if sealed else ""
    return (inspect.getdoc(fact) or "") + beside


def _tidy(definition: Schema) -> Schema:
    """The same without the indentation that a docstring has in its source."""
    if "description" in definition:
        return definition | {"description": inspect.cleandoc(definition["description"])}
    return definition


def _structs(struct: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """The struct and all that stand inside it."""
    yield struct
    for field in msgspec.structs.fields(struct):
        for kind in (field.type, *get_args(field.type)):
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                yield from _structs(kind)


def _mark_times(definition: Schema, struct: type[msgspec.Struct]) -> None:
    """Say which texts are times: the library says so of aware ones alone."""
    for field in msgspec.structs.fields(struct):
        if field.type is datetime:
            definition["properties"][field.encode_name] |= TIME
        elif isinstance(field.type, UnionType) and datetime in get_args(field.type):
            choices = definition["properties"][field.encode_name]["anyOf"]
            next(one for one in choices if one["type"] == "string").update(TIME)
