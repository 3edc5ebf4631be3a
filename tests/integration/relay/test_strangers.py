"""A topic of another installation is refused; forged records beside our own are not looked at."""

import msgspec
import pytest

from shared.config import Databases
from shared.kafka.ports import TopicRefused
from shared.kafka.record import Record, Signer, records_of
from shared.relay.assign.assign import Assigner
from shared.relay.ledger.ledger import Ledger
from shared.relay.publish.outlet import Outlet
from shared.relay.publish.strangers import Strangers
from tests.support.relay_double import DoubleBroker
from tests.support.relay_world import (
    SEQUENCER_KEY,
    append,
    commit,
    commit_document,
    ensure_log_indexes,
    intake_door,
)

pytestmark = pytest.mark.mongo
SIGNER, THEIRS = Signer(SEQUENCER_KEY), Signer(b"o" * 32)
LANES = 2


def of(stream: str, position: int, *, lane: int = 0, signer: Signer = THEIRS) -> Record:
    """The record of the one event of a commit, signed by somebody."""
    made = commit(stream, 1, lane=lane)
    return records_of(made, lane=lane, position=position, signer=signer)[0]


@pytest.fixture
def broker() -> DoubleBroker:
    return DoubleBroker(LANES)


@pytest.fixture
def strangers(databases: Databases, broker: DoubleBroker) -> Strangers:
    """A log with one commit at position 1 of lane 0, and the topic of the double."""
    ensure_log_indexes(databases.log)
    ledger = Ledger(databases.log, intake_door())
    ledger.ensure_indexes()
    document = commit_document("case/ours", 1)
    append(databases.log, document)
    assigner = Assigner(0, ledger, intake_door())
    assigner.offer([document])
    while assigner.step():
        pass
    return Strangers(broker, ledger, SIGNER, lanes=range(LANES), topic="t")


@pytest.mark.parametrize("lane", [0, 1])
def test_a_topic_with_records_of_another_installation_alone_is_refused(
    strangers: Strangers, broker: DoubleBroker, lane: int
) -> None:
    for position in (1, 2):
        record = of(f"case/theirs{position}", position, lane=lane)
        broker.partitions[lane].append(record)
    with pytest.raises(TopicRefused, match="The topic t holds records of another installation"):
        strangers.refuse()


def test_an_empty_topic_and_one_with_noise_alone_are_taken(
    strangers: Strangers, broker: DoubleBroker
) -> None:
    strangers.refuse()
    broker.partitions[0].append(msgspec.structs.replace(of("case/theirs", 1), lane=7))
    strangers.refuse()


def test_forged_records_beside_our_own_refuse_nothing(
    strangers: Strangers, broker: DoubleBroker
) -> None:
    broker.partitions[1].append(of("case/ours-too", 1, lane=1, signer=SIGNER))
    for position in (1, 2, 3):
        broker.partitions[0].append(of("case/forged", position))
    strangers.refuse()


def test_our_own_records_under_an_earlier_key_of_the_sequencer_are_ours(
    strangers: Strangers, broker: DoubleBroker
) -> None:
    broker.partitions[0].append(of("case/ours", 1))
    strangers.refuse()


def test_a_refused_topic_is_certain_and_no_producer_is_made(
    strangers: Strangers, broker: DoubleBroker
) -> None:
    broker.partitions[0].append(of("case/theirs", 1))
    outlet = Outlet(
        broker,
        backoff_s=0,
        backoff_most_s=0,
        spawn=lambda work: work(),
        refuse=strangers.refuse,
    )
    assert not outlet.ready(1.0)
    assert outlet.state == "refused"
    assert "another installation" in outlet.refusal
    assert broker.producers == []
    broker.recreate()  # the operator names another topic
    assert outlet.ready(2.0)
    assert outlet.refusal == ""


def test_a_topic_that_is_given_other_partitions_while_in_use_is_said_and_goes_on(
    broker: DoubleBroker,
) -> None:
    outlet = Outlet(broker, backoff_s=0, backoff_most_s=0, spawn=lambda work: work())
    assert outlet.ready(1.0)
    broker.refuses = "The topic t has 8 partitions"
    outlet.look()
    assert outlet.refusal == "The topic t has 8 partitions"
    assert outlet.ready(2.0)
    broker.away = True
    outlet.look()
    assert outlet.refusal == "The topic t has 8 partitions", "an outage says nothing of it"
    broker.away, broker.refuses = False, ""
    outlet.look()
    assert outlet.refusal == ""
