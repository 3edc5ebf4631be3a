"""Meeting a broker: a knock before a client is made, and no rest of a client that was not made."""

import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from kafka.errors import KafkaError

from shared.kafka.network import Network
from shared.kafka.ports import BrokerAway

T = TypeVar("T")


def knock(servers: Sequence[str], timeout_s: float) -> None:
    """Connect to the first server that accepts, each within `timeout_s`, and hang up.

    Proof of nothing, but cheap. Without a broker a client costs threads, its whole bootstrap time,
    and sockets that kafka-python leaves to the garbage collector.

    Raises:
        OSError: no server accepts a connection.
        ValueError: as above, and the last address has no port.
    """
    refused: Exception = ConnectionRefusedError("no Kafka server is named")
    for server in servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout_s).close()
        except (OSError, ValueError) as error:
            refused = error
        else:
            return
    raise refused


def constructed(make: Callable[..., T], config: dict[str, Any]) -> T:
    """Make a client of kafka-python; when its constructor fails, end what it had begun.

    Without a broker the constructors of admin client and consumer raise, and leave a thread and
    four file descriptors each: over a long outage that would end the process (seen with 3.0.12).
    """
    begun: list[Any] = []

    def noted(**options: Any) -> Any:
        begun.append(Network(**options))
        return begun[-1]

    try:
        return make(**config, kafka_client=noted)
    except BaseException:
        for client in begun:
            client.close()
        raise


def let_go(consumer: Any, timeout_ms: int) -> None:
    """Close a consumer and its network, also where leaving its group fails.

    kafka-python then raises before it comes to the network, and another `close` does nothing.

    Raises:
        KafkaError: the group was not left, and finds out by itself.
    """
    try:
        consumer.close(autocommit=False, timeout_ms=timeout_ms)
    finally:
        consumer._client.close()  # noqa: SLF001 - there is no public way


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Kafka's many errors are one to a publisher: it does not answer now.

    Raises:
        BrokerAway: in place of an error of Kafka or of the network.
    """
    try:
        yield
    except (KafkaError, OSError) as error:
        raise BrokerAway(sentence(error)) from error


def sentence(error: BaseException) -> str:
    """Kind and text of an error, short enough for a status."""
    return f"{type(error).__name__}: {error}"[:200]
