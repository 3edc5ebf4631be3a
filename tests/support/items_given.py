"""Items as the tests of the catalogue's terms write them: a definition with its defaults."""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.item import ItemFile, ItemText
from shared.catalogue.rules.defaults import Defaults, resolve


@cache
def defaults() -> Defaults:
    """The packaged defaults."""
    content = resources.files("shared.catalogue").joinpath("defaults.yaml").read_bytes()
    return msgspec.yaml.decode(content, type=Defaults)


def text(**fields: Any) -> ItemText:
    """An item whose file says little but `fields`, as plain data."""
    item_id = fields.get("id", "004-900")
    said = {
        "id": item_id,
        "edition": 1,
        "offered": True,
        "source": {"document": item_id[:3], "lines": [1, 9]},
        "name": "试验事项",
        "name_en": "Item of a test",
        "calendar": "xinjiang",
        **fields,
    }
    return resolve(msgspec.convert(said, ItemFile, strict=True), defaults())


def item(**fields: Any) -> Item:
    """The same with a made-up hash."""
    made = text(**fields)
    return Item(text=made, hash=made.id.encode().hex().ljust(64, "0"))


def catalogue(items: Sequence[Item]) -> Catalogue:
    """A catalogue of these items."""
    return Catalogue(items, version="test")


def limit(name: str = "promised", n: int = 10, unit: str = "working_days", **more: Any) -> Any:
    """A limit from acceptance to decision, as a file has it."""
    return {
        "name": name,
        "kind": "period",
        "n": n,
        "unit": unit,
        "rank": "promise" if name.startswith("promised") else "law",
        "start_event": "accepted",
        "end_event": "decided",
        "raw": f"{n}日",
        **more,
    }


def hotel(**more: Any) -> Item:
    """The limits of 000-09: the promise stops for inspection, the statute does not."""
    limits = [
        limit(n=10, unit="calendar_days", exclusions=["inspection", "rectification"]),
        limit("statutory", n=20, unit_basis="行政许可法第八十二条"),
    ]
    return item(**{"id": "000-09", "item_type": "行政许可", "limits": limits, **more})
