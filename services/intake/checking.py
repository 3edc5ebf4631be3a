"""What is wrong with an application, all of it at once: what keeps it out, and what is missing.

Pure. An application may be submitted incomplete: what is missing among the materials keeps nobody
out and is asked for once (R-031); everything else that an item asks for is looked at here, before
a case exists.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_args

import msgspec

from services.intake.answers import passes, typed, value_of
from services.intake.commands import SubmitCase
from shared.case import Rules
from shared.catalogue import Item
from shared.catalogue.asking import Choice, MaterialRule
from shared.catalogue.base import listed
from shared.catalogue.charges import charge
from shared.catalogue.choosing import Choices, holding, holds
from shared.catalogue.days import WindowAnswer, window_of
from shared.catalogue.terms import TermError
from shared.catalogue.words import Representative
from shared.clock import Calendar, ClockError, Renewal, local_day, renewal_window


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: its code, a sentence, where in the application, and what helps.

    `pointer` is a JSON pointer into the application; `fields` hold data by code (`choices`,
    `opens`, `check`, `material`).
    """

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
        *_ways(item, cmd, choices),
        *_person(cmd),
        *_twice(cmd),
        *_variant(item, cmd),
        *_situations(item, cmd, choices),
        *_represented(item, cmd),
        *_strange_materials(item, cmd),
        *_facts(item, cmd, choices),
        *(fault for fault, effect in _conditions(item, cmd, choices, now) if effect == "refuse"),
        *_windows(item, cmd, choices, rules, now),
        *_fee(item, cmd, choices),
    )


def missing(item: Item, cmd: SubmitCase) -> tuple[Fault, ...]:
    """Every material that would be asked for."""
    rules = lacking(item, choices_of(cmd), frozenset(one.code for one in cmd.materials))
    return tuple(
        Fault(
            "material-missing",
            f"{rule.name}",
            "/materials",
            {"material": rule.code, "name_en": rule.name_en, "one_of": rule.one_of},
        )
        for rule in rules
    )


def lacking(item: Item, choices: Choices, given: frozenset[str]) -> tuple[MaterialRule, ...]:
    """Every required material that is not given, and the proof of who acts for the applicant.

    A proof is a material like any other: of alternatives one is enough, and one that this
    application does not call for is not asked for.
    """
    rules = item.missing(given, choices)
    known = given | {rule.code for rule in rules}
    proofs = dict.fromkeys(
        code
        for way in listed(item.text.representation)
        if way.kind == choices.representative
        for code in way.proof
        if code not in known
    )
    asked = (rule for code in proofs if (rule := item.material(code)))
    return (*rules, *(r for r in asked if not r.one_of and holds(r.when, choices)))


def advice(item: Item, cmd: SubmitCase, rules: Rules, now: datetime) -> tuple[Fault, ...]:
    """What the applicant is told and is not kept out for.

    Conditions that inform, an appointment that is needed, days that nobody announced yet.
    """
    told = [
        fault
        for fault, effect in _conditions(item, cmd, choices_of(cmd), now)
        if effect == "inform"
    ]
    if item.text.appointment.kind == "required":
        sentence = item.text.appointment.raw or "An appointment is needed."
        told.append(Fault("appointment-needed", sentence))
    window = window_now(item, choices_of(cmd), rules, now)
    if window.state.open is None:
        fields = {"zh": window.words.zh, "reason": window.state.reason}
        told.append(Fault("window-unknown", window.words.en, "/item", fields))
    return tuple(told)


def _ways(item: Item, cmd: SubmitCase, choices: Choices) -> Iterator[Fault]:
    if cmd.channel not in item.text.channels:
        offered = list(item.text.channels)
        sentence = f"The item is offered over: {', '.join(offered)}."
        yield Fault("channel-not-offered", sentence, "/channel", {"choices": offered})
    ways = list(dict.fromkeys(way.kind for way in holding(item.text.delivery, choices)))
    if ways and cmd.delivery not in ways:
        sentence = f"The result is delivered by: {', '.join(ways)}."
        yield Fault("delivery-not-offered", sentence, "/delivery", {"choices": ways})


def _person(cmd: SubmitCase) -> Iterator[Fault]:
    if not cmd.declared:
        sentence = "The applicant has to confirm the data before applying."
        yield Fault("declaration-missing", sentence, "/declared")
    if not cmd.contact:
        sentence = "An e-mail address or a telephone number is needed."
        yield Fault("contact-missing", sentence, "/applicant")
    if cmd.delivery == "post" and "delivery_address" not in cmd.sealed:
        yield Fault("contact-missing", "Delivery by post needs an address.", "/delivery_address")


def _twice(cmd: SubmitCase) -> Iterator[Fault]:
    """A choice is made once: the form's schema says so too."""
    for name, codes in (("situations", cmd.situations), ("options", cmd.options)):
        for at, code in enumerate(codes):
            if code in codes[:at]:
                yield Fault("given-twice", f"{code} is chosen twice.", f"/{name}/{at}")


def _variant(item: Item, cmd: SubmitCase) -> Iterator[Fault]:
    codes = _codes(item.text.variants)
    if cmd.variant in codes or (not codes and not cmd.variant):
        return
    if not codes:
        yield Fault("variant-unknown", "The item has no variants.", "/variant")
        return
    sentence = f"Choose one of: {', '.join(codes)}."
    code = "variant-unknown" if cmd.variant else "variant-missing"
    yield Fault(code, sentence, "/variant", {"choices": codes})


