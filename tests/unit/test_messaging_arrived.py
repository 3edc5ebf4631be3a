"""A stranger on the topic claims no place by odd headers; a broker that is gone is no fault."""

from types import SimpleNamespace

import pytest
from kafka.errors import KafkaTimeoutError

from shared.messaging.kafka import KafkaOptions, KafkaSource, arrived
from shared.messaging.ports import Arrived


def message(position: bytes | None, index: bytes | None = b"1") -> SimpleNamespace:
    headers = [("ce_position", position), ("ce_index", index)]
    return SimpleNamespace(offset=7, value=b"{}", headers=headers)


def test_a_broker_that_is_gone_does_not_disturb_the_end() -> None:
    source = KafkaSource(KafkaOptions(("127.0.0.1:1",), "t", "g", "c"))
    source._client = SimpleNamespace(close=_gone)
    source.close(0.1)
    assert not source.reachable


def _gone(**_options: object) -> None:
    raise KafkaTimeoutError


def test_headers_name_a_place() -> None:
    assert arrived(message(b"12", b"2")) == Arrived(7, 12, 2, b"{}")


@pytest.mark.parametrize(
    "position",
    [b"9" * 400, b"9" * 5000, b"-1", b" 1", b"1_0", b"1.5", b"\xff", b"", None],
    ids=["no gauge holds it", "huge", "minus", "space", "low line", "part", "bytes", "empty", "no"],
)
def test_what_is_no_plain_number_names_none(position: bytes | None) -> None:
    assert arrived(message(position)).position == 0
    assert arrived(message(b"1", position)).position == 0
