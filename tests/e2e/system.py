"""The whole system for a test: started as a person starts it, in a folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.ports import free_base

UP_TIMEOUT_S = 240
COMMAND_TIMEOUT_S = 240


@dataclass(frozen=True)
class System:
    """A system in a folder; `caseledger` runs a command on it."""

    home: Path
    environ: dict[str, str]

    def caseledger(self, *words: str, expect: int = 0) -> dict[str, Any]:
        """The JSON document that a command prints; asserts its exit code."""
        ran = self.run(*words, "--json")
        assert ran.returncode == expect, f"{words}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *words],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )

    def up(self) -> dict[str, Any]:
        return self.caseledger("up", "--detach")

    def down(self) -> None:
        self.run("down")

    def process(self, name: str) -> dict[str, Any]:
        found = self.caseledger("status", expect=self.run("status").returncode)
        return next(one for one in found["processes"] if one["name"] == name)


@contextmanager
def system(folder: Path, **environ: str) -> Iterator[System]:
    """A system that is stopped at the end, whatever happened."""
    one = System(folder / "home", _environ(folder / "home", environ))
    try:
        yield one
    finally:
        one.down()


def _environ(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("CASELEDGER_")}
    return {
        **own,
        "CASELEDGER_HOME": str(home),
        "CASELEDGER_PORT_BASE": str(free_base()),
        **{key: value for key, value in os.environ.items() if key in _KINDS},
        **more,
    }


_KINDS = ("CASELEDGER_MONGO", "CASELEDGER_KAFKA")
