"""The command line: one JSON document, one sentence, the right exit code."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from pymongo.errors import OperationFailure
from typer.testing import CliRunner

from deploy.cli.app import app
from deploy.cli.output import reporting
from deploy.cli.records.erase import refusal
from deploy.embedded import osproc
from deploy.embedded.find import ServerMissingError, find_kafka, find_mongo
from deploy.embedded.home import Home, LaunchError, Ports, Seen, State
from deploy.embedded.launch import end_left_overs, status
from deploy.embedded.plan import make_plan
from deploy.embedded.probe import free_port
from shared.eventlog.errors import LogUnavailable

MISSING, BAD_USE = 3, 2


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CASELEDGER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CASELEDGER_LOG_URI", raising=False)
    return Home.from_env(os.environ)


def run(*words: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, words)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, ran.stdout, ran.stderr


@contextmanager
def listening(port: int) -> Iterator[None]:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        yield


COMMANDS = [
    ("status",),
    ("case", "show", "x"),
    ("case", "replay", "x"),
    ("audit", "verify"),
    ("audit", "reconcile"),
    ("audit", "proof", "--hash", "0" * 64),
    ("audit", "export", "target"),
    ("log", "set-aside", "case/x", "--version", "4"),
    ("projection", "compare"),
    ("projection", "rebuild"),
    ("parked", "list"),
    ("catalogue", "load"),
    ("parked", "redrive"),
    ("notices", "list"),
    ("notices", "resend", "--all"),
    ("erase", "x"),
    ("relay", "status"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_a_system_a_command_says_so_and_ends_with_3(
    home: Home, words: tuple[str, ...]
) -> None:
    code, out, err = run(*words)
    assert code == MISSING
    assert "The system is not running: start it with `caseledger up --detach`." in out + err
    code, out, _ = run(*words, "--json")
    assert code == MISSING
    assert isinstance(json.loads(out), dict)


def test_wrong_words_are_bad_use(home: Home) -> None:
    assert run("no-such-command")[0] == BAD_USE
    assert run("audit", "proof")[0] == BAD_USE


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-command",),
        ("catalogue", "no-such-command"),
        ("notices", "resend"),
        ("notices", "resend", "--all", "--code", "smtp-away"),
        ("notices", "list", "--channel", "pigeon"),
        ("notices", "list", "--since", "2026-11-21T16:00"),
        ("clock", "due"),
        ("clock", "due", "000-01"),
        ("clock", "due", "000-01", "--at", "2026-09-25T10:00+08:00", "--no-such-option"),
        ("clock", "payday", "003-002", "--from", "2026-11-21", "--attempt", "0"),
        ("clock", "payday", "003-002", "--from", "2026-11-21", "--attempt", "x"),
    ],
    ids=" ".join,
)
def test_wrong_words_are_one_json_document_too(home: Home, words: tuple[str, ...]) -> None:
    code, out, err = run(*words, "--json")
    found = json.loads(out)
    assert (code, found["ok"]) == (BAD_USE, False)
    assert found["error"] in err


def test_a_terminal_that_knows_no_chinese_is_answered_too(home: Home) -> None:
    words = [sys.executable, "-m", "deploy.cli", "fee", "000-01", "--json"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(words, env=environ, capture_output=True, check=True)
    assert json.loads(ran.stdout.decode("ascii"))["name"] == "居民身份证的丢失补领业务"
    ran = subprocess.run([*words[:-2], b"\xff"], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout) == (BAD_USE, b"")
    assert b"Traceback" not in ran.stderr


def test_a_token_is_one_line_and_a_stranger_is_refused_by_name(home: Home) -> None:
    code, out, _ = run("token", "--as", "officer")
    assert code == 0
    assert len(out.strip().split(".")) == 3
    code, out, _ = run("token", "--as", "officer", "--json")
    assert json.loads(out)["as"] == "officer"
    code, _, err = run("token", "--as", "king")
    assert code == BAD_USE
    assert "There is no local user 'king'" in err


def test_down_without_a_system_is_fine(home: Home) -> None:
    code, out, _ = run("down", "--json")
    assert (code, json.loads(out)) == (0, {"stopped": False})


def test_help_comes_fast_and_loads_no_driver() -> None:
    code = (
        "import sys; from deploy.cli.app import app; "
        "print(sorted({'pymongo', 'kafka', 'flask', 'httpx'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_port_in_use_is_one_sentence(home: Home) -> None:
    taken = free_port()  # the port of intake itself is free, whatever lies beside it
    base = Ports(taken - (Ports(taken).web("intake") - taken))
    assert base.web("intake") == taken
    environ = {**os.environ, "CASELEDGER_PORT_BASE": str(base.base)}
    with listening(base.web("intake")), pytest.raises(LaunchError) as refused:
        make_plan(home, environ)
    assert str(base.web("intake")) in str(refused.value)
    assert "is in use by another program: end it, or choose" in str(refused.value)
    assert refused.value.exit_code == BAD_USE


@pytest.mark.parametrize("text", ["abc", "80", "70000", "-1"])
def test_a_wrong_port_base_is_one_sentence(text: str) -> None:
    with pytest.raises(LaunchError, match="CASELEDGER_PORT_BASE is"):
        Ports.from_env({"CASELEDGER_PORT_BASE": text})


def test_no_two_processes_share_a_port() -> None:
    ports = Ports(9000)
    names = ("intake", "review", "issuance", "notify")
    used = [ports.web(name) for name in names] + [ports.health(f"{name}-worker") for name in names]
    used += [ports.health("projection"), ports.health("sequencer")]
    used += [ports.mail, ports.mongo, ports.kafka, ports.kafka + 1]
    assert len(set(used)) == len(used)


def test_a_folder_in_use_is_one_sentence(home: Home) -> None:
    with home.locked():
        assert home.is_locked()
        with (
            pytest.raises(LaunchError, match="is in use by another start") as refused,
            home.locked(),
        ):
            pass
    assert refused.value.exit_code == BAD_USE
    assert not home.is_locked()


def test_a_missing_server_is_named_with_what_to_do(tmp_path: Path) -> None:
    empty = {"XDG_CACHE_HOME": str(tmp_path), "PATH": ""}
    with pytest.raises(ServerMissingError, match="run `make mongo`"):
        find_mongo({**empty, "CASELEDGER_MONGO": "secantusd-rs"})
    with pytest.raises(ServerMissingError, match="run `make kafka`"):
        find_kafka({**empty, "CASELEDGER_KAFKA": "apache-kafka"})
    with pytest.raises(ServerMissingError, match="CASELEDGER_KAFKA is 'rabbit'"):
        find_kafka({**empty, "CASELEDGER_KAFKA": "rabbit"})


def test_a_missing_java_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = tmp_path / "caseledger" / "servers" / "kafka-4.3.1" / "libs" / "kafka_2.13-4.3.1.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    environ = {"XDG_CACHE_HOME": str(tmp_path), "PATH": ""}
    with pytest.raises(ServerMissingError, match="needs Java 17 or newer"):
        find_kafka({**environ, "CASELEDGER_KAFKA": "apache-kafka"})


def test_addresses_are_taken_as_they_are() -> None:
    assert find_mongo({"CASELEDGER_MONGO": "mongodb://h:1/"}).uri == "mongodb://h:1/"
    assert find_kafka({"CASELEDGER_KAFKA": "a:1,b:2"}).servers == "a:1,b:2"


def test_an_old_python_is_one_sentence() -> None:
    code = "import sys; sys.version_info = (3, 10, 1); from deploy.cli import main; main()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == MISSING
    assert ran.stderr == "caseledger needs Python 3.11 or newer; this is 3.10.\n"


def test_a_killed_supervisors_children_are_ended_by_the_next_start(home: Home) -> None:
    home.create()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        own = Seen("kafka", child.pid, osproc.start_time(child.pid), "ready", 0, "log")
        other = Seen("mongo", stranger.pid, 1, "ready", 0, "log")
        State(pid=2**22, started=1, processes=(own, other)).write(home)
        end_left_overs(home)
        assert child.wait(5) != 0
        assert stranger.poll() is None, "a process that only has an old number is not ours"
    finally:
        for one in (child, stranger):
            one.kill()
            one.wait()


def test_status_tells_a_dead_supervisor_from_a_living_one(home: Home) -> None:
    home.create()
    State(pid=2**22, started=1, ready=True).write(home)
    found: dict[str, Any] = status(home)
    assert (found["ready"], found["running"]) == (False, False)


def test_a_state_survives_the_way_to_disk_and_back(home: Home) -> None:
    home.create()
    state = State(pid=1, started=2, ready=True, processes=(Seen("a", 1, 2, "ready", 0, "l"),))
    state.write(home)
    assert State.read(home) == state


def test_an_erasure_that_may_not_be_names_every_open_case() -> None:
    said = refusal("s", ("case-b", "case-a"))
    assert (said["ok"], said["open_cases"]) == (False, ["case-a", "case-b"])
    assert [one.split()[2] for one in said["findings"]] == ["case-a", "case-b"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_refusal_for_lack_of_rights_is_one_sentence_and_3(
    *, wrapped: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        refused = OperationFailure("not authorized on caseledger_work", 13)
        if not wrapped:
            raise refused
        raise LogUnavailable("The log cannot be reached.") from refused

    with pytest.raises(typer.Exit) as ended, reporting(as_json=False):
        work()
    assert ended.value.exit_code == MISSING
    said = capsys.readouterr().err
    assert "has no right to do that" in said
    assert said.count("\n") == 1


def test_another_refusal_of_the_database_is_a_defect_of_ours() -> None:
    with pytest.raises(OperationFailure), reporting(as_json=False):
        raise OperationFailure("no such command", 59)
