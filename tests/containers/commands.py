"""Other programs, each with a time-out, and their failures as one sentence."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAID_MOST = 2000  # characters of what a program said that stand in the sentence
POLL_S = 0.25


class Failed(Exception):
    """The stage is red; the message is one sentence, and perhaps what a program said."""


class NotHere(Exception):
    """The stage cannot run on this machine; the message says why."""


def run(
    *words: str,
    timeout_s: float,
    environ: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    may_fail: bool = False,
    said: str = "",
) -> str:
    """What a program writes to standard output.

    Raises:
        Failed: it ended with another code than 0, unless it may; or not in time.
    """
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **(environ or {})},
            cwd=folder,
            input=said,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"Not done within {timeout_s:.0f} s: {' '.join(words)}") from late
    if done.returncode and not may_fail:
        last = f"{done.stdout}\n{done.stderr}".strip()[-SAID_MOST:]
        raise Failed(f"Ended with {done.returncode}: {' '.join(words)}\n{last}")
    return done.stdout


def there(program: str) -> bool:
    """Whether the program is installed."""
    return shutil.which(program) is not None


def install(*packages: str) -> None:
    """Install packages of the distribution.

    Raises:
        NotHere: that is not ours to do here, or the distribution does not have them.
    """
    wanted = " ".join(packages)
    if os.geteuid() != 0 or not there("apt-get"):
        raise NotHere(f"{wanted} is not installed, and only root of a Debian could do that")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run("apt-get", "update", "-q", timeout_s=120, environ=quiet)
        run(
            *("apt-get", "install", "-q", "-y", "--no-install-recommends", *packages),
            timeout_s=300,
            environ=quiet,
        )
    except Failed as failed:
        raise NotHere(f"{wanted} cannot be installed from the distribution: {failed}") from failed


def eventually(
    condition: Callable[[], object], timeout_s: float, lacking: Callable[[], str]
) -> None:
    """Ask until it is so.

    Raises:
        Failed: it was not in time, with what `lacking` says then.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"Not within {timeout_s:.0f} s: {lacking()}")
        time.sleep(POLL_S)
