"""The rules about the offices within one file."""

from collections.abc import Iterator

from shared.catalogue.definition.base import listed
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.outcome import Office
from shared.catalogue.rules.offices import every_limit, variants_of
from shared.clock import ClockError, Limit

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


def offices_right(file: ItemFile) -> Iterator[Fault]:
    """A code names one office; its limits are a printed variant and no longer than that (R-087)."""
    codes: set[str] = set()
    for at, office in enumerate(listed(file.offices)):
        if office.code:
            if office.code in codes:
                yield ("offices", at, "code"), f"{office.code!r} is there twice."
            codes.add(office.code)
        yield from ((("offices", at, *path), said) for path, said in _own_limits(file, office))


def _own_limits(file: ItemFile, office: Office) -> Iterator[Fault]:
    name, days = office.limit_variant, office.limit_days
    if not name:
        if days is not None:
            yield ("limit_days",), "The number is of a variant: say which one, limit_variant."
        return
    if office.code is None:
        yield ("limit_variant",), "An office with limits of its own has a code: a case names it."
    printed = listed(file.limits)
    having: list[Limit] = [one for one in printed if name in one.variants]
    having = having or [one for one in every_limit(printed) if name in one.variants]
    if not having:
        known = variants_of(printed)
        there = f"they have {', '.join(known)}" if known else "they have none"
        yield ("limit_variant",), f"No limit has the variant {name!r}; {there}."
    elif days is not None:
        most = max(having, key=lambda one: (one.variants[name].maximum, one.variant(name).n or 0))
        try:
            most.for_office(name, days)
        except ClockError as error:
            yield ("limit_days",), str(error)
