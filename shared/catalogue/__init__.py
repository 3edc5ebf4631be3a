"""The catalogue: what each item asks for, costs and promises, as versioned data."""

from shared.catalogue.definition.catalogue import Catalogue, UnknownItem
from shared.catalogue.definition.choosing import Choices, holding, holds
from shared.catalogue.definition.item import Item, ItemFile, ItemText
from shared.catalogue.definition.listing import Listing, Wanted
from shared.catalogue.definition.problems import CatalogueError, FileProblem
from shared.catalogue.files.compiled import opened_catalogue, packaged_catalogue
from shared.catalogue.files.reading import read_catalogue, read_defaults, read_item

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Choices",
    "FileProblem",
    "Item",
    "ItemFile",
    "ItemText",
    "Listing",
    "UnknownItem",
    "Wanted",
    "holding",
    "holds",
    "opened_catalogue",
    "packaged_catalogue",
    "read_catalogue",
    "read_defaults",
    "read_item",
]
