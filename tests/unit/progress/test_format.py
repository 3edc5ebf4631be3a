"""A change of what is stored must come with a new `format`: the process rebuilds then by itself."""

import hashlib
import json
from typing import Any

import msgspec

from services.progress.standing.fold import Progress
from services.progress.standing.view import VIEW

# The layout of a stored state, by format. A new layout is a new line, never a change of an old one.
LAYOUTS = {1: "f1a6a9a8c02b5947fe75fe93f108741c2a54a16fb6b67e69a4abbb4923097ec6"}


def layout(value: Any) -> Any:
    """A JSON Schema without its words and lists of choices: names, types and defaults.

    A list of choices may grow: what is stored decodes as before.
    """
    if isinstance(value, dict):
        words = {"description", "title", "enum"}
        return {key: layout(inner) for key, inner in value.items() if key not in words}
    return [layout(inner) for inner in value] if isinstance(value, list) else value


def test_the_layout_of_the_stored_state_is_the_one_of_the_views_format() -> None:
    schema = json.dumps(layout(msgspec.json.schema(Progress)), sort_keys=True)
    assert hashlib.sha256(schema.encode()).hexdigest() == LAYOUTS[VIEW.format], (
        "Progress or a state within it is stored in another layout now: raise ProgressView.format "
        "and add the new layout here"
    )
