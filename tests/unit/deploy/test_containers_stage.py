"""The stage of containers where no engine is asked: when it runs, what it says, what it gives."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.containers import __main__ as stage
from tests.containers import commands, engine, images, system
from tests.containers.commands import ROOT, Failed, NotHere
from tests.containers.system import System
from tests.running.stages import NOT_HERE


def no_engine(monkeypatch: pytest.MonkeyPatch, *, root: bool) -> None:
    monkeypatch.setattr(engine, "docker_answers", lambda _environ: False)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(engine, "there", lambda _program: True)


def test_without_an_engine_and_without_root_it_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_engine(monkeypatch, root=False)
    with pytest.raises(NotHere, match="only root could start one"), engine.engine(tmp_path):
        pass


def test_a_root_that_may_not_mount_cannot_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_engine(monkeypatch, root=True)
    monkeypatch.setattr(engine, "_may_mount", lambda: False)
    with pytest.raises(NotHere, match="may not mount"), engine.engine(tmp_path):
        pass


def test_an_engine_of_ours_that_does_not_start_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_engine(monkeypatch, root=True)
    monkeypatch.setattr(engine, "_may_mount", lambda: True)
    fake = tmp_path / "bin" / "dockerd"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho no iptables\nexit 1\n", "utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    with pytest.raises(Failed, match="no iptables"), engine.engine(tmp_path):
        pass


def test_the_engine_of_a_killed_run_is_ended_and_nobody_else(tmp_path: Path) -> None:
    mine, other, pid = str(tmp_path / "data"), str(tmp_path / "other"), tmp_path / "pid"
    words = (sys.executable, "-c", "input()", "--data-root", mine)
    with subprocess.Popen(words, stdin=subprocess.PIPE) as left:
        threading.Thread(target=left.wait, daemon=True).start()  # as its parent would reap it
        pid.write_text(str(left.pid), "ascii")
        engine._end_left_over(pid, other)
        assert left.poll() is None
        engine._end_left_over(pid, mine)
        assert left.wait(20) == -signal.SIGTERM
    engine._end_left_over(pid, mine)  # it is gone
    pid.write_text("nonsense", "ascii")
    engine._end_left_over(pid, mine)


def test_two_runs_are_never_beside_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ALONE_S", 0)
    again = engine.alone(tmp_path / "cache")
    with engine.alone(tmp_path / "cache"), pytest.raises(Failed, match="another run"), again:
        pass
    with engine.alone(tmp_path / "cache"):
        pass


def test_nobody_but_root_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotHere, match=r"docker\.io is not installed"):
        commands.install("docker.io")


def test_a_program_that_fails_or_hangs_is_one_sentence_with_what_it_said() -> None:
    with pytest.raises(Failed, match=r"(?s)Ended with 3: .*too bad"):
        commands.run(sys.executable, "-c", "print('too bad'); exit(3)", timeout_s=20)
    with pytest.raises(Failed, match="Not done within 0 s"):
        commands.run(sys.executable, "-c", "input()", timeout_s=0.01)
    with pytest.raises(Failed, match=r"Not within 0 s: .*the reason"):
        commands.eventually(lambda: False, 0, lambda: "the reason")


def test_without_root_the_published_images_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert images.images(tmp_path) == {}
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv(images.OFFICIAL, "1")
    assert images.images(tmp_path) == {}


def test_the_settings_give_every_variable_a_value_and_passwords_are_the_hardest(
    tmp_path: Path,
) -> None:
    one = System(("docker-compose",), tmp_path, {"MONGO_IMAGE": "some/mongo:1"})
    one.write_settings()
    told = dict(
        re.findall(r"^([A-Z_]+)=(.+)$", (tmp_path / "env").read_text("utf-8"), re.MULTILINE)
    )
    needed = {
        name
        for file in system.FILES
        for name in re.findall(r"(?<!\$)\$\{([A-Z_]+)(?::\?|\})", (ROOT / file).read_text("utf-8"))
    }
    assert needed <= set(told)
    assert told["MONGO_IMAGE"] == "some/mongo:1"
    assert told["CASELEDGER_MODE"] == "production"
    passwords = {value for name, value in told.items() if "PASSWORD" in name}
    assert len(passwords) == 10
    assert all(value.startswith("'p@ss/w:rd%1?x=y&#") for value in passwords)
    assert (tmp_path / "env").stat().st_mode & 0o077 == 0


def test_a_container_that_is_sick_ended_badly_or_is_absent_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = System(("docker-compose",), tmp_path, {})
    states: dict[str, dict[str, Any]] = {
        "mongo": {"Status": "running", "ExitCode": 0, "Health": {"Status": "healthy"}},
        "prepare": {"Status": "exited", "ExitCode": 0},
    }
    monkeypatch.setattr(one, "containers", lambda: {n: {"State": s} for n, s in states.items()})
    assert one.sick() == []
    states["prepare"]["ExitCode"] = 2
    states["kafka"] = {"Status": "running", "ExitCode": 0, "Health": {"Status": "starting"}}
    states["mail"] = {"Status": "exited", "ExitCode": 0, "Health": {"Status": "healthy"}}
    assert one.sick() == [
        "kafka is running starting",
        "mail is exited healthy",
        "prepare is exited",
    ]
    states.clear()
    assert one.sick() == ["there is no container"]


@contextmanager
def no_stage(monkeypatch: pytest.MonkeyPatch, ends: Exception | None) -> Iterator[list[str]]:
    removed: list[str] = []

    def run_stage(_stage: Any, _cache: Path, ending: Any) -> None:
        ending.callback(removed.append, "all")
        if ends is not None:
            raise ends

    monkeypatch.setattr(stage, "run_stage", run_stage)
    monkeypatch.setattr(stage.signal, "signal", lambda *_: None)
    yield removed


@pytest.mark.parametrize(
    ("ends", "code", "words"),
    [
        (None, 0, "0 containers started, 0 cases closed, 0 killed"),
        (Failed("kafka is sick"), 1, "FAILED: kafka is sick"),
        (NotHere("no engine"), NOT_HERE, "not run: no engine"),
    ],
)
def test_it_removes_everything_and_says_how_it_ended(
    ends: Exception | None,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with no_stage(monkeypatch, ends) as removed:
        assert stage.main() == code
    assert words in capsys.readouterr().out.splitlines()[-1]
    assert removed == ["all"]
