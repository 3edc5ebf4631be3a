"""The port through which money goes back to whoever paid it, and its adapter for a file.

Apart from the callbacks: the worker needs this and nothing of HTTP.
"""

import fcntl
import os
from pathlib import Path
from typing import Protocol

import msgspec


class RefundOrder(msgspec.Struct, frozen=True):
    """What the gateway is asked to give back. `reference` is the same for every repeat."""

    reference: str
    case: str
    payment: str
    amount_fen: int


class PaymentGateway(Protocol):
    """Pays back. Told the same order twice, it pays once."""

    def refund(self, order: RefundOrder) -> None:
        """Hand the order over, durably; the gateway confirms by a callback."""


class FileGateway:
    """A gateway that is a file of JSON lines: for the embedded system and for tests."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def refund(self, order: RefundOrder) -> None:
        """Append the order unless its reference is there; on disk before it returns."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+b") as file:
            # Two workers may be told the same order at once.
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            whole = file.read()
            end = whole.rfind(b"\n") + 1
            file.truncate(end)  # what a crash cut off was never handed over
            known = {msgspec.json.decode(line)["reference"] for line in whole[:end].splitlines()}
            if order.reference in known:
                return
            file.write(msgspec.json.encode(order) + b"\n")
            file.flush()
            os.fsync(file.fileno())
