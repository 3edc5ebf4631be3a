"""A redrive from the command line knows every group, all of them in one process."""

from pathlib import Path

import pytest

from deploy.processes.redrive import _groups
from shared.config import Databases, Secrets, Settings, create_missing


@pytest.mark.mongo
def test_the_groups_of_all_workers_are_made_in_one_process(
    databases: Databases, mongo_uri: str, tmp_path: Path
) -> None:
    create_missing(tmp_path / "secrets")
    environ = {"CASELEDGER_HOME": str(tmp_path), "CASELEDGER_LOG_URI": mongo_uri}
    settings = Settings.from_env(environ)
    secrets = Secrets.load(tmp_path / "secrets")
    names = [group.name for group in _groups(settings, secrets, databases)]
    services = ("intake", "review", "issuance", "notify")
    assert {*services, *(f"{name}.timers" for name in services)} < set(names)
    assert any(name.startswith("progress.") for name in names)
    assert len(names) == len(set(names))
