"""Each item that somebody applies for has its flesh, and takes what is made from its form."""

import re
from collections import Counter
from datetime import datetime
from typing import Any

import jsonschema
import pytest

from services.intake.application.application import choices_of
from services.intake.application.checking import faults
from services.intake.application.form_schema import schema_of
from services.intake.application.parties.online import Online
from services.intake.items.check import CheckSchema, tried_out
from shared.case import Rules
from shared.catalogue import Item
from shared.catalogue.definition.item import ItemText
from shared.catalogue.rules.applicants import applicants_of
from shared.clock import local_day
from tests.support.answers_given import as_body
from tests.support.given import START, rules
from tests.support.made_up import COMPANY, HANDLER, agreed
from tests.support.walking import answers, application, open_at

PERSON = {"name": "测试样例", "id_number": "650102199001011239", "phone": "13900001111"}
APPLIED_FOR = [
    one
    for one in rules().catalogue.items()
    if one.text.offered and one.text.initiated_by == "applicant"
]
VERIFIED = Online(named=True)  # as an account with a verified identity is known
# Queries and lists that ask for nothing but who it is; what is stated of them stands elsewhere.
MOST_WITHOUT_QUESTIONS = 3


def from_the_form(one: Item, used: Rules, now: datetime) -> dict[str, Any]:
    """An application with an answer to every question that is asked of its maker."""
    wish = application(one, used, now)
    stated = answers(one, choices_of(wish), used, now)
    person = "person" in applicants_of(one.text)
    kind = applicants_of(one.text)[0]
    acting = {"representation": "unit-handler", "representative": HANDLER}
    members = {"members": [HANDLER]} if kind == "unit" else {}
    return {
        "item": one.id,
        "channel": wish.channel,
        "delivery": wish.delivery,
        "delivery_address": "某县某街1号",
        "declared": True,
        **agreed(one, used),
        "situations": list(wish.situations),
        "options": list(wish.options),
        "facts": as_body(stated),
        **({"variant": wish.variant} if wish.variant else {}),
        **({"applicant": PERSON} if person else {"applicant": COMPANY | {"kind": kind}, **acting}),
        **({} if person else members),
    }


@pytest.mark.parametrize("one", APPLIED_FOR, ids=lambda one: one.id)
def test_an_application_made_from_the_form_alone_is_taken(one: Item) -> None:
    used = rules()
    now = open_at(one, used, START)
    body = from_the_form(one, used, now)
    form = jsonschema.Draft202012Validator(
        schema_of(one), format_checker=jsonschema.FormatChecker()
    )
    assert [error.message[:200] for error in form.iter_errors(body)] == []
    said = CheckSchema().load(body)
    found = faults(tried_out(one, said, local_day(now), online=VERIFIED), used, now)
    # One item opens by a notice, on no day that is known before.
    assert [fault.said.zh for fault in found if fault.code != "window-closed"] == []


@pytest.mark.parametrize("one", APPLIED_FOR, ids=lambda one: one.id)
def test_everything_that_is_wrong_is_named_at_once_in_chinese(one: Item) -> None:
    used = rules()
    now = open_at(one, used, START)
    body = {**from_the_form(one, used, now), "facts": {}, "declared": False}
    found = faults(tried_out(one, CheckSchema().load(body), local_day(now)), used, now)
    needed = [fact for fact in one.text.asked_once if fact.required and fact.when is None]
    pointers = [fault.pointer for fault in found]
    assert {f"/facts/{fact.code}" for fact in needed} <= set(pointers)
    assert "/declared" in pointers
    for fault in found:
        assert fault.said.zh.strip()
        assert not any("a" <= letter <= "z" for letter in fault.said.zh), fault.said.zh


def test_each_item_asks_what_its_desk_needs() -> None:
    silent = [one.id for one in APPLIED_FOR if not one.text.facts]
    assert len(silent) <= MOST_WITHOUT_QUESTIONS, silent
    for one in APPLIED_FOR:
        groups = {group.code: group for group in one.text.groups}
        for fact in one.text.facts:
            assert fact.data_class or groups[fact.group or ""].data_class, (one.id, fact.code)
            assert fact.step, (one.id, fact.code)
            assert fact.raw or f"facts.{fact.code}" in one.text.inferred, (one.id, fact.code)
            assert fact.name_en, (one.id, fact.code)


def test_what_is_shown_beside_a_paper_or_a_question_is_chinese() -> None:
    for one in APPLIED_FOR:
        papers = () if isinstance(one.text.materials, str) else one.text.materials
        shown = [*(paper.note for paper in papers), *(fact.help for fact in one.text.facts)]
        foreign = [said for said in shown if re.search("[A-Za-z]{4,}", said)]
        assert foreign == [], one.id


def test_a_criterion_of_an_item_says_both_what_was_met_and_what_was_not() -> None:
    printed = [
        (one.id, rule)
        for one in APPLIED_FOR
        if "review" not in one.text.defaulted
        for rule in one.text.review.criteria
    ]
    silent = [(id_, rule.code) for id_, rule in printed if not (rule.met and rule.unmet)]
    assert silent == []
    opposite = [(id_, rule.code) for id_, rule in printed if rule.unmet == rule.text]
    assert opposite == []


def reasons_of_its_own(text: ItemText) -> set[str]:
    """Every reason that an item's file gives in its own words, not by the name of one for many."""
    said = [reason for path, reason in text.inferred.items() if path not in text.inferred_by]
    said += [one.why for one in text.left_out if one.by is None]
    said += [*text.findings_ack.values(), text.one_person_because, text.not_offered_because]
    return {reason for reason in said if reason}


def test_no_reason_of_ours_stands_for_more_than_ten_items() -> None:
    reasons = Counter(
        reason for one in rules().catalogue.items() for reason in reasons_of_its_own(one.text)
    )
    assert len(reasons) > 1000
    assert [reason for reason, times in reasons.items() if times > 10] == []
