"""An answer to any question, as a body has it; made-up people, accounts and places alone."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from shared.catalogue import ItemText
from shared.catalogue.definition.asking import FactRule
from shared.catalogue.definition.choosing import Choices, holds

PERSON = {"name": "测试样例", "id_number": "650102199001011239"}
COMPANY = {"name": "测试样例有限公司", "id_number": "91650100MA7700006Q"}
NAMED = {"name": "测试样例"}


_BY_TYPE: Mapping[str, Callable[[FactRule], Any]] = {
    "integer": lambda fact: 1 if fact.least is None else fact.least,
    "decimal": lambda fact: str(1 if fact.least is None else fact.least),
    "boolean": lambda _: True,
    "date": lambda _: "2026-10-01",
    "choice": lambda fact: fact.choices[0].code,
    "several": lambda fact: [one.code for one in fact.choices],
    "account": lambda _: {"bank": "某银行某支行", "number": "6222000011112222333"},
    "phone": lambda _: "13900001111",
    "mobile": lambda _: "13900001111",
    "email": lambda _: "somebody@example.com",
    "postcode": lambda _: "830000",
    "person": lambda fact: dict(PERSON if fact.identified else NAMED),
    "organisation": lambda fact: dict(COMPANY if fact.identified else NAMED),
    "plate": lambda _: "新A12345",
}


def an_answer(fact: FactRule) -> Any:
    """An answer that its type takes."""
    return _BY_TYPE.get(fact.type, lambda _: "某县某街1号")(fact)


def as_body(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as a body has them: a day as text."""
    return {
        code: value.isoformat() if isinstance(value, date) else value
        for code, value in answers.items()
    }


def entries_given(text: ItemText, choices: Choices) -> dict[str, Any]:
    """As many entries of each section as are needed, or one."""
    return {
        group.code: [{fact.code: an_answer(fact) for fact in text.asked_in(group)}]
        * max(1, rule.least)
        for group, rule in text.with_entries
        if holds(group.when, choices)
    }
