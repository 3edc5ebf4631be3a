"""What is still sent after an answer is read and thrown away, within bounds of bytes and time."""

import io
import socket
import time
from collections.abc import Iterator

import pytest

from shared.http.process import gunicorn_config
from shared.http.process.unread import PIECE, thrown_away


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


class FromSocket:
    """A body that is read from a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def read(self, size: int) -> bytes:
        return self.sock.recv(size)


def test_a_rest_is_read_to_its_end(pair: tuple[socket.socket, socket.socket]) -> None:
    body = io.BytesIO(bytes(3 * PIECE + 1))
    assert thrown_away(body, pair[0])
    assert body.read() == b""


def test_no_more_is_read_than_may_be(pair: tuple[socket.socket, socket.socket]) -> None:
    body = io.BytesIO(bytes(10 * PIECE))
    assert not thrown_away(body, pair[0], most=2 * PIECE)
    assert body.tell() == 2 * PIECE


def test_nobody_is_waited_for_longer_than_may_be(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    theirs.sendall(b"x")
    ours.settimeout(7.0)
    begun = time.monotonic()
    assert not thrown_away(FromSocket(ours), ours, longest_s=0.05)
    assert time.monotonic() - begun < 5
    assert ours.gettimeout() == 7.0, "as it was"


def test_whoever_went_away_is_no_fault(pair: tuple[socket.socket, socket.socket]) -> None:
    class Gone:
        def read(self, _size: int) -> bytes:
            raise ConnectionResetError

    assert not thrown_away(Gone(), pair[0])


def test_gunicorn_reads_the_rest_after_each_request(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    class Request:
        body = io.BytesIO(bytes(PIECE))

    gunicorn_config.post_request(None, Request, {"gunicorn.socket": pair[0]}, None)
    assert Request.body.read() == b""
    gunicorn_config.post_request(None, Request, {}, None)
