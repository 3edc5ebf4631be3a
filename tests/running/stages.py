"""The stages of a run, and how one is run: a pytest of its own, or a command."""

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.running.results import NOTHING, Result, counted
from tests.selection import GROUPS, LARGE, SEED

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "build" / "tests"
# Two processes share the files of a stage, each with servers of its own.
PROCESSES = min(2, os.cpu_count() or 1)
PYTHON_ONLY = "tests/e2e/test_python_only.py"
# The closing line of a pytest. It counts one stage, and a run ends with one line of all stages.
CLOSING = re.compile(r"^=+ (.*\d .* in \d[\d.]*s.*?) =+$")


@dataclass(frozen=True)
class Stage:
    """`tests` are what pytest is given; a stage with a `command` counts as one test."""

    name: str
    tests: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    best_servers: bool = False


def _paths(*, servers: bool) -> tuple[str, ...]:
    """Where the tests are that need servers, or that need none."""
    return tuple(path for group in GROUPS if group.servers is servers for path in group.paths)


DRAWN = (
    Stage("unit", _paths(servers=False)),
    Stage(
        "Python alone",
        ("tests/contract/", PYTHON_ONLY),
        environ={"CASELEDGER_MONGO": "secantusd-py", "CASELEDGER_KAFKA": "tansu"},
        without=("CASELEDGER_TEST_MONGO_URI", "CASELEDGER_TEST_KAFKA"),
    ),
    Stage("servers", (*_paths(servers=True), f"--ignore={PYTHON_ONLY}"), best_servers=True),
)
# The system on a Docker engine: a run of `.ci/run` alone has it, since it may install an engine.
CONTAINERS = Stage("containers", command=(sys.executable, "-m", "tests.containers"))
# How a command ends that cannot run on this machine, and has said why.
NOT_HERE = 3
# Targets of the Makefile that only a whole run has; each counts as one test.
WHOLE_ALONE = ("models", "broken-rows")


def stages(*, whole: bool, seed: str, in_ci: bool = False) -> tuple[Stage, ...]:
    """The stages of a run."""
    alone = [Stage(name, command=("make", name, f"SEED={seed}")) for name in WHOLE_ALONE]
    return (*DRAWN, *(alone if whole else ()), *((CONTAINERS,) if in_ci else ()))


def run(stage: Stage, *, whole: bool, seed: str) -> Result:
    """Run a stage to its end, whatever it finds."""
    environ = {name: value for name, value in os.environ.items() if name not in stage.without}
    environ |= {**stage.environ, SEED: seed}
    file = RESULTS / f"{stage.name.replace(' ', '-')}.xml"
    file.unlink(missing_ok=True)
    began, used = time.monotonic(), _cpu_s()
    if stage.command:
        code = _shown(stage.command, environ)
        found = Result(
            stage.name,
            passed=int(code == 0),
            failed=int(code not in {0, NOT_HERE}),
            skipped=int(code == NOT_HERE),
        )
    else:
        sizes = LARGE if whole else {}
        code = _shown(_pytest(stage, file, whole=whole), {**sizes, **environ})
        found = counted(stage.name, code, file.read_text("utf-8") if file.exists() else NOTHING)
    return found.after(seconds=time.monotonic() - began, cpu_s=_cpu_s() - used)


def _pytest(stage: Stage, file: Path, *, whole: bool) -> list[str]:
    shared = ["-n", str(PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder"]
    return [
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junit-xml={file}"),
        *(shared if PROCESSES > 1 else []),
        *([] if whole else ["--drawn"]),
        *stage.tests,
    ]


def _shown(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a program, show what it says, and return how it ended."""
    with subprocess.Popen(
        words, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as program:
        assert program.stdout is not None
        for line in program.stdout:
            closing = CLOSING.match(line.rstrip("\n"))
            sys.stdout.write(f"-- {closing[1]}\n" if closing else line)
            sys.stdout.flush()
    return program.returncode


def _cpu_s() -> float:
    """CPU seconds of all processes that were started here and waited for, servers too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
