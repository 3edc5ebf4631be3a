"""What a `when` may say of the kind of applicant and of other answers, and where."""

from collections.abc import Iterator

from shared.catalogue.definition.asking import DECIDING, FactRule
from shared.catalogue.definition.choosing import When
from shared.catalogue.definition.item import ItemFile

Path = tuple[str | int, ...]
Fault = tuple[Path, str]

# What is looked at while the application is: afterwards its answers are sealed.
_WITH_ANSWERS = frozenset({"facts", "groups", "materials", "checks"})


def conditions_right(file: ItemFile, place: Path, when: When) -> Iterator[Fault]:
    """Every contradiction in the `applicant` and the `answer` of the `when` at a place."""
    for key in ("applicant", "answer"):
        if getattr(when, key) and place[0] not in _WITH_ANSWERS:
            yield (key,), "Only questions, materials and checks depend on it."
    if file.applicants != "unknown":
        for kind in sorted(set(when.applicant) - set(file.applicants)):
            yield ("applicant",), f"The item is not for {kind!r}: see applicants."
    before = _before(file, place)
    for code, wanted in when.answer.items():
        fact = before.get(code)
        if fact is None:
            yield ("answer", code), f"No question {code!r} is asked once and before this."
        else:
            yield from _wanted(fact, wanted)
            if place[0] == "materials" and fact.data_class not in (None, "statement"):
                said = "A material that is asked for is no secret: the answer must be a statement."
                yield ("answer", code), said


def _before(file: ItemFile, place: Path) -> dict[str, FactRule]:
    """The questions whose answers are known where a rule stands, by code."""
    asked = file.asked_in_order
    if place[0] == "groups":
        later = {group.code for group in file.groups[int(place[1]) :]}
        asked = tuple(fact for fact in asked if fact.group not in later)
    elif place[0] == "facts":
        own = file.facts[int(place[1])]
        asked = asked[: asked.index(own)] if own in asked else ()
    return {fact.code: fact for fact in asked}


def _wanted(fact: FactRule, wanted: tuple[bool | str, ...]) -> Iterator[Fault]:
    at = ("answer", fact.code)
    if fact.type not in DECIDING:
        yield at, f"The question {fact.code!r} is neither a yes or no nor a choice of one."
        return
    known: set[bool | str] = {one.code for one in fact.choices} or {True, False}
    strange = [one for one in wanted if one not in known]
    if strange or not wanted:
        yield at, f"No answer to {fact.code!r} is {strange or 'none'}."
    elif len(set(wanted)) == len(known):
        yield at, f"Every answer to {fact.code!r} is named: leave it out."