def _situations(item: Item, cmd: SubmitCase, choices: Choices) -> Iterator[Fault]:
    groups = [group for group in item.text.situations if holds(group.when, choices)]
    known = [choice.code for group in groups for choice in group.choices]
    for at, code in enumerate(cmd.situations):
        if code not in known:
            sentence = f"The item does not ask for the situation {code}."
            yield Fault("situation-unknown", sentence, f"/situations/{at}", {"choices": known})
    for group in groups:
        codes = _codes(group.choices)
        chosen = [code for code in codes if code in cmd.situations]
        if group.required and not chosen:
            sentence = f"{group.name}: choose {group.choose} of {', '.join(codes)}."
            yield Fault("situation-missing", sentence, "/situations", {"choices": codes})
        if group.choose == "one" and len(chosen) > 1:
            sentence = f"{group.name}: {', '.join(chosen)} exclude each other."
            yield Fault("situation-conflict", sentence, "/situations", {"choices": codes})


def _represented(item: Item, cmd: SubmitCase) -> Iterator[Fault]:
    kinds = representatives(item)
    if cmd.representation and cmd.representation not in kinds:
        sentence = "The item does not provide for such a representative."
        yield Fault("representation-unknown", sentence, "/representation", {"choices": kinds})


def representatives(item: Item) -> list[str]:
    """Who may act for the applicant; silence of the source takes nobody's right to be represented.

    So where nothing is printed it may be any of the kinds that there are.
    """
    if item.text.representation == "unknown":
        return list(get_args(Representative))
    return list(dict.fromkeys(way.kind for way in listed(item.text.representation)))


def _strange_materials(item: Item, cmd: SubmitCase) -> Iterator[Fault]:
    """What is not asked for may not be collected either."""
    unknown = sorted({one.code for one in cmd.materials if item.material(one.code) is None})
    if unknown:
        sentence = f"The item does not ask for: {', '.join(unknown)}."
        yield Fault("material-unknown", sentence, "/materials", {"materials": unknown})


def _facts(item: Item, cmd: SubmitCase, choices: Choices) -> Iterator[Fault]:
    asked = {fact.code: fact for fact in holding(item.text.facts, choices)}
    for code in sorted(set(cmd.facts) - set(asked)):
        yield Fault("fact-unknown", f"The item does not ask for {code}.", f"/facts/{code}")
    for code, fact in asked.items():
        if code not in cmd.facts:
            if fact.required:
                yield Fault("fact-missing", f"{fact.name} is needed.", f"/facts/{code}")
        elif value_of(fact, cmd.facts[code]) is None:
            wanted = ", ".join(_codes(fact.choices)) or fact.type
            sentence = f"{fact.name} must be: {wanted}."
            yield Fault("fact-invalid", sentence, f"/facts/{code}", {"type": fact.type})


def _conditions(
    item: Item, cmd: SubmitCase, choices: Choices, now: datetime
) -> Iterator[tuple[Fault, str]]:
    """Each checkable condition that does not hold, and what comes of it."""
    stated = typed(item, choices, cmd.facts)
    for check in holding(item.text.checks, choices):
        if passes(check, stated, now) is False:
            fields = {"check": check.code, "text_en": check.text_en}
            fault = Fault("condition-not-met", check.text, f"/facts/{check.fact}", fields)
            yield fault, check.effect


def _windows(
    item: Item, cmd: SubmitCase, choices: Choices, rules: Rules, now: datetime
) -> Iterator[Fault]:
    """The window of the item, and the time around the expiry that the applicant states.

    A window that nobody announced is unknown, which closes nothing.
    """
    found = window_now(item, choices, rules, now)
    if found.state.open is False:
        opens = found.state.next_opens
        fields = {"opens": opens.date().isoformat() if opens else None, "zh": found.words.zh}
        fields["reason"] = found.state.reason
        yield Fault("window-closed", found.words.en, "/item", fields)
    calendar = rules.calendars.of(item.text.calendar)
    stated, today = typed(item, choices, cmd.facts), local_day(now)
    for rule in item.text.renewals:
        expiry = stated.get(rule.fact)
        if not isinstance(expiry, date) or not holds(rule.when, choices):
            continue
        first, last = _around(rule, expiry, calendar, today)
        if today > last or (first is not None and today < first):
            days = {"opens": str(first) if first else None, "closes": str(last)}
            sentence = f"It may be applied for {f'from {first} ' if first else ''}until {last}."
            yield Fault("window-closed", sentence, f"/facts/{rule.fact}", days)


def _around(
    rule: Renewal, expiry: date, calendar: Calendar, today: date
) -> tuple[date | None, date]:
    """First and last day of a renewal; the first None since the issue.

    An expiry out of the calendar, long past or far ahead, is counted without its days off.
    """
    try:
        window = renewal_window(rule, expiry, calendar)
    except ClockError:
        first = rule.opens.before(expiry) if rule.opens and expiry > today else None
        return first, expiry
    return window.opens, window.closes.date or expiry


def window_now(item: Item, choices: Choices, rules: Rules, now: datetime) -> WindowAnswer:
    """The item's window, with the outside events that are known."""
    calendar, happened = rules.calendars.of(item.text.calendar), rules.calendars.happened(now)
    return window_of(item.text, now, calendar, choices=choices, happened=happened)


def _fee(item: Item, cmd: SubmitCase, choices: Choices) -> Iterator[Fault]:
    try:
        told = charge(item.text, choices, options=cmd.options)
    except TermError as error:
        fields = {"choices": list(error.options)}
        yield Fault("option-unknown", str(error), "/options", fields)
        return
    groups = {line.choice for line in item.text.fee.lines}
    for need in told.needs:
        if need.code in groups:  # the other needs are questions that were named above
            codes = _codes(need.options)
            sentence = f"{need.name}: choose one of {', '.join(codes)}."
            yield Fault("option-missing", sentence, "/options", {"choices": codes})


def _codes(choices: tuple[Choice, ...]) -> list[str]:
    return [choice.code for choice in choices]
