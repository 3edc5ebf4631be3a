"""The catalogue: what each item asks for, costs and promises, as versioned data."""

from shared.catalogue.catalogue import (
    Catalogue,
    CatalogueError,
    UnknownItem,
    packaged_catalogue,
    read_defaults,
    read_item,
)
from shared.catalogue.item import Item, ItemText

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Item",
    "ItemText",
    "UnknownItem",
    "packaged_catalogue",
    "read_defaults",
    "read_item",
]
