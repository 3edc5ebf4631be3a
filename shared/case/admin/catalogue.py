"""Which versions of the catalogue were put into force, on a stream of its own (docs/adr/0007).

An event says which items changed, and how each is known for ever (its hash). Whoever judges an old
case finds here when the edition came that the case is pinned to.
TYPE strings and fields are on disk and on the wire. They never change.
"""

from collections.abc import Sequence
from typing import ClassVar

from shared.case.facts.fact import Fact
from shared.case.facts.parts import Part
from shared.catalogue import Catalogue

STREAM = "catalogue"


AUTHORITY = "catalogue"


class ItemEdition(Part, frozen=True, kw_only=True):
    """An edition of an item: SHA-256 (hex) over what its file says and the defaults it uses."""

    item: str
    hash: str


class CatalogueLoaded(Fact, frozen=True, kw_only=True):
    """A version of the catalogue came into force. `hash` covers all its items.

    `changed`: the items that are new or other than in `previous`, the version before ("" for the
    first); `gone`: ids that are no longer there. `items` and `offered` count.
    """

    TYPE: ClassVar[str] = "admin.CatalogueLoaded"
    version: str
    hash: str
    previous: str
    items: int
    offered: int
    changed: tuple[ItemEdition, ...]
    gone: tuple[str, ...]


class VersionTaken(ValueError):
    """A version was loaded before with other items; one sentence."""


def load_version(history: Sequence[CatalogueLoaded], catalogue: Catalogue) -> list[Fact]:
    """Put a catalogue into force; nothing when it is in force already.

    An older version may come back, as it was. VersionTaken where its name stands for other items:
    cases are pinned to it.
    """
    for loaded in history:
        if loaded.version == catalogue.version and loaded.hash != catalogue.hash:
            raise VersionTaken(
                f"The version {catalogue.version} was loaded before with other items: give the "
                "catalogue a new version (catalogue.yaml)."
            )
    if history and history[-1].hash == catalogue.hash:
        return []
    before = _editions(history)
    now = {item.id: item.hash for item in catalogue.items()}
    return [
        CatalogueLoaded(
            version=catalogue.version,
            hash=catalogue.hash,
            previous=history[-1].version if history else "",
            items=len(now),
            offered=sum(line.offered is True for line in catalogue.listings()),
            changed=tuple(
                ItemEdition(item=id_, hash=item_hash)
                for id_, item_hash in now.items()
                if before.get(id_) != item_hash
            ),
            gone=tuple(sorted(set(before) - set(now))),
        )
    ]


def _editions(history: Sequence[CatalogueLoaded]) -> dict[str, str]:
    """The hash of each item in force, by id."""
    editions: dict[str, str] = {}
    for loaded in history:
        editions |= {one.item: one.hash for one in loaded.changed}
        for gone in loaded.gone:
            editions.pop(gone, None)
    return editions
