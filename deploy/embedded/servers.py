"""Start one event log or one Kafka and stop it again: for tests, benchmarks and experiments.

The launcher supervises the same command lines itself (`deploy.embedded.supervisor`).
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.commands import Place, kafka_argv, kafka_environ, mongo_argv
from deploy.embedded.find import Kafka, Mongo, ServerMissingError, find_kafka, find_mongo
from deploy.embedded.probe import free_port, kafka_nodes, mongo_answers

__all__ = [
    "Kafka",
    "Mongo",
    "Running",
    "ServerMissingError",
    "find_kafka",
    "find_mongo",
    "start_kafka",
    "start_mongo",
]

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
POLL_S = 0.05


@dataclass
class Running:
    """A server of ours: `address` is a MongoDB address or Kafka's bootstrap servers."""

    kind: str
    address: str
    port: int
    data: Path
    log: Path
    argv: tuple[str, ...]
    environ: dict[str, str]
    answers: Callable[[], bool]
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def pid(self) -> int:
        """Process id of the server.

        Raises:
            RuntimeError: when it is not running.
        """
        if self.process is None:
            raise RuntimeError(f"{self.kind} is not running")
        return self.process.pid

    def start(self) -> None:
        """Start (again, on the same data and port) and wait until it answers in its protocol."""
        self.begin()
        self.await_answer()

    def begin(self) -> None:
        """Start the process, without waiting for its answer."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.environ,
                start_new_session=True,
            )

    def await_answer(self) -> None:
        """Wait until it answers in its protocol.

        Raises:
            ServerMissingError: it ended, or does not answer; the message names its log.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.answers():
            if self.process is None or self.process.poll() is not None:
                raise ServerMissingError(f"{self.kind} ended at its start: see {self.log}.")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerMissingError(f"{self.kind} does not answer: see {self.log}.")
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Ask it to end, and insist when it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """Stop it in its tracks (SIGSTOP) until `resume`."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        os.kill(self.pid, signal.SIGCONT)


def start_mongo(
    mongo: Mongo, *, data: Path, log: Path, environ: Mapping[str, str], port: int = 0
) -> Running:
    """Start an event log on the loopback (port 0: a free one) and wait until it answers.

    Raises:
        ServerMissingError: when it does not start; the message names its log.
    """
    place = Place(data, port or free_port(), 0, log)
    log.parent.mkdir(parents=True, exist_ok=True)
    running = Running(
        kind=mongo.kind,
        address=f"mongodb://127.0.0.1:{place.port}/?directConnection=true",
        port=place.port,
        data=data,
        log=log,
        argv=mongo_argv(mongo, place),
        environ=dict(environ),
        answers=lambda: mongo_answers("127.0.0.1", place.port),
    )
    running.start()
    return running


def start_kafka(
    kafka: Kafka,
    *,
    data: Path,
    log: Path,
    environ: Mapping[str, str],
    port: int = 0,
    controller_port: int = 0,
) -> Running:
    """Start a Kafka of one node on the loopback (port 0: a free one) and wait until it answers.

    Raises:
        ServerMissingError: when it does not start; the message names its log.
    """
    place = Place(data, port or free_port(), controller_port or free_port(), log)
    log.parent.mkdir(parents=True, exist_ok=True)
    running = Running(
        kind=kafka.kind,
        address=f"127.0.0.1:{place.port}",
        port=place.port,
        data=data,
        log=log,
        argv=kafka_argv(kafka, place),
        environ=kafka_environ(environ),
        answers=lambda: bool(kafka_nodes("127.0.0.1", place.port)),
    )
    running.start()
    return running
