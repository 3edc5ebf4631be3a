"""What the gateway tells intake for each way of paying an order or giving money back.

Besides the ordinary way there are those of bad days: late, twice, another amount, told twice, out
of order, failed, in parts, come back. Pure: the ids are given in.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from types import MappingProxyType

from shared.catalogue.definition.fees import yuan

ONE_YUAN_FEN = 100
NO_FUNDS, ACCOUNT_CLOSED = "NO_FUNDS", "ACCOUNT_CLOSED"


@dataclass(frozen=True, kw_only=True)
class Callback:
    """A message to intake. `held`: it waits until somebody at the gateway lets it go."""

    message: str
    body: Mapping[str, str]
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class Paying:
    """Somebody pays `amount_fen` for a case, by a method of the order."""

    case: str
    amount_fen: int
    method: str


@dataclass(frozen=True, kw_only=True)
class GivingBack:
    """An order of intake to give back what was paid by the transaction `payment`."""

    reference: str
    case: str
    payment: str
    amount_fen: int


# Gives a new id that begins with a word.
NewId = Callable[[str], str]
Body = Mapping[str, str]


def _paid(one: Paying, new: NewId, amount_fen: int | None = None) -> Body:
    return {
        "kind": "payment",
        "case": one.case,
        "transaction": new("pay"),
        "amount": yuan(one.amount_fen if amount_fen is None else amount_fen),
        "method": one.method,
    }


def _not_paid(one: Paying, new: NewId) -> Body:
    return {
        "kind": "payment-failed",
        "case": one.case,
        "transaction": new("pay"),
        "method": one.method,
        "code": NO_FUNDS,
    }


def _twice_told(one: Paying, new: NewId) -> Iterator[Callback]:
    """One transaction told three times: the message, the same again, and again as a new message."""
    body, message = _paid(one, new), new("msg")
    for name in (message, message, new("msg")):
        yield Callback(message=name, body=body)


def _told(new: NewId, *bodies: Body) -> list[Callback]:
    return [Callback(message=new("msg"), body=body) for body in bodies]


def _late(one: Paying, new: NewId) -> list[Callback]:
    return [Callback(message=new("msg"), body=_paid(one, new), held=True)]


PAYING: Mapping[str, Callable[[Paying, NewId], Sequence[Callback]]] = MappingProxyType(
    {
        "once": lambda one, new: _told(new, _paid(one, new)),
        # The same where the order holds no longer.
        "all-the-same": lambda one, new: _told(new, _paid(one, new)),
        "late": _late,
        "twice": lambda one, new: _told(new, _paid(one, new), _paid(one, new)),
        "wrong-amount": lambda one, new: _told(new, _paid(one, new, one.amount_fen + ONE_YUAN_FEN)),
        "doubled": lambda one, new: list(_twice_told(one, new)),
        # The attempt that failed came first, and is told after the one that did not.
        "out-of-order": lambda one, new: _told(new, _paid(one, new), _not_paid(one, new)),
        "failed": lambda one, new: _told(new, _not_paid(one, new)),
    }
)
"""Each way of paying and the messages that follow from it."""


def _back(one: GivingBack, new: NewId, kind: str, amount_fen: int) -> Body:
    return {
        "kind": kind,
        "case": one.case,
        "transaction": new("back"),
        "payment": one.payment,
        "amount": yuan(amount_fen),
    }


def _whole(one: GivingBack, new: NewId) -> Body:
    return _back(one, new, "refund", one.amount_fen)


def _in_parts(one: GivingBack, new: NewId) -> list[Callback]:
    """Two parts; money that cannot be halved goes back whole."""
    first = one.amount_fen // 2
    parts = [part for part in (first, one.amount_fen - first) if part]
    return _told(new, *starmap(_back, ((one, new, "refund", part) for part in parts)))


def _refund_failed(one: GivingBack, new: NewId) -> list[Callback]:
    body = _back(one, new, "refund-failed", one.amount_fen)
    kept = {name: value for name, value in body.items() if name != "amount"}
    return _told(new, {**kept, "code": ACCOUNT_CLOSED})


def _bounced(one: GivingBack, new: NewId) -> list[Callback]:
    return _told(new, _whole(one, new), _back(one, new, "refund-bounced", one.amount_fen))


METHODS = ("alipay", "wechat", "unionpay")
GIVING_BACK: Mapping[str, Callable[[GivingBack, NewId], Sequence[Callback]]] = MappingProxyType(
    {
        "whole": lambda one, new: _told(new, _whole(one, new)),
        "in-parts": _in_parts,
        "refund-failed": _refund_failed,
        "bounced": _bounced,
    }
)
"""Each way of giving money back and the messages that follow from it."""


def in_fen(amount: str) -> int:
    """The amount of an answer of the API in whole fen."""
    yuan, _, fen = amount.partition(".")
    return int(yuan) * 100 + int(fen.ljust(2, "0") or 0)
