"""What counts as a form of the application: what holds it itself, each object once."""

from dataclasses import dataclass
from typing import Any

import msgspec

from bench.road import Road


class Told(msgspec.Struct):
    item: str
    blobs: tuple[str, ...]


@dataclass
class Room:
    told: Told
    kind: type = Told  # a class among the values is no value of its own fields


def forms_of(*given: Any) -> dict[str, int]:
    road = Road(frozenset({"000-01", "b1", "b2"}))
    for value in given:
        road.look_at(value)
    return road.told()["forms_by_type"]


def test_a_form_holds_the_application_itself_and_counts_once() -> None:
    told = Told("000-01", ("b1", "b2"))
    assert forms_of(told, Room(told), [told], {"a": (told,)}) == {"Told": 1}
    assert forms_of(Told("000-01", ("b1",)), "000-01", None, Told) == {}


def test_a_copy_and_another_writing_are_forms_of_their_own() -> None:
    told, copied = Told("000-01", ("b1", "b2")), Told("000-01", ("b1", "b2"))
    written = msgspec.json.encode(told)
    assert forms_of(told, copied, written) == {"Told": 2, "bytes": 1}
