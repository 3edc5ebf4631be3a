"""What intake decides: pure, time and rules passed in, nothing to do means nothing returned.

The table at the end says which decision answers which command.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.intake.commands import (
    AttachMaterial,
    ChangeContact,
    Command,
    FireTimer,
    OrderRefunds,
    ProvideSupplement,
    SettleCase,
    SubmitCase,
    WithdrawCase,
)
from services.intake.money import MONEY, order_refunds
from services.intake.refusals import (
    ChannelNotOffered,
    ContactMissing,
    DeclarationMissing,
    ItemNotOffered,
    MaterialUnknown,
    NotPossibleNow,
    can_attach,
    can_change_address,
    can_change_contact,
    can_supplement,
    can_withdraw,
    must_allow,
    must_exist,
    possible,
)
from shared.case import Case, Effect, Fact, Owed, Rules, fire, status
from shared.case.events_intake import (
    CaseAccepted,
    CaseNotAccepted,
    CaseSubmitted,
    CaseWithdrawn,
    ContactChanged,
    FeeAssessed,
    IntakeStepOverdue,
    MaterialAttached,
    SupplementLapsed,
    SupplementProvided,
    SupplementRequested,
)
from shared.case.parts import Channel, Material, Missing
from shared.catalogue import Item, UnknownItem

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "supplement-incomplete": "补正后材料仍不齐全",
        "supplement-lapsed": "逾期未补正材料",
        "payment-lapsed": "逾期未缴费",
    }
)
CHANNELS: tuple[Channel, ...] = ("email", "phone")


def submit(case: Case, cmd: SubmitCase, rules: Rules, now: datetime) -> list[Fact]:
    """Take an application in, complete or not, and assess its fee. R-036, R-040, R-132."""
    if case.exists:
        raise NotPossibleNow("The case is submitted already.", actions=possible(case))
    item = _offered(cmd, rules)
    if not cmd.declared:
        raise DeclarationMissing("The applicant has to confirm the data before applying.")
    if not cmd.contact:
        raise ContactMissing("An e-mail address or a telephone number is needed.")
    if cmd.delivery == "post" and "delivery_address" not in cmd.sealed:
        raise ContactMissing("Delivery by post needs an address.")
    _known(item, cmd.materials, case)
    return [
        CaseSubmitted(
            item=item.id,
            pin=rules.pin_of(item),
            department=item.text.department,
            subject=cmd.subject,
            portal=cmd.portal,
            channel=cmd.channel,
            delivery=cmd.delivery,
            contact=cmd.contact,
            materials=cmd.materials,
            sealed=tuple(sorted(cmd.sealed)),
        ),
        _assess(item, rules, now),
    ]


def _offered(cmd: SubmitCase, rules: Rules) -> Item:
    try:
        item = rules.catalogue.item(cmd.item)
    except UnknownItem:
        raise ItemNotOffered(f"There is no item {cmd.item}.") from None
    if not item.text.offered:
        raise ItemNotOffered(item.text.not_offered_because or "This item is not offered.")
    if cmd.channel not in item.text.channels:
        raise ChannelNotOffered(f"The item is offered over: {', '.join(item.text.channels)}.")
    ways = [way.kind for way in item.text.delivery]
    if cmd.delivery not in ways:
        raise ChannelNotOffered(f"The result is delivered by: {', '.join(ways)}.")
    return item


def _assess(item: Item, rules: Rules, now: datetime) -> FeeAssessed:
    """Nothing is charged that is not prescribed: an unknown fee is no fee (R-132)."""
    fee = item.text.fee
    if not fee.chargeable or not fee.amount_fen:
        return FeeAssessed(amount_fen=0, basis=fee.basis, pay_by=None)
    due = rules.applicant_has(item, n=fee.pay_within_days, unit="calendar_days", start=now)
    return FeeAssessed(
        amount_fen=fee.amount_fen, basis=fee.basis, pay_by=due.due_at, refund_on=fee.refund_on
    )


def _known(item: Item, materials: tuple[Material, ...], case: Case) -> None:
    unknown = sorted({m.code for m in materials if item.material(m.code) is None})
    if unknown:
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
    reached = {*case.contact, *cmd.sealed}
    contact = tuple(channel for channel in CHANNELS if channel in reached)
    return [ContactChanged(contact=contact, sealed=tuple(sorted(cmd.sealed)))]


def settle(case: Case, _cmd: SettleCase, rules: Rules, now: datetime) -> list[Fact]:
    """Accept what is paid and complete; ask once for all that is missing; else do not accept.

    R-031, R-035, R-037. Whatever is not settled by a machine is left as it is.
    """
    if not case.open or case.accepted or case.ended_as or not case.fee_paid:
        return []
    if case.supplement_lapsed:
        return [_not_accepted("supplement-lapsed", _missing(case, rules))]
    if can_supplement(case):
        return []
    missing = _missing(case, rules)
    if missing and case.supplement_provided:
        return [_not_accepted("supplement-incomplete", missing)]
    if missing:
        return [_ask(rules.item_of(case), missing, rules, now)]
    return _accept(case, rules, now)


def _accept(case: Case, rules: Rules, now: datetime) -> list[Fact]:
    """Accept (受理): the limits of the pinned edition begin now. Only where the system may."""
    item = rules.item_of(case)
    if item.text.acceptance.decided_by != "system" or case.pin is None:
        return []
    return [CaseAccepted(pin=case.pin, automatic=True, due=rules.due_dates(item, start=now))]


def _ask(item: Item, missing: tuple[Missing, ...], rules: Rules, now: datetime) -> Fact:
    rule = item.text.supplement
    due = rules.applicant_has(item, n=rule.n, unit=rule.kind, start=now)
    if due.due_at is None:
        raise ValueError("the time to supplement has no end")
    return SupplementRequested(missing=missing, due=due, due_at=due.due_at, basis=rule.basis)


def _missing(case: Case, rules: Rules) -> tuple[Missing, ...]:
    codes = frozenset(material.code for material in case.materials)
    rules_missing = rules.item_of(case).missing(codes)
    return tuple(Missing(code=rule.code, name=rule.name) for rule in rules_missing)


def _not_accepted(why: Any, missing: tuple[Missing, ...]) -> Fact:
    return CaseNotAccepted(why=why, missing=missing, reason=NAMES[why])


def _settle_late(case: Case, _owed: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return settle(case, SettleCase(), rules, now)


def _lapse_supplement(_case: Case, late: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    return [SupplementLapsed(due_at=late.due_at)]


def _lapse_payment(case: Case, _late: Owed, rules: Rules, _now: datetime) -> list[Fact]:
    return [_not_accepted("payment-lapsed", _missing(case, rules))]


def _refund_late(case: Case, _late: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    return order_refunds(case)


# What a machine can do when the time of a step is over; the rest is recorded as late.
EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "payment": _lapse_payment,
        "acceptance": _settle_late,
        "supplement": _lapse_supplement,
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
        OrderRefunds: _order_refunds,
        FireTimer: fire_timer,
        **MONEY,
    }
)


def decide(case: Case, command: Command, rules: Rules, now: datetime) -> list[Fact]:
    """What a command does to a case: facts to record, none when there is nothing to do.

    Raises a `Refused` of refusals.py where the rules say no.
    """
    return DECISIONS[type(command)](case, command, rules, now)
