"""What intake decides: pure, time and rules passed in, nothing to do means nothing returned.

The table at the end says which decision answers which command.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.intake.acceptance import (
    accept,
    deem_accepted,
    missing,
    not_accepted,
    reject,
    request_supplement,
    settle,
)
from services.intake.commands import (
    AcceptCase,
    AttachMaterial,
    ChangeContact,
    Command,
    FireTimer,
    MigrateCase,
    OrderRefunds,
    ProvideSupplement,
    RecomputeDeadlines,
    RejectApplication,
    RequestSupplement,
    SettleCase,
    SubmitCase,
    WithdrawCase,
)
from services.intake.deadlines import recompute
from services.intake.migration import migrate
from services.intake.money import MONEY, order_refunds
from services.intake.refusals import (
    ContactMissing,
    MaterialUnknown,
    can_attach,
    can_change_address,
    can_change_contact,
    can_supplement,
    can_withdraw,
    must_allow,
    must_exist,
    possible,
)
from services.intake.submission import submit
from shared.case import Case, Effect, Fact, Owed, Rules, fire, owed_of, status
from shared.case.deciding.limits_begun import after
from shared.case.facts.parts import CHANNELS, Material
from shared.case.intake.contact import ContactChanged
from shared.case.intake.submission import MaterialAttached
from shared.case.intake.supplement import SupplementLapsed, SupplementProvided
from shared.case.intake.upkeep import IntakeStepOverdue
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.catalogue import Item


def _known(item: Item, materials: tuple[Material, ...], case: Case) -> None:
    """What the item, or the one request, asks for; anything else may not be collected."""
    asked = {one.code for one in case.supplement.missing} if case.supplement else set()
    given = {material.code for material in materials} - asked
    if unknown := sorted(code for code in given if item.material(code) is None):
        raise MaterialUnknown(
            f"The item does not ask for: {', '.join(unknown)}.", actions=possible(case)
        )


def attach(case: Case, cmd: AttachMaterial, rules: Rules, _now: datetime) -> list[Fact]:
    """Add a material before acceptance. The same upload again adds nothing."""
    must_exist(case)
    if cmd.material.blob in {material.blob for material in case.materials}:
        return []
    must_allow(case, can_attach, "Materials can be added before acceptance only.")
    _known(rules.item_of(case), (cmd.material,), case)
    return [MaterialAttached(material=cmd.material)]


def provide(case: Case, cmd: ProvideSupplement, rules: Rules, _now: datetime) -> list[Fact]:
    """Answer the request, once. Late is in time until the lapse is recorded."""
    must_allow(case, can_supplement, "No supplement is asked for.")
    _known(rules.item_of(case), cmd.materials, case)
    return [SupplementProvided(materials=cmd.materials)]


def withdraw(case: Case, _cmd: WithdrawCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """Withdraw before a decision; a paid fee goes back by its own decision."""
    must_exist(case)
    if case.withdrawn:
        return []
    must_allow(case, can_withdraw, "A case can be withdrawn until it is decided.")
    return [CaseWithdrawn(status=status(case))]


def change_contact(case: Case, cmd: ChangeContact, _rules: Rules, _now: datetime) -> list[Fact]:
    """Change phone, e-mail or address; the values themselves are sealed beside the event."""
    must_allow(case, can_change_contact, "The case is closed.")
    if not cmd.sealed:
        raise ContactMissing("Say what changes: phone, e-mail or address.", actions=possible(case))
    if "delivery_address" in cmd.sealed:
        must_allow(case, can_change_address, "The document is on its way already.")
    contact = tuple(
        channel
        for channel, field in CHANNELS.items()
        if channel in case.contact or field in cmd.sealed
    )
    return [ContactChanged(contact=contact, sealed=tuple(sorted(cmd.sealed)))]


def _unless_moved(effect: Effect) -> Effect:
    """The effect, unless the step is not late by the calendar as it is loaded now."""

    def checked(case: Case, late: Owed, rules: Rules, now: datetime) -> Sequence[Fact]:
        moved = recompute(case, RecomputeDeadlines(), rules, now)
        then = owed_of(after(case, moved, now), "intake", pace=rules.pace)
        if moved and not any(one.step == late.step and one.due_at <= now for one in then):
            return moved
        return effect(case, late, rules, now)

    return checked


def _settle_late(case: Case, _owed: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return settle(case, SettleCase(), rules, now)


def _lapse_supplement(_case: Case, late: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    return [SupplementLapsed(due_at=late.due_at)]


def _lapse_payment(case: Case, _late: Owed, rules: Rules, _now: datetime) -> list[Fact]:
    return [not_accepted("payment-lapsed", missing(case, rules))]


def _refund_late(case: Case, _late: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    return order_refunds(case)


# What a machine can do when the time of a step is over; the rest is recorded as late.
EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "payment": _unless_moved(_lapse_payment),
        "acceptance": _unless_moved(_settle_late),
        "deemed-acceptance": _unless_moved(deem_accepted),
        "supplement": _unless_moved(_lapse_supplement),
        "refund-order": _refund_late,
    }
)
STEPS = frozenset({*EFFECTS, "refund"})


def fire_timer(case: Case, cmd: FireTimer, rules: Rules, now: datetime) -> list[Fact]:
    """The time of one of intake's steps is over."""
    return fire(
        case,
        service="intake",
        step=cmd.step,
        version=cmd.version,
        rules=rules,
        now=now,
        effects=EFFECTS,
        overdue=IntakeStepOverdue,
    )


def _order_refunds(case: Case, _cmd: OrderRefunds, _rules: Rules, _now: datetime) -> list[Fact]:
    return order_refunds(case)


Decision = Callable[[Case, Any, Rules, datetime], list[Fact]]
DECISIONS: Mapping[type[Command], Decision] = MappingProxyType(
    {
        SubmitCase: submit,
        AttachMaterial: attach,
        ProvideSupplement: provide,
        WithdrawCase: withdraw,
        ChangeContact: change_contact,
        SettleCase: settle,
        AcceptCase: accept,
        RequestSupplement: request_supplement,
        RejectApplication: reject,
        RecomputeDeadlines: recompute,
        OrderRefunds: _order_refunds,
        MigrateCase: migrate,
        FireTimer: fire_timer,
        **MONEY,
    }
)


def decide(case: Case, command: Command, rules: Rules, now: datetime) -> list[Fact]:
    """What a command does to a case: facts to record, none when there is nothing to do.

    Raises a `Refused` of refusals.py where the rules say no.
    """
    return DECISIONS[type(command)](case, command, rules, now)
