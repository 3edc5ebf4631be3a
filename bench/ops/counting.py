"""A way to the event log server for each process, which counts what the process asks for.

The processes run as they are shipped: only the address that they are told is another one.
"""

import selectors
import socket
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from bench.ops.wire import Asked, Requests

Counts = Counter[tuple[str, Asked]]
_PIECE = 1 << 16


@dataclass
class Ways:
    """One listener for each name, all leading to `server`; `counts()` is what came through."""

    names: Iterable[str]
    server: tuple[str, int]
    ports: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._counts: Counts = Counter()
        self._lock = threading.Lock()
        self._listeners: list[socket.socket] = []
        for name in self.names:
            listener = socket.create_server(("127.0.0.1", 0))
            self.ports[name] = listener.getsockname()[1]
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(name, listener), daemon=True).start()

    def counts(self) -> Counts:
        """Who asked for what so far."""
        with self._lock:
            return Counter(self._counts)

    def close(self) -> None:
        """Let nobody in any more; what is open ends with its process."""
        for listener in self._listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, name: str, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(name, client), daemon=True).start()

    def _carry(self, name: str, client: socket.socket) -> None:
        """Carry one connection both ways until either end closes it."""
        try:
            server = socket.create_connection(self.server)
        except OSError:
            client.close()
            return
        requests = Requests()
        with client, server, selectors.DefaultSelector() as ready, suppress(OSError):
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in ready.select():
                    piece = key.fileobj.recv(_PIECE)  # type: ignore[union-attr]
                    if not piece:
                        return
                    if key.fileobj is client:
                        self._count(name, requests.feed(piece))
                    key.data.sendall(piece)

    def _count(self, name: str, found: Iterable[Asked]) -> None:
        for one in found:
            with self._lock:
                self._counts[name, one] += 1
