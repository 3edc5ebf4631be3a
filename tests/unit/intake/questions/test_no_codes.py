"""No code and no English word in what an applicant reads in Chinese: every form, every fault.

All forms of the catalogue are walked, and applications for each that are wrong in every way.
"""

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any

import marshmallow as ma
import pytest

from services.intake.application.checking import advice, faults, missing
from services.intake.application.faults import Fault
from services.intake.application.form_order import order_of
from services.intake.application.form_schema import schema_of
from services.intake.application.parties.tried import parted
from services.intake.items.check import CheckSchema, _unfilled, tried_out
from shared.case import Rules
from shared.catalogue import Item, packaged_catalogue
from shared.clock import local_day, packaged_calendars
from tests.support.clock_given import at
from tests.unit.intake.test_form_agrees import made, spoilt

NOW = at("2026-11-10")
# Names, signs and kinds of files that are written so in Chinese texts too.
ALLOWED = frozenset({"EMS", "PDF", "APP", "VIP", "A", "B", "C", "@"})
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*")
CHINESE = frozenset({"title", "help", "x-help", "group_title", "x-unit", "unit", "per", "raw"})


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(packaged_catalogue(), packaged_calendars())


def applied_for(rules: Rules) -> list[Item]:
    return [
        one
        for one in rules.catalogue.items()
        if one.text.offered and one.text.initiated_by == "applicant"
    ]


def foreign(text: str) -> list[str]:
    """The words in Latin letters that no Chinese text has."""
    return [word for word in _WORD.findall(text) if word not in ALLOWED]


def shown(node: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Each Chinese text of a form, with its place."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if isinstance(value, str) and name in CHINESE:
                yield f"{at}/{name}", value
            elif name not in {"properties", "const", "enum", "pattern"}:
                yield from shown(value, f"{at}/{name}")
            elif name == "properties":
                for code, inner in value.items():
                    yield from shown(inner, f"{at}/{code}")
    elif isinstance(node, list):
        for number, one in enumerate(node):
            yield from shown(one, f"{at}/{number}")


def test_no_form_has_a_code_or_an_english_word_in_its_chinese(rules: Rules) -> None:
    found = {
        (one.id, place): foreign(text)
        for one in applied_for(rules)
        for place, text in (
            *shown(order_of(one, rules.jurisdiction)),
            *shown(schema_of(one, rules.jurisdiction)),
        )
        if foreign(text)
    }
    assert found == {}


def test_every_field_of_every_form_has_its_titles(rules: Rules) -> None:
    for one in applied_for(rules):
        for section in order_of(one):
            assert section["title"], one.id
            for field in section["fields"]:
                assert field["title"], (one.id, field)
                for choice in field.get("choices", ()):
                    assert choice["title"] != choice["code"], (one.id, choice)


def told(one: Item, body: Mapping[str, Any], rules: Rules) -> Iterator[Fault]:
    """Everything that a trial of this application answers."""
    loaded, wrong = parted(CheckSchema().load(body))
    application = tried_out(one, loaded, local_day(NOW))
    yield from wrong
    yield from _unfilled(loaded)
    yield from faults(application, rules, NOW)
    yield from missing(application)
    yield from advice(application, rules, NOW)


def wrong_in_every_way(one: Item, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Nothing at all, everything unknown, everything twice, and a dozen made-up mistakes."""
    yield {}
    whole = made(one, dice)
    situations = [choice.code for group in one.text.situations for choice in group.choices]
    options = [line.code for line in one.text.fee.lines]
    yield {
        **whole,
        "channel": "no-such",
        "delivery": "no-such",
        "variant": "no-such",
        "office": "no-such",
        "representation": "no-such",
        "situations": ["no-such", *situations, *situations],
        "options": [*options, *options],
        "facts": {"no-such": 1, **{fact.code: [] for fact in one.text.facts}},
        "counts": dict.fromkeys(options, 1000),
        "materials": [{"code": "no-such"}],
        "declared": False,
    }
    yield {**whole, "options": ["no-such"], "applicant": {"kind": "unit", "name": "x"}}
    yield {**whole, "facts": {fact.code: "\u200b" for fact in one.text.facts}}
    yield {**whole, "facts": {fact.code: -1 for fact in one.text.facts}}
    for _ in range(8):
        yield spoilt(made(one, dice), dice)


def test_no_fault_has_a_code_or_an_english_word_in_its_chinese(rules: Rules) -> None:
    dice = random.Random(7)  # noqa: S311 (a sample that is the same every time)
    seen, found = set(), {}
    for one in applied_for(rules):
        for body in wrong_in_every_way(one, dice):
            try:
                for fault in told(one, body, rules):
                    seen.add(fault.code)
                    assert fault.said.zh, (one.id, fault)
                    if words := foreign(fault.said.zh):
                        found[(one.id, fault.code)] = (words, fault.said.zh)
            except ma.ValidationError:  # an error of the request: its sentences are elsewhere
                continue
    assert found == {}
    assert {
        *("channel-not-offered", "delivery-not-offered", "variant-unknown", "situation-missing"),
        *("situation-unknown", "situation-conflict", "given-twice", "material-unknown"),
        *("fact-missing", "fact-unknown", "fact-invalid", "option-missing", "option-unknown"),
        *("count-too-large", "representation-unknown", "applicant-kind-not-offered"),
        *("unknown-office", "declaration-missing", "contact-missing", "material-missing"),
    } <= seen
