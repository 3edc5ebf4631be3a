from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.system import System, system
from tests.pages.browsing import chromium, launched
from tests.pages.collecting import RUNNING

NEEDS = "needs Chromium (Debian: apt-get install chromium fonts-noto-cjk)"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The whole system, once for all pages."""
    if chromium() is None:
        pytest.skip(NEEDS)
    with system(tmp_path_factory.mktemp("pages")) as one:
        one.up()
        yield one


@pytest.fixture(scope="session")
def at(running: System) -> str:
    """The address of the pages."""
    address = f"http://127.0.0.1:{running.environ['CASELEDGER_PORT_BASE']}"
    RUNNING[address] = running
    return address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip(NEEDS)
    with launched() as one:
        yield one
