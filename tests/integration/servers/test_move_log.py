"""`caseledger move-log` between our two servers, with the log of a kept home; killed at any point.

The log is that of a home of commit 1a3d13c with ten cases, prepared by the present code.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.embedded.find import ServerMissingError, find_mongo
from deploy.embedded.home import Home, LaunchError
from deploy.embedded.keeping import copying
from deploy.embedded.keeping.copying import Contents, contents, open_client
from deploy.embedded.keeping.deciding import There
from deploy.embedded.keeping.memory import KeptServer, Memory
from deploy.embedded.launch import carry_log, create_secrets, end_left_overs
from deploy.embedded.servers import start_mongo
from deploy.processes.prepare import prepare
from deploy.processes.running import Process
from shared.config import Secrets, Settings, connect
from tests import selection
from tests.homes.kept import unpack
from tests.support.telling import tell
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
OLD, NEW = "secantusd-py", "secantusd-rs"
KILLS = 8
MOST_S = 120


@contextmanager
def served(home: Home, kind: str) -> Iterator[str]:
    """The address of a server on a data folder of the home."""
    mongo = find_mongo({**os.environ, "CASELEDGER_MONGO": kind})
    log = home.path / "test.log"
    one = eventually(  # a server whose parent was killed holds the folder until it has ended
        lambda: start_mongo(mongo, data=home.data(kind), log=log, environ=os.environ),
        20.0,
        ignoring=(ServerMissingError,),
    )
    try:
        yield one.address
    finally:
        one.stop()


def held(home: Home) -> dict[str, Contents]:
    """What the server that the home remembers holds; no other may hold anything but by a kill."""
    memory = Memory.read(home)
    assert memory is not None
    with served(home, memory.mongo.kind) as address, open_client(address) as client:
        return contents(client)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped home on the old server, its log cut over and its servers remembered."""
    try:
        find_mongo({**os.environ, "CASELEDGER_MONGO": NEW})
    except ServerMissingError as missing:
        pytest.skip(f"there is nothing to move to: {missing}")
    home = Home(tmp_path_factory.mktemp("made") / "home")
    unpack(OLD, home.path)
    create_secrets(home)
    with served(home, OLD) as address:
        environ = {
            "CASELEDGER_HOME": str(home.path),
            "CASELEDGER_MODE": "embedded",
            "CASELEDGER_LOG_URI": address,
            "CASELEDGER_KAFKA_SERVERS": "127.0.0.1:1",
        }
        settings = Settings.from_env(environ)
        databases = connect(settings)
        try:
            secrets = Secrets.load(settings.secrets_dir)
            prepare(Process("prepare", settings, secrets, databases, threading.Event()))
        finally:
            databases.close()
    Memory(KeptServer(OLD), KeptServer("tansu"), "caseledger").write(home)
    return home.path


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(made, tmp_path / "home")))


def move(home: Home, to: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-m", "deploy.cli", "move-log", "--to", to]
    environ = {**os.environ, "CASELEDGER_HOME": str(home.path)}
    return subprocess.Popen(
        words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def moved(home: Home, to: str) -> str:
    process = move(home, to)
    out, _ = process.communicate(timeout=MOST_S)
    assert process.returncode == 0, out
    return out


def test_there_and_back_every_byte_and_every_index_is_the_same(home: Home) -> None:
    before = held(home)
    assert before["caseledger.commits"].count > 100
    assert len(before["caseledger.commits"].indexes) >= 2
    out = moved(home, NEW)
    assert f"{before['caseledger.commits'].count} commits verified" in out
    assert There.look(home).logs == (NEW,)
    assert held(home) == before
    moved(home, OLD)
    assert There.look(home).logs == (OLD,)
    assert held(home) == before
    assert not (home.path / "moving.json").exists()


def test_killed_at_any_point_the_old_one_is_the_truth_until_the_switch(
    home: Home, request: pytest.FixtureRequest
) -> None:
    """Each move is killed at a drawn moment; then it is begun again, to the other kind or on."""
    rng = random.Random(os.environ[selection.SEED])  # noqa: S311 - a draw
    before = held(home)
    began = time.monotonic()
    moved(home, NEW)
    whole_s = time.monotonic() - began
    after, switched = [], 0
    for n in range(KILLS):
        memory = Memory.read(home)
        assert memory is not None
        source = memory.mongo.kind
        to = OLD if source == NEW else NEW
        process = move(home, to)
        first_s = 0.8 * whole_s if n % 2 else 0.0  # every other one around the switch
        delay_s = rng.uniform(first_s, 1.1 * whole_s)
        try:
            process.wait(delay_s)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=MOST_S)
        after.append(round(delay_s, 2))
        end_left_overs(home)
        memory = Memory.read(home)
        assert memory is not None
        switched += memory.mongo.kind == to
        assert held(home) == before, f"killed after {delay_s:.2f} s"
    memory = Memory.read(home)
    assert memory is not None
    moved(home, OLD if memory.mongo.kind == NEW else NEW)
    assert held(home) == before
    assert len(There.look(home).logs) == 1
    sentence = f"move-log killed after {after} s of {whole_s:.2f}: {switched} were over by then"
    tell(request, sentence)


def test_a_copy_that_is_not_the_same_is_not_taken(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = copying.carry

    def lossy(source: MongoClient[Any], target: MongoClient[Any]) -> int:
        count = whole(source, target)
        target["caseledger"]["ledger"].delete_one({})
        return count

    before = held(home)
    monkeypatch.setattr(copying, "carry", lossy)
    with pytest.raises(LaunchError, match=r"ledger has \d+ documents, not \d+") as refused:
        carry_log(home, os.environ, to=NEW, say=lambda _: None)
    assert refused.value.exit_code == 1
    assert f"the cases stay in {OLD}" in str(refused.value)
    monkeypatch.undo()
    assert held(home) == before
    moved(home, NEW)
    assert held(home) == before


def test_a_log_that_does_not_verify_is_not_taken(home: Home) -> None:
    with served(home, OLD) as address, open_client(address) as client:
        client["caseledger"]["commits"].update_one({}, {"$set": {"authority": "changed"}})
    with pytest.raises(LaunchError, match="`audit verify` of the copy finds: "):
        carry_log(home, os.environ, to=NEW, say=lambda _: None)
    memory = Memory.read(home)
    assert memory is not None
    assert memory.mongo.kind == OLD
