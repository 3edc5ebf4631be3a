"""The servers we start ourselves: they answer in their protocol, keep their data, and stop."""

import os
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.embedded.find import Kafka, Mongo, ServerMissingError, find_kafka, find_mongo
from deploy.embedded.probe import kafka_nodes, mongo_answers, port_is_free
from deploy.embedded.servers import start_kafka, start_mongo


def mongo_of(kind: str) -> Mongo:
    try:
        return find_mongo({**os.environ, "CASELEDGER_MONGO": kind})
    except ServerMissingError as missing:
        pytest.skip(str(missing))


def kafka_of(kind: str) -> Kafka:
    try:
        return find_kafka({**os.environ, "CASELEDGER_KAFKA": kind})
    except ServerMissingError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("kind", ["secantusd-rs", "secantusd-py"])
def test_an_event_log_keeps_what_it_acknowledged_when_it_is_killed(
    kind: str, tmp_path: Path
) -> None:
    running = start_mongo(
        mongo_of(kind), data=tmp_path / "data", log=tmp_path / "log", environ=os.environ
    )
    try:
        with MongoClient(running.address, w="majority", journal=True) as client:
            client["t"]["c"].insert_one({"_id": 1})
        running.kill()
        assert not mongo_answers("127.0.0.1", running.port)
        running.start()
        with MongoClient(running.address) as client:
            assert client["t"]["c"].find_one({"_id": 1}) == {"_id": 1}
    finally:
        running.stop()
    assert port_is_free(running.port)


@pytest.mark.parametrize("kind", ["apache-kafka", "tansu"])
def test_a_kafka_answers_starts_again_on_its_port_and_stops(kind: str, tmp_path: Path) -> None:
    running = start_kafka(
        kafka_of(kind), data=tmp_path / "data", log=tmp_path / "log", environ=os.environ
    )
    try:
        assert kafka_nodes("127.0.0.1", running.port)
        running.kill()
        assert not kafka_nodes("127.0.0.1", running.port)
        running.start()
        assert kafka_nodes("127.0.0.1", running.port)
    finally:
        running.stop()
    assert port_is_free(running.port)


def test_a_server_that_cannot_start_names_its_log(tmp_path: Path) -> None:
    broken = Mongo("secantusd-py", Path("/bin/false"))
    with pytest.raises(ServerMissingError, match="ended at its start: see "):
        start_mongo(broken, data=tmp_path / "data", log=tmp_path / "log", environ={})
