"""The catalogue of a process: every item it knows, and the editions that cases are pinned to.

A case is judged for ever by the edition under which it was submitted. An item that a new version
changes therefore stays in the compiled catalogue as a former edition, found by its hash.
"""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from shared.catalogue.definition.item import Item, ItemText
from shared.catalogue.definition.listing import Listing, Wanted, listing
from shared.catalogue.definition.problems import CatalogueError


class UnknownItem(LookupError):
    """No item has this id, or no edition has this hash."""


class CatalogueEntry(msgspec.Struct, frozen=True):
    """An item that is decoded at its first use: `text` is its JSON, `line` that of its Listing.

    Most entries are former editions, which no process ever reads: they take next to no memory.
    """

    id: str
    hash: str
    line: msgspec.Raw
    text: msgspec.Raw


class Edition(msgspec.Struct, frozen=True):
    """A former version of the catalogue: the hashes of its items by id."""

    version: str
    hash: str
    items: dict[str, str]


class Catalogue:
    """Items by id, and all their editions by hash. Immutable once made.

    `hash` (SHA-256, hex) covers every present item, in the order of the ids.
    """

    def __init__(
        self,
        items: Iterable[Item | CatalogueEntry],
        *,
        version: str,
        former: Iterable[Item | CatalogueEntry] = (),
        versions: Iterable[Edition] = (),
    ) -> None:
        present = sorted(items, key=lambda item: item.id)
        self._present: Mapping[str, str] = {item.id: item.hash for item in present}
        if len(self._present) != len(present):
            raise CatalogueError("The catalogue has two items of one id.")
        self._editions = {item.hash: item for item in (*former, *present)}
        self._read: dict[str, Item] = {}  # decoded so far: a repeated call returns the same object
        self._lines: dict[str, Listing] = {}
        self._versions = {edition.version: edition for edition in versions}
        self.version = version
        self.hash = hash_of(item.hash for item in present)

    def items(self) -> tuple[Item, ...]:
        """All present items, by id."""
        return tuple(self.pinned(item_hash) for item_hash in self._present.values())

    def item(self, item_id: str) -> Item:
        """The present edition of an item; raises UnknownItem."""
        try:
            return self.pinned(self._present[item_id])
        except KeyError:
            raise UnknownItem(f"there is no item {item_id}") from None

    def listings(self, wanted: Wanted | None = None) -> tuple[Listing, ...]:
        """The list entries of all present items, by id; of those that `wanted` selects."""
        lines = (self._line(item_hash) for item_hash in self._present.values())
        return wanted.of(lines) if wanted else tuple(lines)

    def versions(self) -> tuple[str, ...]:
        """The versions that the catalogue can show, the present version last."""
        return (*self._versions, self.version)

    def at(self, version: str) -> "Catalogue":
        """The catalogue as it was under a former version; raises UnknownItem."""
        if version == self.version:
            return self
        edition = self._versions.get(version)
        if edition is None:
            known = ", ".join(self.versions())
            raise UnknownItem(f"there is no version {version} of the catalogue; known: {known}")
        items = [self._editions[item_hash] for item_hash in edition.items.values()]
        return Catalogue(items, version=version)

    def pinned(self, item_hash: str) -> Item:
        """The edition with this hash, however old; raises UnknownItem."""
        found = self._read.get(item_hash) or self._editions.get(item_hash)
        if found is None:
            raise UnknownItem(f"no edition of an item has the hash {item_hash}")
        if isinstance(found, CatalogueEntry):
            text = msgspec.json.decode(found.text, type=ItemText)
            found = self._read.setdefault(item_hash, Item(text=text, hash=item_hash))
        return found

    def _line(self, item_hash: str) -> Listing:
        line = self._lines.get(item_hash)
        if line is None:
            item = self._editions[item_hash]
            if isinstance(item, CatalogueEntry):
                line = msgspec.json.decode(item.line, type=Listing)
            else:
                line = listing(item.text)
            self._lines[item_hash] = line
        return line


def hash_of(item_hashes: Iterable[str]) -> str:
    """The hash of a catalogue, computed from the hashes of its items in the order of their ids."""
    return hashlib.sha256("".join(item_hashes).encode()).hexdigest()
