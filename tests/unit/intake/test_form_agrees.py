"""The form of every item and the check of an application for it say the same of an application.

Made-up applications, good and spoilt, for every offered item that is applied for: the form's JSON
Schema takes exactly those in which the check finds nothing but a window or a condition.
"""

import copy
import random
from collections.abc import Callable
from typing import Any

import jsonschema
import marshmallow as ma
import pytest
from msgspec.structs import replace

from services.intake.application.checking import faults
from services.intake.application.form_schema import schema_of
from services.intake.application.parties.forms import BEYOND_A_SCHEMA
from services.intake.application.parties.online import Online
from services.intake.application.parties.tried import parted
from services.intake.items.check import CheckSchema, _unfilled, tried_out
from shared.case import Rules
from shared.catalogue import Catalogue, Item, packaged_catalogue
from shared.catalogue.definition.asking import with_answers
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.choosing import Choices, holds
from shared.catalogue.definition.outcome import Office
from shared.catalogue.rules.applicants import applicants_of
from shared.catalogue.rules.offices import office_codes
from shared.clock import Calendars, local_day, packaged_calendars
from tests.support.answers_given import an_answer, entries_given
from tests.support.clock_given import at
from tests.support.items_given import item

NOW = at("2026-11-10")
TODAY = local_day(NOW)
NOT_IN_A_SCHEMA = {"window-closed", "condition-not-met", "picture-wanted"} | BEYOND_A_SCHEMA
PERSON = {"name": "阿依古丽", "id_number": "650102199001011239", "phone": "13900001111"}
ANSWERS: dict[str, list[Any]] = {
    "integer": [0, 5, 60, 1000],
    "boolean": [True, False],
    "date": ["2026-12-01", "2026-10-01", "1998-05-01"],
}
OFFICES = (
    Office(code="near", name="近点"),
    Office(code="far", name="远点", does=("consult", "accept")),
    Office(code="hall", name="大厅", does=("decide",)),
)
TEXTS = [
    " 张三 ",
    "\u200b",
    "张\u200b三",
    "\u3000",
    "某街\n1号\u2028",
    "𠮷·䶮",
    "\ue863",
    "\u202e1",
]
NUMBERS = {
    "resident-id": ["11010519491231002x ", "810000199001010019", "x", "11010519491231002"],
    "hk-macao-taiwan-residence-permit": ["830000199001010012", "110105194912310020"],
    "permanent-residence-card": ["CAN110101010101", "can11010101010", "900156199001010011"],
    "passport": ["C12345678", "c 12345678", "E1"],
    "none": ["1", ""],
    "credit-code": ["91650100MA7700006Q"],
}
PHONES = [" 13900001111\n", "0991-2345678", "110", "1390000111x", "+85291234567", "123456789012"]
EMAILS = [
    "a@例子.中国 ",
    "a..b@e.cn",
    "a@1.2.3.4",
    "o'brien@a.b.c.d.e.cn",
    "a＠e.cn",
    "a" * 65 + "@e.cn",
]
COMPANY = {"name": "测试样例有限公司", "id_number": "91650100MA7700006Q", "phone": "13900001111"}
ACTING = {"name": "经办·样例", "id_number": "999999190001010007"}
PARTIES: list[dict[str, Any]] = [
    {"applicant": {**COMPANY, "kind": "organisation"}, "representative": ACTING},
    {"applicant": {**COMPANY, "kind": "unit"}, "representative": ACTING, "members": [ACTING]},
    {"representative": ACTING, "representation": "agent"},
    {"representative": ACTING, "representation": "guardian"},
]
WRONG = ["x", True, 3, -1, "2026-02-31", "1900-01-01", "2200-01-01", "2099-12-31", "1901-01-01"]


@pytest.fixture(scope="module")
def packaged() -> Rules:
    return Rules(packaged_catalogue(), packaged_calendars())


def kind_of(party: dict[str, Any]) -> str:
    """What kind of applicant these parties have."""
    kind: str = party.get("applicant", {}).get("kind", "person")
    return kind


def made(one: Item, dice: random.Random) -> dict[str, Any]:
    """An application as the definition asks, with some answers left out or given too often."""
    text = one.text
    situations = [
        choice.code
        for group in text.situations
        for choice in dice.sample(
            group.choices, min(dice.choice([0, 1, 1, 1, 2]), len(group.choices))
        )
    ]
    options: dict[str, list[str]] = {}
    for line in text.fee.lines:
        options.setdefault(line.choice or "", []).append(line.code)
    options.pop("", None)
    variant = dice.choice(text.variants).code if text.variants else ""
    fitting = [one for one in PARTIES if kind_of(one) in applicants_of(text)]
    wanted = 0.4 if "person" in applicants_of(text) else 0.9
    party = dice.choice(dice.choice([fitting, PARTIES])) if dice.random() < wanted else {}
    choices = Choices(variant=variant, situations=frozenset(situations), applicant=kind_of(party))
    facts: dict[str, Any] = {}
    for fact in text.asked_in_order:
        asked = holds(fact.when, with_answers(text.asked_in_order, choices, facts))
        if dice.random() < (0.98 if asked else 0.02):
            facts[fact.code] = dice.choice([an_answer(fact), *ANSWERS.get(fact.type, [])])
    facts |= entries_given(text, with_answers(text.asked_in_order, choices, facts))
    application = {
        "item": text.id,
        "channel": dice.choice(text.channels),
        "delivery": dice.choice([way.kind for way in text.delivery]),
        "delivery_address": "某街1号",
        "applicant": dict(PERSON),
        **copy.deepcopy(party),
        "declared": True,
        "materials": [
            {"code": rule.code, "blob": "b"}
            for rule in listed(text.materials)
            if dice.random() < 0.3
        ],
        "situations": situations,
        "facts": facts,
        "options": [dice.choice(codes) for codes in options.values() if dice.random() < 0.9],
    }
    if variant:
        application["variant"] = variant
    wanted = text.online is not None and bool(text.online.agreement)
    if dice.random() < (0.95 if wanted else 0.3):
        agreed = {"version": "2026.1", "content_hash": dice.choice([one.hash, one.hash, "ab" * 32])}
        application["guide"] = agreed
    if (codes := office_codes(text)) and dice.random() < 0.5:
        application["office"] = dice.choice(codes)
    if dice.random() < 0.3:
        kinds = [way.kind for way in listed(text.representation)]
        application["representation"] = dice.choice(kinds or ["agent"])
        application["representative"] = dict(ACTING)
    return application


