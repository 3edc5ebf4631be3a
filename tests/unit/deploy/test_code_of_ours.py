"""What a process runs comes from the installation, whatever lies where it was started."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.home import Home, anchored
from deploy.embedded.plan import make_plan
from deploy.embedded.supervisor import Child
from deploy.keys import hand_out
from deploy.topology import BY_NAME
from shared.config import create_missing

ROOT = Path(__file__).parents[3]
BAIT = "import pathlib\npathlib.Path({marker!r}).write_text('ran')\nraise SystemExit(66)\n"
BAITS = ("hmac.py", "shared/__init__.py", "services/__init__.py", "deploy/__init__.py")


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Path]:
    """A folder with modules of the same names as ours and the standard library's."""
    folder = tmp_path / "hostile"
    for name in BAITS:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BAIT.format(marker=str(tmp_path / "RAN")), "utf-8")
    yield folder
    assert not (tmp_path / "RAN").exists()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    create_missing(tmp_path / "home" / "secrets")
    hand_out(tmp_path / "home" / "secrets", tmp_path / "home" / "keys", local=True)
    return tmp_path / "home"


@pytest.fixture
def children(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Child]:
    monkeypatch.setattr("deploy.embedded.plan.port_is_free", lambda _port: True)
    environ = {
        **{name: value for name, value in os.environ.items() if name[:5] not in {"CASEL", "PYTHO"}},
        "CASELEDGER_MONGO": "mongodb://127.0.0.1:1/",
        "CASELEDGER_KAFKA": "127.0.0.1:1",
        "CASELEDGER_DATABASE_TIMEOUT_MS": "1",
    }
    return {one.name: one for one in make_plan(Home(home), environ).children}


def ran(
    argv: list[str], folder: Path, environ: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        argv, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


def test_without_the_option_the_bait_is_taken(hostile: Path, tmp_path: Path) -> None:
    """Else the other tests would show nothing."""
    environ = {name: value for name, value in os.environ.items() if name[:6] != "PYTHON"}
    argv = [sys.executable, "-m", "deploy.processes.prepare"]
    assert ran(argv, hostile, environ).returncode == 66
    (tmp_path / "RAN").unlink()


@pytest.mark.parametrize("name", ["prepare", "sequencer", "intake-worker", "projection", "mail"])
def test_a_process_runs_our_code_in_a_hostile_folder(
    name: str, hostile: Path, children: dict[str, Child], home: Path
) -> None:
    child = children[name]
    for path in (home / "keys" / "sequencer").iterdir():
        path.unlink()  # so that it ends at once, with our own sentence
    environ = {**child.environ, "PYTHONSAFEPATH": ""}  # the command line alone keeps it safe
    argv = [*child.argv[:-1], "no-such-view"] if name == "projection" else list(child.argv)
    argv = [*child.argv[:-1], "a", "b"] if name == "intake-worker" else argv
    argv = [*child.argv[:-2], "no-port", "folder"] if name == "mail" else argv
    ended = ran(argv, hostile, environ)
    assert ended.returncode not in {0, 66}
    ours = {"sequencer": "it lacks", "intake-worker": "usage: ", "projection": "usage: "}
    assert ours.get(name, "Error") in ended.stderr


@pytest.mark.parametrize("name", ["intake-web", "notify-web"])
def test_a_web_process_runs_our_code_in_a_hostile_folder(
    name: str, hostile: Path, children: dict[str, Child]
) -> None:
    """gunicorn puts its `chdir` first in the search path: it builds the whole app here."""
    child = children[name]
    argv = [*child.argv, "--check-config"]
    ended = ran(argv, hostile, {**child.environ, "PYTHONSAFEPATH": ""})
    assert (ended.returncode, ended.stderr) == (0, "")


def test_every_child_works_in_the_home_folder(children: dict[str, Child], home: Path) -> None:
    assert {child.folder for child in children.values()} == {home}
    for child in children.values():
        assert child.environ["PYTHONSAFEPATH"] == "1"
        assert child.argv[:2] == (sys.executable, "-P")
    assert set(BY_NAME) <= set(children)


def test_paths_of_the_environment_hold_in_any_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    given = {
        "CASELEDGER_OUTBOX_DIR": "out",
        "CASELEDGER_CALENDAR_DIR": "/days",
        "CASELEDGER_JWKS": "https://issuer.example/keys",
        "CASELEDGER_ERASURE_LIST": "",
        "OTHER": "out",
    }
    assert anchored(given) == {**given, "CASELEDGER_OUTBOX_DIR": "/out"}


def test_the_image_searches_no_volume_for_code() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    assert "PYTHONSAFEPATH=1" in text
    assert 'ENTRYPOINT ["python", "-P", "-m"]' in text
    assert re.findall(r"^WORKDIR (.*)$", text, re.MULTILINE) == ["/"]
