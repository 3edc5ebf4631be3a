"""`.ci/run` with tools that only say what they were asked for."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAKE = """#!/bin/sh
echo "make $*" >> "$CALLS"
case " $FAILING " in *" $1 "*) echo "$1 is broken"; exit 2 ;; esac
[ "$1" = test ] && [ -e "$CASELEDGER_CI/event-log.log" ] || exit 0
until [ -e "$CASELEDGER_CI/event-log.ended" ]; do :; done
"""


class Machine:
    """A copy of the script beside fake tools."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin, self.calls = folder / "tree", folder / "bin", folder / "calls"
        self.font = folder / "font"
        (self.root / ".ci").mkdir(parents=True)
        shutil.copy2(ROOT / ".ci" / "run", self.root / ".ci" / "run")
        self.bin.mkdir()
        self.has("make", MAKE)
        self.has("python3.11")

    def has(self, tool: str, script: str = "#!/bin/sh\n") -> None:
        (self.bin / tool).write_text(script, "utf-8")
        (self.bin / tool).chmod(0o755)

    def run(self, *failing: str) -> "subprocess.CompletedProcess[str]":
        system = {name: shutil.which(name) for name in ("bash", "rm", "mkdir", "mv", "touch", "id")}
        for name, path in system.items():
            assert path
            if not (self.bin / name).exists():
                (self.bin / name).symlink_to(path)
        environ = {
            "PATH": str(self.bin),
            "CALLS": str(self.calls),
            "FAILING": " ".join(failing),
            "NOTO_FONT": str(self.font),
            "HOME": os.environ.get("HOME", "/"),
        }
        return subprocess.run(
            (str(self.bin / "bash"), str(self.root / ".ci" / "run")),
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def said(self, name: str) -> str:
        return (self.root / "build" / "ci" / name).read_text("utf-8")

    def asked(self) -> list[str]:
        return self.calls.read_text("utf-8").split("\n")[:-1]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_checks_and_tests_as_a_person_does(machine: Machine) -> None:
    ran = machine.run()
    assert ran.returncode == 0, ran.stderr
    assert machine.asked() == ["make install-dev", "make check", "make test"]
    assert [line.partition(":")[0] for line in machine.said("stages").splitlines()] == [
        "make install-dev",
        "make check",
    ]
    assert not (machine.root / "build" / "ci" / "event-log.log").exists()


@pytest.mark.parametrize(("failing", "code"), [((), "0"), (("mongo",), "2")])
def test_the_servers_are_made_where_the_tools_are_and_their_end_is_told(
    machine: Machine, failing: tuple[str, ...], code: str
) -> None:
    machine.has("cargo")
    machine.has("mvn")
    assert machine.run(*failing).returncode == 0, "make test tells it, and fails"
    assert sorted(machine.asked()) == sorted(
        ["make mongo", "make install-dev", "make kafka", "make check", "make test"]
    )
    assert machine.said("event-log.ended").split()[0] == code
    assert ("mongo is broken" in machine.said("event-log.log")) is bool(failing)


@pytest.mark.parametrize("target", ["install-dev", "kafka", "check", "test"])
def test_what_fails_fails_the_run_and_nothing_comes_after_it(machine: Machine, target: str) -> None:
    machine.has("mvn")
    assert machine.run(target).returncode != 0
    assert machine.asked()[-1] == f"make {target}"


@pytest.mark.parametrize(("user", "asked"), [("0", 2), ("1000", 0)])
def test_root_gets_what_pages_and_papers_are_tested_with_and_others_go_on_without(
    machine: Machine, user: str, asked: int
) -> None:
    machine.has("id", f"#!/bin/sh\necho {user}\n")
    machine.has("apt-get", '#!/bin/sh\necho "apt-get $*" >> "$CALLS"\n')
    assert machine.run().returncode == 0
    found = [line for line in machine.asked() if line.startswith("apt-get")]
    assert len(found) == asked
    needed = ("chromium", "poppler-utils", "zbar-tools", "libnss3-tools", "fonts-noto-cjk")
    assert all(name in line for line in found[1:] for name in needed)


def test_what_is_there_is_taken(machine: Machine) -> None:
    for tool in ("chromium", "pdfsig", "zbarimg", "certutil"):
        machine.has(tool)
    machine.font.touch()
    machine.has("apt-get", "#!/bin/sh\nexit 1\n")
    assert machine.run().returncode == 0
