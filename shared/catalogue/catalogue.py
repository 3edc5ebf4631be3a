"""The catalogue of a process: every item it knows, and the edition that cases are pinned to.

A case is judged by the edition it was submitted under, for ever: so a changed item keeps its old
file (`items/<source>/former/<id>.<edition>.yaml`), found by its hash.
"""

import hashlib
from collections.abc import Iterable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
import orjson

from shared.catalogue.defaults import Defaults, resolve, used_values
from shared.catalogue.item import Item, ItemFile

VERSION = "2026.11.21"


class CatalogueError(ValueError):
    """A file of the catalogue is wrong; the sentence names the file and the field."""


class UnknownItem(LookupError):
    """No item has this id, or none of its editions has this hash."""


class Catalogue:
    """Items by id, and all their editions by hash. Immutable once made.

    `hash` (SHA-256, hex) covers every present item, in the order of the ids.
    """

    def __init__(self, items: Iterable[Item], *, version: str, former: Iterable[Item] = ()) -> None:
        present = sorted(items, key=lambda item: item.id)
        self._present: Mapping[str, Item] = {item.id: item for item in present}
        if len(self._present) != len(present):
            raise CatalogueError("The catalogue has two items of one id.")
        self._editions = {item.hash: item for item in (*former, *present)}
        self.version = version
        self.hash = hashlib.sha256("".join(item.hash for item in present).encode()).hexdigest()

    def items(self) -> tuple[Item, ...]:
        """All present items, by id."""
        return tuple(self._present.values())

    def item(self, item_id: str) -> Item:
        """The present edition of an item; raises UnknownItem."""
        try:
            return self._present[item_id]
        except KeyError:
            raise UnknownItem(f"there is no item {item_id}") from None

    def pinned(self, item_hash: str) -> Item:
        """The edition with this hash, however old; raises UnknownItem."""
        try:
            return self._editions[item_hash]
        except KeyError:
            raise UnknownItem(f"no edition of an item has the hash {item_hash}") from None


def read_item(name: str, content: bytes, defaults: Defaults) -> Item:
    """One item from the content of its file; CatalogueError names file and field."""
    try:
        file = msgspec.yaml.decode(content, type=ItemFile)
    except msgspec.MsgspecError as error:
        raise CatalogueError(f"{name}: {error}") from error
    if name.rpartition("/")[2].removesuffix(".yaml").partition(".")[0] != file.id:
        raise CatalogueError(f"{name}: the file is named for another item than {file.id}")
    text = resolve(file, defaults)
    # What the file says is hashed, not what we make of it: a field that is added to the code later
    # leaves the pins of older cases as they are.
    said = {"file": msgspec.yaml.decode(content), "defaults": used_values(text, defaults)}
    canonical = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return Item(text=text, hash=hashlib.sha256(canonical).hexdigest())


def read_defaults(content: bytes) -> Defaults:
    """The named defaults; CatalogueError names the field."""
    try:
        return msgspec.yaml.decode(content, type=Defaults)
    except msgspec.MsgspecError as error:
        raise CatalogueError(f"defaults.yaml: {error}") from error


def packaged_catalogue() -> Catalogue:
    """Read the packaged items. Call once at the start of a process and pass the result on."""
    present: list[Item] = []
    former: list[Item] = []
    package = resources.files("shared.catalogue")
    defaults = read_defaults(package.joinpath("defaults.yaml").read_bytes())
    for source in sorted(package.joinpath("items").iterdir(), key=str):
        present += _read_folder(source, defaults)
        if source.joinpath("former").is_dir():
            former += _read_folder(source.joinpath("former"), defaults)
    return Catalogue(present, version=VERSION, former=former)


def _read_folder(folder: Traversable, defaults: Defaults) -> list[Item]:
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return [read_item(f"{folder.name}/{f.name}", f.read_bytes(), defaults) for f in files]
