"""Fixtures of every test: the servers (once a session), databases of its own (once a test)."""

import os
import random
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import settings

from shared.config import Databases, Settings, connect
from tests import selection
from tests.support import contract, servers
from tests.support.databases import drop
from tests.support.telling import told

_MONGO = pytest.StashKey[servers.Chosen]()
_KAFKA = pytest.StashKey[servers.Chosen]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--drawn",
        action="store_true",
        help=f"some of the many alike, by the seed {selection.SEED} (random where it is not set)",
    )


def pytest_configure(config: pytest.Config) -> None:
    contract.watch()
    config.stash[_MONGO] = servers.choose_mongo(os.environ)
    config.stash[_KAFKA] = servers.choose_kafka(os.environ)
    # A deadline on the clock says how busy the machine is: the time-out of each test is enough.
    settings.register_profile("caseledger", deadline=None)
    settings.load_profile("caseledger")
    # In the environment, where the processes of pytest-xdist find the same.
    os.environ.setdefault(selection.SEED, str(random.randrange(1_000_000)))  # noqa: S311
    if config.getoption("drawn"):
        for name, size in selection.SMALL.items():
            os.environ.setdefault(name, size)


def pytest_report_header(config: pytest.Config) -> list[str]:
    sizes = [f"{name}={os.environ[name]}" for name in selection.SMALL if name in os.environ]
    drawn = "some of the many alike" if config.getoption("drawn") else "everything"
    return [
        f"event log: {config.stash[_MONGO]}",
        f"kafka: {config.stash[_KAFKA]}",
        " ".join([f"tests: {drawn}, {selection.SEED}={os.environ[selection.SEED]}", *sizes]),
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not drawn, and begin with what takes longest."""
    if config.getoption("drawn"):
        out = selection.left_out((one.nodeid for one in items), int(os.environ[selection.SEED]))
        config.hook.pytest_deselected(items=[one for one in items if one.nodeid in out])
        items[:] = [one for one in items if one.nodeid not in out]
    items.sort(key=lambda one: selection.rank(one.nodeid))


def _needs_servers(item: pytest.Item) -> bool:
    started = {"mongo_uri", "kafka_servers"}
    return bool(
        started & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("stack")
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests said of themselves."""
    for reports in terminalreporter.stats.values():
        for sentence in (one for report in reports for one in told(report)):
            terminalreporter.write_line(sentence)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A mark that asks for a better server skips with the reason where there is none."""
    mongo, kafka = item.config.stash[_MONGO], item.config.stash[_KAFKA]
    if _needs_servers(item) and not any(one.servers for one in selection.groups_of(item.nodeid)):
        pytest.fail("it asks for a server in a group that has none (tests/selection.py)")
    if item.get_closest_marker("rust_mongo") and not servers.is_rust_or_real_mongo(mongo):
        pytest.skip(f"needs secantusd-rs (make mongo) or MongoDB; this run has {mongo}")
    if item.get_closest_marker("real_kafka") and not servers.is_real_kafka(kafka):
        pytest.skip(f"needs Apache Kafka (make kafka); this run has {kafka}")


@pytest.fixture(scope="session")
def mongo_uri(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of an event log that is there for the whole session."""
    with servers.mongo(pytestconfig.stash[_MONGO], tmp_path_factory.mktemp("mongo")) as uri:
        yield uri


@pytest.fixture(scope="session")
def kafka_servers(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Bootstrap servers of a Kafka that is there for the whole session."""
    with servers.kafka(pytestconfig.stash[_KAFKA], tmp_path_factory.mktemp("kafka")) as address:
        yield address


@pytest.fixture
def databases(mongo_uri: str) -> Iterator[Databases]:
    """The four databases under names of this test alone; dropped afterwards."""
    prefix = f"t{uuid.uuid4().hex[:12]}"
    settings = Settings.from_env(
        {"CASELEDGER_LOG_URI": mongo_uri, "CASELEDGER_DATABASE_PREFIX": prefix}
    )
    handles = connect(settings, appname="tests")
    try:
        yield handles
    finally:
        drop(handles)
