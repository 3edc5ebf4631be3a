"""A section that is filled in several times as the columns of a spreadsheet, and its cells read.

Pure. A question of several parts (a person, an account) has a column for each part.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from services.intake.application.questions.kinds import longest
from services.intake.application.questions.parts import AnswerPart, answer_parts
from shared.catalogue import ItemText
from shared.catalogue.definition.asking import FactRule, QuestionGroup
from shared.files.sheet_made import SheetColumn
from shared.values.identity import IDENTITIES

MUST, MAY = "必填", "选填"
_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?\Z")
_PLAIN_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})\Z")
_BETWEEN = re.compile(r"[、，,；;\s]+")
_BOOLEANS: Mapping[str, bool] = {"是": True, "否": False}
_TEXTS = frozenset({"text", "long-text", "address"})


class BulkColumn(NamedTuple):
    """A column: its title, the question and the part of it that the cells answer.

    `choices`: the code of each title that may be picked.
    """

    title: str
    fact: FactRule
    part: str
    must: bool
    choices: Mapping[str, str]

    @property
    def pointer(self) -> str:
        """Where the answer stands in an entry."""
        return f"/{self.fact.code}/{self.part}" if self.part else f"/{self.fact.code}"

    @property
    def shown(self) -> SheetColumn:
        """The column of the template, with what is said of it."""
        picked = () if self.fact.type == "several" else tuple(self.choices)
        if self.fact.type == "boolean":
            picked = tuple(_BOOLEANS)
        return SheetColumn(self.title, picked, (MUST if self.must else MAY, self._how()))

    def _how(self) -> str:
        """How a cell is filled in, in one or a few sentences."""
        fact, said = self.fact, []
        if self.part:
            said += [f"{'、'.join(self.choices)}，选填其一。"] if self.choices else []
        elif fact.type == "several":
            said.append(f"可填一项或者几项，用顿号分开：{'、'.join(self.choices)}。")
        elif self.choices:
            said.append(f"选填其一：{'、'.join(self.choices)}。")
        elif fact.type == "boolean":
            said.append("填写是或者否。")
        elif fact.type == "date":
            said.append("填写年月日，例如2026-11-21。")
        elif fact.type in {"integer", "decimal"}:
            whole = "整数" if fact.type == "integer" else f"数字，小数点后最多{fact.places}位"
            said.append(f"填写{whole}{f'，单位：{fact.unit}' if fact.unit else ''}。")
        elif fact.type in _TEXTS:
            said.append(f"最多{longest(fact)}个字。")
        if fact.help and self.part in {"", "name"}:
            said.append(fact.help)
        return "".join(said)


def columns_of(text: ItemText, group: QuestionGroup) -> tuple[BulkColumn, ...]:
    """The columns of a section, in the order of its questions."""
    return tuple(one for fact in text.asked_in(group) for one in _columns(fact))


def _columns(fact: FactRule) -> Iterator[BulkColumn]:
    parts = answer_parts(fact)
    if not parts:
        yield BulkColumn(fact.name, fact, "", fact.required, _codes(fact))
    for part in parts:
        title = f"{fact.name}（{part.title.zh}）"
        yield BulkColumn(title, fact, part.code, fact.required and part.required, _kinds(part))


def _codes(fact: FactRule) -> Mapping[str, str]:
    return {one.name: one.code for one in fact.choices}


def _kinds(part: AnswerPart) -> Mapping[str, str]:
    return {IDENTITIES[kind].zh: kind for kind in part.kinds}  # type: ignore[index]


def entry_of(cells: Iterable[tuple[BulkColumn, str]]) -> dict[str, Any]:
    """One entry of the form, as an application states it; what cannot be read stays a text."""
    entry: dict[str, Any] = {}
    for column, text in cells:
        if column.part:
            entry.setdefault(column.fact.code, {})[column.part] = column.choices.get(text, text)
        else:
            entry[column.fact.code] = _value(column, text)
    return entry


def _value(column: BulkColumn, text: str) -> Any:
    kind = column.fact.type
    value: Any = None
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,15}", text):
        value = int(text)
    elif kind == "decimal":
        value = text.replace(",", "").replace("，", "")
    elif kind == "boolean":
        value = _BOOLEANS.get(text)
    elif kind == "date":
        value = _day(text)
    elif kind == "choice":
        value = column.choices.get(text)
    elif kind == "several":
        picked = [one for one in _BETWEEN.split(text) if one]
        value = [column.choices.get(one, one) for one in picked]
    return text if value is None else value


def _day(text: str) -> str:
    """A day however it is written; what is none stays as it is, and is told."""
    found = _DAY.match(text) or _PLAIN_DAY.match(text)
    if found is None:
        return text
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return text
