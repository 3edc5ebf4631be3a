"""Given what was loaded before, when a catalogue is put into force, then this is recorded."""

from collections.abc import Sequence

import msgspec
import pytest

from shared.case.admin.catalogue import CatalogueLoaded, ItemEdition, VersionTaken, load_version
from shared.catalogue import Catalogue, Item
from tests.support.given import rules

TEXT = rules().catalogue.item("000-01").text


def catalogue(version: str, **hashes: str) -> Catalogue:
    """A catalogue of items by a short name (a, b, …) and the hash of each."""
    items = [
        Item(msgspec.structs.replace(TEXT, id=f"000-0{'abcdef'.index(name)}"), value)
        for name, value in hashes.items()
    ]
    return Catalogue(items, version=version)


def after(*catalogues: Catalogue) -> list[CatalogueLoaded]:
    history: list[CatalogueLoaded] = []
    for one in catalogues:
        history += recorded(history, one)
    return history


def recorded(history: Sequence[CatalogueLoaded], one: Catalogue) -> list[CatalogueLoaded]:
    return [fact for fact in load_version(history, one) if isinstance(fact, CatalogueLoaded)]


def edition(name: str, value: str) -> ItemEdition:
    return ItemEdition(item=f"000-0{'abcdef'.index(name)}", hash=value)


FIRST = catalogue("1", a="x", b="y")


def test_the_first_version_names_every_item() -> None:
    (fact,) = recorded([], FIRST)
    assert (fact.version, fact.hash, fact.previous) == ("1", FIRST.hash, "")
    assert (fact.items, fact.offered, fact.gone) == (2, 2, ())
    assert fact.changed == (edition("a", "x"), edition("b", "y"))


def test_what_is_in_force_is_not_loaded_again() -> None:
    assert load_version(after(FIRST), FIRST) == []


def test_a_version_says_what_is_other_than_in_the_one_before() -> None:
    second, third = catalogue("2", a="x", b="z", c="w"), catalogue("3", c="w")
    history = after(FIRST, second, third)
    assert history[1].changed == (edition("b", "z"), edition("c", "w"))
    assert (history[1].previous, history[1].gone) == ("1", ())
    assert (history[2].changed, history[2].gone) == ((), ("000-00", "000-01"))


def test_an_older_version_comes_back_as_it_was() -> None:
    second = catalogue("2", a="x")
    (fact,) = recorded(after(FIRST, second), FIRST)
    assert (fact.previous, fact.changed, fact.gone) == ("2", (edition("b", "y"),), ())


def test_a_used_name_is_never_given_to_other_items() -> None:
    with pytest.raises(VersionTaken, match="The version 1 was loaded before"):
        load_version(after(FIRST, catalogue("2", a="x")), catalogue("1", a="other"))
