"""The rights that an applicant has acquired under the edition of the submission, one by one.

Each row of RIGHTS examines one part of the item, decides whether the new edition would reduce it,
and names the rule that then holds it (docs/adr/0009). Pure.
"""

from collections.abc import Callable, Iterator, Mapping

from services.intake.migration.move import Move, limits, whole
from shared.case.facts.parts import Held, Stage
from shared.catalogue.definition.choosing import holding
from shared.catalogue.definition.schedule import LimitRule
from shared.catalogue.editions.carrying import FIELDS, carried, demanded, no_worse
from shared.catalogue.rules.offices import fixed
from shared.catalogue.rules.remedies import remedy_of


def held_parts(move: Move) -> tuple[Held, ...]:
    """Every part that the rules hold, before any date is computed."""
    held = tuple(one for right in RIGHTS for one in right(move))
    names = frozenset(one.what for one in held)
    then = limits(carried(move.was, move.now, names, move.choices), move.choices)
    if lost := sorted(_printed(_had(move)) - then.keys()):
        held = (*held, whole(f"Another limit would stand in for {', '.join(lost)}."))
    return held


def _had(move: Move) -> dict[str, LimitRule]:
    return limits(move.was, move.choices, move.office)


def _printed(found: Mapping[str, LimitRule]) -> set[str]:
    return {name for name, rule in found.items() if rule.rank != "internal"}


def _fixed(found: Mapping[str, LimitRule]) -> dict[str, LimitRule]:
    return {name: fixed(rule) for name, rule in found.items()}


def _limits(move: Move) -> Iterator[Held]:
    """No limit of the authority becomes longer or weaker, or disappears."""
    was, now = _had(move), limits(move.now, move.choices, move.office)
    if move.case.acceptance is not None:  # the office can no longer change
        was, now = _fixed(was), _fixed(now)
    for name in sorted(_printed(was)):
        if name not in now:
            text = f"The limit {name} is gone from the new edition; it stays."
            yield Held(what=f"limit:{name}", rule="limit-gone", text=text)
        elif now[name] != was[name] and not no_worse(was[name], now[name]):
            text = f"The limit {name} could end later by the new edition; it stays as it was."
            yield Held(what=f"limit:{name}", rule="limit-not-later", text=text)


def _office(move: Move) -> Iterator[Held]:
    """An office's own limits never make a limit longer, in either edition (R-087).

    An accepted case keeps the office's limits of its acceptance, whatever the new edition says.
    """
    if move.office == move.office_then:
        return
    had = _fixed(_had(move))
    then = [_fixed(limits(text, move.choices, move.office_then)) for text in (move.was, move.now)]
    pairs = [(rule, found.get(name, rule)) for found in then for name, rule in had.items()]
    if not all(no_worse(rule, other) for rule, other in pairs):
        text = "A limit could end later by what the office sets for itself now; it stays as it was."
        yield Held(what="office", rule="office-not-later", text=text)


def _calendar(move: Move) -> Iterator[Held]:
    """The counted days stay the same: other days could move a date."""
    if any(getattr(move.was, name) != getattr(move.now, name) for name in FIELDS["calendar"]):
        text = "The limits are counted by the calendar and the hours of before."
        yield Held(what="calendar", rule="same-calendar", text=text)


def _procedure(move: Move) -> Iterator[Held]:
    """Passed stages stay passed; after the acceptance no stage changes at all.

    Before it, the new procedure applies if it demands no more and grants no less.
    """
    fields = [name for name in FIELDS["procedure"] if name != "fee"]
    same = all(getattr(move.was, name) == getattr(move.now, name) for name in fields)
    if same and move.stages == move.case.stages:
        return
    if move.case.accepted:
        text = "An accepted case goes to its end by the procedure that it was accepted under."
        yield Held(what="procedure", rule="accepted-procedure", text=text)
    elif added := _added(move):
        text = f"The new edition adds {', '.join(added)}; the case goes its way without."
        yield Held(what="procedure", rule="no-new-stage", text=text)
    elif lost := _lost(move):
        text = f"The result {', '.join(lost)} can still be granted as it was applied for."
        yield Held(what="procedure", rule="same-result", text=text)


def _added(move: Move) -> list[str]:
    """The additions of the new procedure: stages, and an officer where the system accepts now."""
    had = {stage.code for stage in move.case.stages} | {"payment"}
    added = [stage.code for stage in move.stages if stage.code not in had]
    by_system = [_accepts_alone(stages) for stages in (move.case.stages, move.stages)]
    return [*added, *(["an officer's acceptance"] if by_system == [True, False] else [])]


def _accepts_alone(stages: tuple[Stage, ...]) -> bool:
    return any(stage.kind == "acceptance" and stage.actor == "system" for stage in stages)


def _lost(move: Move) -> list[str]:
    """Results that the new edition no longer grants, or grants as another kind."""
    fields = ("kind", "scheme", "validity", "replaces", "temporary_of")
    now = {one.code: one for one in holding(move.now.results, move.choices)}
    return [
        one.code
        for one in holding(move.was.results, move.choices)
        if one.code not in now
        or any(getattr(one, name) != getattr(now[one.code], name) for name in fields)
    ]


def _materials(move: Move) -> Iterator[Held]:
    """No material is demanded that was not demanded at the submission (R-031: once, all of it)."""
    if move.was.materials == move.now.materials:
        return
    had = {rule.code for rule in demanded(move.was, move.choices)}
    new = [rule.name for rule in demanded(move.now, move.choices) if rule.code not in had]
    more = f" Not asked for: {', '.join(new)}." if new else ""
    text = f"The list of materials stays, without what is no longer asked for.{more}"
    yield Held(what="materials", rule="nothing-new-demanded", text=text)


def _supplement(move: Move) -> Iterator[Held]:
    """The applicant's time to hand in missing materials never becomes shorter."""
    was, now = move.was.supplement, move.now.supplement
    if now.n < was.n or (was.kind == "working_days" and now.kind != was.kind):
        text = f"What is missing may be handed in within {was.n} {was.kind.replace('_', ' ')}."
        yield Held(what="supplement", rule="applicant-time-not-shorter", text=text)


def _appeal(move: Move) -> Iterator[Held]:
    """The time to appeal against a refusal never becomes shorter."""
    before, after = remedy_of(move.was).days, remedy_of(move.now).days
    if after < before:
        text = f"A refusal can be appealed within {before} days."
        yield Held(what="appeal", rule="applicant-time-not-shorter", text=text)


RIGHTS: tuple[Callable[[Move], Iterator[Held]], ...] = (
    _limits,
    _office,
    _calendar,
    _procedure,
    _materials,
    _supplement,
    _appeal,
)
