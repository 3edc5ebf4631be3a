"""The matrix can fail: rows run against systems that do without one protection, and are red.

Each protection is patched away from outside (`patched/sitecustomize.py`) in the processes that are
started from then on. Once is enough for a row in small: one case at the right moment. Each test
makes that case itself, so that it can be run alone; it waits for what the weakened system believes
to be the end, and then finds what was lost.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest

from deploy.embedded import launch
from deploy.embedded.home import State
from shared.config import Secrets
from shared.eventlog import Actor, Command, Draft, document_of, open_reader
from shared.eventlog.building import build
from tests.faults.drive import Stuck, caller, flying
from tests.faults.stack import SETTLE_S, Stack, stack
from tests.faults.test_servers_fail import delete_topic
from tests.support.keys import writer_of
from tests.support.topics import more_partitions
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.rust_mongo,
    pytest.mark.real_kafka,
    pytest.mark.stack,
    pytest.mark.timeout(600),
]
FOREVER_S = 10.0
LOOK_S = 20.0  # a sequencer counts its topic's partitions twice in that time


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack(tmp_path_factory.mktemp("weak")) as one:
        yield one


def test_row_2_without_one_command_id_for_a_repeat(system: Stack) -> None:
    """Weakened: the command id is random, so a repeat is a new command; I2 is red."""
    with _without(system, "command-id", "intake-web") as before:
        one = caller(system)
        body = one.application(one.upload())
        armed = system.arm("intake-web", "appended")
        with pytest.raises(Stuck):
            one.apply(body)
        armed.wait()
        assert _new(system, before, "I1", "I2", "I3")


def test_row_3_without_reading_the_log_again(system: Stack) -> None:
    """Weakened: neither scan nor reconciliation; a commit that no stream showed stays missed."""
    with _without(system, "catching-up", "sequencer"):
        one = caller(system)
        with _no_restarts(system):
            system.kill("sequencer")
            missed = one.submit()
        ledger = system.databases.log["ledger"]

        def later() -> bool:
            case = f"case/{one.submit()}"
            return bool(eventually(lambda: ledger.find_one({"stream": case}), FOREVER_S))

        eventually(later, SETTLE_S)
        assert ledger.find_one({"stream": f"case/{missed}"}) is None
        assert "commits have no position" in system.waiting()[0]


def test_row_5_without_marks_after_the_effect(system: Stack) -> None:
    """Weakened: the mark is raised before the handler; an event under it has no effect."""
    with _without(system, "mark-after", "review-worker"):
        armed = system.arm("review-worker", "begun")
        case = _paid(system)
        armed.wait()
        _believes_done(system, "review")
        assert caller(system).look(case)["status"] == "accepted"


def test_row_5_without_an_owner_of_the_number(system: Stack) -> None:
    """Weakened: a number is reserved for nobody; the crash after it leaves one unaccounted."""
    with _without(system, "owner", "issuance-worker") as before:
        armed = system.arm("issuance-worker", "reserved")
        one = caller(system)
        case = one.submit()
        one.callback(case)
        one.decide(case)
        armed.wait()
        one.until(case, "in-production")
        assert _new(system, before, "I4")


def test_row_5_without_the_projections_mark_after_its_write(system: Stack) -> None:
    """Weakened: its mark is raised before it writes; a document stays behind it, I7 is red."""
    with _without(system, "mark-after", "projection") as before:
        one = caller(system)
        case = one.submit()
        _believes_done(system, "progress.1")
        with _no_restarts(system):  # the next event of the case would repair it
            armed = system.arm("projection", "begun")
            one.callback(case)
            armed.wait()
            assert eventually(lambda: _new(system, before, "I7"), FOREVER_S)


def test_row_19a_without_a_new_producer(system: Stack) -> None:
    """Weakened: the producer of an expired delivery is kept; it never sends again, I6 is red.

    It dies of a batch that expires after it was sent once: hence a broker that hangs on a
    connection that works, and no lane that compares meanwhile, for that would hold up the sending.
    """
    with _without(system, "new-producer", "sequencer") as before:
        eventually(partial(_publishes_each_lane, system, datetime.now(UTC)), SETTLE_S)
        one = caller(system)
        one.submit()
        eventually(lambda: _believes_published(system), SETTLE_S)
        body = one.application(one.upload())
        silent = system.arm("sequencer", "silent")
        system.kafka.pause()
        try:
            one.apply(body)
            silent.wait()
        finally:
            system.kafka.resume()
        system.wait_ready()
        case = one.submit()  # what was sent before may have landed: what comes now cannot
        with pytest.raises(AssertionError, match="not within"):
            eventually(lambda: _believes_published(system), FOREVER_S)
        assert _lost(system, before, case)
    eventually(lambda: not _new(system, before, "I6"), SETTLE_S, poll_s=0.5)


def test_row_28_without_the_comparison_with_the_partitions_end(system: Stack) -> None:
    """Weakened: the mark alone says where to go on; what the topic lost stays lost, I6 is red."""
    case = caller(system).submit()
    eventually(lambda: _believes_published(system), SETTLE_S)
    with _without(system, "compare", "sequencer") as before:
        delete_topic(system)
        with flying(system, 1):
            pass
        eventually(lambda: _believes_published(system), SETTLE_S)
        assert _lost(system, before, case)
    eventually(lambda: not _new(system, before, "I6"), SETTLE_S, poll_s=0.5)


def test_row_35_without_the_comparison_with_the_ledgers_head(system: Stack) -> None:
    """Weakened: a still lane is not compared; what no later record shows is never handled."""
    drop = system.faults / "review-worker.drop"
    with _without(system, "head", "review-worker"):
        drop.write_text("all")
        case = _paid(system)
        with pytest.raises(AssertionError, match="not within"):
            eventually(lambda: not _late(system, "review"), FOREVER_S)
        assert caller(system).look(case)["status"] == "accepted"
    caller(system).until(case, "under-review")


def test_row_35_without_reading_gaps_from_the_ledger(system: Stack) -> None:
    """Weakened: what no record brought is passed over; the case never gets on."""
    drop = system.faults / "review-worker.drop"
    drop.write_text("all")
    try:
        with _without(system, "gaps", "review-worker"):
            case = _paid(system)
            _believes_done(system, "review")
            assert caller(system).look(case)["status"] == "accepted"
    finally:
        drop.unlink(missing_ok=True)


def test_row_36_without_parking(system: Stack) -> None:
    """Weakened: what cannot be digested is passed over; nobody can redrive it."""
    with _without(system, "parking", "review-worker"):
        one = caller(system)
        case = one.submit()
        poison = system.faults / "review-worker.poison"
        poison.write_text(f"case/{case}")
        one.callback(case)
        eventually(lambda: one.look(case)["status"] == "accepted", SETTLE_S)
        _believes_done(system, "review")
        poison.unlink()
        assert one.look(case)["status"] == "accepted"
        assert system.databases.work["parked"].find_one({"stream": f"case/{case}"}) is None


def test_row_53_without_the_claim(system: Stack) -> None:
    """Weakened: each case records a payment by itself; two cases count one transaction."""
    with _without(system, "claim", "intake-web") as before:
        one = caller(system)
        for case in (one.submit(), one.submit()):
            one.callback(case, transaction="t-row-53")
        assert _new(system, before, "I11")


def test_row_70_without_counting_the_partitions(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Weakened: a topic with more partitions than the log has lanes is taken, and nobody is told.

    On a system of its own, which is dropped: a topic never gets fewer.
    """
    with stack(tmp_path_factory.mktemp("partitions")) as one:
        sentence = f"has 8 partitions, not one for each of the log's {one.settings.lanes} lanes"

        def said() -> bool:
            return any(sentence in problem for problem in launch.status(one.home)["problems"])

        one.weaken("partitions")
        one.killed("sequencer")
        more_partitions(one.kafka.address, one.settings.topic, 8)
        with pytest.raises(AssertionError, match="not within"):
            eventually(said, LOOK_S, poll_s=0.5)
        one.weaken()
        one.kill("sequencer")
        eventually(said, SETTLE_S, poll_s=0.5)


