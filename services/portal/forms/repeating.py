"""Groups of inputs that are there once for each of several people or things."""

from typing import NamedTuple

from services.portal.forms.parts import Bilingual, Typed


class Repeated(NamedTuple):
    """What repeats: the beginning of the names, how often at least and at most, and its title."""

    prefix: str
    least: int
    most: int
    title: Bilingual


def entries_typed(typed: Typed, repeated: Repeated) -> int:
    """How many entries there are so far; the page has room for one at least."""
    start = f"{repeated.prefix}."
    places = [
        int(place)
        for name in typed
        if name.startswith(start) and (place := name.removeprefix(start).split(".")[0]).isdigit()
    ]
    return min(max((*places, repeated.least - 1, 0)) + 1, repeated.most)


def with_another(typed: Typed, repeated: Repeated) -> dict[str, tuple[str, ...]]:
    """The same with room for one entry more."""
    place = entries_typed(typed, repeated)
    more = {f"{repeated.prefix}.{place}.": ("",)} if place < repeated.most else {}
    return {**typed, **more}


def without_one(typed: Typed, repeated: Repeated, gone: int) -> dict[str, tuple[str, ...]]:
    """The same without an entry; those after it move up."""
    found, start = {}, f"{repeated.prefix}."
    for name, values in typed.items():
        place, dot, part = name.removeprefix(start).partition(".")
        if not name.startswith(start) or not place.isdigit():
            found[name] = values
        elif int(place) != gone:
            at = int(place) - (int(place) > gone)
            found[f"{start}{at}{dot}{part}"] = values
    return found
