"""A TCP proxy between our processes and a server, that breaks what a test tells it to break.

It knows the frames of what it carries, so that it can do what no packet filter can: let a request
be applied and lose its answer. All controls are called from the test's thread and take effect at
once, on open connections too. A client must stay behind the proxy: pymongo needs
`directConnection=true` (it follows the server's `hello` elsewhere), and for Kafka the proxy's
address must be the advertised listener.
"""

import enum
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from tests.faults.frames import RAW, Frame, Framing

MOST_REMEMBERED = 10_000
CONNECT_S = 5.0


class Way(enum.Enum):
    """A direction of the traffic."""

    REQUESTS = "requests"
    ANSWERS = "answers"


BOTH = frozenset(Way)


@dataclass
class Loss:
    """Requests or answers that are to be lost, `times` of them; `happened` once all were."""

    matches: Callable[[Frame], bool]
    what: Way
    times: int
    taken: int = 0
    happened: threading.Event = field(default_factory=threading.Event)
    lost: list[str] = field(default_factory=list)

    def wait(self, timeout_s: float = 10.0) -> None:
        """Wait until it happened as often as was asked for."""
        assert self.happened.wait(timeout_s), f"no {self.what.value} were lost in {timeout_s} s"


class FaultProxy:
    """Listens on 127.0.0.1:`port` and carries to `target`; a context manager.

    A port of 0 takes a free one, kept over `refuse()` and `heal()`.
    """

    def __init__(
        self,
        target: tuple[str, int],
        *,
        framing: Callable[[], Framing] = RAW,
        port: int = 0,
    ) -> None:
        self._target = target
        self._framing = framing
        self._lock = threading.Condition()
        self._held: set[Way] = set()
        self._delay_s: dict[Way, float] = dict.fromkeys(Way, 0.0)
        self._losses: list[Loss] = []
        self._links: set[_Link] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._listener: socket.socket | None = None
        self.port = port
        self.requests: deque[str] = deque(maxlen=MOST_REMEMBERED)
        self._listen()

    @property
    def address(self) -> str:
        """`127.0.0.1:<port>`."""
        return f"127.0.0.1:{self.port}"

    # ---- what a test says

    def delay(self, seconds: float, ways: frozenset[Way] = BOTH) -> None:
        """Hold every frame back for so long, one after the other; 0 ends it."""
        with self._lock:
            self._delay_s.update(dict.fromkeys(ways, seconds))
            self._lock.notify_all()

    def black_hole(self, ways: frozenset[Way] = BOTH) -> None:
        """Let nothing through and close nothing; what was on its way arrives after `heal()`."""
        with self._lock:
            self._held = set(ways)
            self._lock.notify_all()

    def cut(self) -> int:
        """Reset every open connection; new ones are welcome. How many there were."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    def refuse(self) -> None:
        """Reset every connection and refuse new ones, until `heal()`."""
        with self._lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            _shut(listener)
        self.cut()

    def heal(self) -> None:
        """End delay, black hole and refusal; losses that did not happen yet are forgotten."""
        with self._lock:
            self._held.clear()
            self._delay_s.update(dict.fromkeys(Way, 0.0))
            self._losses.clear()
            self._lock.notify_all()
            listening = self._listener is not None
        if not listening:
            self._listen()

    def lose_answer(self, matches: Callable[[Frame], bool] | str, *, times: int = 1) -> Loss:
        """Carry a matching request, swallow its answer and reset the client: applied, unknown.

        `matches` is a predicate on the request's frame, or the name that it has.
        """
        return self._lose(matches, Way.ANSWERS, times)

    def lose_request(self, matches: Callable[[Frame], bool] | str, *, times: int = 1) -> Loss:
        """Swallow a matching request and reset the client: for the client the same, not applied."""
        return self._lose(matches, Way.REQUESTS, times)

    def close(self) -> None:
        """End everything and wait for the threads."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self.refuse()
        for thread in self._threads:
            thread.join(CONNECT_S + 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- what the threads do

    def _lose(self, matches: Callable[[Frame], bool] | str, what: Way, times: int) -> Loss:
        wanted = (lambda frame: frame.name == matches) if isinstance(matches, str) else matches
        loss = Loss(wanted, what, times)
        with self._lock:
            self._losses.append(loss)
        return loss

    def _listen(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = listener.getsockname()[1]
        with self._lock:
            self._listener = listener
        self._start(self._accept, listener)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True, name="fault-proxy")
        with self._lock:
            self._threads = [one for one in self._threads if one.is_alive()]
            self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                self._start(self._connect, client)

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._target, timeout=CONNECT_S)
        except OSError:
            _reset(client)
            return
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = _Link(client, server, self._framing())
        with self._lock:
            self._links.add(link)
            late = self._closed or self._listener is None
        if late:
            link.reset()
        self._start(self._pump, link, Way.ANSWERS)
        self._pump(link, Way.REQUESTS)

    def _pump(self, link: "_Link", way: Way) -> None:
        source = link.client if way is Way.REQUESTS else link.server
        sink = link.server if way is Way.REQUESTS else link.client
        with suppress(OSError, ValueError), source.makefile("rb") as stream:
            read = link.framing.request if way is Way.REQUESTS else link.framing.reply
            while (frame := read(stream)) is not None:
                self._wait(link, way)
                if way is Way.REQUESTS and not self._asks(link, frame):
                    break
                if way is Way.ANSWERS and self._loses(link, frame):
                    break
                sink.sendall(frame.raw)
        if way is Way.REQUESTS and not link.over:
            with suppress(OSError):
                link.server.shutdown(socket.SHUT_WR)  # the answers under way still arrive
            return
        self._forget(link)

    def _wait(self, link: "_Link", way: Way) -> None:
        """Hold a frame back while the test says so."""
        until = time.monotonic()
        with self._lock:
            until += self._delay_s[way]
            while not (self._closed or link.over):
                left = min(until - time.monotonic(), self._delay_s[way])
                if way not in self._held and left <= 0:
                    return
                self._lock.wait(None if way in self._held else left)

    def _asks(self, link: "_Link", frame: Frame) -> bool:
        """Note a request and whether its answer is to be lost; False when it is lost itself."""
        with self._lock:
            self.requests.append(frame.name)
            due = (one for one in self._losses if one.taken < one.times)
            loss = next((one for one in due if one.matches(frame)), None)
            if loss is None:
                return True
            loss.taken += 1
            if loss.what is Way.ANSWERS:
                link.losing[frame.key] = (loss, frame.name)
                return True
        self._done(link, loss, frame.name)
        return False

    def _loses(self, link: "_Link", frame: Frame) -> bool:
        """Whether this answer is one to be lost; the client's connection then ends."""
        with self._lock:
            found = link.losing.pop(frame.key, None) if frame.key is not None else None
        if found is not None:
            self._done(link, *found)
        return found is not None

    @staticmethod
    def _done(link: "_Link", loss: Loss, name: str) -> None:
        link.reset()
        loss.lost.append(name)
        if len(loss.lost) >= loss.times:
            loss.happened.set()

    def _forget(self, link: "_Link") -> None:
        link.reset()
        with self._lock:
            self._links.discard(link)
            self._lock.notify_all()


class _Link:
    """One client's connection and the one to the server behind it."""

    def __init__(self, client: socket.socket, server: socket.socket, framing: Framing) -> None:
        self.client = client
        self.server = server
        self.framing = framing
        self.losing: dict[int | None, tuple[Loss, str]] = {}
        self.over = False

    def reset(self) -> None:
        """End both connections at once, with a reset rather than a farewell."""
        self.over = True
        _reset(self.client)
        _reset(self.server)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    _shut(end)


def _shut(end: socket.socket) -> None:
    """Close a socket that another thread may be waiting on: shutdown wakes it."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def proxied(
    target: tuple[str, int], *, framing: Callable[[], Framing] = RAW, port: int = 0
) -> Iterator[FaultProxy]:
    """A proxy for the length of a `with` block."""
    with FaultProxy(target, framing=framing, port=port) as proxy:
        yield proxy
