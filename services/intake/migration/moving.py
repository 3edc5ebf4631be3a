"""Moving an open case to a newer edition of its item, without taking away any right.

Every part that no rule holds follows the new edition (docs/adr/0009).
"""

from datetime import datetime

from msgspec.structs import replace

from services.intake.migration.dates import held_dates, held_settled
from services.intake.migration.fee import fee_of
from services.intake.migration.move import Move, whole, yuan
from services.intake.migration.parts import held_parts
from services.intake.migration.sentences import changes_met, dates_moved
from services.intake.migration.staying import stays
from shared.case import Case, Fact, Rules
from shared.case.deciding.limits_begun import after
from shared.case.deciding.office_limits import office_at
from shared.case.deciding.rules import Running, choices_of
from shared.case.facts.parts import STANDARD, Held, Pin
from shared.case.intake.migration import CaseMigrated
from shared.casework.topics import CaseCommand, Topic, must_exist


class MigrateCase(CaseCommand, frozen=True, kw_only=True):
    """Move the open case to another edition of its item; `reason` is given by the operator."""

    pin: Pin
    reason: str


def migrate(case: Case, cmd: MigrateCase, rules: Rules, now: datetime) -> list[Fact]:
    """Move the case to the edition; no facts if it stays, or is there already."""
    must_exist(case)
    if stays(case, cmd.pin, rules) is not None:
        return []
    move = _move(case, cmd, rules)
    fee, fee_held = fee_of(move)
    held = (*held_parts(move), *([fee_held] if fee_held else []))
    migrated, then = _dated(move, held, cmd.reason, rules, now)
    told = [*changes_met(move, rules.item_of(then).text), *dates_moved(case, migrated)]
    if fee is not None and case.fee is not None:
        told.append(f"The fee is {yuan(fee.amount_fen)} instead of {yuan(case.fee.amount_fen)}.")
    migrated = replace(migrated, changes=tuple(told))
    return [migrated] if fee is None else [migrated, fee]


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

    A date that would take something away holds its limit; then the dates are computed again.
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
    """The next part that has to be held because of the dates; each round holds one part more."""
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


TOPIC = Topic(decisions={MigrateCase: migrate})
