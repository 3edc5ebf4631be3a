"""Fixtures of every test: the servers (once a session), databases of its own (once a test)."""

import os
import uuid
from collections.abc import Iterator

import pytest

from shared.config import Databases, Settings, connect
from tests.support import servers
from tests.support.databases import drop

_MONGO = pytest.StashKey[servers.Chosen]()
_KAFKA = pytest.StashKey[servers.Chosen]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_MONGO] = servers.choose_mongo(os.environ)
    config.stash[_KAFKA] = servers.choose_kafka(os.environ)


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [f"event log: {config.stash[_MONGO]}", f"kafka: {config.stash[_KAFKA]}"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A mark that asks for a better server skips with the reason where there is none."""
    mongo, kafka = item.config.stash[_MONGO], item.config.stash[_KAFKA]
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
