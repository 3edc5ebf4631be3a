"""The machinery over a view that knows nothing of progress: only the protocol is needed."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from services.progress.standing.view import VIEW as PROGRESS
from shared.eventlog import Event
from shared.projection.projector import Projector
from shared.projection.store import Store
from shared.projection.view import KeptState, fold, nothing_of, restored, stored_form, take
from tests.support import histories as h
from tests.support.small_views import Come, SmallViews
from tests.support.toy_view import Asked, AskedView, NextAskedView

VIEW = AskedView()
ROOT = Path(__file__).parents[3]
EVENTS = h.events(h.to_delivery(supplement=True))


def read(_stream: str, first: int, last: int) -> Iterable[Event]:
    return [event for event in EVENTS if first <= event.version <= last]


def test_a_view_is_stored_with_its_guard_and_its_fields() -> None:
    views = SmallViews()
    store = Store(VIEW, views, 1)  # type: ignore[arg-type]
    assert store.group == "asked.1"
    Projector(store, read).apply([Come("case/c", event) for event in EVENTS])
    row = views.collections["asked.1"].rows["c"]
    assert row["versions"] == {"case/c": len(EVENTS)}
    assert row["supplements"] == 1
    assert restored(VIEW, row) == fold(VIEW, "c", {"case/c": EVENTS})


def test_repeats_and_gaps_change_nothing() -> None:
    views = SmallViews()
    projector = Projector(Store(VIEW, views, 1), read)  # type: ignore[arg-type]
    projector.apply([Come("case/c", EVENTS[-1])])  # everything before it comes from the log
    assert projector.apply([Come("case/c", event) for event in EVENTS]) == 0
    assert projector.apply([Come("subject/s", EVENTS[0])]) == 0
    held = restored(VIEW, views.collections["asked.1"].rows["c"])
    assert held == fold(VIEW, "c", {"case/c": EVENTS})


def test_states_are_equal_exactly_when_their_digests_are() -> None:
    assert VIEW.digest(Asked(supplements=1)) == VIEW.digest(Asked(supplements=1))
    assert VIEW.digest(Asked(supplements=1)) != VIEW.digest(Asked(supplements=2))


def test_a_document_of_another_layout_is_unreadable_and_folded_again() -> None:
    views, after = SmallViews(), NextAskedView()
    store = Store(VIEW, views, 1)  # type: ignore[arg-type]
    Projector(store, read).apply([Come("case/c", event) for event in EVENTS[:-1]])
    newer = Store(after, views, 1)  # type: ignore[arg-type]
    assert newer.get("c") is None
    assert Projector(newer, read).apply([Come("case/c", EVENTS[-1])]) == 1
    assert newer.get("c") == fold(after, "c", {"case/c": EVENTS})


@pytest.mark.parametrize(
    "damage",
    [
        {"state": b"\x93of another time"},
        {"state": b""},
        {"state": None},
        {"state": "text"},
        {"versions": {"case": 3}},
        {"versions": None},
    ],
    ids=str,
)
def test_no_stored_document_crashes_a_reader(damage: dict[str, object]) -> None:
    good = stored_form(PROGRESS, nothing_of(PROGRESS, "c"))
    assert restored(PROGRESS, good) == KeptState(
        "c", {"case/c": 0, "notice/c": 0}, PROGRESS.nothing("c")
    )
    assert restored(PROGRESS, good | damage) is None
    for name in damage:
        without = {key: value for key, value in good.items() if key != name}
        assert restored(PROGRESS, without) is None


def test_each_stream_counts_for_itself() -> None:
    held = nothing_of(VIEW, "c")
    for event in EVENTS[:2]:
        held = take(VIEW, held, "case/c", event)
    assert held.versions == {"case/c": 2}


def test_the_view_that_the_how_to_shows_is_this_one() -> None:
    page = (ROOT / "docs" / "how-to" / "add-a-read-model.md").read_text("utf-8")
    source = (ROOT / "tests" / "support" / "toy_view.py").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert blocks
    assert all(block in source for block in blocks)
