"""A start keeps to its data: field report of 2026-11-29, row 1.

A home begins on the servers that Python alone brings, with one case in it. Then the machine has
faster ones, as after `make mongo` and `make kafka`: nothing may come up beside the case.
"""

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
        return sorted(one.name for one in data.iterdir() if any(one.iterdir()))


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
