"""The network under a client of kafka-python, that leaves no socket open when it ends.

A socket that kafka-python was connecting, or on which something waited to be sent, is left to the
garbage collector when its client ends (seen with 3.0.12): a process that makes and ends clients
through a long outage would hold ever more of them.
"""

import socket
import weakref
from typing import Any

from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

_SCHEME = "noted"
_opened: weakref.WeakKeyDictionary[object, weakref.WeakSet[socket.socket]] = (
    weakref.WeakKeyDictionary()
)


class NotedSocket(KafkaNetSocket):  # type: ignore[misc] # kafka-python has no types
    """Connects directly, and notes each socket under the event loop that it was opened for.

    kafka-python chooses the kind of a socket by the scheme of `proxy_url`: this one goes nowhere
    but to the broker.
    """

    SCHEMES = (_SCHEME,)

    async def sock_connect(
        self, net: object, sock: socket.socket, sockaddr: Any, timeout_at: float | None = None
    ) -> Any:
        """Connect; a socket that does not come to be connected is closed."""
        _opened.setdefault(net, weakref.WeakSet()).add(sock)
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:  # also the GeneratorExit of a loop that ends
            sock.close()
            raise


class Network(KafkaNetClient):  # type: ignore[misc] # kafka-python has no types
    """The `kafka_client` of all our clients."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "proxy_url": f"{_SCHEME}://"})

    def close(self, node_id: Any = None) -> None:
        """End one connection, or all; at the end none of our sockets is open."""
        try:
            super().close(node_id=node_id)
        finally:
            if node_id is None:
                for sock in tuple(_opened.pop(self._net, ())):
                    sock.close()
