"""Frames of the protocols that the fault proxy carries: where one ends, and what it answers.

Only so much of MongoDB's OP_MSG, Kafka's and HTTP/1.1's framing as is needed to name a request
and to find its reply.
"""

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

MOST_BYTES = 1 << 27
OP_MSG = 2013
KAFKA_NAMES = {
    0: "Produce",
    1: "Fetch",
    2: "ListOffsets",
    3: "Metadata",
    8: "OffsetCommit",
    9: "OffsetFetch",
    10: "FindCoordinator",
    11: "JoinGroup",
    12: "Heartbeat",
    13: "LeaveGroup",
    14: "SyncGroup",
    18: "ApiVersions",
    19: "CreateTopics",
    20: "DeleteTopics",
    22: "InitProducerId",
}


@dataclass(frozen=True)
class Frame:
    """One message as it was on the wire. `name` says what a request asks for.

    `key` ties a reply to its request: the request's own for a request, that of the request it
    answers for a reply; None where a message has no counterpart.
    """

    raw: bytes
    name: str = ""
    key: int | None = None


class Framing(Protocol):
    """Reads frames of one connection, in both directions; None at the end of the stream."""

    def request(self, stream: BinaryIO) -> Frame | None: ...

    def reply(self, stream: BinaryIO) -> Frame | None: ...


class RawFraming:
    """Whatever arrives, as it arrives; nothing is named."""

    def request(self, stream: BinaryIO) -> Frame | None:
        raw = stream.read1(65536)  # type: ignore[attr-defined]
        return Frame(raw) if raw else None

    reply = request


class MongoFraming:
    """MongoDB wire protocol; a request is named by its command, e.g. `insert`."""

    def request(self, stream: BinaryIO) -> Frame | None:
        return self._read(stream, answers=False)

    def reply(self, stream: BinaryIO) -> Frame | None:
        return self._read(stream, answers=True)

    def _read(self, stream: BinaryIO, *, answers: bool) -> Frame | None:
        head = _exactly(stream, 16)
        if head is None:
            return None
        length, own, answered, code = struct.unpack("<iiii", head)
        rest = _exactly(stream, _bounded(length - 16))
        if rest is None:
            return None
        name = "" if answers else _command(code, rest)
        return Frame(head + rest, name, answered if answers else own)


class KafkaFraming:
    """Kafka's length-prefixed frames; a request is named by its API, e.g. `Produce`."""

    def request(self, stream: BinaryIO) -> Frame | None:
        raw = self._read(stream)
        if raw is None:
            return None
        api, _, key = struct.unpack_from(">hhi", raw, 4)
        return Frame(raw, KAFKA_NAMES.get(api, str(api)), key)

    def reply(self, stream: BinaryIO) -> Frame | None:
        raw = self._read(stream)
        return None if raw is None else Frame(raw, key=struct.unpack_from(">i", raw, 4)[0])

    @staticmethod
    def _read(stream: BinaryIO) -> bytes | None:
        head = _exactly(stream, 4)
        if head is None:
            return None
        rest = _exactly(stream, _bounded(struct.unpack(">i", head)[0]))
        return None if rest is None else head + rest


class HttpFraming:
    """HTTP/1.1 with lengths or chunks; a request is named by method and path, e.g. `POST /v1`.

    Replies come in the order of the requests.
    """

    def __init__(self) -> None:
        self._count = 0
        self._open: deque[tuple[int, bool]] = deque()

    def request(self, stream: BinaryIO) -> Frame | None:
        top = _header(stream)
        if top is None:
            return None
        method, path, *_ = top.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        self._count += 1
        self._open.append((self._count, method == "HEAD"))
        return Frame(top + _body(top, stream), f"{method} {path}", self._count)

    def reply(self, stream: BinaryIO) -> Frame | None:
        top = _header(stream)
        if top is None:
            return None
        status = int(top.split(b" ", 2)[1])
        if status < 200:
            return Frame(top)
        key, bodiless = self._open.popleft() if self._open else (None, False)
        if bodiless or status in (204, 304):
            return Frame(top, key=key)
        return Frame(top + _body(top, stream, until_closed=True), key=key)


MONGO: Callable[[], Framing] = MongoFraming
KAFKA: Callable[[], Framing] = KafkaFraming
HTTP: Callable[[], Framing] = HttpFraming
RAW: Callable[[], Framing] = RawFraming


def _exactly(stream: BinaryIO, count: int) -> bytes | None:
    """`count` bytes, or None when the stream ends before."""
    found = stream.read(count)
    return found if len(found) == count else None


def _bounded(length: int) -> int:
    if not 0 <= length <= MOST_BYTES:
        raise ValueError(f"a frame of {length} bytes: not this protocol")
    return length


def _command(code: int, rest: bytes) -> str:
    """The first key of the first section of an OP_MSG: the command's name."""
    if code != OP_MSG or len(rest) < 10 or rest[4] != 0:
        return f"op {code}"
    end = rest.index(b"\0", 10)
    return rest[10:end].decode()


def _header(stream: BinaryIO) -> bytes | None:
    lines: list[bytes] = []
    while True:
        line = stream.readline(65536)
        if not line:
            return None
        lines.append(line)
        if line == b"\r\n":
            return b"".join(lines)


def _body(top: bytes, stream: BinaryIO, *, until_closed: bool = False) -> bytes:
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(b":") for line in top.split(b"\r\n")[1:])
    }
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        return _chunks(stream)
    if b"content-length" in fields:
        return stream.read(_bounded(int(fields[b"content-length"])))
    return stream.read() if until_closed else b""


def _chunks(stream: BinaryIO) -> bytes:
    parts: list[bytes] = []
    while True:
        line = stream.readline(1024)
        size = int(line.split(b";")[0] or b"0", 16)
        parts += [line, stream.read(_bounded(size)), stream.readline(1024)]
        if size == 0:
            while parts[-1] not in (b"\r\n", b""):  # trailers
                parts.append(stream.readline(65536))
            return b"".join(parts)
