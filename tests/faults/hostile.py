"""Somebody who may write to the topic and means harm: repeats, reorders, forges."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from shared.kafka.network import Network
from tests.faults.checkers import FORGED
from tests.faults.stack import Stack

SENT_S = 60
DEEP = b"[" * 5000 + b"]" * 5000


@contextmanager
def _producer(stack: Stack) -> Iterator[Any]:
    producer = KafkaProducer(
        kafka_client=Network,
        bootstrap_servers=stack.kafka.address,
        acks="all",
        max_request_size=4 * 1024 * 1024,
    )
    try:
        yield producer
        producer.flush(timeout=SENT_S)
    finally:
        producer.close(timeout=SENT_S)


def records(stack: Stack) -> list[Any]:
    """All that is on the topic now, as the client gives it."""
    consumer = KafkaConsumer(
        kafka_client=Network,
        bootstrap_servers=stack.kafka.address,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        topic, lanes = stack.settings.topic, stack.settings.lanes
        partitions = [TopicPartition(topic, lane) for lane in range(lanes)]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        consumer.seek_to_beginning(*partitions)
        found: list[Any] = []
        while any(consumer.position(p) < ends[p] for p in partitions):
            for some in consumer.poll(timeout_ms=1000, max_records=2000).values():
                found.extend(some)
        return found
    finally:
        consumer.close(autocommit=False)


def again(stack: Stack, found: Sequence[Any], *, times: int = 1) -> None:
    """Put genuine records on the topic again, byte for byte, in the given order."""
    with _producer(stack) as producer:
        for _ in range(times):
            for one in found:
                producer.send(
                    stack.settings.topic,
                    one.value,
                    key=one.key,
                    headers=list(one.headers),
                    partition=one.partition,
                )


def forge(stack: Stack, genuine: Any) -> int:
    """Records that are not the ledger's, at places that it has and at places to come; how many."""
    place = {"ce_position": genuine.offset + 1, "ce_index": 1, "ce_count": 1}
    bodies = (
        b"not json",
        b'{"type":"nobody.Knows","schema":1}',
        genuine.value.replace(b'"', b"'"),
        genuine.value[:-1] + b',"more":true}',
        DEEP,
        b"x" * 900_000,
        None,
    )
    with _producer(stack) as producer:
        for lane in range(stack.settings.lanes):
            for body in bodies:
                for ahead in (0, 50, 10_000):
                    headers = _headers(genuine, place, ahead)
                    _forged(producer, stack, body, headers, lane)
            _forged(producer, stack, b"bare", [], lane)
            _forged(producer, stack, b"odd", [("ce_position", b"\xff"), ("ce_index", b"")], lane)
    return stack.settings.lanes * (3 * len(bodies) + 2)


def _headers(genuine: Any, place: dict[str, int], ahead: int) -> list[tuple[str, bytes]]:
    taken = dict(genuine.headers)
    taken.update({name: str(value).encode() for name, value in place.items()})
    taken["ce_position"] = str(place["ce_position"] + ahead).encode()
    return list(taken.items())


def _forged(
    producer: Any, stack: Stack, body: bytes | None, headers: list[tuple[str, bytes]], lane: int
) -> None:
    producer.send(
        stack.settings.topic,
        body,
        key=b"forged",
        headers=[*headers, (FORGED, b"1")],
        partition=lane,
    )
