"""The facts that an application states, and the conditions that a machine can check on them.

Pure. Only whether a condition holds leaves this module, never the answer itself.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from shared.catalogue import Item
from shared.catalogue.definition.asking import CheckRule, FactRule
from shared.catalogue.definition.choosing import Choices, holding
from shared.catalogue.rules.question_classes import class_of_question
from shared.clock import local_day
from shared.security.data_classes import DataClass, answers_field

# A person was born, hired or retired long before the calendar of days off begins.
EARLIEST, LATEST = date(1901, 1, 1), date(2099, 12, 31)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")

Answer = int | bool | date | str
Answers = Mapping[str, Answer]


def passes(check: CheckRule, answers: Answers, now: datetime) -> bool | None:
    """Whether the stated fact passes; None where it was not stated, or nothing is compared."""
    value = answers.get(check.fact)
    if value is None:
        return None
    if isinstance(value, date):
        before, after = (_day(word, answers, now) for word in (check.before, check.after))
        return (before is None or value < before) and (after is None or value > after)
    if check.equals is not None:
        return type(value) is type(check.equals) and value == check.equals
    if isinstance(value, int):
        return (check.least is None or value >= check.least) and (
            check.most is None or value <= check.most
        )
    return None


def _day(word: str | None, answers: Answers, now: datetime) -> date | None:
    """A bound of a date: written out, the day of the application, or another answer."""
    if word is None:
        return None
    if word == "application":
        return local_day(now)
    named = answers.get(word)
    if isinstance(named, date):
        return named
    return date.fromisoformat(word) if word[:1].isdigit() else None


def sealed_by_class(answers: Mapping[str, object]) -> dict[str, str]:
    """The answers as they are sealed: one JSON text for each class, by its sealed field."""
    parts: dict[DataClass, dict[str, object]] = {}
    for code, value in answers.items():
        parts.setdefault(class_of_question(code), {})[code] = value
    return {
        answers_field(one): msgspec.json.encode(part, order="deterministic").decode()
        for one, part in parts.items()
    }


def typed(item: Item, choices: Choices, answers: Answers) -> dict[str, Answer]:
    """The answers that are values of their facts' types; a date that came as text is a date."""
    found = {}
    for fact in holding(item.text.facts, choices):
        value = value_of(fact, answers.get(fact.code))
        if value is not None:
            found[fact.code] = value
    return found


def value_of(fact: FactRule, value: Answer | None) -> Answer | None:
    """The answer as a value of the fact's type; None where it is none."""
    if fact.type == "date":
        return _date(value)
    if fact.type == "choice":
        return value if value in [one.code for one in fact.choices] else None
    wanted = bool if fact.type == "boolean" else int
    return value if type(value) is wanted else None


def _date(value: Answer | None) -> date | None:
    """The answer as a day that can be meant; None for 31 February, 1900 or 2200."""
    if isinstance(value, str) and _DAY.match(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and EARLIEST <= value <= LATEST else None
