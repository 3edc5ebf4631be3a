"""One small edit of the source for each row that works: it breaks what the row asks for.

An edit is found by its text, wherever that stands in the source, so that a file may move. The rows
stand in `rows.yaml`; `python -m tests.broken` applies edits in a copy of the tree and runs the
tests that are marked with the row: they must turn red.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec
import yaml

ROOT = Path(__file__).parents[2]
ROWS = Path(__file__).parent / "rows.yaml"
SOURCE = ("services", "shared", "deploy")
KINDS = frozenset({".py", ".yaml"})


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Replace `before` by `after`; `item`: in the file of this item of the catalogue."""

    before: str
    after: str
    item: str = ""


def edits() -> Mapping[str, Edit]:
    """The edits by row."""
    return msgspec.convert(yaml.safe_load(ROWS.read_text("utf-8")), dict[str, Edit])


@cache
def source(root: Path) -> Mapping[Path, str]:
    """Every file of the source below a root, with its text, as it was first read."""
    return {
        path: path.read_text("utf-8")
        for folder in SOURCE
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in KINDS
    }


def places(edit: Edit, root: Path) -> Iterator[Path]:
    """The files that hold the text of an edit, each as often as it holds it."""
    for path, text in source(root).items():
        if not edit.item or path.name == f"{edit.item}.yaml":
            yield from [path] * text.count(edit.before)
