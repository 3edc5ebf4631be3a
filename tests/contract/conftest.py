"""Every contract test runs on each event log there is: the chosen one and the Python-only one."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.servers import find_mongo, start_mongo
from shared.config import Databases, Settings, connect
from tests.support.databases import drop


@pytest.fixture(scope="session")
def python_only_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("secantusd-py")
    running = start_mongo(
        find_mongo({**os.environ, "CASELEDGER_MONGO": "secantusd-py"}),
        data=folder / "data",
        log=folder / "log",
        environ=os.environ,
    )
    try:
        yield running.address
    finally:
        running.stop()


@pytest.fixture(params=["chosen", "secantusd-py"])
def any_databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Fresh databases on the run's chosen server, then on the server that PyPI alone gives."""
    uri = request.getfixturevalue("mongo_uri" if request.param == "chosen" else "python_only_uri")
    prefix = f"t{uuid.uuid4().hex[:12]}"
    settings = Settings.from_env({"CASELEDGER_LOG_URI": uri, "CASELEDGER_DATABASE_PREFIX": prefix})
    handles = connect(settings, appname="contract")
    try:
        yield handles
    finally:
        drop(handles)
