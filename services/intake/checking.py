"""Everything that is wrong with an application, all at once: what may be refused before it exists.

What is missing among the materials is no fault: an incomplete application may be submitted, and is
asked once for all of it.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from services.intake.commands import SubmitCase
from shared.case import Rules
from shared.case.parts import Checked
from shared.catalogue import Item
from shared.catalogue.asking import CheckRule
from shared.catalogue.base import listed
from shared.catalogue.charges import charge
from shared.catalogue.choosing import Choices, holding, holds
from shared.catalogue.days import window_of
from shared.catalogue.terms import TermError
from shared.clock import local_day

Answers = Mapping[str, int | bool | date | str]


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: its code, a sentence, where in the application, and what helps."""

    code: str
    detail: str
    pointer: str = ""
    fields: dict[str, Any] = {}


def choices_of(cmd: SubmitCase) -> Choices:
    """What the application chose, as the rules of the item ask."""
    return Choices(
        variant=cmd.variant,
        situations=frozenset(cmd.situations),
        representative=cmd.representation,
        channel=cmd.channel,
    )


def faults(item: Item, cmd: SubmitCase, rules: Rules, now: datetime) -> tuple[Fault, ...]:
    """Everything that keeps this application out; nothing where it may come in."""
    choices = choices_of(cmd)
    return (
        *_ways(item, cmd),
        *_person(cmd),
        *_chosen(item, cmd, choices),
        *_represented(item, cmd),
        *_materials(item, cmd),
        *_answers(item, cmd, choices),
        *_refused(item, cmd, choices, now),
        *_window(item, choices, rules, now),
        *_fee(item, cmd, choices),
    )


def _ways(item: Item, cmd: SubmitCase) -> Iterator[Fault]:
    if cmd.channel not in item.text.channels:
        offered = ", ".join(item.text.channels)
        yield Fault("channel-not-offered", f"The item is offered over: {offered}.", "/channel")
    ways = [way.kind for way in holding(item.text.delivery, choices_of(cmd))]
    if ways and cmd.delivery not in ways:
        offered = ", ".join(ways)
        yield Fault("channel-not-offered", f"The result is delivered by: {offered}.", "/delivery")


def _person(cmd: SubmitCase) -> Iterator[Fault]:
    if not cmd.declared:
        sentence = "The applicant has to confirm the data before applying."
        yield Fault("declaration-missing", sentence, "/declared")
    if not cmd.contact:
        sentence = "An e-mail address or a telephone number is needed."
        yield Fault("contact-missing", sentence, "/applicant")
    if cmd.delivery == "post" and "delivery_address" not in cmd.sealed:
        yield Fault("contact-missing", "Delivery by post needs an address.", "/delivery_address")


def _chosen(item: Item, cmd: SubmitCase, choices: Choices) -> Iterator[Fault]:
    variants = [one.code for one in item.text.variants]
    if variants and cmd.variant not in variants:
        sentence = f"Choose one of: {', '.join(variants)}."
        yield Fault("variant-unknown", sentence, "/variant", {"choices": variants})
    if not variants and cmd.variant:
        yield Fault("variant-unknown", "The item has no variants.", "/variant")
    groups = [group for group in item.text.situations if holds(group.when, choices)]
    known = {choice.code for group in groups for choice in group.choices}
    if strange := sorted(set(cmd.situations) - known):
        sentence = f"The item does not know: {', '.join(strange)}."
        yield Fault("situation-unknown", sentence, "/situations", {"choices": sorted(known)})
    for group in groups:
        codes = [choice.code for choice in group.choices]
        chosen = [code for code in codes if code in cmd.situations]
        if (group.required and not chosen) or (group.choose == "one" and len(chosen) > 1):
            sentence = f"{group.name}: choose one of {', '.join(codes)}."
            yield Fault("situation-unknown", sentence, "/situations", {"choices": codes})


def _represented(item: Item, cmd: SubmitCase) -> Iterator[Fault]:
    if not cmd.representation:
        return
    ways = [one for one in listed(item.text.representation) if one.kind == cmd.representation]
    if item.text.representation != "unknown" and not ways:
        sentence = "The item does not provide for such a representative."
        yield Fault("representation-unknown", sentence, "/representation")


def _materials(item: Item, cmd: SubmitCase) -> Iterator[Fault]:
    unknown = sorted({m.code for m in cmd.materials if item.material(m.code) is None})
    if unknown:
        sentence = f"The item does not ask for: {', '.join(unknown)}."
        yield Fault("material-unknown", sentence, "/materials")


def _answers(item: Item, cmd: SubmitCase, choices: Choices) -> Iterator[Fault]:
    asked = {fact.code: fact for fact in holding(item.text.facts, choices)}
    for code in sorted(set(cmd.facts) - set(asked)):
        yield Fault("fact-unknown", f"The item does not ask for {code}.", f"/facts/{code}")
    for code, fact in asked.items():
        if fact.required and code not in cmd.facts:
            yield Fault("fact-missing", f"{fact.name} is needed.", f"/facts/{code}")


def _refused(item: Item, cmd: SubmitCase, choices: Choices, now: datetime) -> Iterator[Fault]:
    for check in holding(item.text.checks, choices):
        if check.effect == "refuse" and passes(check, cmd.facts, now) is False:
            place, more = f"/facts/{check.fact}", {"check": check.code}
            yield Fault("condition-not-met", check.text, place, more)


def checked(item: Item, choices: Choices, answers: Answers, now: datetime) -> tuple[Checked, ...]:
    """The outcome of each check on a fact that was stated: never the answer itself."""
    found = [
        (check.code, passes(check, answers, now)) for check in holding(item.text.checks, choices)
    ]
    return tuple(Checked(check=code, passed=passed) for code, passed in found if passed is not None)


def passes(check: CheckRule, answers: Answers, now: datetime) -> bool | None:
    """Whether the stated fact passes; null where it was not stated, or is no such value."""
    value = answers.get(check.fact)
    if value is None:
        return None
    if isinstance(value, date):
        before, after = (_day(word, answers, now) for word in (check.before, check.after))
        return (before is None or value < before) and (after is None or value > after)
    if check.equals is not None:
        return value == check.equals
    if isinstance(value, int):
        return (check.least is None or value >= check.least) and (
            check.most is None or value <= check.most
        )
    return None


def _day(word: str | None, answers: Answers, now: datetime) -> date | None:
    if word is None:
        return None
    if word == "application":
        return local_day(now)
    named = answers.get(word)
    return named if isinstance(named, date) else date.fromisoformat(word)


def _window(item: Item, choices: Choices, rules: Rules, now: datetime) -> Iterator[Fault]:
    state = window_of(item.text, now, rules.calendar_of(item), choices=choices).state
    if state.open is False:
        opens = state.next_opens.date().isoformat() if state.next_opens else None
        sentence = f"It opens again on {opens}." if opens else "It is not open now."
        yield Fault("window-closed", sentence, "/item", {"opens": opens, "reason": state.reason})


def _fee(item: Item, cmd: SubmitCase, choices: Choices) -> Iterator[Fault]:
    try:
        told = charge(item.text, choices, options=cmd.options)
    except TermError as error:
        yield Fault("option-unknown", str(error), "/options", {"choices": list(error.options)})
        return
    for need in told.needs:
        codes = [option.code for option in need.options]
        if need.code not in {"variant", "situations"}:
            sentence = f"{need.name}: choose one of {', '.join(codes)}."
            yield Fault("option-missing", sentence, "/options", {"choices": codes})
