"""Every type of question: form and check say the same of an answer, and what is kept of it."""

from datetime import date
from typing import Any, get_args

import jsonschema
import pytest

from services.intake.application.answers import passes, typed
from services.intake.application.form_schema import schema_of
from services.intake.application.parties.forms import BEYOND_A_SCHEMA
from services.intake.application.questions.kinds import KINDS
from services.intake.application.questions.parts import answer_parts
from services.intake.application.questions.reading import faults_of_answers, kept_answers
from services.intake.items.check import CheckSchema
from shared.catalogue import Item
from shared.catalogue.definition.asking import CheckRule
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.words import QuestionType
from tests.support.clock_given import at
from tests.support.items_given import item

TODAY = date(2026, 11, 10)
NOBODY = Choices()
PERSON = {"name": "张三", "id_number": "650102199001011239"}
CODES = [{"code": "a", "name": "甲", "name_en": "A"}, {"code": "b", "name": "乙", "name_en": "B"}]

# By type: more of the question, answers that are taken, and answers that are refused.
CASES: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "integer": ({"least": 1, "most": 99}, [1, 99], [0, 100, -5, "7", True]),
    "decimal": (
        {"least": 1, "most": 500, "places": 1},
        ["1", "12.5", "500"],
        ["0.5", "501", "12.55", "01", "1.", ".5", "-3", "1e2", 12, ""],
    ),
    "boolean": ({}, [True, False], ["true", 1, 0]),
    "date": ({}, ["2026-12-01", "1901-01-01"], ["2026-02-31", "1900-01-01", "2200-01-01", 3]),
    "choice": ({"choices": CODES}, ["a", "b"], ["c", "", ["a"], 1]),
    "several": ({"choices": CODES}, [["a"], ["b", "a"]], [[], ["a", "a"], ["c"], "a", [1]]),
    "text": (
        {"longest": 5},
        ["甲", " 甲乙 ", "𠮷·䶮"],
        ["", "一二三四五六", "\u200b", "\u202e1", 3],
    ),
    "long-text": ({}, ["第一行\n第二行"], ["", "长" * 2001, "\ue863"]),
    "address": ({}, ["某街1号"], ["", "长" * 301, "\u3000"]),
    "account": (
        {},
        [
            {"bank": "某银行某支行", "number": "6222 0000 1111 222"},
            {"bank": "某银行", "number": "12345678", "holder": "张三"},
        ],
        [
            {"bank": "某银行"},
            {"number": "12345678"},
            {"bank": "某银行", "number": "1234"},
            {"bank": "\u200b", "number": "12345678"},
            {"bank": "某银行", "number": "12345678", "pin": "1"},
            "12345678",
            [],
        ],
    ),
    "phone": ({}, ["13900001111", "0991-2345678"], ["110", "1390000111x", "", 139]),
    "mobile": (
        {},
        ["13900001111", "+86 139 0000 1111", "+85291234567", "19912345678"],
        ["0991-3689950", "400-800-1234", "12345", "1390000111", "", 139],
    ),
    "email": ({}, ["a@example.com", "b.c@xn--fiq228c.com"], ["a", "a@b.invalid", "a@@b.cn", "", 7]),
    "postcode": ({}, ["830000", " 830011 "], ["83000", "8300000", "八三零零零零", "", 830000]),
    "person": (
        {},
        [
            PERSON,
            {**PERSON, "phone": "13900001111"},
            {"name": "李四", "id_kind": "passport", "id_number": "C12345678"},
            {"name": "新生儿", "id_kind": "none"},
        ],
        [
            {"name": "张三"},
            {"id_number": PERSON["id_number"]},
            {**PERSON, "id_number": "650102199001011238"},
            {**PERSON, "phone": "1"},
            {"name": "张三", "id_kind": "none", "id_number": "1"},
            {**PERSON, "id_number": "650102209001011233"},
            {**PERSON, "tea": 1},
            "张三",
        ],
    ),
    "organisation": (
        {},
        [{"name": "测试样例有限公司", "id_number": "91650100MA7700006Q"}],
        [
            {"name": "测试样例有限公司"},
            {"name": "测试样例有限公司", "id_number": "91650100MA7700006A"},
            {"name": "", "id_number": "91650100MA7700006Q"},
            [],
        ],
    ),
    "plate": ({}, ["新A12345", "新a·d12345"], ["A12345", "新A1", 5]),
}
BEYOND = BEYOND_A_SCHEMA | {"fact-range"}


def asking(kind: str, **more: Any) -> Item:
    """An item that asks one question."""
    said = {**CASES[kind][0], "code": "q", "name": "问题", "name_en": "Question", "type": kind}
    return item(channels=["counter"], delivery=[{"kind": "pickup"}], facts=[{**said, **more}])


def codes(one: Item, answers: dict[str, Any], choices: Choices = NOBODY) -> list[str]:
    """The codes of what is wrong with answers as a body brings them."""
    body = CheckSchema().load({"facts": answers})
    return [fault.code for fault in faults_of_answers(one.text, choices, body["facts"], TODAY)]


def taken(one: Item, answers: dict[str, Any]) -> bool:
    """Whether the form's schema takes the answers."""
    form = schema_of(one)["properties"]["facts"]
    checker = jsonschema.FormatChecker()
    return jsonschema.Draft202012Validator(form, format_checker=checker).is_valid(answers)


def test_every_type_of_question_is_tried() -> None:
    assert set(CASES) == set(KINDS) == set(get_args(QuestionType))


