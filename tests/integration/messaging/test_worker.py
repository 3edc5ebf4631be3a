"""A worker's life: ready when Kafka and log are, stopping in order, probes that tell the truth."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from shared.config import Databases
from shared.messaging import Group, Received, Worker
from shared.messaging.worker.worker import Times
from tests.support.messaging_world import WANTED, RealWorld
from tests.support.waiting import eventually

pytestmark = [pytest.mark.mongo, pytest.mark.kafka]


@pytest.fixture
def world(databases: Databases, kafka_servers: str) -> Iterator[RealWorld]:
    made = RealWorld(databases, kafka_servers)
    made.create_topic()
    yield made
    made.close()


def ask(worker: Worker, path: str) -> tuple[int, str]:
    assert worker.probes is not None
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{worker.probes.port}{path}", timeout=5
        ) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Running:
    """A worker in a thread of the test."""

    def __init__(self, world: RealWorld, handler: Any, **changes: Any) -> None:
        group = Group("review", handlers={WANTED: [handler]})
        self.source = world.source(group, bootstrap_timeout_ms=500)
        self.stop = threading.Event()
        self.worker = Worker(
            "review",
            consumer=world.consumer(group, source=self.source),
            ping=changes.get("ping", lambda: None),
            problems=lambda: ["The channel email is in trouble."],
            ticks=changes.get("ticks", ()),
            registry=world.registry,
            port=0,
            times=Times(poll_s=0.1, follow_s=0.05, fire_s=0.05),
        )
        self.fault: BaseException | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.worker.run(self.stop)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.fault = error

    def end(self) -> None:
        self.stop.set()
        self.thread.join(30)
        assert not self.thread.is_alive()


def test_ready_when_kafka_gave_lanes_and_the_log_answers(world: RealWorld) -> None:
    effects: list[str] = []
    running = Running(world, lambda received: effects.append(received.event_id))
    try:
        eventually(lambda: ask(running.worker, "/readyz")[0] == 200, 30)
        eventually(lambda: json.loads(ask(running.worker, "/readyz")[1])["lanes"] == [0], 30)
        said = json.loads(ask(running.worker, "/readyz")[1])["problems"]
        assert said == ["The channel email is in trouble."]
        assert ask(running.worker, "/livez")[0] == 200
        assert ask(running.worker, "/nothing")[0] == 404
        world.commit("case/a")
        world.produce(world.records())
        eventually(lambda: effects == ["case/a/1"], 20)
        eventually(
            lambda: (
                'caseledger_consumer_mark{group="review",lane="0"} 1.0'
                in ask(running.worker, "/metrics")[1]
            ),
            20,
        )
    finally:
        running.end()
    assert running.fault is None


def test_not_ready_without_kafka_yet_it_works_on(databases: Databases) -> None:
    world = RealWorld(databases, "127.0.0.1:1")
    world.commit("case/a")
    effects: list[str] = []
    running = Running(world, lambda received: effects.append(received.event_id))
    try:
        eventually(lambda: effects == ["case/a/1"], 30)
        status, body = ask(running.worker, "/readyz")
        assert status == 503
        assert json.loads(body)["kafka"] is False
        assert json.loads(body)["problems"] == [], "a start would end with it"
        assert ask(running.worker, "/livez")[0] == 200
    finally:
        running.end()


def test_not_ready_without_the_log(world: RealWorld) -> None:
    def ping() -> None:
        raise ConnectionError

    running = Running(world, lambda _received: None, ping=ping)
    try:
        eventually(lambda: json.loads(ask(running.worker, "/readyz")[1])["kafka"], 30)
        status, body = ask(running.worker, "/readyz")
        assert status == 503
        assert json.loads(body)["log"] is False
    finally:
        running.end()


def test_stopping_finishes_the_batch_then_marks_then_offsets_then_closes(
    world: RealWorld,
) -> None:
    world.commits([f"case/{n}" for n in range(5)])
    world.produce(world.records())
    begun, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def handler(received: Received) -> None:
        begun.set()
        assert go_on.wait(20)
        order.append(f"handled {received.position}")

    running = Running(world, handler)
    commit, close = running.source.commit, running.source.close
    running.source.commit = lambda offsets: (  # type: ignore[method-assign]
        order.append(f"commit {dict(offsets)} at mark {world.mark('review')}"),
        commit(offsets),
    )[-1]
    running.source.close = lambda timeout_s: (  # type: ignore[method-assign]
        order.append("close"),
        close(timeout_s),
    )[-1]
    assert begun.wait(30)
    running.stop.set()
    go_on.set()
    running.end()
    assert order == [
        *(f"handled {n}" for n in range(1, 6)),
        "commit {0: 5} at mark 5",
        "close",
    ]


def test_a_fault_beside_the_consumer_ends_the_process(world: RealWorld) -> None:
    def tick() -> None:
        raise ZeroDivisionError

    running = Running(world, lambda _received: None, ticks=[tick])
    running.thread.join(30)
    assert isinstance(running.fault, ZeroDivisionError)


PROCESS = """
import signal, sys, threading
from prometheus_client import CollectorRegistry
from shared.config import Settings, connect
from shared.eventlog import CommitStore, Door, FixedKeys, Keyring, LogReader
from shared.messaging import Group
from shared.messaging.worker.assembly import worker_of
settings = Settings.from_env(dict(a.split("=", 1) for a in sys.argv[1:]))
databases = connect(settings)
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
log = LogReader(CommitStore(databases.log, Door(FixedKeys(Keyring([])))))
group = Group("review", handlers={"intake.MaterialAttached": [lambda r: None]})
worker = worker_of("review", group, settings=settings, databases=databases,
    log=log, registry=CollectorRegistry(), stop=stop)
print("started", flush=True)
worker.run(stop)
print("stopped", flush=True)
"""


def test_sigterm_ends_a_real_process_with_its_work_saved(
    world: RealWorld, mongo_uri: str, kafka_servers: str
) -> None:
    world.commits([f"case/{n}" for n in range(50)])
    world.produce(world.records())
    arguments = [
        f"CASELEDGER_LOG_URI={mongo_uri}",
        f"CASELEDGER_KAFKA_SERVERS={kafka_servers}",
        f"CASELEDGER_TOPIC={world.topic}",
        "CASELEDGER_LANES=1",
        f"CASELEDGER_DATABASE_PREFIX={world.databases.log.name}",
    ]
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROCESS, *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    ) as process:
        try:
            eventually(lambda: world.mark("review") == 50, 60)
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "stopped" in out
