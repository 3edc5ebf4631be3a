"""A start keeps to its data: field report of 2026-11-29, row 1.

A home begins on the servers that Python alone brings, with one case in it. Then the machine has
faster ones, as after `make mongo` and `make kafka`: nothing may come up beside the case.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.embedded.find import ServerMissingError, find_mongo
from tests.e2e.actors import scene
from tests.e2e.system import System, system

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

BEGAN_ON = {"CASELEDGER_MONGO": "secantusd-py", "CASELEDGER_KAFKA": "tansu"}


@dataclass(frozen=True)
class Begun:
    """A stopped system with one case, and the receipt of that case."""

    system: System
    case: str
    receipt: str

    def asking(self, **environ: str) -> System:
        """The same home, started with other words than it began with."""
        kept = {k: v for k, v in self.system.environ.items() if k not in BEGAN_ON}
        return System(self.system.home, kept | environ)

    def filled(self) -> list[str]:
        """The data folders that hold something."""
        data = self.system.home / "data"
        moved = {one for one in data.iterdir() if ".moved-" in one.name}
        return sorted(one.name for one in {*data.iterdir()} - moved if any(one.iterdir()))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    try:
        find_mongo({"CASELEDGER_MONGO": "secantusd-rs", "HOME": str(Path.home())})
    except ServerMissingError as missing:
        pytest.skip(f"there is no faster server to start by mistake: {missing}")
    with system(tmp_path_factory.mktemp("keeps"), **BEGAN_ON) as one:
        one.up()
        with scene(one) as at:
            story = at.story()
            case = story.submit()
            receipt = story.receipts[-1]
        one.down()
        yield Begun(one, case, receipt)


def test_a_plain_start_has_every_case_whatever_the_machine_has_by_now(begun: Begun) -> None:
    plain = begun.asking()
    try:
        found = plain.up()
        assert found["servers"]["mongo"].startswith("secantusd-py")
        assert begun.filled() == ["secantusd-py"]
        with scene(plain) as at:
            there = at.get("intake", f"/v1/cases/{begun.case}", as_="applicant")
        assert there.status_code == 200
        assert plain.caseledger("audit", "proof", "--hash", begun.receipt)["ok"] is True
        assert "secantusd-rs is on this machine too" in " ".join(found["notes"])
    finally:
        plain.down()


def test_another_server_by_name_is_refused_and_nothing_is_begun_beside(begun: Begun) -> None:
    refused = begun.asking(CASELEDGER_MONGO="secantusd-rs").run("up", "--detach")
    assert refused.returncode == 2, refused.stderr
    for word in ("secantusd-py", "secantusd-rs", str(begun.system.home / "data" / "secantusd-py")):
        assert word in refused.stderr
    assert begun.filled() == ["secantusd-py"]


def test_another_prefix_or_address_is_refused_and_names_both(begun: Begun) -> None:
    for variable, asked in (
        ("CASELEDGER_DATABASE_PREFIX", "caselegder"),
        ("CASELEDGER_MONGO", "mongodb://127.0.0.1:1/"),
        ("CASELEDGER_KAFKA", "127.0.0.1:1"),
    ):
        refused = begun.asking(**{variable: asked}).run("up", "--detach", "--json")
        assert refused.returncode == 2, refused.stderr
        sentence = json.loads(refused.stdout)["error"]
        assert variable in sentence
        assert asked in sentence
        assert str(begun.system.home) in sentence


def test_a_home_whose_data_are_gone_is_refused_before_any_process_serves(begun: Begun) -> None:
    """A folder that is not mounted: the keys know that there was a log."""
    data, away = begun.system.home / "data", begun.system.home / "away"
    data.rename(away)
    plain = begun.asking()
    try:
        refused = plain.run("up", "--detach")
        assert refused.returncode == 2, refused.stderr
        assert "has no log, but the keys in " in refused.stderr
        assert "--empty" in refused.stderr
        served = {one.name for one in (begun.system.home / "logs").glob("*-web.log")}
        sizes = {name: (begun.system.home / "logs" / name).stat().st_size for name in served}
        assert plain.run("up", "--detach").returncode == 2
        for name, size in sizes.items():
            assert (begun.system.home / "logs" / name).stat().st_size == size, "a process began"
    finally:
        shutil.rmtree(data)
        away.rename(data)


def test_the_log_is_moved_and_every_case_and_receipt_is_there(begun: Begun) -> None:
    plain = begun.asking()
    moved = plain.caseledger("move-log", "--to", "secantusd-rs")
    assert (moved["ok"], moved["to"]) == (True, "secantusd-rs")
    assert moved["commits"] >= 1
    try:
        found = plain.up()
        assert found["servers"]["mongo"].startswith("secantusd-rs")
        with scene(plain) as at:
            there = at.get("intake", f"/v1/cases/{begun.case}", as_="applicant")
            assert there.status_code == 200
            story = at.story()
            story.case = begun.case
            story.pay()
            story.until("under-review", who="machine", what="accepts")
        assert plain.caseledger("audit", "proof", "--hash", begun.receipt)["ok"] is True
        assert plain.caseledger("audit", "verify")["ok"] is True
    finally:
        plain.down()
    assert plain.caseledger("move-log", "--to", "secantusd-py")["to"] == "secantusd-py"
    assert begun.filled()[:1] == ["secantusd-py"]
    assert "secantusd-rs" not in begun.filled()


def test_who_wants_to_begin_anew_says_so_and_the_old_home_stays_whole(begun: Begun) -> None:
    anew = begun.asking()
    try:
        found = anew.caseledger("up", "--detach", "--empty")
        (aside,) = begun.system.home.glob("before-*")
        assert f"what was here is in {aside}" in found["notes"]
        with scene(anew) as at:
            gone = at.get("intake", f"/v1/cases/{begun.case}", as_="applicant")
        assert gone.status_code == 404
        assert anew.caseledger("audit", "verify")["findings"] == []
    finally:
        anew.down()
    old = System(aside, anew.environ | {"CASELEDGER_HOME": str(aside)})
    try:
        old.up()
        with scene(old) as at:
            there = at.get("intake", f"/v1/cases/{begun.case}", as_="applicant")
        assert there.status_code == 200
    finally:
        old.down()