@pytest.mark.parametrize("kind", CASES)
def test_form_and_check_take_the_same_answers(kind: str) -> None:
    one, (_, good, bad) = asking(kind), CASES[kind]
    for answer in good:
        assert (codes(one, {"q": answer}), taken(one, {"q": answer})) == ([], True), answer
    for answer in bad:
        told = codes(one, {"q": answer})
        assert told, answer
        if not BEYOND.intersection(told):
            assert not taken(one, {"q": answer}), answer


@pytest.mark.parametrize("kind", CASES)
def test_no_fault_of_an_answer_quotes_it_or_has_a_code_in_its_chinese(kind: str) -> None:
    one = asking(kind)
    for answer in CASES[kind][2]:
        body = CheckSchema().load({"facts": {"q": answer}})
        for fault in faults_of_answers(one.text, NOBODY, body["facts"], TODAY):
            assert fault.said.zh.startswith("问题：")
            assert not any("a" <= sign.lower() <= "z" for sign in fault.said.zh), fault.said.zh
            assert fault.pointer.startswith("/facts/q")


def test_an_answer_that_is_missing_is_asked_for_unless_it_may_be_left_out() -> None:
    assert codes(asking("text"), {}) == ["fact-missing"]
    assert codes(asking("text", required=False), {}) == []
    assert codes(asking("text"), {"q": "甲", "other": 1}) == ["fact-unknown"]


def test_what_is_kept_has_no_blanks_no_small_letters_and_no_dots() -> None:
    for kind, sent, kept in (
        ("plate", " 新a·12345 ", "新A12345"),
        ("text", " 甲\n乙 ", "甲 乙"),
        ("email", " Somebody@EXAMPLE.com ", "Somebody@example.com"),
        ("postcode", " 830000 ", "830000"),
        ("long-text", "甲\r\n乙\n", "甲\n乙"),
        (
            "account",
            {"bank": " 某银行 ", "number": "6222 0000 1111"},
            {"bank": "某银行", "number": "622200001111"},
        ),
        (
            "person",
            {"name": "张三 ", "id_number": "11010519491231002x"},
            {"name": "张三", "id_number": "11010519491231002X"},
        ),
        ("date", "2026-11-10", "2026-11-10"),
        ("integer", 500, 500),  # refused, and kept as it was sent
    ):
        assert kept_answers(asking(kind).text, {"q": sent}) == {"q": kept}, kind


def test_a_decimal_is_compared_as_a_number() -> None:
    one = asking("decimal")
    answers = typed(one, NOBODY, {"q": "60.0"})
    check = CheckRule(code="c", text="至少60", fact="q", least=60)
    assert passes(check, answers, at("2026-11-10")) is True
    assert passes(check, typed(one, NOBODY, {"q": "59.9"}), at("2026-11-10")) is False


def test_an_answer_that_no_check_compares_is_not_read_for_the_checks() -> None:
    assert typed(asking("person"), NOBODY, {"q": {"name": "张三"}}) == {}
    assert typed(asking("text"), NOBODY, {"q": "新疆"}) == {}


def test_the_parts_of_an_answer_are_those_of_its_schema() -> None:
    for kind in ("account", "person", "organisation"):
        for identified in (True, False):
            one = asking(kind, **({"identified": False} if not identified else {}))
            (fact,) = one.text.facts
            properties = schema_of(one)["properties"]["facts"]["properties"]["q"]["properties"]
            assert {part.code for part in answer_parts(fact)} == set(properties)


RESPONDENTS = {
    "code": "respondents",
    "name": "被申请人",
    "name_en": "Respondents",
    "data_class": "third-person",
    "entries": {"name": "被申请人", "name_en": "Respondent", "least": 1, "most": 2},
    "when": {"situation": ["against"]},
}
WHO = {"code": "who", "name": "姓名", "name_en": "Name", "type": "text", "group": "respondents"}
WHERE = {**WHO, "code": "where", "name": "地址", "type": "address", "required": False}


def arbitration() -> Item:
    return item(
        channels=["counter"],
        delivery=[{"kind": "pickup"}],
        situations=[
            {"code": "g", "name": "情形", "choices": [{"code": "against", "name": "有被申请人"}]}
        ],
        groups=[RESPONDENTS],
        facts=[WHO, WHERE],
    )


@pytest.mark.parametrize(
    ("entries", "wrong"),
    [
        ([{"who": "甲"}], []),
        ([{"who": "甲"}, {"who": "乙", "where": "某街1号"}], []),
        ([], ["entries-count"]),
        ([{"who": "甲"}] * 3, ["entries-count"]),
        ([{}], ["fact-missing"]),
        ([{"who": "甲", "tea": 1}], ["fact-unknown"]),
        ([{"who": 5}], ["fact-invalid"]),
        ("甲", ["fact-invalid"]),
        (["甲"], ["fact-invalid"]),
        (None, ["entries-count"]),
    ],
)
def test_a_section_is_filled_in_once_for_each(entries: Any, wrong: list[str]) -> None:
    one = arbitration()
    answers = {} if entries is None else {"respondents": entries}
    against = Choices(situations=frozenset({"against"}))
    assert codes(one, answers, against) == wrong
    form = jsonschema.Draft202012Validator(schema_of(one))
    application = {
        "item": one.id,
        "channel": "counter",
        "delivery": "pickup",
        "declared": True,
        "applicant": {**PERSON, "phone": "13900001111"},
        "situations": ["against"],
        "facts": answers,
    }
    assert form.is_valid(application) == (not wrong)


def test_a_section_that_is_not_asked_for_takes_no_entries() -> None:
    assert codes(arbitration(), {}) == []
    assert codes(arbitration(), {"respondents": [{"who": "甲"}]}) == ["fact-unknown"]
    kept = kept_answers(arbitration().text, {"respondents": [{"who": " 甲 "}, 5]})
    assert kept == {"respondents": [{"who": "甲"}, 5]}
