"""The Docker engine of the stage: the one that answers, or one of our own that ends with us."""

import fcntl
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tests.containers.commands import Failed, NotHere, eventually, install, run, there
from tests.support.servers import docker_answers

START_S, STOP_S, ALONE_S = 60, 60, 1200
# Layers that no image has are the builder's memory: a build of this morning makes ours quick.
FORGOTTEN = "until=48h"
# The program that runs a second engine on this machine is found by this folder, so it stays.
OURS = "engine"


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """No second run of this user beside us: it has the same project and the same engine.

    Raises:
        Failed: another run did not end in time.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("wb") as lock:
        eventually(lambda: _locked(lock), ALONE_S, lambda: "another run of this stage goes on")
        yield


def _locked(lock: BinaryIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def engine(cache: Path) -> Iterator[str]:
    """How the engine was come by; the programs find it by DOCKER_HOST in the environment.

    Raises:
        NotHere: none answers, and none can be started.
    """
    if docker_answers(os.environ):
        _client()
        yield "an engine that answered"
        return
    if os.geteuid() != 0:
        raise NotHere("no Docker engine answers, and only root could start one")
    if not there("dockerd"):
        install("docker.io")
    _client()
    if not _may_mount():
        raise NotHere("no Docker engine answers, and this root may not mount (a container?)")
    with _started(cache / OURS) as address:
        before = os.environ.get("DOCKER_HOST")
        os.environ["DOCKER_HOST"] = address
        try:
            yield "an engine of our own"
            run("docker", "image", "prune", "-f", "--filter", FORGOTTEN, timeout_s=60)
        finally:
            if before is None:
                del os.environ["DOCKER_HOST"]
            else:
                os.environ["DOCKER_HOST"] = before


def _client() -> None:
    if not there("docker"):
        install("docker.io")


def _may_mount() -> bool:
    """Whether this root is one: an engine mounts file systems."""
    done = subprocess.run(
        ("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"),
        capture_output=True,
        timeout=20,
        check=False,
    )
    return done.returncode == 0


@contextmanager
def _started(folder: Path) -> Iterator[str]:
    """An engine with its data below `folder`; ended, and nothing of it left running, afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    _end_left_over(folder / "pid", str(folder / "data"))
    run_folder = Path(tempfile.mkdtemp(prefix="caseledger-engine-"))  # a socket's path is short
    address, log = f"unix://{run_folder / 'docker.sock'}", folder / "engine.log"
    words = [
        "dockerd",
        "--data-root",
        str(folder / "data"),
        "--exec-root",
        str(run_folder / "exec"),
    ]
    words += ["--pidfile", str(folder / "pid"), "-H", address]
    with log.open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out, start_new_session=True)
    try:
        eventually(
            lambda: process.poll() is not None or docker_answers({"DOCKER_HOST": address}),
            START_S,
            lambda: f"the engine does not answer: {_end_of(log)}",
        )
        if process.poll() is not None:
            raise Failed(f"dockerd does not start: {_end_of(log)}")
        yield address
    finally:
        _end(process)
        run("rm", "-rf", "--one-file-system", str(run_folder), timeout_s=20, may_fail=True)


def _end_left_over(file: Path, data: str) -> None:
    """End the engine of a run that was killed: two of them on one folder would spoil it."""
    try:
        pid = int(file.read_text("ascii"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except (OSError, ValueError):
        return
    if data in command:
        os.kill(pid, signal.SIGTERM)
        gone = Path(f"/proc/{pid}")
        eventually(lambda: not gone.exists(), STOP_S, lambda: f"engine {pid} does not end")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_S)


def _end_of(log: Path) -> str:
    return log.read_text("utf-8", "replace").strip()[-400:]


def compose_program() -> tuple[str, ...]:
    """Compose as this machine has it; installed where it has none and we may."""
    if there("docker") and "version" in run(
        "docker", "compose", "version", timeout_s=20, may_fail=True
    ):
        return ("docker", "compose")
    if not there("docker-compose"):
        install("docker-compose")
    return ("docker-compose",)
