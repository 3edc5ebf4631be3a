"""Servers that are away, forget, lie or lose answers, and a topic on which others write."""

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from deploy.embedded.servers import Running
from shared.kafka.network import Network
from tests.faults import hostile
from tests.faults.drive import caller, flying
from tests.faults.frames import MONGO, Frame
from tests.faults.history import Call
from tests.faults.proxy import FaultProxy
from tests.faults.stack import SETTLE_S, Stack, stack
from tests.support.telling import tell
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.rust_mongo,
    pytest.mark.real_kafka,
    pytest.mark.stack,
    pytest.mark.timeout(900),
]
READERS = (
    "intake-worker",
    "review-worker",
    "issuance-worker",
    "notify-worker",
    "projection",
    "worklists",
)
THROWN_AWAY = b"kafka_producer_thrown_away"
POSTS, CONNECTIONS = int(os.environ.get("CASELEDGER_ROW50_POSTS", "10000")), 256


@dataclass
class Fronted:
    """A system whose intake reaches the event log through `proxy`."""

    stack: Stack
    proxy: FaultProxy


@pytest.fixture(scope="module")
def fronted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fronted]:
    proxies: list[FaultProxy] = []

    def front(mongo: Running) -> dict[str, str]:
        proxies.append(FaultProxy(("127.0.0.1", mongo.port), framing=MONGO))
        return {"FAULTS_WEB_LOG_URI": f"mongodb://{proxies[0].address}/?directConnection=true"}

    try:
        with stack(tmp_path_factory.mktemp("servers"), front=front) as one:
            yield Fronted(one, proxies[0])
    finally:
        for proxy in proxies:
            proxy.close()


@pytest.fixture
def system(fronted: Fronted) -> Stack:
    return fronted.stack


def test_row_17_a_write_is_applied_and_its_answer_lost(fronted: Fronted) -> None:
    """Unknown is a third answer: the log looks for the command, else the caller repeats."""
    with flying(fronted.stack):
        for times in (3, 3):
            fronted.proxy.lose_answer(_appends, times=times).wait(SETTLE_S)
    fronted.stack.check()


def test_row_14_kafka_refuses_connections(system: Stack) -> None:
    """Commands are appended without Kafka; what it missed is published and consumed afterwards."""
    with flying(system) as flight:
        flight.after(10)
        system.kafka.kill()
        flight.after(30)
        system.kafka.start()
    system.check()


def test_row_27_the_broker_restarts(system: Stack) -> None:
    """Producer and consumers survive it or are made anew; the marks say where to go on."""
    with flying(system) as flight:
        for _ in range(2):
            flight.after(40)
            system.kafka.stop()
            system.kafka.start()
    system.check()


def test_row_19a_the_broker_hangs_longer_than_a_delivery_may_take(system: Stack) -> None:
    """The first expired future costs the producer its place; a new one resumes from the mark."""
    log = system.home.logs / "sequencer.log"
    with flying(system) as flight:
        flight.after(20)
        system.kafka.pause()
        try:
            before = _thrown_away(log)
            eventually(lambda: _thrown_away(log) > before, SETTLE_S)
        finally:
            system.kafka.resume()
    system.check()


def test_row_28_the_topic_is_deleted(system: Stack) -> None:
    """The end of the partition is compared with the mark: the topic is filled from the ledger."""
    with flying(system) as flight:
        flight.after(60)
        delete_topic(system)
    system.check()


def test_row_24_the_history_of_the_change_stream_is_lost(system: Stack) -> None:
    """The stream is only a wake-up: what it did not show is read from the log itself."""
    with flying(system):
        system.arm("sequencer", "history-lost").wait()
        notes = system.databases.log["lanes"]
        notes.update_many({"_id": {"$regex": "^resume/"}}, {"$set": {"at": "garbage"}})
        system.kill("sequencer")
        system.arm("sequencer", "history-lost", after=20).wait()
    system.check()


def test_row_33_every_record_comes_three_times_more(system: Stack) -> None:
    """What is at or below a lane's mark is dropped, whoever sends it again."""
    with flying(system) as flight:
        for _ in range(2):
            flight.after(60)
            hostile.again(system, hostile.records(system)[-600:], times=3)
    system.check()


def test_row_34_records_come_in_another_order(system: Stack) -> None:
    """The ledger has the order; records only save a read of the log."""
    flags = [system.faults / f"{name}.shuffle" for name in READERS]
    try:
        for flag in flags:
            flag.touch()
        with flying(system) as flight:
            flight.after(60)
            hostile.again(system, hostile.records(system)[-300::-1])
        system.check()
    finally:
        for flag in flags:
            flag.unlink()


