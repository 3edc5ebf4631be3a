"""Every option of kafka-python that a promise rests on, written out; tests pin the effect.

Numbers in comments are those of the pitfalls found in kafka-python 3.0.12.
"""

from dataclasses import dataclass
from typing import Any

from shared.config import Settings

MEMBER_BOOTSTRAP_MS = 2_000  # a member connects on the thread that also reads the ledger
MEMBER_REQUEST_MS = 10_000


@dataclass(frozen=True, kw_only=True)
class KafkaOptions:
    """Where Kafka is, who we are there and how patient we are; times in milliseconds.

    `delivery_timeout_ms` is longer than any outage that the producer should survive in place; a
    longer one costs a new producer and some duplicates, nothing else. `group` and the fields
    after it are those of a member of a consumer group alone.
    """

    servers: tuple[str, ...]
    topic: str
    lanes: int
    replication: int = 1
    delivery_timeout_ms: int = 120_000
    request_timeout_ms: int = 10_000
    bootstrap_timeout_ms: int = 3_000
    max_block_ms: int = 3_000
    read_timeout_ms: int = 5_000
    group: str = ""
    client_id: str = ""
    session_timeout_ms: int = 6_000
    max_poll_interval_ms: int = 300_000
    max_poll_records: int = 500


def options_of(settings: Settings) -> KafkaOptions:
    """The options that an installation sets for who publishes."""
    return KafkaOptions(
        servers=settings.kafka_servers,
        topic=settings.topic,
        lanes=settings.lanes,
        replication=settings.replication,
        delivery_timeout_ms=settings.kafka_delivery_ms,
        request_timeout_ms=min(10_000, settings.kafka_delivery_ms // 2),
    )


def member_options(
    settings: Settings, *, group: str, client_id: str, **changes: Any
) -> KafkaOptions:
    """The options of a member of a consumer group; `changes` are fields of `KafkaOptions`."""
    member: dict[str, Any] = {
        "servers": settings.kafka_servers,
        "topic": settings.topic,
        "lanes": settings.lanes,
        "request_timeout_ms": MEMBER_REQUEST_MS,
        "bootstrap_timeout_ms": MEMBER_BOOTSTRAP_MS,
        "group": group,
        "client_id": client_id,
    }
    return KafkaOptions(**{**member, **changes})


def admin_config(options: KafkaOptions) -> dict[str, Any]:
    """Options of the client that makes the topic and looks at it."""
    return {
        "bootstrap_servers": list(options.servers),
        "request_timeout_ms": options.request_timeout_ms,
        "bootstrap_timeout_ms": options.bootstrap_timeout_ms,
        "reconnect_backoff_max_ms": 1_000,
    }


def producer_config(options: KafkaOptions) -> dict[str, Any]:
    """Options of the producer."""
    return {
        "bootstrap_servers": list(options.servers),
        "enable_idempotence": True,  # 3: explicit, else a conflict turns it off with a warning
        "acks": "all",
        "max_in_flight_requests_per_connection": 5,
        "delivery_timeout_ms": options.delivery_timeout_ms,  # 8, 19a
        "request_timeout_ms": options.request_timeout_ms,
        "max_block_ms": options.max_block_ms,  # 5
        "bootstrap_timeout_ms": options.bootstrap_timeout_ms,  # 4
        "allow_auto_create_topics": False,  # 17
        "linger_ms": 5,
        "batch_size": 128 * 1024,
        "compression_type": None,
        "reconnect_backoff_ms": 50,
        "reconnect_backoff_max_ms": 1_000,  # 19: the default sleeps 30 s after the broker is back
        "retry_backoff_ms": 100,
        "metadata_max_age_ms": 30_000,  # a topic made anew shows up
        "metrics_enabled": False,
    }


def tail_config(options: KafkaOptions) -> dict[str, Any]:
    """Options of the reader of a partition's end: no group, no commits."""
    return {
        "bootstrap_servers": list(options.servers),
        "group_id": None,
        "enable_auto_commit": False,  # 9
        "auto_offset_reset": "earliest",  # 12
        "allow_auto_create_topics": False,  # 17
        "isolation_level": "read_uncommitted",
        "request_timeout_ms": options.request_timeout_ms,
        "bootstrap_timeout_ms": options.bootstrap_timeout_ms,
        "reconnect_backoff_max_ms": 1_000,
        "fetch_max_wait_ms": 100,
        "max_poll_records": 1_000,
        "max_partition_fetch_bytes": 4 * 1024 * 1024,
    }


def member_config(options: KafkaOptions) -> dict[str, Any]:
    """Options of a member of a consumer group."""
    return {
        "bootstrap_servers": list(options.servers),
        "client_id": options.client_id,
        "group_id": options.group,
        "enable_auto_commit": False,  # close() would commit what was polled, not what was handled
        "auto_offset_reset": "earliest",  # our marks decide what is new, never the broker
        "allow_auto_create_topics": False,
        "isolation_level": "read_committed",
        "check_crcs": True,
        "max_poll_records": options.max_poll_records,
        "max_poll_interval_ms": options.max_poll_interval_ms,
        "session_timeout_ms": options.session_timeout_ms,
        "heartbeat_interval_ms": options.session_timeout_ms // 3,
        "request_timeout_ms": options.request_timeout_ms,
        "bootstrap_timeout_ms": options.bootstrap_timeout_ms,
        "reconnect_backoff_ms": 50,
        "reconnect_backoff_max_ms": 1_000,  # by default it may sleep 30 s after the broker is back
        "metadata_max_age_ms": 30_000,
        "fetch_max_wait_ms": 100,
        "metrics_enabled": False,
    }
