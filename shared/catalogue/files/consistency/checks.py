"""The conditions of one file on its questions: each compares what its question can say."""

from collections.abc import Iterator

from shared.catalogue.definition.asking import COMPARED, CheckRule, FactRule
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.files.consistency.days import no_day

Path = tuple[str | int, ...]
Fault = tuple[Path, str]

_NUMBERS = frozenset({"integer", "decimal"})


def checks_right(file: ItemFile) -> Iterator[Fault]:
    """Every condition is about a question that is answered once, and compares its kind."""
    facts = {fact.code: fact for fact in file.asked_once}
    for at, check in enumerate(file.checks):
        yield from ((("checks", at, *path), said) for path, said in _check(check, facts))
    for at, renewal in enumerate(file.renewals):
        if renewal.fact not in facts or facts[renewal.fact].type != "date":
            yield ("renewals", at, "fact"), f"There is no fact {renewal.fact!r} that is a date."


def _check(check: CheckRule, facts: dict[str, FactRule]) -> Iterator[Fault]:
    fact = facts.get(check.fact)
    if fact is None:
        yield ("fact",), f"There is no fact {check.fact!r}."
        return
    days = ("before", "after", "earliest", "latest", "since")
    others = ("at_least", "at_most")
    bounds = ("least", "most", "equals", *others, *days)
    given = {name for name in bounds if getattr(check, name) is not None}
    if not given:
        yield (), f"The check says nothing: {', '.join(bounds)}."
    for name in sorted(given - COMPARED.get(fact.type, frozenset())):
        yield (name,), f"{name!r} cannot be asked of a fact of the type {fact.type}."
    if check.least is not None and check.most is not None and check.least > check.most:
        yield ("least",), "No number is at least that and at most this."
    wanted = {"boolean": bool, "integer": int, "choice": str}.get(fact.type)
    if check.equals is not None and wanted and type(check.equals) is not wanted:
        yield ("equals",), f"A fact of the type {fact.type} never equals {check.equals!r}."
    elif fact.type == "choice" and check.equals not in {one.code for one in fact.choices}:
        yield ("equals",), f"The fact {fact.code!r} has no choice {check.equals!r}."
    if fact.type == "date" and (check.since is None) != (given.isdisjoint({"least", "most"})):
        yield ("since",), "Days from a day to the date: since with least or most."
    yield from _compared(check, facts, others, days)


def _compared(
    check: CheckRule, facts: dict[str, FactRule], others: tuple[str, ...], days: tuple[str, ...]
) -> Iterator[Fault]:
    """The questions and days that a check names are there."""
    for name in others:
        other = getattr(check, name)
        if other is not None and (other not in facts or facts[other].type not in _NUMBERS):
            yield (name,), f"There is no number {other!r} among the questions."
    for name in days:
        day = getattr(check, name)
        if day in (None, "application") or (day in facts and facts[day].type == "date"):
            continue
        if said := no_day(day):
            yield (name,), f"{said} Write a day, 'application', or the code of a date fact."
