"""The changes for the very case that moves, in sentences."""

from collections.abc import Iterator

from msgspec.structs import replace

from services.intake.migration.move import Move, limits
from shared.case import Case
from shared.case.deciding.office_limits import limits_for, office_at
from shared.case.facts.parts import Office
from shared.case.intake.migration import CaseMigrated
from shared.catalogue import ItemText
from shared.catalogue.definition.choosing import Choices, holding
from shared.catalogue.editions.carrying import demanded
from shared.catalogue.editions.changes import between

# The parts that an edition can change for an existing application.
_MEETS = frozenset({"name", "limits", "materials", "results", "appeal", "supplement"})


_BEFORE_ACCEPTANCE = frozenset({"materials", "supplement"})


def changes_met(move: Move, then: ItemText) -> Iterator[str]:
    """The changes for this case in sentences, restricted to the rules that hold for it."""
    accepted = move.case.accepted is not None
    fields = _MEETS - _BEFORE_ACCEPTANCE if accepted else _MEETS
    office = move.office if accepted else office_at(then, move.case.office)
    was = _seen(move.was, move.choices, move.office, accepted=accepted)
    now = _seen(then, move.choices, office, accepted=accepted)
    for change in between(was, now):
        if change.field in fields:
            yield change.sentence


def _seen(text: ItemText, choices: Choices, office: Office | None, *, accepted: bool) -> ItemText:
    """The item without the rules that hold only for other applications."""
    found = (limits_for if accepted else limits)(text, choices, office)
    return replace(
        text,
        limits=tuple(found.values()),
        materials=demanded(text, choices),
        results=holding(text.results, choices),
    )


def dates_moved(case: Case, migrated: CaseMigrated) -> Iterator[str]:
    """The dates that differ from those announced before."""
    before = {one.limit: one.due for one in case.limits}
    for one in migrated.due:
        if one.rank != "internal" and one.due != before.get(one.limit):
            told = f" instead of {before[one.limit]}" if before.get(one.limit) else ""
            yield f"The limit {one.limit} is due on {one.due}{told}."
