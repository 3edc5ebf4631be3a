"""The worked example of docs/how-to/change-an-event.md, run as it stands there."""

import re
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import msgspec
import pytest

from shared.case import registry
from shared.case.facts.fact import Fact
from shared.case.registry import UnknownEvent, data_of, decode
from shared.eventlog import Event

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "change-an-event.md"
TYPE = "review.TestOrdered"
FIRST = {"test": "hearing", "days": 20}
Code = Callable[[int], type[Fact]]


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> Code:
    """`code(n)` makes the n-th block of the page the code that reads and writes; from 0."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 3

    def use(which: int) -> type[Fact]:
        names: dict[str, Any] = {"Fact": Fact, "ClassVar": ClassVar, "Literal": Literal, "Any": Any}
        names["__name__"] = f"{__name__}.block_{which}"
        exec(compile(blocks[which], str(PAGE), "exec"), names)  # noqa: S102 - our own page
        made: type[Fact] = names["TestOrdered"]
        monkeypatch.setattr(registry, "EVENTS", MappingProxyType({TYPE: made}))
        monkeypatch.setattr(registry, "UPCASTS", names.get("UPCASTS", {}))
        return made

    return use


def event(data: dict[str, Any], schema: int = 1) -> Event:
    at = "2026-11-21T16:00:00.000000Z"
    return Event(version=1, type=TYPE, schema=schema, data=data, occurred_at=at)


def read(data: dict[str, Any], schema: int = 1) -> dict[str, Any]:
    fact = decode(event(data, schema)).fact
    return {name: getattr(fact, name) for name in fact.__struct_fields__}


def test_a_field_more_is_read_by_old_and_new_code_and_old_data_is_the_same_bytes(
    code: Code,
) -> None:
    later = code(1)
    placed = data_of(later(**FIRST, place="laboratory"))
    assert placed == {**FIRST, "place": "laboratory"}
    assert read(FIRST) == {**FIRST, "place": ""}
    assert data_of(decode(event(FIRST)).fact) == FIRST
    code(0)
    assert read(placed) == FIRST


def test_a_change_of_meaning_reads_old_data_and_old_code_stops_at_new_data(code: Code) -> None:
    now = code(2)
    assert read(FIRST) == {"test": "hearing", "limit": 20, "unit": "days", "place": ""}
    assert read({**FIRST, "place": "laboratory"})["place"] == "laboratory"
    written = data_of(now(test="hearing", limit=20, unit="working-days"))
    assert read(written, schema=2)["unit"] == "working-days"
    with pytest.raises(msgspec.ValidationError):
        read({**written, "unit": "moons"}, schema=2)
    code(1)
    with pytest.raises(UnknownEvent, match="schema 2"):
        read(written, schema=2)
