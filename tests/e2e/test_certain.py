"""What is certain is said at once: on a running system, and instead of waiting at a start.

Several installations on one event log and one Kafka of the test's own: each has databases, a topic
and a folder of its own.
"""

import json
import os
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from pymongo import MongoClient

from deploy.embedded.home import Ports
from deploy.embedded.servers import Running, find_kafka, find_mongo, start_kafka, start_mongo
from tests.e2e.system import System, system
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.real_kafka, pytest.mark.timeout(400)]

SAID_S = 20.0  # what the system promises
BUSY_S = 15.0  # what a busy machine may add, and the start of Python itself


@dataclass
class Grounds:
    """The two servers that all installations share."""

    mongo: Running
    kafka: Running

    def environ(self, name: str, *, topic: str = "") -> dict[str, str]:
        return {
            "CASELEDGER_MONGO": self.mongo.address,
            "CASELEDGER_KAFKA": self.kafka.address,
            "CASELEDGER_DATABASE_PREFIX": name,
            "CASELEDGER_TOPIC": topic or f"{name}.events",
        }

    def more_partitions(self, topic: str, count: int) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self.kafka.address)
        try:
            admin.create_partitions({topic: count})
        finally:
            admin.close()


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    folder = tmp_path_factory.mktemp("certain")
    mongo = start_mongo(
        find_mongo(os.environ), data=folder / "m", log=folder / "mongo.log", environ=os.environ
    )
    try:
        kafka = start_kafka(
            find_kafka(os.environ), data=folder / "k", log=folder / "kafka.log", environ=os.environ
        )
        try:
            yield Grounds(mongo, kafka)
        finally:
            kafka.stop()
    finally:
        mongo.stop()


@pytest.fixture
def name() -> str:
    return f"c{uuid.uuid4().hex[:8]}"


def problems(one: System) -> list[str]:
    found: list[str] = json.loads(one.run("status", "--json").stdout)["problems"]
    return found


def readyz(one: System) -> dict[str, Any]:
    """What intake says to anybody."""
    port = Ports.from_env(one.environ).web("intake")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def within(seconds: float, said: Callable[[], bool]) -> None:
    began = time.monotonic()
    eventually(said, seconds + BUSY_S)
    assert time.monotonic() - began < seconds + BUSY_S


def refused(one: System, sentence: str) -> None:
    """A start that ends with the sentence, in `up` and afterwards in `status`."""
    began = time.monotonic()
    ran = one.run("up", "--detach", "--json")
    seconds = time.monotonic() - began
    assert ran.returncode == 2, f"{ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    assert sentence in json.loads(ran.stdout)["error"]
    assert seconds < SAID_S + BUSY_S, f"it was said after {seconds:.0f} s"
    assert any(sentence in problem for problem in problems(one))


def test_more_partitions_than_lanes(grounds: Grounds, tmp_path: Path, name: str) -> None:
    sentence = f"The topic {name}.events has 8 partitions, not one for each of the log's 4 lanes"
    with system(tmp_path, **grounds.environ(name)) as one:
        one.up()
        assert problems(one) == []
        grounds.more_partitions(f"{name}.events", 8)
        within(SAID_S, lambda: any(sentence in said for said in problems(one)))
        within(SAID_S, lambda: any(sentence in said for said in readyz(one).get("problems", [])))
        assert readyz(one)["kafka"] == "refused"
        relayed = one.caseledger("relay", "status", expect=1)
        assert any(sentence in finding for finding in relayed["findings"])
        assert sentence in (one.home / "logs" / "sequencer.log").read_text("utf-8")
        one.down()
        refused(one, sentence)


def test_an_edited_ledger_and_then_one_of_another_installations_topic(
    grounds: Grounds, tmp_path: Path, name: str
) -> None:
    with system(tmp_path / "one", **grounds.environ(name)) as one:
        one.up()
        one.caseledger("catalogue", "load")
        with MongoClient[dict[str, Any]](grounds.mongo.address) as client:
            log = client[name]
            row = eventually(lambda: log["ledger"].find_one({"position": 1}), 20)
            eventually(
                lambda: log["lanes"].find_one({"_id": f"mark/{row['lane']}", "position": 1}), 20
            )
            log["ledger"].update_one({"_id": row["_id"]}, {"$set": {"leaf": b"x" * 32}})
        sentence = f"Position 1 of lane {row['lane']} has another hash in the ledger"
        within(SAID_S, lambda: any(sentence in said for said in problems(one)))
        within(SAID_S, lambda: any(sentence in said for said in readyz(one).get("problems", [])))
        one.down()
        refused(one, sentence)
    other = grounds.environ(f"{name}b", topic=f"{name}.events")
    with system(tmp_path / "two", **other) as two:
        refused(two, f"The topic {name}.events holds records of another installation")
