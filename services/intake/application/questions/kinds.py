"""Each type of question: the JSON Schema of its answer, and how an answer of it is read.

Pure. Where a schema cannot say a rule (a check character, the bounds of a decimal), the code of the
fault is in `BEYOND_A_SCHEMA` of the form.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from services.intake.application.parties.schemas import JsonSchema, pattern_schema, text_schema
from services.intake.application.questions.parts import (
    account_schema,
    organisation_schema,
    person_schema,
    read_account,
    read_organisation,
    read_person,
)
from services.intake.application.questions.wrong import AnswerRead, WrongPart, unfit, unusable
from shared.catalogue.definition.asking import Choice, FactRule
from shared.catalogue.definition.fees import FeeLine
from shared.catalogue.definition.words import QuestionType
from shared.clock.telling.wording import Words
from shared.http.strict_json import MAX_SAFE_INTEGER
from shared.values.plates import LONGEST_PLATE, PLATE, read_plate
from shared.values.reach import (
    EMAIL,
    LONGEST_EMAIL,
    LONGEST_PHONE,
    LONGEST_POSTCODE,
    PHONE,
    POSTCODE,
    read_email,
    read_mobile,
    read_phone,
    read_postcode,
)
from shared.values.texts import tidied
from shared.values.unusable import Unusable

# A person was born, hired or retired long before the calendar of days off begins.
EARLIEST, LATEST = date(1901, 1, 1), date(2099, 12, 31)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_LONGEST: Mapping[str, int] = MappingProxyType({"text": 200, "long-text": 2000, "address": 300})


class KindOfQuestion(NamedTuple):
    """What is known of a type of question."""

    schema: Callable[[FactRule], JsonSchema]
    read: Callable[[FactRule, Any], AnswerRead]


def labelled(choices: Iterable[Choice | FeeLine]) -> list[JsonSchema]:
    """Choices as a schema names them: the code with its title in Chinese and English."""
    return [
        {"const": one.code, "title": one.name, "description": one.name_en or one.name}
        for one in choices
    ]


def longest(fact: FactRule) -> int:
    """How many characters the text may have."""
    return fact.longest or _LONGEST[fact.type]


def _integer_schema(fact: FactRule) -> JsonSchema:
    low = -MAX_SAFE_INTEGER if fact.least is None else fact.least
    high = MAX_SAFE_INTEGER if fact.most is None else fact.most
    return {"type": "integer", "minimum": low, "maximum": high}


def _integer(fact: FactRule, value: Any) -> AnswerRead:
    if type(value) is not int:
        return unfit("须为整数", "must be a whole number")
    return _within(fact, value, Decimal(value), "fact-invalid")


def _decimal_form(fact: FactRule) -> str:
    return rf"^(?:0|[1-9][0-9]{{0,11}})(?:\.[0-9]{{1,{fact.places}}})?$"


def _decimal(fact: FactRule, value: Any) -> AnswerRead:
    if not isinstance(value, str) or not re.fullmatch(_decimal_form(fact), value, re.ASCII):
        return unfit(
            f"须为数字，小数点后最多{fact.places}位（如12.5）",
            f"must be a number with at most {fact.places} decimal places, such as 12.5",
        )
    return _within(fact, value, Decimal(value), "fact-range")


def _within(fact: FactRule, kept: Any, number: Decimal, code: str) -> AnswerRead:
    """The answer, if it lies within the bounds of its question."""
    low, high, unit = fact.least, fact.most, fact.unit
    if (low is None or number >= low) and (high is None or number <= high):
        return AnswerRead(kept)
    if high is None:
        said = Words(f"不得少于{low}{unit}", f"must be at least {low}")
    elif low is None:
        said = Words(f"不得超过{high}{unit}", f"must be at most {high}")
    else:
        said = Words(f"须在{low}至{high}{unit}之间", f"must be between {low} and {high}")
    return AnswerRead(None, (WrongPart("", code, said),))


def _boolean(_fact: FactRule, value: Any) -> AnswerRead:
    if type(value) is not bool:
        return unfit("须选择是或者否", "must be yes or no")
    return AnswerRead(value)


def _date(_fact: FactRule, value: Any) -> AnswerRead:
    """A day that can be meant: not 31 February, 1900 or 2200."""
    day: date | None = value if isinstance(value, date) else None
    if isinstance(value, str) and _DAY.match(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
    if day is None or not EARLIEST <= day <= LATEST:
        return unfit("须为日期（如2026-11-21）", "must be a date, such as 2026-11-21")
    return AnswerRead(day)


def _choice(fact: FactRule, value: Any) -> AnswerRead:
    if value not in [one.code for one in fact.choices]:
        return unfit(f"请选择其一：{_titles(fact)}", f"choose one of: {_titles_en(fact)}")
    return AnswerRead(value)


def _several_schema(fact: FactRule) -> JsonSchema:
    items = {"oneOf": labelled(fact.choices)}
    return {"type": "array", "items": items, "uniqueItems": True, "minItems": 1}


def _several(fact: FactRule, value: Any) -> AnswerRead:
    codes = [one.code for one in fact.choices]
    chosen = value if isinstance(value, list) else []
    if not chosen or any(one not in codes for one in chosen) or len(set(chosen)) < len(chosen):
        zh = f"请在以下各项中选择，至少一项，不得重复：{_titles(fact)}"
        return unfit(zh, f"choose at least one, each once, of: {_titles_en(fact)}")
    return AnswerRead(chosen)


def _titles(fact: FactRule) -> str:
    return "、".join(one.name for one in fact.choices)


def _titles_en(fact: FactRule) -> str:
    return ", ".join(one.name_en or one.name for one in fact.choices)


def _text_schema(fact: FactRule) -> JsonSchema:
    return text_schema(fact.name, longest(fact))


def _text(fact: FactRule, value: Any) -> AnswerRead:
    most = longest(fact)
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        return unfit(f"须填写1至{most}个字", f"must have 1 to {most} characters")
    try:
        return AnswerRead(tidied(value, lines=fact.type == "long-text"))
    except Unusable as wrong:
        return unusable(wrong)


def _read_by(read: Callable[[str], str], most: int, zh: str, en: str) -> Any:
    def of(_fact: FactRule, value: Any) -> AnswerRead:
        if not isinstance(value, str) or not 1 <= len(value) <= most:
            return unfit(zh, en)
        try:
            return AnswerRead(read(value))
        except Unusable as wrong:
            return unusable(wrong)

    return of


def _phone_schema(fact: FactRule) -> JsonSchema:
    return pattern_schema(fact.name, PHONE, LONGEST_PHONE)


def _email_schema(fact: FactRule) -> JsonSchema:
    return pattern_schema(fact.name, EMAIL, LONGEST_EMAIL)


def _postcode_schema(fact: FactRule) -> JsonSchema:
    return pattern_schema(fact.name, POSTCODE, LONGEST_POSTCODE)


def _plate_schema(fact: FactRule) -> JsonSchema:
    return pattern_schema(fact.name, PLATE, LONGEST_PLATE)


_DATE: JsonSchema = {
    "type": "string",
    "format": "date",
    "pattern": "^(?:19(?:0[1-9]|[1-9][0-9])|20[0-9]{2})-[0-9]{2}-[0-9]{2}$",
}
_PHONE = _read_by(read_phone, LONGEST_PHONE, "须为电话号码", "must be a telephone number")
_MOBILE = _read_by(read_mobile, LONGEST_PHONE, "须为手机号码", "must be a mobile number")
_EMAIL = _read_by(read_email, LONGEST_EMAIL, "须为电子邮箱地址", "must be an e-mail address")
_POSTCODE = _read_by(
    read_postcode, LONGEST_POSTCODE, "须为六位数字的邮政编码", "must be a postcode of six digits"
)
_PLATE = _read_by(read_plate, LONGEST_PLATE, "须为机动车号牌号码", "must be the number of a plate")

KINDS: Mapping[QuestionType, KindOfQuestion] = MappingProxyType(
    {
        "integer": KindOfQuestion(_integer_schema, _integer),
        "decimal": KindOfQuestion(
            lambda fact: pattern_schema(fact.name, _decimal_form(fact), 20), _decimal
        ),
        "boolean": KindOfQuestion(lambda _: {"type": "boolean"}, _boolean),
        "date": KindOfQuestion(lambda _: dict(_DATE), _date),
        "choice": KindOfQuestion(lambda fact: {"oneOf": labelled(fact.choices)}, _choice),
        "several": KindOfQuestion(_several_schema, _several),
        "text": KindOfQuestion(_text_schema, _text),
        "long-text": KindOfQuestion(_text_schema, _text),
        "address": KindOfQuestion(_text_schema, _text),
        "account": KindOfQuestion(account_schema, read_account),
        "phone": KindOfQuestion(_phone_schema, _PHONE),
        "mobile": KindOfQuestion(_phone_schema, _MOBILE),
        "email": KindOfQuestion(_email_schema, _EMAIL),
        "postcode": KindOfQuestion(_postcode_schema, _POSTCODE),
        "person": KindOfQuestion(person_schema, read_person),
        "organisation": KindOfQuestion(organisation_schema, read_organisation),
        "plate": KindOfQuestion(_plate_schema, _PLATE),
    }
)


def read_answer(fact: FactRule, value: Any) -> AnswerRead:
    """The answer to one question, read by its type."""
    return KINDS[fact.type].read(fact, value)
