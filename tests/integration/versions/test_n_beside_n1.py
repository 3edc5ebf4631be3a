"""N beside N+1 on one log: real code of both, each in a process of its own.

N is this tree. N+1 is a copy of it in which an event has a field more (`review.CaseAssigned`, a
LATER field) and intake writes one type more (`intake.CaseNoted`). What is not shown: Kafka (records
are read from the ledger), a change of the commit's own format, and a change of meaning.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.case import data_of
from shared.config import Databases
from tests.support.given import assigned, submitted

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(120)]
ROOT = Path(__file__).parents[3]
PROCESS = ROOT / "tests" / "support" / "version_process.py"
GROUPS = ("intake", "progress.1")
BURST = 15

OWN = """    TYPE: ClassVar[str] = "review.CaseAssigned"
    officer: str
"""
FIELD = """    LATER: ClassVar[frozenset[str]] = frozenset({"desk"})
    officer: str
    desk: str = ""
"""
TYPE = '''

class CaseNoted(Fact, frozen=True, kw_only=True):
    """Intake noted something on a case."""

    TYPE: ClassVar[str] = "intake.CaseNoted"
    why: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return case
'''


class Process:
    """A version that runs; `process(do, ...)` asks it and gives its answer."""

    def __init__(self, tree: Path, uri: str, prefix: str) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-P", str(PROCESS), uri, prefix],
            env={**os.environ, "PYTHONPATH": str(tree)},
            cwd=tree,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, do: str, **given: Any) -> Any:
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps({"do": do, **given}) + "\n")
        self._running.stdin.flush()
        answer = self._running.stdout.readline()
        assert answer, "the process is gone: its error is above"
        return json.loads(answer)

    def stop(self) -> None:
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.close()
        try:
            self._running.wait(10)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running.stdout.close()


def next_tree(folder: Path) -> Path:
    """The tree of N+1."""
    without = shutil.ignore_patterns("__pycache__", "*.md")
    for name in ("shared", "services"):
        shutil.copytree(ROOT / name, folder / name, ignore=without)
    assignment = folder / "shared/case/review/assignment.py"
    text = assignment.read_text("utf-8")
    assert text.count(OWN) == 1
    assignment.write_text(text.replace(OWN, OWN.replace("    officer: str\n", FIELD)), "utf-8")
    contact = folder / "shared/case/intake/contact.py"
    contact.write_text(contact.read_text("utf-8") + TYPE, "utf-8")
    return folder


@pytest.fixture
def versions(
    databases: Databases, mongo_uri: str, tmp_path: Path
) -> Iterator[tuple[Process, Process]]:
    """N and N+1, both on the log of this test."""
    with ExitStack() as stack:
        both = []
        for tree in (ROOT, next_tree(tmp_path)):
            both.append(Process(tree, mongo_uri, databases.log.name))
            stack.callback(both[-1].stop)
        old, new = both
        old("prepare")
        yield old, new


def event(type_: str, **data: Any) -> dict[str, Any]:
    return {"type": type_, "data": data}


def application() -> dict[str, Any]:
    fact = submitted()
    return event(fact.TYPE, **msgspec.json.decode(msgspec.json.encode(data_of(fact))))


NOTED = event("intake.CaseNoted", why="later")
WITH_DESK = event("review.CaseAssigned", **data_of(assigned()), desk="7")
WITHOUT_DESK = event("review.CaseAssigned", **data_of(assigned()))


def test_a_field_more_is_read_by_n_and_kept_in_the_log(versions: tuple[Process, Process]) -> None:
    """Both write on one stream in turns and at the same time; each reads all of it."""
    old, new = versions
    stream = "case/a"
    done = [
        old("append", stream=stream, events=[application()], command="test:1"),
        new("append", stream=stream, events=[WITH_DESK], command="test:2"),
        old("append", stream=stream, events=[WITHOUT_DESK], command="test:3"),
    ]
    assert [one["version"] for one in done] == [1, 2, 3]
    officer = WITHOUT_DESK["data"]
    assert old("read", stream=stream)["facts"][1:] == [officer, officer]
    assert new("read", stream=stream)["facts"][1:] == [WITH_DESK["data"], officer]

    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(process, "burst", stream=stream, event=given, count=BURST, name=name)
            for process, given, name in ((old, WITHOUT_DESK, "n"), (new, WITH_DESK, "n1"))
        ]
        receipts = [*done, *(one for task in both for one in task.result())]
    assert sorted(one["version"] for one in receipts) == list(range(1, 2 * BURST + 4))
    found = old("read", stream=stream), new("read", stream=stream)
    assert [one["version"] for one in found] == [2 * BURST + 3] * 2
    assert sum("desk" in fact for fact in found[1]["facts"]) == BURST + 1

    assert old("sequence") == {"head": len(receipts), "held": {}}, "N positions all of N+1"
    followed = old("follow")
    assert followed["marks"] == dict.fromkeys(GROUPS, len(receipts))
    assert followed["parked"] == []
    assert old("view", case="a") == new("view", case="a") == 2 * BURST + 3
    assert old("audit") == new("audit") == []
    assert old("reconcile") == new("reconcile") == []


def test_a_type_more_is_held_by_n_and_taken_after_the_upgrade(
    databases: Databases, versions: tuple[Process, Process]
) -> None:
    """The wrong order: N+1 writes before the readers are upgraded. Nothing is lost, others go on.

    The same from the other side: what N wrote, N+1 reads, whenever it is upgraded.
    """
    old, new = versions
    receipts = [
        old("append", stream="case/b", events=[application()], command="test:1"),
        new("append", stream="case/b", events=[NOTED], command="test:2"),
        new("append", stream="case/b", events=[WITH_DESK], command="test:3"),
        old("append", stream="case/c", events=[application()], command="test:1"),
    ]

    # N does not decide on what it cannot read, and writes nothing there; other cases go on.
    refused = old("append", stream="case/b", events=[WITHOUT_DESK], command="test:4")
    assert refused == {"unknown": "no event type 'intake.CaseNoted' is known"}
    receipts.append(old("append", stream="case/c", events=[WITHOUT_DESK], command="test:2"))

    # N's sequencer holds the stream from there on, and says why; the lane goes on.
    sequenced = old("sequence")
    assert sequenced == {
        "head": 3,
        "held": {"case/b": "intake does not write intake.CaseNoted"},
    }
    assert old("audit") == [], "the commit is its writer's own; only the type is not known yet"
    assert ["foreign-commit", "case/b", 2] in old("reconcile")
    # A service's consumer loads the whole stream and parks it; the projection has read version 1.
    followed = old("follow")
    assert followed["marks"] == dict.fromkeys(GROUPS, 3)
    assert followed["parked"] == [["intake", "case/b"]]
    assert followed["handled"] == ["case/c/1", "case/c/2"]
    assert (old("view", case="b"), old("view", case="c")) == (1, 2)

    # The sequencer is upgraded: what was held has its place within one round.
    assert new("sequence") == {"head": 5, "held": {}}
    assert new("reconcile") == new("audit") == []

    # N's consumers still run: each parks that stream alone, and passes nothing over in silence.
    more = new("append", stream="case/c", events=[WITH_DESK], command="test:3")
    receipts.append(more)
    assert new("sequence")["head"] == 6
    followed = old("follow")
    assert followed["marks"] == dict.fromkeys(GROUPS, 6)
    assert followed["parked"] == [[group, "case/b"] for group in GROUPS]
    assert followed["handled"] == ["case/c/3"]
    assert (old("view", case="b"), old("view", case="c")) == (1, 3)
    assert [done for *_, done in old("redrive")] == [False, False], "N cannot go on with it"

    # The consumers are upgraded, and the streams redriven.
    assert sorted(new("redrive")) == [[group, "case/b", True] for group in GROUPS]
    assert new("follow")["parked"] == []
    assert (new("view", case="b"), new("view", case="c")) == (3, 3)
    assert new("append", stream="case/b", events=[WITHOUT_DESK], command="test:4")["version"] == 4

    stored = {
        (one["stream"], one["last_version"], one["hash"].hex())
        for one in databases.log["commits"].find({})
    }
    acknowledged = {(one["stream"], one["version"], one["hash"]) for one in receipts}
    assert acknowledged < stored, "no acknowledged commit is lost"
    assert len(stored) == len(receipts) + 1
