"""The facts that an application states, and the conditions that a machine can check on them.

Pure. Only whether a condition holds leaves this module, never the answer itself.
"""

import operator
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.intake.application.questions.kinds import read_answer
from shared.catalogue import Item
from shared.catalogue.definition.asking import COMPARED, CheckRule
from shared.catalogue.definition.choosing import Choices, holding
from shared.clock import local_day

Answer = int | bool | date | str | Decimal | list[Any] | dict[str, Any]
Answers = Mapping[str, Answer]


def passes(check: CheckRule, answers: Answers, now: datetime) -> bool | None:
    """Whether the stated fact passes; None where it was not stated, or nothing is compared."""
    value = answers.get(check.fact)
    if value is None:
        return None
    if isinstance(value, date):
        return _in_time(check, value, answers, now)
    if check.equals is not None:
        return type(value) is type(check.equals) and value == check.equals
    if isinstance(value, int | Decimal):
        return _in_bounds(check, value, answers)
    return None


def _in_time(check: CheckRule, value: date, answers: Answers, now: datetime) -> bool:
    """Whether a date keeps its bounds; one that is not known bounds nothing."""
    begin = _day(check.since, answers, now)
    if begin is not None and not _between(check.least, (value - begin).days, check.most):
        return False
    return all(
        (day := _day(word, answers, now)) is None or holds(value, day)
        for word, holds in (
            (check.before, operator.lt),
            (check.after, operator.gt),
            (check.latest, operator.le),
            (check.earliest, operator.ge),
        )
    )


def _in_bounds(check: CheckRule, value: int | Decimal, answers: Answers) -> bool:
    """Whether a number keeps its bounds; one by an answer that is not there bounds nothing."""
    least, most = (
        answers.get(code) if code is not None else None for code in (check.at_least, check.at_most)
    )
    return (
        _between(check.least, value, check.most)
        and not (isinstance(least, int | Decimal) and value < least)
        and not (isinstance(most, int | Decimal) and value > most)
    )


def _between(least: int | None, value: int | Decimal, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


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


def typed(item: Item, choices: Choices, answers: Answers) -> dict[str, Answer]:
    """The answers that a check can compare, as values of their types.

    A date that came as text is a date. One that is no value of its type is left out.
    """
    found = {}
    for fact in holding(item.text.asked_once, choices):
        if fact.type not in COMPARED or (value := answers.get(fact.code)) is None:
            continue
        read = read_answer(fact, value)
        if not read.wrong:
            found[fact.code] = Decimal(read.value) if fact.type == "decimal" else read.value
    return found
