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

from deploy.embedded.servers import find_kafka, find_mongo, start_kafka, start_mongo

How = Literal["given", "container", "native"]
MONGO_IMAGE = "mongo:8"
KAFKA_IMAGE = "apache/kafka:4.3.1"


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
        return Chosen("container", MONGO_IMAGE)
    return Chosen("native", find_mongo(environ).kind)


def choose_kafka(environ: Mapping[str, str]) -> Chosen:
    """The Kafka of this run; nothing is started."""
    if given := environ.get("CASELEDGER_TEST_KAFKA"):
        return Chosen("given", environ.get("CASELEDGER_TEST_KAFKA_KIND", "apache-kafka"), given)
    if docker_answers(environ):
        return Chosen("container", KAFKA_IMAGE)
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
        with _mongo_container() as uri:
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
        from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415 - slow, seldom

        with KafkaContainer(KAFKA_IMAGE).with_kraft() as container:
            yield container.get_bootstrap_server()
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


@contextmanager
def _mongo_container() -> Iterator[str]:
    """A replica set of one node, initiated: change streams and majority need one."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - slow, seldom
    from testcontainers.core.waiting_utils import wait_for_logs  # noqa: PLC0415 - slow, seldom

    container = DockerContainer(MONGO_IMAGE).with_exposed_ports(27017)
    container.with_command("mongod --replSet caseledger --bind_ip_all")
    with container:
        wait_for_logs(container, "Waiting for connections", timeout=60)
        container.exec(["mongosh", "--quiet", "--eval", "rs.initiate()"])
        wait_for_logs(container, "Transition to primary complete", timeout=60)
        host, port = container.get_container_host_ip(), container.get_exposed_port(27017)
        yield f"mongodb://{host}:{port}/?directConnection=true"
