"""What is certain is said at once: on a running system, and instead of waiting at a start.

Several installations on one event log and one Kafka of the test's own: each has databases, a topic
and a folder of its own.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.home import Home, Ports, State
from deploy.embedded.servers import Running, find_kafka, find_mongo, start_kafka, start_mongo
from tests.e2e.actors import Scene, scene
from tests.e2e.system import System, system
from tests.support.topics import more_partitions
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


def withdrawn(users: Scene, case: str) -> int:
    """The status that a withdrawal of the case is answered with."""
    path = f"/v1/cases/{case}/withdrawal"
    headers = {"If-Match": "*"}
    answer = users.post("intake", path, b"{}", as_="portal", headers=headers)
    if answer.status_code == 503:
        assert answer.json()["type"] == "urn:caseledger:problem:lane-stopped"
        assert answer.headers["Retry-After"] == "60"
    return answer.status_code


def lane_of_case(users: Scene, case: str) -> int:
    found = users.databases.log["commits"].find_one({"stream": f"case/{case}"}, {"lane": 1})
    assert found is not None
    return int(found["lane"])


def test_more_partitions_than_lanes_and_then_more_lanes(tmp_path: Path) -> None:
    sentence = "The topic caseledger.events has 8 partitions, not one for each of the log's 4 lanes"
    with system(tmp_path) as one:
        one.up()
        assert problems(one) == []
        with scene(one) as users:
            before = [users.story().submit() for _ in range(3)]
            lanes = {case: lane_of_case(users, case) for case in before}
        more_partitions(one.caseledger("status")["kafka"], "caseledger.events", 8)
        within(SAID_S, lambda: any(sentence in said for said in problems(one)))
        within(SAID_S, lambda: any(sentence in said for said in readyz(one).get("problems", [])))
        assert readyz(one)["kafka"] == "refused"
        relayed = one.caseledger("relay", "status", expect=1)
        assert any(sentence in finding for finding in relayed["findings"])
        assert sentence in (one.home / "logs" / "sequencer.log").read_text("utf-8")
        assert "in use by another start" in one.caseledger("relay", "lanes", "8", expect=2)["error"]
        one.down()
        refused(one, sentence)
        assert one.caseledger("relay", "lanes", "8") == {"lanes": 8, "before": 4}
        told = System(one.home, one.environ | {"CASELEDGER_LANES": "4"})
        refused(told, "The log has 8 lanes, and CASELEDGER_LANES says 4")
        one.up()
        assert one.caseledger("relay", "lanes") == {"lanes": 8}
        with scene(one) as users:
            assert {case: withdrawn(users, case) for case in before} == dict.fromkeys(before, 200)
            after = [users.story().submit() for _ in range(12)]
            assert max(lane_of_case(users, case) for case in after) >= 4
            log = users.databases.log
            for case in before:
                assert log["commits"].distinct("lane", {"stream": f"case/{case}"}) == [lanes[case]]
            code, words = web_ends(one, lanes="5")
            assert code == 2
            assert words.startswith("The log has 8 lanes, and CASELEDGER_LANES says 5")
        eventually(lambda: one.run("relay", "status").returncode == 0, 60)
        for words in (("audit", "verify"), ("audit", "reconcile"), ("projection", "compare")):
            assert one.caseledger(*words)["ok"]
        assert len(one.caseledger("relay", "status")["lanes"]) == 8


def web_ends(one: System, *, lanes: str) -> tuple[int, str]:
    """How a web process that was told another number ends, and its last words."""
    state = State.read(Home(one.home))
    assert state is not None
    told = {
        "CASELEDGER_LANES": lanes,
        "CASELEDGER_SERVICE": "intake",
        "CASELEDGER_MODE": "embedded",
        "CASELEDGER_LOG_URI": state.mongo_uri,
        "CASELEDGER_SECRETS_DIR": str(one.home / "keys" / "intake-web"),
    }
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "shared.http.process.serve", "services.intake.wsgi:create()"],
        env=one.environ | told,
        cwd=one.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stderr.strip().splitlines()[-1]


def test_an_edited_ledger_and_then_another_installations_topic(
    grounds: Grounds, tmp_path: Path, name: str
) -> None:
    with system(tmp_path / "one", **grounds.environ(name)) as one:
        one.up()
        with scene(one) as users:
            cases = [users.story().submit() for _ in range(8)]
            lanes = {case: lane_of_case(users, case) for case in cases}
            lane, log = lanes[cases[0]], users.databases.log
            row = eventually(lambda: log["ledger"].find_one({"lane": lane, "position": 1}), 20)
            published = {"_id": f"mark/{lane}", "position": {"$gte": 1}}
            eventually(lambda: log["lanes"].find_one(published), 20)
            log["ledger"].update_one({"_id": row["_id"]}, {"$set": {"leaf": b"x" * 32}})
            sentence = f"Position 1 of lane {lane} has another hash in the ledger"
            within(SAID_S, lambda: any(sentence in said for said in problems(one)))
            within(SAID_S, lambda: any(sentence in s for s in readyz(one).get("problems", [])))
            expected = {case: 503 if lanes[case] == lane else 200 for case in cases}
            assert set(expected.values()) == {200, 503}
            assert {case: withdrawn(users, case) for case in cases} == expected
        one.down()
        refused(one, sentence)
    with system(tmp_path / "two", **grounds.environ(f"{name}b")) as two:
        two.up()
        two.caseledger("catalogue", "load")
        two.down()
        told = System(two.home, two.environ | {"CASELEDGER_TOPIC": f"{name}.events"})
        refused(told, f"The topic {name}.events holds records of another installation")
