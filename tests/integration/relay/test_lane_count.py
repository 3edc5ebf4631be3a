"""The number of lanes is the log's own: from its document, its signed note, or what is there."""

import threading
from pathlib import Path
from typing import Any

import pytest

from deploy.processes.lanes import NotWidened, widen
from deploy.processes.running import Process, with_log
from shared.audit import Checkpointer, SigningKey
from shared.config import Databases, Secrets, Settings, SettingsError, create_missing
from shared.config.wall_clock import utc_now
from shared.eventlog.errors import LogUnavailable
from shared.eventlog.lanes.count import (
    LaneCount,
    LanesDiffer,
    lane_count,
    signed_lanes,
    stored_lanes,
)
from shared.kafka.broker import KafkaBroker
from shared.kafka.options import options_of
from shared.kafka.ports import BrokerAway
from shared.relay.ledger.ledger import Ledger

pytestmark = pytest.mark.mongo


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    create_missing(tmp_path)
    return Secrets.load(tmp_path)


def key_of(secrets: Secrets) -> SigningKey:
    return SigningKey.load(secrets.checkpoint_key_path, Settings().installation)


def count(databases: Databases, secrets: Secrets, told: str = "") -> LaneCount:
    settings = Settings.from_env({"CASELEDGER_LANES": told})
    return lane_count(settings, secrets, databases)


def sign(databases: Databases, secrets: Secrets, lanes: int) -> None:
    """A head note that lists so many lanes."""
    Checkpointer(databases.log, key_of(secrets), lanes, 1.0).tick()


def test_a_new_log_gets_what_it_was_told_or_four_and_keeps_it(
    databases: Databases, secrets: Secrets
) -> None:
    assert count(databases, secrets)() == 4
    assert count(databases, secrets, "6")() == 6
    assert stored_lanes(databases.log) == 0, "asking writes nothing"
    assert count(databases, secrets, "6").keep() == 6
    assert stored_lanes(databases.log) == 6
    assert count(databases, secrets)() == 6
    assert count(databases, secrets, "6").keep() == 6


@pytest.mark.parametrize("told", ["4", "8"])
def test_a_process_that_was_told_another_number_names_both(
    databases: Databases, secrets: Secrets, told: str
) -> None:
    count(databases, secrets, "6").keep()
    with pytest.raises(LanesDiffer, match=f"has 6 lanes, and CASELEDGER_LANES says {told}"):
        count(databases, secrets, told)()
    assert issubclass(LanesDiffer, SettingsError), "a process ends with it as with a wrong setting"


@pytest.mark.parametrize("shown", ["note", "leases", "ledger"])
def test_a_log_of_before_has_the_number_of_what_is_there(
    databases: Databases, secrets: Secrets, shown: str
) -> None:
    if shown == "note":
        sign(databases, secrets, 6)
        databases.log["lanes"].insert_one({"_id": "lease/3", "epoch": 1})
    elif shown == "leases":
        databases.log["lanes"].insert_many([{"_id": f"lease/{n}"} for n in (0, 5, 2)])
    else:
        Ledger(databases.log).ensure_indexes()
        databases.log["ledger"].insert_many(
            [{"lane": n, "position": 1, "stream": f"case/{n}", "first_version": 1} for n in (0, 5)]
        )
    assert count(databases, secrets)() == 6
    with pytest.raises(LanesDiffer, match="has 6 lanes"):
        count(databases, secrets, "4")()
    assert count(databases, secrets).keep() == 6
    assert stored_lanes(databases.log) == 6


def test_a_document_below_the_signed_note_is_certain_trouble(
    databases: Databases, secrets: Secrets
) -> None:
    count(databases, secrets, "6").keep()
    sign(databases, secrets, 6)
    databases.log["lanes"].update_one({"_id": "count"}, {"$set": {"lanes": 4}})
    with pytest.raises(LanesDiffer, match="note lists 6 lanes, and the log says that it has 4"):
        count(databases, secrets)()