def test_row_35_every_third_record_is_lost(system: Stack) -> None:
    """A missing position is read from the ledger: by the next record, or by its head."""
    flags = [system.faults / f"{name}.drop" for name in READERS]
    try:
        for flag in flags:
            flag.touch()
        with flying(system):
            pass
        system.check()
    finally:
        for flag in flags:
            flag.unlink()


def test_row_36_a_genuine_event_that_cannot_be_digested_and_forged_ones(system: Stack) -> None:
    """The one stream is parked and redriven; the forged ones are dropped; all others flow."""
    one = caller(system)
    case = one.submit()
    poison = system.faults / "review-worker.poison"
    poison.write_text(f"case/{case}")
    system.parked.add(f"case/{case}")
    with flying(system):
        one.callback(case)
        hostile.forge(system, hostile.records(system)[-1])
        parked = system.databases.work["parked"]
        eventually(lambda: parked.find_one({"stream": f"case/{case}"}), SETTLE_S)
    one = caller(system)
    assert one.look(case)["status"] == "accepted"
    poison.unlink()
    _redrive(system)
    system.parked.clear()
    one.decide(case)
    one.produce(case)
    system.check()


def test_row_50_one_key_over_many_connections(
    system: Stack, request: pytest.FixtureRequest
) -> None:
    """The unique index on the command: one commit, and everybody gets its answer."""
    one = caller(system)
    intake = one.services["intake"]
    body = one.application(one.upload())
    key = uuid.uuid4().hex
    post = _request(intake, body, {"Authorization": one.tokens["portal"]}, key)
    began = time.monotonic()
    answers = asyncio.run(_posted(intake, post, POSTS, CONNECTIONS))
    seconds = time.monotonic() - began
    tell(
        request,
        f"row 50: {POSTS} posts (CASELEDGER_ROW50_POSTS) over {CONNECTIONS} connections "
        f"in {seconds:.1f} s",
    )
    assert len(answers) == POSTS
    assert {status for status, _, _ in answers} == {201}
    assert len({content for _, _, content in answers}) == 1
    assert sum(replayed for _, replayed, _ in answers) == POSTS - 1
    said = json.loads(answers[0][2])
    system.history.add(Call(key, "submit", said["case"], "ok", 201, said["receipt"]["hash"]))
    one.callback(said["case"])
    one.decide(said["case"])
    one.produce(said["case"])
    system.check()


def _appends(frame: Frame) -> bool:
    return frame.name == "insert" and b"request_mac" in frame.raw


def delete_topic(system: Stack) -> None:
    """As an operator would by mistake."""
    admin = KafkaAdminClient(kafka_client=Network, bootstrap_servers=system.kafka.address)
    try:
        admin.delete_topics([system.settings.topic])
    finally:
        admin.close()


def _thrown_away(log: Path) -> int:
    return log.read_bytes().count(THROWN_AWAY)


def _redrive(system: Stack) -> None:
    ran = subprocess.run(
        (sys.executable, "-m", "deploy.cli", "parked", "redrive", "--json"),
        env=system.environ,
        capture_output=True,
        text=True,
        timeout=SETTLE_S,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"


# ---- row 50: a client that is cheaper than the server


def _request(base: str, body: Any, headers: dict[str, str], key: str) -> bytes:
    content = json.dumps(body).encode()
    lines = {
        **headers,
        "Host": base.removeprefix("http://"),
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        "Idempotency-Key": key,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/cases HTTP/1.1\r\n{head}\r\n".encode() + content


async def _posted(
    base: str, request: bytes, count: int, connections: int
) -> list[tuple[int, bool, bytes]]:
    """Status, whether marked as replayed, and body of each answer; 503 is asked again."""
    todo = iter(range(count))
    answers: list[tuple[int, bool, bytes]] = []
    host, _, port = base.removeprefix("http://").rpartition(":")

    async def work() -> None:
        for _ in todo:
            answer = await _until_definite(host, int(port), request)
            answers.append(answer)

    await asyncio.gather(*(work() for _ in range(connections)))
    return answers


async def _until_definite(host: str, port: int, request: bytes) -> tuple[int, bool, bytes]:
    deadline = time.monotonic() + SETTLE_S
    while True:
        try:
            answer = await _once(host, port, request)
        except (OSError, asyncio.IncompleteReadError):
            answer = (0, False, b"")
        if answer[0] not in {0, 502, 503, 504}:
            return answer
        assert time.monotonic() < deadline, "no definite answer"
        await asyncio.sleep(0.05)


async def _once(host: str, port: int, request: bytes) -> tuple[int, bool, bytes]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
        )
        content = await reader.readexactly(int(fields[b"content-length"]))
        return int(head.split(b" ", 2)[1]), b"idempotency-replayed" in fields, content
    finally:
        writer.close()