def spoilt(application: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """The same with one thing wrong, or only written in another way."""
    found = copy.deepcopy(application)
    ways: list[Callable[[], Any]] = [
        lambda: found.pop(dice.choice([name for name in found if name != "item"])),
        lambda: found["applicant"].pop(dice.choice(list(PERSON))),
        lambda: found.update(delivery="post", delivery_address=""),
        lambda: found["situations"].extend(found["situations"] or ["no-such"]),
        lambda: found["options"].extend(found["options"] or ["no-such"]),
        lambda: found["materials"].extend(found["materials"] or [{"code": "no-such", "blob": "b"}]),
        lambda: found["facts"].update({dice.choice([*found["facts"], "none"]): dice.choice(WRONG)}),
        lambda: found.update(representation=dice.choice(["heir", "guardian", "no-such"])),
        lambda: found.update(variant="no-such"),
        lambda: found.update(office=dice.choice(["far", "hall", "no-such"])),
        lambda: found.update({dice.choice(["channel", "delivery"]): "no-such"}),
        lambda: found.update(declared=False),
        lambda: found["applicant"].update(kind=dice.choice(["person", "organisation", "unit"])),
        lambda: found.update(applicant={**COMPANY, "kind": dice.choice(["organisation", "unit"])}),
        lambda: found.update(representative={**ACTING, **numbered(dice)}),
        lambda: found.update(representative=dict(ACTING), representation="unit-handler"),
        lambda: found.update(members=dice.choice([[], [ACTING], [{"name": "x"}, ACTING]])),
        lambda: found.pop(dice.choice(["representative", "representation", "members"]), None),
        lambda: found["applicant"].update(numbered(dice)),
        lambda: found["applicant"].update(phone=dice.choice(PHONES)),
        lambda: found["applicant"].update(email=dice.choice(EMAILS)),
        lambda: found["applicant"].update(numbered(dice)),
        lambda: found.update(delivery_address=dice.choice([*TEXTS, "长" * 301])),
        lambda: found["applicant"].update(name=dice.choice([*TEXTS, "长" * 101])),
    ]
    dice.choice(ways)()
    if found.get("delivery_address") == "":
        del found["delivery_address"]
    return found


def numbered(dice: random.Random) -> dict[str, str]:
    """A kind of identity document with a number of its own, or of another kind."""
    kind = dice.choice(list(NUMBERS))
    number = dice.choice(NUMBERS[dice.choice([kind, kind, kind, *NUMBERS])])
    return {"id_kind": kind, "id_number": number}


def faults_told(one: Item, application: dict[str, Any], rules: Rules) -> list[str]:
    try:
        body = CheckSchema().load(application)
    except ma.ValidationError as error:
        return [str(error)]
    body, spoilt = parted(body)
    tried = tried_out(one, body, TODAY, online=Online(named=True))
    found = (*spoilt, *_unfilled(body), *faults(tried, rules, NOW))
    return [fault.code for fault in found if fault.code not in NOT_IN_A_SCHEMA]


def test_every_form_takes_exactly_what_its_check_takes(packaged: Rules) -> None:
    dice = random.Random(4)  # noqa: S311 (a sample that is the same every time)
    never = []
    for one in packaged.catalogue.items():
        if not one.text.offered or one.text.initiated_by != "applicant":
            continue
        if dice.random() < 0.5:  # no packaged item names offices by codes
            one = Item(replace(one.text, offices=OFFICES), one.hash)  # noqa: PLW2901
        form = jsonschema.Draft202012Validator(
            schema_of(one), format_checker=jsonschema.FormatChecker()
        )
        good = 0
        for number in range(32):
            application = made(one, dice)
            if number % 2:
                application = spoilt(application, dice)
            told = faults_told(one, application, packaged)
            assert form.is_valid(application) == (not told), (application, told)
            good += not told
        if not good:
            never.append(one.id)
    assert len(never) <= 10, never  # each is asked for too much to be guessed


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("2026-11-10", None),
        ("2024-05-01", "window-closed"),
        ("1998-05-01", "window-closed"),
        ("2099-12-31", None),
        ("1900-12-31", "fact-invalid"),
        ("2026-02-31", "fact-invalid"),
        ("2200-01-01", "fact-invalid"),
    ],
)
def test_an_expiry_of_any_year_is_answered(stated: str, code: str | None) -> None:
    """Given a renewal that may follow a year after the expiry, when a far date is stated."""
    one = item(
        facts=[{"code": "expiry", "name": "有效期满日", "type": "date"}],
        renewals=[{"fact": "expiry", "closes": {"n": 1, "unit": "years"}}],
    )
    rules = Rules(Catalogue([one], version="test"), Calendars(packaged_calendars().layers))
    body = CheckSchema().load({"facts": {"expiry": stated}})
    told = [fault.code for fault in faults(tried_out(one, body, TODAY), rules, NOW)]
    assert [said for said in told if said in {"fact-invalid", "window-closed"}] == (
        [code] if code else []
    )
