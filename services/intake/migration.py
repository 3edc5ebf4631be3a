"""Moving an open case to a newer edition of its item, and never taking away what it has.

Each right is a row of a table: what it looks at, which part of the item it holds back, and why
(docs/adr/0009). What nobody holds back follows the new edition.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from services.intake.commands import MigrateCase
from services.intake.refusals import must_exist
from services.intake.rights import (
    Move,
    fee_of,
    held_dates,
    held_parts,
    held_settled,
    limits,
    whole,
    yuan,
)
from shared.case import Case, Fact, Rules
from shared.case.deciding.limits_begun import after
from shared.case.deciding.office_limits import limits_for, office_at
from shared.case.deciding.rules import Running, choices_of
from shared.case.facts.parts import STANDARD, Held, Office, Pin
from shared.case.intake.migration import CaseMigrated
from shared.catalogue import ItemText, UnknownItem
from shared.catalogue.definition.choosing import Choices, holding
from shared.catalogue.editions.carrying import demanded
from shared.catalogue.editions.changes import between
from shared.catalogue.rules.offices import office_codes

# Why a case stays whole under the edition that it has.
STAYS: Mapping[str, str] = MappingProxyType(
    {
        "not-open": "The case is closed.",
        "same-edition": "The item is the same in both versions.",
        "decided": "It is decided, and ends by the edition that it was decided under.",
        "item-gone": "The other version does not have the item.",
        "not-offered": "The other version does not offer the item: open cases end as they began.",
        "older-version": "The other version is older than the one the case has.",
        "choices": "The other edition does not know what the application chose: ",
    }
)
# What an edition can change for an application that was made already.
_MEETS = frozenset({"name", "limits", "materials", "results", "appeal", "supplement"})
_BEFORE_ACCEPTANCE = frozenset({"materials", "supplement"})


class Stays(msgspec.Struct, frozen=True):
    """A case that is not moved: the rule, a key of STAYS, and the sentence."""

    rule: str
    text: str


def migrate(case: Case, cmd: MigrateCase, rules: Rules, now: datetime) -> list[Fact]:
    """Move the case to the edition; nothing where it stays, or is there already."""
    must_exist(case)
    if stays(case, cmd.pin, rules) is not None:
        return []
    move = _move(case, cmd, rules)
    fee, fee_held = fee_of(move)
    held = (*held_parts(move), *([fee_held] if fee_held else []))
    migrated, then = _dated(move, held, cmd.reason, rules, now)
    told = [*_said(move, rules.item_of(then).text), *_due_said(case, migrated)]
    if fee is not None and case.fee is not None:
        told.append(f"The fee is {yuan(fee.amount_fen)} instead of {yuan(case.fee.amount_fen)}.")
    migrated = replace(migrated, changes=tuple(told))
    return [migrated] if fee is None else [migrated, fee]


def stays(case: Case, pin: Pin, rules: Rules) -> Stays | None:
    """Why the case is not moved to this edition; None where it can be."""
    rule, more = _stays(case, pin, rules)
    return Stays(rule, STAYS[rule] + more) if rule else None


def _stays(case: Case, pin: Pin, rules: Rules) -> tuple[str, str]:
    if not case.open or case.pin is None:
        return "not-open", ""
    if case.pin.item_hash == pin.item_hash:
        return "same-edition", ""
    if case.decided or case.ended_as is not None:
        return "decided", ""
    versions = rules.catalogue.versions()
    if case.pin.version in versions and pin.version in versions[: versions.index(case.pin.version)]:
        return "older-version", ""
    return _by_edition(case, pin, rules)


def _by_edition(case: Case, pin: Pin, rules: Rules) -> tuple[str, str]:
    try:
        item = rules.catalogue.pinned(pin.item_hash)
    except UnknownItem:
        return "item-gone", ""
    if not item.text.offered:
        return "not-offered", ""
    unknown = _unknown_choices(case, rules.item_of(case).text, item.text)
    return ("choices", f"{', '.join(unknown)}.") if unknown else ("", "")


def _unknown_choices(case: Case, was: ItemText, now: ItemText) -> list[str]:
    """What the application chose that the new edition does not have; it had it before."""
    told = case.submission
    if told is None:
        return []
    chosen = {told.variant, *told.situations, *told.options, told.delivery}
    gone = _codes(was) - _codes(now)
    offices = set() if case.accepted else set(office_codes(was)) - set(office_codes(now))
    begun = [] if was.initiated_by == now.initiated_by else [f"begun by {was.initiated_by}"]
    return [*sorted(chosen & gone), *sorted({told.office} & offices), *begun]


def _codes(text: ItemText) -> set[str]:
    return {
        *(one.code for one in text.variants),
        *(choice.code for group in text.situations for choice in group.choices),
        *(line.code for line in text.fee.lines if line.choice),
        *(way.kind for way in text.delivery),
    }


def _move(case: Case, cmd: MigrateCase, rules: Rules) -> Move:
    choices, now = choices_of(case), rules.catalogue.pinned(cmd.pin.item_hash)
    office = rules.office_of(case)
    return Move(
        case=case,
        was=rules.item_of(case).text,
        now=now.text,
        pin=cmd.pin,
        choices=choices,
        stages=rules.stages(now, choices, case.delivery or "") or STANDARD,
        office=office,
        office_then=office if case.acceptance else office_at(now.text, case.office),
    )


def _dated(
    move: Move, held: tuple[Held, ...], reason: str, rules: Rules, now: datetime
) -> tuple[CaseMigrated, Case]:
    """The event with the dates of an accepted case, and the case after it.

    A date that would take something away holds its limit back; then it is computed again.
    """
    case = move.case
    while True:
        migrated = _migrated(move, held, reason)
        then = after(case, [migrated], now)
        if case.accepted is None:
            return migrated, then
        before, rule_of = rules.limits_of(case), rules.limits_of(then)
        changed = frozenset(name for name, rule in rule_of.items() if rule != before.get(name))
        if fixed := held_settled(case, changed):
            held = (*held, *fixed)
            continue
        keep = tuple(one for one in case.limits if one.limit not in changed)
        running = rules.running(then, keep=keep)
        more = _more(case, running, changed, held, now)
        if not more:
            migrated = replace(migrated, due=running.due, ends=running.ends)
            return migrated, after(case, [migrated], now)
        held = (*held, *more)


def _more(
    case: Case,
    running: Running,
    changed: frozenset[str],
    held: tuple[Held, ...],
    now: datetime,
) -> tuple[Held, ...]:
    """What else has to be held back because of the dates; each round holds one thing more."""
    names = {one.what for one in held}
    more = tuple(one for one in held_dates(case, running, changed, now) if one.what not in names)
    lost = {one.limit for one in case.limits} - {one.limit for one in running.due}
    if not more and lost and "limits" not in names:
        return (whole(f"A date of {', '.join(sorted(lost))} would be lost."),)
    return more


def _migrated(move: Move, held: tuple[Held, ...], reason: str) -> CaseMigrated:
    case = move.case
    if case.pin is None:
        raise ValueError("a case that does not exist is not moved")
    kept = any(one.what == "procedure" for one in held) or move.stages == case.stages
    return CaseMigrated(
        from_pin=case.pin,
        to_pin=move.pin,
        changes=(),
        kept=held,
        stages=() if kept else move.stages,
        due=case.limits,
        ends=case.ends,
        reason=reason,
    )


def _said(move: Move, then: ItemText) -> Iterator[str]:
    """What changes for this very case, in sentences: by the rules that hold for it."""
    accepted = move.case.accepted is not None
    fields = _MEETS - _BEFORE_ACCEPTANCE if accepted else _MEETS
    office = move.office if accepted else office_at(then, move.case.office)
    was = _seen(move.was, move.choices, move.office, accepted=accepted)
    now = _seen(then, move.choices, office, accepted=accepted)
    for change in between(was, now):
        if change.field in fields:
            yield change.sentence


def _seen(text: ItemText, choices: Choices, office: Office | None, *, accepted: bool) -> ItemText:
    """The item without what holds for other applications only."""
    found = (limits_for if accepted else limits)(text, choices, office)
    return replace(
        text,
        limits=tuple(found.values()),
        materials=demanded(text, choices),
        results=holding(text.results, choices),
    )


def _due_said(case: Case, migrated: CaseMigrated) -> Iterator[str]:
    before = {one.limit: one.due for one in case.limits}
    for one in migrated.due:
        if one.rank != "internal" and one.due != before.get(one.limit):
            told = f" instead of {before[one.limit]}" if before.get(one.limit) else ""
            yield f"The limit {one.limit} is due on {one.due}{told}."
