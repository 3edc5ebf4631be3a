"""Whether a server answers in its own protocol: an open port alone says nothing.

Spoken by hand over a plain socket, so that asking starts no client, no thread and no log.
"""

import http.client
import json
import socket
import struct

from bson import decode, encode

ANSWER_BYTES_MOST = 1024 * 1024
_OP_MSG = 2013
_METADATA = 3


def port_is_free(port: int) -> bool:
    """True when nothing listens on the loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mongo_answers(host: str, port: int, *, timeout_s: float = 1.0) -> bool:
    """True when a server that takes writes answers `hello`."""
    body = struct.pack("<IB", 0, 0) + encode({"hello": 1, "$db": "admin"})
    message = struct.pack("<iiii", 16 + len(body), 1, 0, _OP_MSG) + body
    try:
        with socket.create_connection((host, port), timeout_s) as link:
            link.sendall(message)
            (length,) = struct.unpack("<i", _exactly(link, 4))
            answer = _exactly(link, length - 4)
            return bool(decode(answer[12 + 5 :]).get("isWritablePrimary"))
    except (OSError, ValueError, struct.error):
        return False


def kafka_nodes(host: str, port: int, *, timeout_s: float = 2.0) -> frozenset[int]:
    """Ids of the nodes that a Metadata answer (version 1) names; empty without an answer."""
    client = b"caseledger"
    body = struct.pack(">hhih", _METADATA, 1, 1, len(client)) + client + struct.pack(">i", 0)
    try:
        with socket.create_connection((host, port), timeout_s) as link:
            link.sendall(struct.pack(">i", len(body)) + body)
            (length,) = struct.unpack(">i", _exactly(link, 4))
            answer = _exactly(link, length)
        return frozenset(_node_ids(answer))
    except (OSError, ValueError, struct.error):
        return frozenset()


def _node_ids(answer: bytes) -> list[int]:
    """Node ids of a Metadata answer: correlation, count, then (id, host, port, rack) each."""
    (count,) = struct.unpack_from(">i", answer, 4)
    at, ids = 8, []
    for _ in range(count):
        node, host_bytes = struct.unpack_from(">ih", answer, at)
        at += 6 + host_bytes + 4
        (rack_bytes,) = struct.unpack_from(">h", answer, at)
        at += 2 + max(rack_bytes, 0)
        ids.append(node)
    return ids


def http_answers(port: int, path: str, *, timeout_s: float = 2.0) -> bool:
    """True when the loopback server answers the path with 200."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        link.request("GET", path)
        return link.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def http_problems(port: int, path: str, *, timeout_s: float = 2.0) -> tuple[str, ...]:
    """The sentences under `problems` in the JSON that the loopback server answers; else none."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        link.request("GET", path)
        found = json.loads(link.getresponse().read(ANSWER_BYTES_MOST))
    except (OSError, http.client.HTTPException, ValueError):
        return ()
    finally:
        link.close()
    said = found.get("problems", []) if isinstance(found, dict) else []
    return tuple(str(one) for one in said) if isinstance(said, list) else ()


def smtp_answers(port: int, *, timeout_s: float = 2.0) -> bool:
    """True when the loopback server greets as SMTP does."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout_s) as link:
            return link.recv(3) == b"220"
    except OSError:
        return False


def _exactly(link: socket.socket, size: int) -> bytes:
    """Read exactly `size` bytes (at most 1 MiB)."""
    if not 0 < size <= ANSWER_BYTES_MOST:
        raise ValueError(f"an answer of {size} bytes")
    parts = bytearray()
    while len(parts) < size:
        part = link.recv(size - len(parts))
        if not part:
            raise ValueError("the server hung up")
        parts += part
    return bytes(parts)
