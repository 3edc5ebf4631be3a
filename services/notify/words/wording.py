"""One notice as data: its template, its words in two languages, and where values come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.case import Case
from shared.catalogue import Item

Fields = Callable[[Any, Case, Item], Mapping[str, str]]


@dataclass(frozen=True)
class Wording:
    """One notice: its template's name, its words, and where the words take their values from.

    The values `case` and `item` are always there, in the subjects too. `told`: which events of the
    type are told.
    `item`: the id of the item that the words name, where it is not that of the case.
    """

    template: str
    subject_zh: str
    subject_en: str
    zh: str
    en: str
    fields: Fields = lambda _fact, _case, _item: {}
    told: Callable[[Any], bool] = lambda _fact: True
    item: Callable[[Any], str] | None = None
