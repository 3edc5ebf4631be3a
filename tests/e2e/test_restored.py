"""A start on databases that were restored or edited under the same home and Kafka ends at once.

The data folder of the embedded event log is put back as a person would do it, with the system down.
A refusal must be said within 20 s, and must change nothing: the newest data come up again.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection

from deploy.embedded.find import find_mongo
from deploy.embedded.servers import start_mongo
from shared.config import Settings
from tests.e2e.actors import Scene, scene
from tests.e2e.system import System, system
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.real_kafka, pytest.mark.timeout(400)]

SAID_S = 20.0  # what the system promises, beside what this machine needs for any start
PUBLISHED_S = 60.0
OLDER = "the databases were restored from an older copy"


@dataclass(frozen=True)
class Office:
    """A home with a case from before its backup and cases from after it; its system is down."""

    system: System
    older: Path
    newest: Path
    cases: tuple[str, ...]
    start_s: float

    @property
    def data(self) -> Path:
        """The data folder of the event log."""
        return self.system.home / "data" / self.older.name

    def put(self, copy: Path) -> None:
        """Restore a copy of the data folder."""
        shutil.rmtree(self.data)
        shutil.copytree(copy, self.data)


def submitted(at: Scene, count: int) -> tuple[str, ...]:
    """New cases, published."""
    cases = tuple(at.story().submit() for _ in range(count))
    eventually(lambda: at.system.run("relay", "status").returncode == 0, PUBLISHED_S, poll_s=0.5)
    return cases


def log_folder(one: System) -> Path:
    """The data folder of the home's event log."""
    (folder,) = (one.home / "data").glob("secantusd-*")
    return folder


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("restored")
    with system(folder) as one:
        began = time.monotonic()
        one.up()
        start_s = time.monotonic() - began
        with scene(one) as at:
            early = submitted(at, 1)
        one.down()
        data = log_folder(one)
        older = shutil.copytree(data, folder / "older" / data.name)
        one.up()
        with scene(one) as at:
            later = submitted(at, 3)
        one.down()
        newest = shutil.copytree(data, folder / "newest" / data.name)
        yield Office(one, older, newest, early + later, start_s)


@contextmanager
def ledger_of(office: Office) -> Iterator[Collection[dict[str, Any]]]:
    """The ledger of the system that is down, on its server alone."""
    environ = os.environ | {"CASELEDGER_MONGO": office.older.name}
    log = office.system.home / "logs" / "by-hand.log"
    server = start_mongo(find_mongo(environ), data=office.data, log=log, environ=environ)
    try:
        with MongoClient[dict[str, Any]](server.address) as client:
            yield client[Settings().database_prefix]["ledger"]
    finally:
        server.stop()


def refused(office: Office, sentence: str) -> None:
    """A start that ends with the sentence, in `up` and afterwards in `status`."""
    one, began = office.system, time.monotonic()
    ran = one.run("up", "--detach", "--json")
    seconds = time.monotonic() - began
    assert ran.returncode == 2, f"{ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    assert sentence in json.loads(ran.stdout)["error"]
    assert seconds < SAID_S + office.start_s, f"{seconds:.0f} s; a start takes {office.start_s:.0f}"
    found = json.loads(one.run("status", "--json").stdout)
    assert (found["running"], [sentence in problem for problem in found["problems"]]) == (
        False,
        [True],
    )


def test_an_older_copy_of_the_databases_is_refused(office: Office) -> None:
    office.put(office.older)
    refused(office, OLDER)
    refused(office, OLDER)


@pytest.mark.parametrize("hurt", ["edited", "deleted"])
def test_a_database_that_was_edited_while_it_was_down_is_refused(office: Office, hurt: str) -> None:
    office.put(office.newest)
    with ledger_of(office) as rows:
        row = rows.find_one({"position": 1})
        assert row is not None
        if hurt == "edited":
            rows.update_one({"_id": row["_id"]}, {"$set": {"leaf": b"x" * 32}})
            sentence = f"Position 1 of lane {row['lane']} has another hash in the ledger"
        else:
            rows.delete_one({"_id": row["_id"]})
            sentence = f"Position 1 of lane {row['lane']} was published and is not in the ledger"
    refused(office, sentence)


def test_the_newest_data_come_up_whole_after_every_refusal(office: Office) -> None:
    office.put(office.older)
    refused(office, OLDER)
    office.put(office.newest)
    run = office.system.caseledger
    office.system.up()
    try:
        with scene(office.system) as at:
            for case in office.cases:
                assert at.get("intake", f"/v1/cases/{case}", as_="applicant").status_code == 200
        eventually(lambda: office.system.run("audit", "reconcile").returncode == 0, PUBLISHED_S)
        assert run("audit", "verify")["ok"] is True
        assert run("projection", "compare")["ok"] is True
    finally:
        office.system.down()
