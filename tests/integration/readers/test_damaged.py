"""A damaged stream is a finding that names it: not a traceback, and not the end of a check."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import typer

from deploy.cli.output import answer, reporting
from deploy.cli.records.cases import replayed, shown
from shared.case.streams import case_stream
from shared.eventlog import open_door
from shared.eventlog.errors import StreamDamaged
from shared.projection.building import catch_up
from shared.projection.comparing import compare
from shared.relay.process.reconcile import reconcile
from tests.support.closed_case import Closed
from tests.support.path_world import LANES

pytestmark = pytest.mark.mongo
Document = dict[str, Any]


def stored(at: Closed, name: str) -> list[Document]:
    found = at.path.world.databases.log["commits"].find({"stream": at.streams[name]})
    return sorted(found, key=lambda document: document["first_version"])


@contextmanager
def without(at: Closed, *documents: Document) -> Iterator[None]:
    commits = at.path.world.databases.log["commits"]
    commits.delete_many({"_id": {"$in": [document["_id"] for document in documents]}})
    try:
        yield
    finally:
        commits.insert_many(documents)


@contextmanager
def having(at: Closed, document: Document) -> Iterator[None]:
    commits = at.path.world.databases.log["commits"]
    added = commits.insert_one(document).inserted_id
    try:
        yield
    finally:
        commits.delete_one({"_id": added})


def reconciled(at: Closed) -> list[tuple[str, str, int]]:
    world = at.path.world
    door = open_door(world.settings, world.secrets, world.databases)
    report = reconcile(world.databases.log, range(LANES), door)
    return [(one.kind, one.stream, one.version) for one in report.findings]


def printed(read: Callable[[], Document], capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """Exit code and JSON of a command that answers what `read` gives."""
    with pytest.raises(typer.Exit) as ended, reporting(as_json=True):
        answer(read(), as_json=True, show=lambda _: None)
    return ended.value.exit_code, json.loads(capsys.readouterr().out)


def test_a_stream_that_lacks_a_commit_is_refused_by_name(
    closed: Closed, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = closed.streams["case"]
    gone = stored(closed, "case")[2]
    version = gone["first_version"]
    with without(closed, gone):
        code, said = printed(lambda: shown(closed.session, closed.case), capsys)
        assert code == 1
        (finding,) = said["findings"]
        assert (finding["stream"], finding["version"], finding["reason"]) == (
            stream,
            version,
            "missing",
        )
        told = closed.path.client("intake").get(f"/v1/cases/{closed.case}", user="applicant")
        assert (told.status_code, told.json["type"]) == (
            500,
            "urn:caseledger:problem:record-damaged",
        )
        assert (
            told.json["detail"] == f"The stream {stream} is refused at version {version}: missing."
        )
        again = replayed(closed.session, closed.case)
        assert [stream in finding for finding in again["findings"]] == [True]
        assert {line["id"].partition("/")[0] for line in again["events"]} == {"notice"}
        assert ("commit-missing", stream, version) in reconciled(closed)


def test_a_comparison_goes_on_after_a_stream_that_is_refused(closed: Closed) -> None:
    path = closed.path
    other = path.submitted()
    catch_up(path.parts(), 1)
    with without(closed, stored(closed, "case")[2]):
        found = compare(path.parts())
    assert [(one["finding"], one["case"]) for one in found.findings] == [("refused", closed.case)]
    assert found.cases == 2
    commits = path.world.databases.log["commits"]
    first = commits.find_one({"stream": case_stream(other), "first_version": 1})
    assert first is not None
    with without(closed, stored(closed, "case")[2], first):
        found = compare(path.parts())
    assert {one["case"] for one in found.findings} == {closed.case, other}


@pytest.mark.parametrize("name", ["case", "notice", "document"])
def test_a_stream_whose_end_was_cut_off_is_not_right(closed: Closed, name: str) -> None:
    gone = stored(closed, name)[-1]
    with without(closed, gone):
        found = replayed(closed.session, closed.case)
        assert not found["ok"]
        place = f"{gone['stream']}/{gone['first_version']}"
        assert [place in finding for finding in found["findings"]] == [True]
        of_case = shown(closed.session, closed.case)
        assert of_case["ok"] == (name != "case")
        assert [place in finding for finding in of_case["findings"]] == [True] * (name == "case")
        kinds = {one["finding"] for one in compare(closed.path.parts()).findings}
        assert kinds <= {"not-in-the-log", "refused"}
        assert (name == "case") <= ("not-in-the-log" in kinds)
    assert replayed(closed.session, closed.case)["ok"]


def test_a_case_whose_whole_stream_was_deleted_is_a_finding_and_not_unknown(closed: Closed) -> None:
    with without(closed, *stored(closed, "case")):
        assert not replayed(closed.session, closed.case)["ok"]
        assert shown(closed.session, closed.case)["ok"] is False


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"lane": 99}, "no-such-lane"),
        ({"lane": "0"}, "no-such-lane"),
        ({"last_version": 1}, "foreign-commit"),
        ({"last_version": None}, "foreign-commit"),
        ({"first_version": 2}, "foreign-commit"),
        ({"first_version": "3"}, "foreign-commit"),
    ],
)
def test_reconciliation_finds_a_commit_wherever_it_says_it_stands(
    closed: Closed, columns: Document, kind: str
) -> None:
    """Given a copy of a commit under another place, then it is found, whatever it says there."""
    last = {key: value for key, value in stored(closed, "case")[-1].items() if key != "_id"}
    free = {"first_version": last["last_version"] + 1, "command_id": "http:copied"}
    taken = {document["first_version"] for document in stored(closed, "case")}
    assert columns.get("first_version") not in taken
    with having(closed, last | free | columns):
        assert [found[0] for found in reconciled(closed)] == [kind]
    assert reconciled(closed) == []


def test_a_damaged_stream_says_stream_version_and_reason(closed: Closed) -> None:
    with without(closed, stored(closed, "case")[0]), pytest.raises(StreamDamaged) as refused:
        shown(closed.session, closed.case)
    assert (refused.value.stream, refused.value.version) == (closed.streams["case"], 1)
    assert refused.value.as_finding()["reason"] == "missing"
