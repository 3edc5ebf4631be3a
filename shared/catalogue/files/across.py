"""Checks between the files: every item named exists, and prerequisites have no cycle."""

from collections.abc import Callable, Iterator, Mapping

from shared.catalogue.definition.base import listed
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.problems import FileProblem

Path = tuple[str | int, ...]
Naming = tuple[ItemFile, Callable[[Path, str], FileProblem]]


def across(files: Mapping[str, Naming], *, also: set[str]) -> Iterator[FileProblem]:
    """Faults between the files, by id; `also` are the ids of files that could not be read."""
    known = set(files) | also
    for file, problem in files.values():
        for path, named in references(file):
            if named not in known:
                yield problem(path, f"There is no item {named}.")
            elif named == file.id:
                yield problem(path, "The item names itself.")
        for path, named in _renewing(file):
            if named not in known:
                yield problem(path, f"There is no item {named}.")
            elif named in files and not _renews(files[named][0]):
                said = "cannot be applied for before an expiry: it has no renewals that open."
                yield problem(path, f"{named} {said}")
        for at, rule in enumerate(file.rules):
            other = files.get(rule)
            if other is not None and other[0].kind != "rule":
                yield problem(("rules", at), f"{rule} is an item, not a rule.")
    yield from _circles(files)


def references(file: ItemFile) -> Iterator[tuple[Path, str]]:
    """Every id of another item that the file names, with its path."""
    for at, material in enumerate(listed(file.materials)):
        if material.result_of is not None:
            yield ("materials", at, "result_of"), material.result_of
    for at, fact in enumerate(file.facts):
        if fact.result_of is not None:
            yield ("facts", at, "result_of"), fact.result_of
    for field in ("same_service_as", "rules"):
        for at, named in enumerate(getattr(file, field)):
            yield (field, at), named


def _renewing(file: ItemFile) -> Iterator[tuple[Path, str]]:
    """The items that renew results; an item may renew the result that it issued itself."""
    for at, result in enumerate(listed(file.results)):
        if result.renewed_by is not None:
            yield ("results", at, "renewed_by"), result.renewed_by


def _renews(file: ItemFile) -> bool:
    return bool(file.offered) and any(rule.opens for rule in file.renewals)


def _circles(files: Mapping[str, Naming]) -> Iterator[FileProblem]:
    """Cycles among prerequisites; each cycle is reported once, at its smallest id."""
    needs = {
        id_: {m.result_of: at for at, m in enumerate(listed(file.materials)) if m.result_of}
        for id_, (file, _) in files.items()
    }
    told: set[frozenset[str]] = set()
    for start in sorted(needs):
        circle = _circle(start, needs)
        if circle and frozenset(circle) not in told and start == min(circle):
            told.add(frozenset(circle))
            path = ("materials", needs[start][circle[1 % len(circle)]], "result_of")
            way = " → ".join([*circle, start])
            yield files[start][1](path, f"A circular prerequisite: {way}.")


def _circle(start: str, needs: Mapping[str, Mapping[str, int]]) -> list[str] | None:
    """A path over prerequisites from `start` back to it, without `start` at its end."""
    stack: list[list[str]] = [[start]]
    seen: set[str] = set()
    while stack:
        way = stack.pop()
        for step in sorted(needs.get(way[-1], ()), reverse=True):
            if step == start and len(way) > 1:
                return way
            if step not in seen and step != start:
                seen.add(step)
                stack.append([*way, step])
    return None