def test_row_73_without_the_logs_own_number_of_lanes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Weakened: who was told another number works with it; a case that was taken never gets on.

    On a system of its own, which is dropped: a case keeps the lane of its first commit.
    """
    with stack(tmp_path_factory.mktemp("lanes")) as one:
        log = one.databases.log
        one.weaken("lane-number")
        one.killed("intake-web")
        person = caller(one)

        def beyond() -> str:
            case = f"case/{person.submit()}"
            lane = {"stream": case, "lane": {"$gte": one.settings.lanes}}
            return case if log["commits"].find_one(lane) else ""

        taken = eventually(beyond, SETTLE_S)
        with pytest.raises(AssertionError, match="not within"):
            eventually(lambda: log["ledger"].find_one({"stream": taken}), FOREVER_S)
        assert "commits have no position" in one.waiting()[0]


def test_without_the_door_a_forged_document_verifies(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Weakened: whoever inserts is believed, and a card that was never made is valid for anybody.

    On a system of its own, which is dropped: what was sequenced once cannot be taken back.
    """
    with stack(tmp_path_factory.mktemp("door")) as one:
        person = caller(one)
        case = person.submit()
        person.callback(case)
        person.decide(case)
        person.until(case, "in-production")
        document = _forge_production(one, case)
        eventually(lambda: _held(one, case), SETTLE_S)
        assert _public(one, document)["valid"] is False
        one.weaken("door")
        for process in ("sequencer", "issuance-web"):
            one.killed(process)
        eventually(lambda: _public(one, document)["valid"], SETTLE_S)


