"""Which event log and Kafka the tests run on, and how they are started: once a session.

Given by address (`CASELEDGER_TEST_MONGO_URI`, `CASELEDGER_TEST_KAFKA`), else containers when a
Docker engine answers, else servers of this machine. The choice is printed in pytest's header.
"""

import http.client
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pymongo import MongoClient

from deploy.embedded.probe import free_port
from deploy.embedded.servers import find_kafka, find_mongo, start_kafka, start_mongo

How = Literal["given", "container", "native"]
# The images of docker-compose.yml; the same variables as there give them other names.
MONGO_IMAGE = "mongo:8.2"
KAFKA_IMAGE = "apache/kafka:4.3.1"
START_S = 60


@dataclass(frozen=True)
class Chosen:
    """A server for the tests: how we come by it, and what it is."""

    how: How
    kind: str
    address: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, f"({self.how})", self.address)))


def docker_answers(environ: Mapping[str, str]) -> bool:
    """True when a Docker engine answers a ping on its socket."""
    address = environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not address.startswith("unix://"):
        return False
    link = http.client.HTTPConnection("docker", timeout=2)
    try:
        link.sock = socket.socket(socket.AF_UNIX)
        link.sock.settimeout(2)
        link.sock.connect(address.removeprefix("unix://"))
        link.request("GET", "/_ping")
        return link.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def choose_mongo(environ: Mapping[str, str]) -> Chosen:
    """The event log of this run; nothing is started."""
    if given := environ.get("CASELEDGER_TEST_MONGO_URI"):
        return Chosen("given", given_mongo_kind(given), given)
    if docker_answers(environ):
        return Chosen("container", environ.get("MONGO_IMAGE") or MONGO_IMAGE)
    return Chosen("native", find_mongo(environ).kind)


def choose_kafka(environ: Mapping[str, str]) -> Chosen:
    """The Kafka of this run; nothing is started."""
    if given := environ.get("CASELEDGER_TEST_KAFKA"):
        return Chosen("given", environ.get("CASELEDGER_TEST_KAFKA_KIND", "apache-kafka"), given)
    if docker_answers(environ):
        return Chosen("container", environ.get("KAFKA_IMAGE") or KAFKA_IMAGE)
    return Chosen("native", find_kafka(environ).kind)


def given_mongo_kind(uri: str) -> str:
    """What answers at an address: MongoDB itself says nothing of Secantus."""
    client: MongoClient[dict[str, Any]] = MongoClient(uri, serverSelectionTimeoutMS=3000)
    try:
        info = client.admin.command("buildInfo")
    finally:
        client.close()
    if "secantusVersion" not in info:
        return f"mongod {info['version']}"
    rust = "rust" in str(info.get("buildEnvironment", {}).get("cc", ""))
    return "secantusd-rs" if rust else "secantusd-py"


def is_rust_or_real_mongo(chosen: Chosen) -> bool:
    """Whether tests marked rust_mongo can run."""
    return chosen.kind != "secantusd-py"


def is_real_kafka(chosen: Chosen) -> bool:
    """Whether tests marked real_kafka can run."""
    return chosen.kind != "tansu"


@contextmanager
def mongo(chosen: Chosen, folder: Path) -> Iterator[str]:
    """Address of the event log; what was started ends with the session."""
    if chosen.how == "given":
        yield chosen.address
    elif chosen.how == "container":
        with _mongo_container(chosen.kind) as uri:
            yield uri
    else:
        running = start_mongo(
            find_mongo(os.environ),
            data=folder / "mongo",
            log=folder / "mongo.log",
            environ=os.environ,
        )
        try:
            yield running.address
        finally:
            running.stop()


@contextmanager
def kafka(chosen: Chosen, folder: Path) -> Iterator[str]:
    """Bootstrap servers of the Kafka; what was started ends with the session."""
    if chosen.how == "given":
        yield chosen.address
    elif chosen.how == "container":
        with _kafka_container(chosen.kind) as address:
            yield address
    else:
        running = start_kafka(
            find_kafka(os.environ),
            data=folder / "kafka",
            log=folder / "kafka.log",
            environ=os.environ,
        )
        try:
            yield running.address
        finally:
            running.stop()


def _container(image: str) -> Any:
    """A container of an image, without the helper that removes what a dead run has left.

    That helper is one more image to fetch; our containers end with the fixture that started them.
    """
    from testcontainers.core.config import testcontainers_config  # noqa: PLC0415 - slow, seldom
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - slow, seldom

    testcontainers_config.ryuk_disabled = True
    return DockerContainer(image)


def _said(words: str) -> Any:
    """Waits until a container's log has the words."""
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    return LogMessageWaitStrategy(words).with_startup_timeout(START_S)


@contextmanager
def _mongo_container(image: str) -> Iterator[str]:
    """A replica set of one node, initiated: change streams and majority need one."""
    container = _container(image).with_exposed_ports(27017)
    container.with_command("mongod --replSet caseledger --bind_ip_all")
    container.waiting_for(_said("Waiting for connections"))
    with container:
        host, port = container.get_container_host_ip(), container.get_exposed_port(27017)
        uri = f"mongodb://{host}:{port}/?directConnection=true"
        client: MongoClient[dict[str, Any]] = MongoClient(uri, timeoutMS=START_S * 1000)
        with client:
            client.admin.command("replSetInitiate", {})
        _said("Transition to primary complete").wait_until_ready(container)
        yield uri


@contextmanager
def _kafka_container(image: str) -> Iterator[str]:
    """A broker that names itself by a port of this host: it must know the port when it starts."""
    port = free_port()
    container = _container(image).with_bind_ports(9092, port)
    for name, value in _kafka_settings(port).items():
        container.with_env(f"KAFKA_{name}", value)
    container.waiting_for(_said("Kafka Server started"))
    with container:
        yield f"127.0.0.1:{port}"


def _kafka_settings(port: int) -> dict[str, str]:
    return {
        "HEAP_OPTS": "-Xms256m -Xmx512m",
        "PROCESS_ROLES": "broker,controller",
        "NODE_ID": "1",
        "LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }
