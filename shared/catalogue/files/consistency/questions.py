"""The questions of one file: what a form, a seal and a desk need to know of each."""

from collections.abc import Iterator

from shared.catalogue.definition.asking import FactRule, QuestionGroup
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.rules.procedure import stage_codes

Path = tuple[str | int, ...]
Fault = tuple[Path, str]

WITH_CHOICES = frozenset({"choice", "several"})
NUMBERS = frozenset({"integer", "decimal"})
TEXTS = frozenset({"text", "long-text", "address"})
PARTIES = frozenset({"person", "organisation"})
# The types that files had before a question named the class of its answer.
_FIRST = frozenset({"integer", "boolean", "date", "choice"})
# The classes that an answer of a type can have; an answer of another type can have any but where a
# result is posted to.
_CLASSES: dict[str, frozenset[str]] = {
    "account": frozenset({"account"}),
    "person": frozenset({"third-person", "identity"}),
    "organisation": frozenset({"third-person", "premises", "statement"}),
    "phone": frozenset({"contact", "third-person"}),
    "mobile": frozenset({"contact", "third-person"}),
    "email": frozenset({"contact", "third-person"}),
    "postcode": frozenset({"contact", "residence", "third-person"}),
}


LARGEST_DECIMAL = 10**12


def questions_right(file: ItemFile) -> Iterator[Fault]:
    """Every contradiction in the questions of a file."""
    groups = {group.code: group for group in file.groups}
    for at, fact in enumerate(file.facts):
        for path, said in (*_typed(fact), *_grouped(fact, groups)):
            yield ("facts", at, *path), said
    yield from _groups(file)
    if any(_class_of(fact, groups) or fact.type not in _FIRST for fact in file.facts):
        for at, fact in enumerate(file.facts):
            for path, said in _whole(file, fact, groups):
                yield ("facts", at, *path), said


def _typed(fact: FactRule) -> Iterator[Fault]:
    """What belongs to a type stands with that type."""
    if (fact.type in WITH_CHOICES) != bool(fact.choices):
        yield (), "Choices belong to a fact of the type choice or several, and to no other."
    codes = [choice.code for choice in fact.choices]
    if len(set(codes)) < len(codes):
        yield ("choices",), "A choice is there twice."
    for name in ("least", "most"):
        if getattr(fact, name) is not None and fact.type not in NUMBERS:
            yield (name,), f"{name!r} bounds a number; this is a {fact.type}."
    if fact.least is not None and fact.most is not None and fact.least > fact.most:
        yield ("least",), "No number is at least that and at most this."
    if fact.type == "decimal" and fact.most is not None and fact.most >= LARGEST_DECIMAL:
        yield ("most",), "A decimal number has at most twelve digits before its point."
    if fact.longest is not None and fact.type not in TEXTS:
        yield ("longest",), f"'longest' bounds a text; this is a {fact.type}."
    if not fact.identified and fact.type not in PARTIES:
        yield ("identified",), "Only a person or an organisation can be stated without a number."


def _grouped(fact: FactRule, groups: dict[str, QuestionGroup]) -> Iterator[Fault]:
    if fact.group is None:
        return
    group = groups.get(fact.group)
    if group is None:
        yield ("group",), f"There is no group {fact.group!r}."
    elif group.entries is not None:
        if fact.when is not None:
            yield ("when",), "In a group with entries the group has the when, for all of them."
        if fact.data_class is not None:
            yield ("data_class",), "In a group with entries the group has the data_class."


def _groups(file: ItemFile) -> Iterator[Fault]:
    codes = [fact.code for fact in file.facts]
    for at, group in enumerate(file.groups):
        if group.code in codes or group.code in [one.code for one in file.groups[:at]]:
            yield ("groups", at, "code"), f"{group.code!r} is there twice."
        if all(fact.group != group.code for fact in file.facts):
            yield ("groups", at), f"No question is in the group {group.code!r}."
        if group.entries is None:
            for name in ("when", "data_class"):
                if getattr(group, name) is not None:
                    said = f"Only a group with entries has a {name}; give it to its questions."
                    yield ("groups", at, name), said
            continue
        if group.data_class is None:
            yield ("groups", at, "data_class"), "A group with entries says its data_class."
        if group.entries.least > group.entries.most:
            yield ("groups", at, "entries"), "The entries have a least above their most."


def _class_of(fact: FactRule, groups: dict[str, QuestionGroup]) -> str | None:
    group = groups.get(fact.group or "")
    return fact.data_class or (group.data_class if group is not None else None)


def _whole(file: ItemFile, fact: FactRule, groups: dict[str, QuestionGroup]) -> Iterator[Fault]:
    """Where one question of a file says its class, each says all that is needed of it."""
    said_class = _class_of(fact, groups)
    if said_class is None:
        yield (), f"The question {fact.code!r} does not say the data_class of its answer."
    elif said_class == "address":
        yield ("data_class",), "The class address is where a result is posted to: write residence."
    elif said_class not in _CLASSES.get(fact.type, {said_class}):
        known = " or ".join(sorted(_CLASSES[fact.type]))
        yield (), f"The answer of a {fact.type} has the data_class {known}."
    if not fact.name_en:
        yield (), f"The question {fact.code!r} has no name_en."
    if fact.help and not fact.help_en:
        yield ("help",), "The help has no help_en beside it."
    if not fact.raw and f"facts.{fact.code}" not in file.inferred:
        said = f"quotes the source (raw), or says why it is asked: inferred, facts.{fact.code}."
        yield (), f"The question {fact.code!r} {said}"
    known_steps = stage_codes(file)
    if fact.step is None:
        yield (), f"The question {fact.code!r} does not say which step uses it: step."
    elif known_steps and fact.step not in known_steps:
        there = ", ".join(known_steps)
        yield ("step",), f"The procedure has no step {fact.step!r}; it has {there}."