# ---- what the tests share


def _forge_production(system: Stack, case: str) -> str:
    """Insert, with a key of nobody, that the card was made; the id of its document."""
    secrets = Secrets.load(system.settings.secrets_dir)
    loaded = open_reader(system.settings, secrets, system.databases).load(f"case/{case}")
    (ordered,) = [e.data for e in loaded.events if e.type == "issuance.ProductionOrdered"]
    document = str(ordered["document"])
    command = Command(
        command_id="http:forged",
        actor=Actor(kind="producer", ref="mallory"),
        now=datetime.now(UTC),
    )
    forged = build(
        loaded,
        command,
        [Draft(type="issuance.DocumentProduced", schema=1, data={"document": document})],
        writer=writer_of("issuance", seed="mallory"),
        sealer=None,
        lanes=system.settings.lanes,
        code_version="forged",
    )
    system.databases.log["commits"].insert_one(document_of(forged))
    return document


def _held(system: Stack, case: str) -> str:
    """Why the sequencer holds the case; empty where it does not."""
    beats = system.databases.log["lanes"].find({"_id": {"$regex": "^beat/"}})
    held = [one for beat in beats for lane in beat["lanes"] for one in lane["held"]]
    return next((one["why"] for one in held if one["stream"] == f"case/{case}"), "")


def _public(system: Stack, document: str) -> dict[str, Any]:
    """What anybody is told of a document."""
    url = f"{system.services['issuance']}/v1/documents/{document}/verification"
    answer = httpx.get(url, timeout=10)
    assert answer.status_code == 200, answer.text  # while it starts: asked again
    found: dict[str, Any] = answer.json()
    return found


@contextmanager
def _without(system: Stack, protection: str, process: str) -> Iterator[set[str]]:
    """A process that does without a protection; yields what the checkers found before.

    It begins when the system is still: what an earlier test left to do would set off what this one
    arms. With its protection back the system settles by itself, or the red was not of its absence.
    """
    system.wait_still()
    before = set(system.findings())
    system.weaken(protection)
    system.killed(process)
    try:
        yield before
    finally:
        system.weaken()
        for point in system.faults.glob(f"{process}.*"):
            point.unlink()
        system.killed(process)
    system.wait_still()


@contextmanager
def _no_restarts(system: Stack) -> Iterator[None]:
    """The launcher sees no death during the block."""
    state = State.read(system.home)
    assert state is not None
    os.kill(state.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(state.pid, signal.SIGCONT)


def _new(system: Stack, before: set[str], *kinds: str) -> list[str]:
    """What the checkers find now, of these kinds, and did not find before."""
    return [one for one in system.findings() if one.startswith(kinds) and one not in before]


def _paid(system: Stack) -> str:
    """A case that is paid, and therefore accepted by the machine."""
    one = caller(system)
    case = one.submit()
    one.callback(case)
    eventually(lambda: one.look(case)["status"] == "accepted", SETTLE_S, poll_s=0.3)
    return case


def _lost(system: Stack, before: set[str], case: str) -> list[str]:
    """Which events of a case the topic does not have, and had or is to have."""
    return [one for one in _new(system, before, "I6") if one.startswith(f"I6 case/{case}/")]


def _believes_done(system: Stack, group: str) -> None:
    """Wait until every commit has its position and the group's marks are at the heads."""
    eventually(lambda: _placed(system) and not _late(system, group), SETTLE_S, poll_s=0.3)


def _believes_published(system: Stack) -> bool:
    """Whether the sequencer has published every commit, by its own marks."""
    lanes = system.databases.log["lanes"]
    marks = {row["_id"]: row["position"] for row in lanes.find({"_id": {"$regex": "^mark/"}})}
    heads = system.heads()
    return _placed(system) and all(marks.get(f"mark/{n}", 0) >= at for n, at in heads.items())


def _publishes_each_lane(system: Stack, since: datetime) -> bool:
    """Whether the sequencer has said, since then, that it compared all its lanes and publishes."""
    said = system.databases.log["lanes"].find_one(
        {"_id": {"$regex": "^beat/"}, "at": {"$gt": since}}
    )
    lanes = said["lanes"] if said else []
    return len(lanes) == system.settings.lanes and all(one["state"] == "run" for one in lanes)


def _placed(system: Stack) -> bool:
    """Whether every commit has its position."""
    log = system.databases.log
    return log["ledger"].count_documents({}) >= log["commits"].count_documents({})


def _late(system: Stack, group: str) -> list[str]:
    return [one for one in system.late() if one.startswith(f"I10 {group} is at")]
