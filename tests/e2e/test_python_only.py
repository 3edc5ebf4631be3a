"""The pair of servers that Python alone brings: the first run of everybody."""

from pathlib import Path

import pytest

from tests.e2e.system import system

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]


def test_the_demo_runs_on_servers_from_pypi_alone(tmp_path: Path) -> None:
    with system(tmp_path, CASELEDGER_MONGO="secantusd-py", CASELEDGER_KAFKA="tansu") as one:
        found = one.caseledger("demo")
        assert found["status"] == "closed"
        assert found["verify"]["ok"] is True
        assert found["memory_mb"] < 1500
        assert found["servers"]["mongo"].startswith("secantusd-py")
        assert found["servers"]["kafka"].startswith("tansu")
        assert one.caseledger("status", expect=3)["ready"] is False, "it stopped what it started"
