"""Offices of an item (受理点) and variants of its limits: those that hold for an application.

Only this module applies a variant, for the command line, the check before an application and the
case alike (R-087, R-088). Pure.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from shared.catalogue.definition.base import Data, listed
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.outcome import Office
from shared.clock import Limit

L = TypeVar("L", bound=Limit)


class AtOffice(Data, frozen=True, kw_only=True):
    """An office's own limits, instead of the general ones.

    variant: the variant of the limits; empty for none. days: the office's own number, in the
    limit's unit; null: the printed maximum.
    """

    variant: str = ""
    days: int | None = None


def offices_of(text: ItemFile) -> tuple[Office, ...]:
    """The offices that can be chosen: those with a code, except offices that do not accept."""
    return tuple(
        office
        for office in listed(text.offices)
        if office.code and (not office.does or "accept" in office.does)
    )


def office_codes(text: ItemFile) -> list[str]:
    """The codes of those offices, in the order of the item."""
    return [office.code for office in offices_of(text) if office.code]


def office_of(text: ItemFile, code: str) -> Office | None:
    """The office with this code among those that can be chosen; None if there is none."""
    return next((office for office in offices_of(text) if office.code == code), None)


def offices_to_choose(text: ItemFile) -> tuple[Office, ...]:
    """The offices among which an applicant chooses; a single one leaves nothing to choose."""
    found = offices_of(text)
    return found if len(found) > 1 else ()


def at_office(office: Office | None) -> AtOffice | None:
    """The office's own variant and number; None for no office."""
    return AtOffice(variant=office.limit_variant, days=office.limit_days) if office else None


def every_limit(limits: Iterable[Limit]) -> Iterator[Limit]:
    """The limits, each followed by its follow-up limits."""
    for limit in limits:
        one: Limit | None = limit
        while one is not None:
            yield one
            one = one.follow_up


def variants_of(limits: Iterable[Limit]) -> list[str]:
    """The names of the variants of the limits and of their follow-ups."""
    return list(dict.fromkeys(name for one in every_limit(limits) for name in one.variants))


def variant_of(limit: Limit, choices: Choices, office: AtOffice | None = None) -> str | None:
    """The variant of the limit that holds: the office's, else the application's.

    The application's variant is the item's variant, a situation (the first that the limit prints)
    or the channel; None if the limit has no variant of such a name.
    """
    situations = (name for name in limit.variants if name in choices.situations)
    chosen = (office.variant if office else "", choices.variant, *situations, choices.channel)
    return next((name for name in chosen if name in limit.variants), None)


def numbered(limit: L, name: str | None, office: AtOffice | None) -> L:
    """The limit whose variant has the office's own number (R-087).

    The number applies only where the variant is a maximum, and never exceeds it: an office that set
    12 of 15 days gets 10 where at most 10 are printed.
    """
    if name is None or office is None or office.days is None or name != office.variant:
        return limit
    if not limit.variants[name].maximum:
        return limit
    return limit.for_office(name, min(office.days, limit.variant(name).n or 0))


def varied(limit: L, choices: Choices, office: AtOffice | None = None) -> L:
    """The limit as it holds for the application, and its follow-up likewise."""
    name = variant_of(limit, choices, office)
    found = limit if name is None else numbered(limit, name, office).variant(name)
    if limit.follow_up is None:
        return found
    then = varied(limit.follow_up, choices, office)
    return found if then is limit.follow_up else replace(found, follow_up=then)


def fixed(limit: L) -> L:
    """The limit without variants, and its follow-up likewise: no variant is chosen later."""
    then = limit.follow_up
    return replace(limit, variants={}, follow_up=None if then is None else fixed(then))
