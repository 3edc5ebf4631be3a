"""The roles of `deploy/roles.json` on a server that enforces them: insert-only, and enough.

The server is started twice: without passwords to make the roles, then with them.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy import roles
from deploy.embedded.find import ServerMissingError, find_mongo
from deploy.embedded.servers import Running, start_mongo
from deploy.processes.database import make_users
from deploy.processes.prepare import prepare
from deploy.processes.running import Process
from shared.config import Databases, Secrets, Settings, connect, create_missing
from shared.eventlog import Actor, Command, CommitStore, Draft, open_door, open_log

PASSWORD = "p@ss/w:rd%1?x=y&#$"
UNAUTHORIZED = 13
Collection = pymongo.collection.Collection[dict[str, Any]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("roles")
    try:
        mongo = find_mongo({**os.environ, "CASELEDGER_MONGO": "secantusd-rs"})
    except ServerMissingError as missing:
        pytest.skip(str(missing))
    log = folder / "log"
    running = start_mongo(mongo, data=folder / "data", log=log, environ=os.environ)
    try:
        with MongoClient[dict[str, Any]](running.address) as client:
            make_users(client, dict.fromkeys(roles.names(), "another"))
            make_users(client, dict.fromkeys(roles.names(), PASSWORD))  # an update of both
        running.stop()
        running.argv = (*running.argv, "--auth")
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    folder = tmp_path_factory.mktemp("secrets")
    create_missing(folder)
    return Secrets.load(folder)


def settings_of(server: Running, name: str) -> Settings:
    return Settings.from_env(
        {
            "CASELEDGER_LOG_URI": f"{server.address}&authSource=admin",
            "CASELEDGER_DATABASE_USER": f"caseledger-{name}",
            "CASELEDGER_DATABASE_PASSWORD": PASSWORD,
        }
    )


@pytest.fixture
def as_(server: Running, request: pytest.FixtureRequest) -> Callable[[str], Databases]:
    def opened(name: str) -> Databases:
        databases = connect(settings_of(server, name))
        request.addfinalizer(databases.close)
        return databases

    return opened


@pytest.fixture(scope="module")
def prepared(server: Running, secrets: Secrets) -> None:

    settings = settings_of(server, "prepare")
    databases = connect(settings)
    try:
        prepare(Process("prepare", settings, secrets, databases, threading.Event()))
    finally:
        databases.close()


def appended(server: Running, secrets: Secrets, databases: Databases, case: str) -> str:
    log = open_log(settings_of(server, "intake"), secrets, databases, writer="intake")
    command = Command(
        command_id=f"http:{case}",
        actor=Actor(kind="applicant", ref="made-up"),
        now=datetime.now(UTC),
        authority="public-security",
    )
    draft = Draft(type="intake.CaseWithdrawn", schema=1, data={})
    log.execute(f"case/{case}", command, lambda _loaded: [draft])
    return f"case/{case}"


FORBIDDEN: dict[str, Callable[[Collection], Any]] = {
    "update": lambda c: c.update_one({}, {"$set": {"lane": 9}}),
    "replace": lambda c: c.replace_one({}, {"lane": 9}),
    "find and modify": lambda c: c.find_one_and_update({}, {"$set": {"lane": 9}}),
    "delete": lambda c: c.delete_one({}),
    "bulk update": lambda c: c.bulk_write([pymongo.UpdateOne({}, {"$set": {"lane": 9}})]),
    "drop": lambda c: c.drop(),
    "rename": lambda c: c.rename("elsewhere"),
    "drop indexes": lambda c: c.drop_indexes(),
    "merge into": lambda c: list(c.aggregate([{"$merge": {"into": "commits"}}])),
}


@pytest.mark.parametrize("service", ["intake", "review", "issuance", "notify", "operator"])
@pytest.mark.parametrize("what", FORBIDDEN)
@pytest.mark.usefixtures("prepared")
def test_a_service_cannot_change_or_remove_a_commit(
    server: Running,
    secrets: Secrets,
    as_: Callable[[str], Databases],
    service: str,
    what: str,
) -> None:
    stream = appended(server, secrets, as_("intake"), f"{service}-{what}".replace(" ", "-"))
    before = as_("intake").log["commits"].find_one({"stream": stream})
    with pytest.raises(OperationFailure) as refused:
        FORBIDDEN[what](as_(service).log["commits"])
    assert refused.value.code == UNAUTHORIZED
    assert as_("intake").log["commits"].find_one({"stream": stream}) == before


def test_a_service_finds_inserts_and_checks_its_indexes(
    prepared: None, server: Running, secrets: Secrets, as_: Callable[[str], Databases]
) -> None:

    databases = as_("intake")
    appended(server, secrets, databases, "enough")
    door = open_door(settings_of(server, "intake"), secrets, databases)
    CommitStore(databases.log, door).check_indexes()
    assert databases.log["commits"].count_documents({"stream": "case/enough"}) == 1


def test_nobody_writes_the_ledger_but_the_sequencer(
    prepared: None, as_: Callable[[str], Databases]
) -> None:
    for name in ("intake", "review", "issuance", "notify", "auditor", "operator"):
        with pytest.raises(OperationFailure):
            as_(name).log["ledger"].insert_one({"lane": 0, "position": 1, "by": name})
    as_("sequencer").log["lanes"].update_one(
        {"_id": "head/0"}, {"$max": {"position": 0}}, upsert=True
    )


def test_who_replays_a_case_reads_its_numbers_and_takes_none(
    prepared: None, as_: Callable[[str], Databases]
) -> None:
    for name in ("auditor", "operator"):
        assert as_(name).log["numbers"].find_one({}) is None
        with pytest.raises(OperationFailure) as refused:
            as_(name).log["numbers"].insert_one({"_id": "made-up"})
        assert refused.value.code == UNAUTHORIZED


def test_the_record_of_readings_only_grows_and_intake_alone_reads_it(
    prepared: None, as_: Callable[[str], Databases]
) -> None:
    as_("review").log["access"].insert_one({"place": "case/x", "reader": "staff-made-up"})
    assert as_("intake").log["access"].find_one({"place": "case/x"})
    for name in ("review", "issuance", "notify", "sequencer", "auditor"):
        with pytest.raises(OperationFailure):
            as_(name).log["access"].find_one({})
    for name in ("intake", "review", "issuance", "notify", "operator"):
        for change in (
            lambda c: c.delete_one({}),
            lambda c: c.update_one({}, {"$set": {"reader": "nobody"}}),
        ):
            with pytest.raises(OperationFailure):
                change(as_(name).log["access"])


def test_the_sequencer_reads_the_log_and_never_writes_it(
    prepared: None, as_: Callable[[str], Databases]
) -> None:
    log = as_("sequencer").log
    with log["commits"].watch(max_await_time_ms=50) as stream:
        stream.try_next()
    with pytest.raises(OperationFailure):
        log["commits"].insert_one({"stream": "case/foreign"})


def test_a_stranger_gets_nothing(prepared: None, server: Running) -> None:
    settings = settings_of(server, "intake")
    stranger = replace(settings, database_user="")
    databases = connect(stranger)
    try:
        with pytest.raises(PyMongoError):
            databases.log["commits"].find_one({})
    finally:
        databases.close()


def test_a_second_set_up_changes_nothing(
    prepared: None, server: Running, secrets: Secrets, tmp_path: Path
) -> None:

    settings = settings_of(server, "prepare")
    databases = connect(settings)
    try:
        prepare(Process("prepare", settings, secrets, databases, threading.Event()))
    finally:
        databases.close()
