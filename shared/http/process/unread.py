"""What a client still sends after its answer: read and thrown away, within bounds.

A request that is refused by its size is answered before its body is read. Were the connection
closed then, the system would reset it, and a client that is still sending would see a broken pipe
and never the answer.
"""

import socket
import time
from contextlib import suppress
from typing import Protocol

from gunicorn.http.errors import ParseException

MOST_BYTES = 32 * 1024 * 1024
LONGEST_S = 5.0
PIECE = 64 * 1024


class RestOfBody(Protocol):
    """The body of a request, as gunicorn gives it."""

    def read(self, size: int) -> bytes:
        """The next bytes, empty at the end."""


def thrown_away(
    body: RestOfBody,
    sock: socket.socket,
    *,
    most: int = MOST_BYTES,
    longest_s: float = LONGEST_S,
) -> bool:
    """Read the rest of a body; False where it is longer, or slower, than it may be."""
    until = time.monotonic() + longest_s
    before = sock.gettimeout()
    try:
        read = 0
        while read < most and (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            piece = body.read(PIECE)
            if not piece:
                return True
            read += len(piece)
    except (OSError, ParseException):  # it sends nothing, is gone, or its framing is broken
        return False
    else:
        return False
    finally:
        with suppress(OSError):  # it is closed already
            sock.settimeout(before)
