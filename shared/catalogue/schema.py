"""The JSON Schema (2020-12) of an item's file, for editors and for strangers."""

import json
from typing import Any

import msgspec

from shared.catalogue.item import ItemFile

SCHEMA_NAME = "item.schema.json"


def item_schema() -> dict[str, Any]:
    """The schema; what it cannot say (codes that exist, a fee's basis) the check does."""
    schema = msgspec.json.schema(ItemFile)
    definitions = schema["$defs"]
    for definition in definitions.values():
        # msgspec gives no keyword for the rest; a file has no field beside those listed.
        if "properties" in definition:
            definition.setdefault("additionalProperties", False)
        text = definition.get("description")
        if text:
            definition["description"] = " ".join(text.split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An item of the catalogue",
        **schema,
    }


def schema_text() -> str:
    """The schema as its file."""
    return json.dumps(item_schema(), ensure_ascii=False, indent=1) + "\n"
