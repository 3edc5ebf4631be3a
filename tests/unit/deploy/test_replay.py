"""The order of a replay: causes before effects, versions in order, otherwise by time."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from deploy.cli.records.cases import in_order, personal


@dataclass(frozen=True)
class Made:
    stream: str
    first_version: int
    recorded_at: str
    causation: str | None = None
    events: tuple[Any, ...] = field(default=())

    @property
    def body(self) -> Any:
        return SimpleNamespace(recorded_at=self.recorded_at, causation=self.causation)

    def event_id(self, version: int) -> str:
        return f"{self.stream}/{version}"


def commit(stream: str, version: int, second: int, cause: str | None = None) -> Made:
    at = f"2026-11-21T16:00:{second:02}.000000Z"
    return Made(stream, version, at, cause, (SimpleNamespace(version=version),))


def placed(*commits: Made) -> list[str]:
    return [one.event_id(one.first_version) for one in in_order(commits)]  # type: ignore[arg-type]


def test_an_effect_stands_after_its_cause_even_when_its_clock_is_behind() -> None:
    cause = commit("case/a", 1, second=30)
    effect = commit("notice/a", 1, second=10, cause="case/a/1")
    assert placed(effect, cause) == ["case/a/1", "notice/a/1"]


def test_versions_of_a_stream_stand_in_order() -> None:
    assert placed(commit("case/a", 2, 5), commit("case/a", 1, 5)) == ["case/a/1", "case/a/2"]


def test_a_version_that_was_set_aside_leaves_the_order_as_it_is() -> None:
    assert placed(commit("case/a", 4, 1), commit("case/a", 1, 5)) == ["case/a/1", "case/a/4"]


def test_what_nothing_caused_stands_by_time() -> None:
    first, second = commit("case/a", 1, 1), commit("notice/a", 1, 2)
    assert placed(second, first) == ["case/a/1", "notice/a/1"]


def test_a_cause_from_elsewhere_holds_nothing_back() -> None:
    assert placed(commit("case/a", 1, 1, cause="subject/x/1")) == ["case/a/1"]


@given(st.lists(st.tuples(st.integers(0, 59), st.integers(0, 5)), min_size=1, max_size=12))
def test_nothing_is_lost_and_no_effect_stands_before_its_cause(
    drawn: list[tuple[int, int]],
) -> None:
    made: list[Made] = []
    for number, (second, back) in enumerate(drawn, start=1):
        cause = (
            made[-1 - back].event_id(made[-1 - back].first_version) if back < len(made) else None
        )
        stream = f"s/{number % 3}"
        version = sum(one.stream == stream for one in made) + 1
        made.append(commit(stream, version, second, cause))
    order = placed(*made)
    assert sorted(order) == sorted(one.event_id(one.first_version) for one in made)
    for one in made:
        if one.causation:
            own = one.event_id(one.first_version)
            assert order.index(one.causation) < order.index(own)


def test_a_field_whose_key_was_destroyed_is_said_to_be_erased() -> None:
    """Given two fields under two keys, when one key is destroyed, then only its field is gone."""
    sealed = {
        "subject/s": {"1/name": "AAAA", "2/name": "BBBB"},
        "case/c": {"1/delivery_address": "CCCC"},
    }
    kept: Any = SimpleNamespace(sealed=msgspec.json.encode(sealed))
    first: Any = SimpleNamespace(version=1)
    assert personal(kept, first, set()) == {"name": "sealed", "delivery_address": "sealed"}
    assert personal(kept, first, {"subject/s"}) == {"name": "erased", "delivery_address": "sealed"}
    assert personal(kept, SimpleNamespace(version=2), {"case/c"}) == {"name": "sealed"}  # type: ignore[arg-type]
    assert personal(SimpleNamespace(sealed=None), first, {"subject/s"}) == {}  # type: ignore[arg-type]
