"""A view whose live generation is in another format: rebuilt by itself, answering meanwhile."""

import threading
from pathlib import Path
from typing import Any

import pytest
import structlog

from services.progress.standing.answer import view
from services.progress.standing.fold import Progress
from services.progress.standing.queries import Standing
from services.progress.standing.view import VIEW, ProgressView
from shared.config import Databases
from shared.projection.building import catch_up, rebuild
from shared.projection.comparing import compare
from shared.projection.generations import Generations
from shared.projection.parts import Interrupted, Parts
from shared.projection.reading import Reading
from shared.projection.view import View
from shared.projection.worker import build
from tests.support.path_world import Path4
from tests.support.toy_view import AskedView, NextAskedView
from tests.support.waiting import eventually

pytestmark = pytest.mark.mongo


class Progress2(Progress, frozen=True, kw_only=True):
    """The next layout: `Progress` with a field that no stored state has."""

    more: int


class ProgressView2(ProgressView):
    """Progress as the next code writes it."""

    format = VIEW.format + 1
    state = Progress2

    def nothing(self, key: str) -> Progress2:
        before = VIEW.nothing(key)
        return Progress2(case=before.case, notices=before.notices, more=1)


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def parts_of(path: Path4, of: View[Any], **more: Any) -> Parts:
    parts = path.parts()
    return Parts(**{**vars(parts), "view": of, **more})


def standing(path: Path4, of: ProgressView) -> Standing:
    """Queries of the code whose view this is."""
    made = Standing(path.world.log("notify"), path.databases.views)
    made._reading = Reading(of, path.databases.views)
    return made


def test_another_format_is_rebuilt_by_the_process_and_answers_meanwhile(path: Path4) -> None:
    """The whole process, without Kafka: it builds from the ledger, switches, and goes on."""
    case = path.submitted()
    catch_up(path.parts(), 1)
    told = view(standing(path, VIEW).of(case))  # type: ignore[arg-type]
    after = ProgressView2()
    reading = Reading(after, path.databases.views)
    assert reading.stored(case) is None
    assert view(standing(path, after).of(case)) == told, "the log answers"  # type: ignore[arg-type]
    listed, _ = standing(path, after).page({"department": "public-security"}, after="", limit=9)
    assert [one["case"] for one in listed] == [case], "lists come from what is there"
    (finding,) = compare(parts_of(path, after)).findings
    assert finding["finding"] == "other-format"
    assert (finding["format"], finding["expected"]) == (VIEW.format, after.format)

    stop = threading.Event()
    world = path.world
    made = build(after, world.settings, world.secrets, path.databases, writer="notify")
    process = threading.Thread(target=made.run, args=(stop,))
    process.start()
    try:
        eventually(lambda: Generations(after, path.databases.views).live() == 2)
        held = reading.stored(case)
        assert held is not None
        assert isinstance(held.state, Progress2)
        assert view(held.state) == told
        assert compare(parts_of(path, after)).findings == []
    finally:
        stop.set()
        process.join()


def test_two_versions_beside_each_other_do_not_rebuild_in_turns(path: Path4) -> None:
    """The newer format wins; the process of the older code stands by until it is upgraded."""
    case, after, world = path.submitted(), ProgressView2(), path.world
    catch_up(path.parts(), 1)
    stop = threading.Event()
    generations = Generations(after, path.databases.views)

    def process(of: View[Any]) -> threading.Thread:
        made = build(of, world.settings, world.secrets, path.databases, writer="notify")
        return threading.Thread(target=made.run, args=(stop,))

    with structlog.testing.capture_logs() as told:
        both = [process(VIEW), process(after)]
        for one in both:
            one.start()
        try:
            eventually(lambda: any(one["event"] == "projection_stands_by" for one in told))
            assert generations.live() == 2
            assert path.databases.views["generations"].count_documents({"format": VIEW.format}) == 1
            held = standing(path, after)._reading.stored(case)
            assert held is not None
            assert isinstance(held.state, Progress2)
        finally:
            stop.set()
            for one in both:
                one.join()
    assert generations.live() == 2


def test_a_fresh_home_is_not_rebuilt(path: Path4) -> None:
    after = ProgressView2()
    generations = Generations(after, path.databases.views)
    generations.claim_first(path.now())
    path.submitted()
    catch_up(parts_of(path, after), 1)
    assert generations.is_readable(1)
    assert compare(parts_of(path, after)).findings == []


def test_a_rebuild_that_was_stopped_is_gone_on_with(path: Path4) -> None:
    path.submitted()
    path.submitted()
    after = NextAskedView()
    generations = Generations(after, path.databases.views)
    looks = iter([True, True])
    with pytest.raises(Interrupted):
        rebuild(parts_of(path, after, page=1, keep_on=lambda: next(looks, False)))
    unfinished = generations.unfinished()
    assert (unfinished, generations.live()) == (2, 1)
    found = rebuild(parts_of(path, after), generation=unfinished)
    assert (found["ok"], found["generation"], found["cases"]) == (True, 2, 2)
    assert (generations.unfinished(), generations.live()) == (None, 2)


def test_a_second_view_lives_beside_progress_and_is_rebuilt_and_compared(path: Path4) -> None:
    """The toy of docs/how-to/add-a-read-model.md, over the whole machinery."""
    first, second = AskedView(), NextAskedView()
    asked, complete = path.submitted(complete=False), path.submitted()
    catch_up(path.parts(), 1)
    catch_up(parts_of(path, first), 1)
    collection = Reading(first, path.databases.views).collection
    rows = {row["_id"]: row["supplements"] for row in collection.find()}
    assert set(rows) == {asked, complete}
    assert compare(parts_of(path, first)).as_dict() == {
        "ok": True,
        "generation": 1,
        "cases": 2,
        "findings": [],
    }
    assert rebuild(parts_of(path, second))["ok"]
    assert Generations(second, path.databases.views).live() == 2
    assert Generations(VIEW, path.databases.views).live() == 1, "each has a pointer of its own"
    collection = Reading(second, path.databases.views).collection
    collection.update_one({"_id": asked}, {"$set": {"supplements": 7}})
    assert [f["finding"] for f in compare(parts_of(path, second)).findings] == ["differs"]
