"""Our broker adapter on a real broker: effective options, the topic, and reading it back."""

import contextlib
import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.config import Settings
from shared.kafka.broker import KafkaBroker
from shared.kafka.options import KafkaOptions, options_of
from shared.kafka.ports import BrokerAway, TopicRefused
from shared.kafka.producing import KafkaOutput
from shared.kafka.record import Foreign, Record, Signer, records_of
from tests.support.relay_world import SEQUENCER_KEY, commit
from tests.support.waiting import eventually

pytestmark = pytest.mark.kafka


@pytest.fixture
def options(kafka_servers: str) -> KafkaOptions:
    topic = f"t-relay-{uuid.uuid4().hex[:10]}"
    return KafkaOptions(servers=(kafka_servers,), topic=topic, lanes=2, delivery_timeout_ms=20_000)


@pytest.fixture
def broker(options: KafkaOptions) -> Iterator[KafkaBroker]:
    made = KafkaBroker(options)
    made.ensure_topic()
    yield made
    with contextlib.closing(made._admin()) as admin:
        admin.delete_topics([options.topic])


def records(count: int, *, lane: int = 0) -> list[Record]:
    signer = Signer(SEQUENCER_KEY)
    return [
        record
        for n in range(1, count + 1)
        for record in records_of(
            commit(f"case/{n}", 1, lane=lane), lane=lane, position=n, signer=signer
        )
    ]


def test_the_effective_options_of_the_producer(broker: KafkaBroker) -> None:
    producer = broker.producer()
    config = producer.config
    producer.close(5)
    assert config["enable_idempotence"] is True
    assert config["acks"] == -1
    assert config["max_in_flight_requests_per_connection"] == 5
    assert config["retries"] == float("inf")
    assert config["allow_auto_create_topics"] is False
    assert config["reconnect_backoff_max_ms"] == 1_000
    assert config["delivery_timeout_ms"] == 20_000
    assert config["max_block_ms"] == 3_000
    assert config["bootstrap_timeout_ms"] == 3_000
    assert config["transactional_id"] is None


def test_the_effective_options_of_the_reader(broker: KafkaBroker) -> None:
    with broker.tail() as tail:
        config = tail._consumer.config
        assert config["enable_auto_commit"] is False
        assert config["auto_offset_reset"] == "earliest"
        assert config["group_id"] is None
        assert config["allow_auto_create_topics"] is False


def test_the_installation_sets_how_long_a_producer_is_patient() -> None:
    options = options_of(Settings(kafka_servers=("k:1",), kafka_delivery_ms=5_000))
    assert (options.delivery_timeout_ms, options.request_timeout_ms) == (5_000, 2_500)


def test_a_topic_with_another_number_of_partitions_is_refused(
    broker: KafkaBroker, options: KafkaOptions
) -> None:
    broker.ensure_topic()
    other = KafkaOptions(servers=options.servers, topic=options.topic, lanes=3)
    sentence = "has 2 partitions, not one for each of the log's 3 lanes: .* relay lanes 3"
    for call in (KafkaBroker(other).ensure_topic, KafkaBroker(other).check_topic):
        with pytest.raises(TopicRefused, match=sentence):
            call()
    broker.check_topic()
    absent = KafkaOptions(servers=options.servers, topic=f"{options.topic}-none", lanes=3)
    KafkaBroker(absent).check_topic()


def test_a_topic_is_widened_and_never_narrowed(broker: KafkaBroker, options: KafkaOptions) -> None:
    sent = records(1, lane=1)
    producer = broker.producer()
    producer.send(sent[0])
    producer.close(5)
    wider = KafkaBroker(KafkaOptions(servers=options.servers, topic=options.topic, lanes=3))
    wider.widen_topic()
    wider.widen_topic()
    eventually(lambda: wider.check_topic() is None, 10, ignoring=(TopicRefused,))
    with wider.tail() as tail:
        assert tail.read(1, *tail.bounds(1)) == sent, "what is there stays"
        assert tail.bounds(2) == (0, 0)
    with pytest.raises(TopicRefused, match="has 3 partitions"):
        broker.widen_topic()


def test_what_is_sent_is_read_back_from_the_partition_of_its_lane(broker: KafkaBroker) -> None:
    sent = records(30, lane=1)
    producer = broker.producer()
    deliveries = [producer.send(record) for record in sent]
    eventually(lambda: all(d.is_done for d in deliveries))
    values = [d.value for d in deliveries]
    assert [v.offset for v in values if v is not None] == list(range(30))
    producer.close(5)
    with broker.tail() as tail:
        assert tail.bounds(0) == (0, 0)
        assert tail.bounds(1) == (0, 30)
        assert tail.read(1, 0, 30) == sent
        assert tail.read(1, 25, 30) == sent[25:]


def test_a_stranger_on_the_partition_is_foreign(broker: KafkaBroker, options: KafkaOptions) -> None:
    output = broker.producer()
    output._producer.send(options.topic, b"hello", key=b"k", partition=0)
    output.close(5)
    with broker.tail() as tail:
        found = tail.read(0, *tail.bounds(0))
    assert [type(f) for f in found] == [Foreign]


def test_without_a_broker_each_call_says_so_at_once() -> None:
    nowhere = KafkaBroker(KafkaOptions(servers=("127.0.0.1:1",), topic="t", lanes=1))
    assert not nowhere.reachable()
    for call in (nowhere.ensure_topic, nowhere.producer, lambda: nowhere.tail().__enter__()):
        with pytest.raises(BrokerAway, match=r"127\.0\.0\.1:1"):
            call()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def deaf_server() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_try_that_fails_leaves_no_thread_and_no_file_behind(deaf_server: str) -> None:
    options = KafkaOptions(servers=(deaf_server,), topic="t", lanes=1, bootstrap_timeout_ms=100)
    broker = KafkaBroker(options)
    threads, files = threading.active_count(), open_files()
    for call in (broker.ensure_topic, broker.producer, lambda: broker.tail().__enter__()):
        for _ in range(3):
            with pytest.raises(BrokerAway):
                call()
    assert threading.active_count() == threads
    assert open_files() <= files + 3


def test_an_abandoned_producer_ends_its_thread(broker: KafkaBroker) -> None:
    before = set(threading.enumerate())
    producer = broker.producer()
    assert isinstance(producer, KafkaOutput)
    producer.send(records(1)[0])
    producer.abandon()
    eventually(lambda: set(threading.enumerate()) <= before)


def test_a_topic_that_is_not_there_takes_nothing(options: KafkaOptions) -> None:
    impatient = KafkaOptions(
        servers=options.servers, topic=f"{options.topic}-none", lanes=1, max_block_ms=300
    )
    producer = KafkaBroker(impatient).producer()
    try:
        with pytest.raises(BrokerAway):
            producer.send(records(1)[0])
    finally:
        producer.abandon()
