"""Money that goes back: the port to the gateway, its adapter for a file, and what carries it out.

Apart from the callbacks: the worker needs this and nothing of HTTP.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from shared.case import decode
from shared.case.intake.fee import RefundOrdered
from shared.case.intake.refund import RefundOrderedAgain

if TYPE_CHECKING:
    from shared.messaging import Received


class RefundOrder(msgspec.Struct, frozen=True):
    """What the gateway is asked to give back. `reference` is the same for every repeat.

    What an officer orders again after a failure has a reference of its own.
    """

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


# Effects outside the log: done again after a crash, so what they call is told the same reference.
PAY_BACK = (RefundOrdered.TYPE, RefundOrderedAgain.TYPE)


def paying_back(gateway: PaymentGateway) -> Callable[["Received"], None]:
    """The handler that carries a refund out; the gateway confirms it by a callback."""

    def pay_back(received: "Received") -> None:
        fact = decode(received.event).fact
        if not isinstance(fact, RefundOrdered | RefundOrderedAgain):
            raise TypeError(f"{received.event.type} orders no refund")
        case = received.stream.partition("/")[2]
        again = f":{fact.attempt}" if isinstance(fact, RefundOrderedAgain) else ""
        gateway.refund(
            RefundOrder(
                reference=f"{case}:{fact.payment}{again}",
                case=case,
                payment=fact.payment,
                amount_fen=fact.amount_fen,
            )
        )

    return pay_back
