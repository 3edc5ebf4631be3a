"""A stranger on the topic claims no place by odd headers; a broker that is gone is no fault."""

import socket
from types import SimpleNamespace

import pytest
from kafka.errors import KafkaTimeoutError
from kafka.structs import MemberState

from shared.config import Settings
from shared.kafka.consuming import JOIN_PATIENCE_S, KafkaSource
from shared.kafka.headers import Arrived, arrived
from shared.kafka.options import KafkaOptions, member_options


def member(server: str) -> KafkaOptions:
    return member_options(Settings(kafka_servers=(server,), topic="t"), group="g", client_id="c")


def message(position: bytes | None, index: bytes | None = b"1") -> SimpleNamespace:
    headers = [("ce_position", position), ("ce_index", index)]
    return SimpleNamespace(offset=7, value=b"{}", headers=headers)


def test_a_broker_that_is_gone_does_not_disturb_the_end() -> None:
    source = KafkaSource(member("127.0.0.1:1"))
    ended: list[bool] = []
    network = SimpleNamespace(close=lambda: ended.append(True))
    source._client = SimpleNamespace(close=_gone, _client=network)
    source.close(0.1)
    assert not source.reachable
    assert ended == [True]


def _gone(**_options: object) -> None:
    raise KafkaTimeoutError


class Alone:
    """A client that joins for ever, beside a broker that answers."""

    def __init__(self, **_config: object) -> None:
        self._client = SimpleNamespace(close=lambda: None)
        self._coordinator = SimpleNamespace(
            coordinator_unknown=lambda: False, need_rejoin=lambda: True
        )

    def poll(self, **_options: object) -> dict[object, object]:
        return {}

    def subscribe(self, **_options: object) -> None:
        pass

    def close(self, **_options: object) -> None:
        pass

    def group_metadata(self) -> SimpleNamespace:
        return SimpleNamespace(state=MemberState.REBALANCING)


def test_a_client_that_joins_for_ever_is_thrown_away() -> None:
    now = [0.0]
    with socket.create_server(("127.0.0.1", 0)) as broker:
        address = f"127.0.0.1:{broker.getsockname()[1]}"
        options = member(address)
        source = KafkaSource(options, make=Alone, clock=lambda: now[0])
        source.poll(0.0)
        first = source._client
        now[0] = JOIN_PATIENCE_S
        source.poll(0.0)
        assert source._client is first
        now[0] = JOIN_PATIENCE_S + 1.5
        source.poll(0.0)
        assert source._client is None
        now[0] += 1.0
        source.poll(0.0)
        assert source._client not in {None, first}


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