def test_of_two_that_write_it_first_the_slower_one_refuses(
    databases: Databases, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = count(databases, secrets, "6")
    assert slow() == 6
    count(databases, secrets, "4").keep()
    looks = iter([0])
    monkeypatch.setattr(
        "shared.eventlog.lanes.count.stored_lanes", lambda log: next(looks, stored_lanes(log))
    )
    with pytest.raises(LanesDiffer, match="has 4 lanes, and CASELEDGER_LANES says 6"):
        slow.keep()


def test_a_process_waits_for_a_log_that_is_away_and_then_takes_its_number(
    databases: Databases, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(databases, secrets, "6").keep()
    asked: list[int] = []
    read = LaneCount._read

    def away_at_first(self: LaneCount) -> int:
        asked.append(1)
        if len(asked) < 3:
            raise LogUnavailable("away")
        return read(self)

    monkeypatch.setattr(LaneCount, "_read", away_at_first)
    monkeypatch.setattr("deploy.processes.running.LOOK_AGAIN_S", 0.01)
    process = Process("worker", Settings(), secrets, databases, threading.Event())
    with pytest.raises(LogUnavailable):
        with_log(process, waits=False)
    asked.clear()
    known = with_log(process, waits=True)
    assert known is not None
    assert (known.settings.lanes, known.settings.lanes_from, len(asked)) == (6, "log", 3)
    process.stop.set()
    assert with_log(process, waits=True) is None


def test_without_kafka_nothing_is_widened(databases: Databases, secrets: Secrets) -> None:
    process = at(databases, secrets, "127.0.0.1:1", "t", lanes=4)
    with pytest.raises(BrokerAway):
        widen(process, 6)
    assert stored_lanes(databases.log) == 0


@pytest.mark.kafka
def test_lanes_are_added_to_topic_document_and_note_and_never_taken(
    databases: Databases, secrets: Secrets, kafka_servers: str
) -> None:
    topic = f"t-lanes-{databases.log.name}"
    process = at(databases, secrets, kafka_servers, topic, lanes=4)
    count(databases, secrets).keep()
    KafkaBroker(options_of(process.settings)).ensure_topic()
    beat = {"_id": "beat/one", "at": utc_now(), "lanes": []}
    databases.log["lanes"].insert_one(beat)
    with pytest.raises(NotWidened, match="Stop every writer first: one is at work"):
        widen(process, 6)
    assert stored_lanes(databases.log) == 4
    databases.log["lanes"].update_one({"_id": "beat/one"}, {"$set": {"stopped": True}})
    assert widen(process, 6) == 4
    assert (stored_lanes(databases.log), signed_lanes(databases.log, key_of(secrets).public)) == (
        6,
        6,
    )
    assert count(databases, secrets, "6")() == 6
    six = at(databases, secrets, kafka_servers, topic, lanes=6)
    assert widen(six, 6) == 6, "again, as after a kill at its end"
    with pytest.raises(NotWidened, match="never fewer"):
        widen(six, 4)


@pytest.mark.kafka
@pytest.mark.parametrize("step", ["raise_lanes", "Checkpointer"])
def test_killed_before_any_step_it_is_run_again(
    databases: Databases,
    secrets: Secrets,
    kafka_servers: str,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    topic = f"t-lanes-{databases.log.name}"
    process = at(databases, secrets, kafka_servers, topic, lanes=4)
    count(databases, secrets).keep()

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"deploy.processes.lanes.{step}", killed)
        with pytest.raises(KeyboardInterrupt):
            widen(process, 6)
    number = count(databases, secrets)()
    assert number == {"raise_lanes": 4, "Checkpointer": 6}[step]
    assert widen(at(databases, secrets, kafka_servers, topic, lanes=number), 6) == number
    assert signed_lanes(databases.log, key_of(secrets).public) == stored_lanes(databases.log) == 6


def at(databases: Databases, secrets: Secrets, kafka: str, topic: str, *, lanes: int) -> Process:
    """The process that widens, as it begins on a log with so many lanes."""
    settings = Settings(kafka_servers=(kafka,), topic=topic, lanes=lanes, lanes_from="log")
    return Process("lanes", settings, secrets, databases, threading.Event())
