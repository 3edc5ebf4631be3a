"""Money that waits for a person, as a list; intake's worker keeps it.

Payments that could not be placed, and money whose way back is not as it was ordered.

A row is made from an event, and made again where the worker begins at the start of the ledger, so
nothing is lost with the collection. A row is settled when the money went back, when a case that
exists has claimed what was told for none, or when an officer ordered it again or closed the
question; never by an event that came before the row's own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.case import Fact, case_of_stream, decode
from shared.case.intake.fee import PaymentRecorded, RefundRecorded
from shared.case.intake.refund import (
    MoneyReturned,
    RefundBounced,
    RefundFailed,
    RefundOrderedAgain,
    RefundSettled,
)
from shared.case.intake.transaction import (
    PaymentClaimed,
    PaymentUnplaced,
    RefundClaimed,
    RefundUnplaced,
)
from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.eventlog.errors import LogUnavailable

if TYPE_CHECKING:
    from shared.messaging import Handler, Received

Document = dict[str, Any]


class UnplacedPayments:
    """Collection `unplaced` of the work database, one row an event that a person looks at.

    `{_id: <event id>, place, authority, transaction, case, amount_fen, method, why, held_by, code,
    told, version, at, settled_at}`. `place` orders the pages; `authority` is the department that
    may see the row, or the gateway's name. `transaction` is that of the payment, also where its
    way back is meant; `told` is then that of the refund. `version` is that of the event in its
    stream; rows of before have none.
    """

    INDEXES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "open": ("settled_at", "place"),
        "department": ("authority", "settled_at", "place"),
        "payment": ("transaction",),
    }

    def __init__(self, work: Database[Document]) -> None:
        self._rows = work.get_collection(
            "unplaced", write_concern=DURABLE, read_concern=MAJORITY, read_preference=PRIMARY
        )

    def ensure_indexes(self) -> None:
        """Make the indexes of the pages and of the settling; for whoever prepares the databases."""
        for name, keys in self.INDEXES.items():
            self._rows.create_index([(key, ASCENDING) for key in keys], name=name)

    def add(self, event_id: str, row: Mapping[str, Any]) -> None:
        """Put a payment on the list; one that is there, open or settled, stays as it is."""
        change = {"$setOnInsert": {**row, "settled_at": None}}
        self._rows.update_one({"_id": event_id}, change, upsert=True)

    def settle(self, transaction: str, at: str, *, version: int, **which: str) -> None:
        """Settle the open rows of a transaction; `which` narrows them by field and value.

        `version` is that of the event that settles them: an event that is handled again leaves the
        rows of later ones open.
        """
        earlier = [{"version": {"$lt": version}}, {"version": None}]
        wanted = {**which, "transaction": transaction, "settled_at": None, "$or": earlier}
        self._rows.update_many(wanted, {"$set": {"settled_at": at}})

    def page(
        self, scope: Mapping[str, Any], *, settled: bool, after: str, limit: int
    ) -> Sequence[Document]:
        """One row more than `limit` behind the place `after`, if there are as many; oldest first.

        Raises:
            LogUnavailable: the server is away.
        """
        wanted = {**scope, "place": {"$gt": after}}
        wanted["settled_at"] = {"$gt": ""} if settled else None
        try:
            return list(self._rows.find(wanted).sort("place", ASCENDING).limit(limit + 1))
        except PyMongoError as error:
            raise LogUnavailable("The list of payments cannot be read.") from error


# Why a row is there that was made from a fact of money going back. The rest of an ordered refund
# makes none: it settles what there is.
BACK: Mapping[str, str] = MappingProxyType(
    {
        "part": "refund-part",
        "unordered": "returned",
        "excess": "refund-excess",
        "unknown-payment": "refund-unknown-payment",
    }
)
FAILED, BOUNCED, RETURNED = "refund-failed", "refund-bounced", "returned"


def kept_listed(payments: UnplacedPayments) -> Mapping[str, "Handler"]:
    """What intake's worker does about the events that the list is made from, by event type."""
    kept = _Kept(payments)
    tables: Mapping[type[Fact], Callable[[Received, Any], None]] = {
        PaymentClaimed: kept.claimed,
        PaymentUnplaced: kept.unplaced,
        PaymentRecorded: kept.recorded,
        RefundRecorded: kept.went_back,
        RefundClaimed: kept.back_claimed,
        RefundUnplaced: kept.back_unplaced,
        MoneyReturned: kept.returned,
        RefundFailed: kept.failed,
        RefundBounced: kept.bounced,
        RefundOrderedAgain: kept.ordered_again,
        RefundSettled: kept.went_back,
    }

    def handler(keep: "Callable[[Received, Any], None]") -> "Handler":
        return lambda received: keep(received, decode(received.event).fact)

    return {fact.TYPE: handler(keep) for fact, keep in tables.items()}


@dataclass(frozen=True)
class _Kept:
    """What each event does to the list."""

    payments: UnplacedPayments

    def claimed(self, received: "Received", fact: PaymentClaimed) -> None:
        self._settle(received, fact.transaction, why="unknown-case")

    def unplaced(self, received: "Received", fact: PaymentUnplaced) -> None:
        self._add(received, fact.case, fact.why, fact)

    def recorded(self, received: "Received", fact: PaymentRecorded) -> None:
        case = case_of_stream(received.stream)
        if fact.accounted != "fee":
            self._add(received, case, fact.accounted, fact)

    def went_back(self, received: "Received", fact: RefundRecorded | RefundSettled) -> None:
        self._settle(received, fact.payment, case=case_of_stream(received.stream))

    def back_claimed(self, received: "Received", fact: RefundClaimed) -> None:
        self._settle(received, fact.payment, why="refund-unknown-case", told=fact.transaction)

    def back_unplaced(self, received: "Received", fact: RefundUnplaced) -> None:
        self._add(received, fact.case, f"refund-{fact.why}", fact)

    def returned(self, received: "Received", fact: MoneyReturned) -> None:
        case = case_of_stream(received.stream)
        if fact.accounted == "rest":
            self._settle(received, fact.payment, case=case)
        else:
            self._add(received, case, BACK[fact.accounted], fact)

    def failed(self, received: "Received", fact: RefundFailed) -> None:
        self._add(received, case_of_stream(received.stream), FAILED, fact)

    def bounced(self, received: "Received", fact: RefundBounced) -> None:
        case = case_of_stream(received.stream)
        if fact.ordered:
            self._add(received, case, BOUNCED, fact)
        else:
            self._settle(received, fact.payment, case=case, why=RETURNED)

    def ordered_again(self, received: "Received", fact: RefundOrderedAgain) -> None:
        case = case_of_stream(received.stream)
        for why in (FAILED, BOUNCED, BACK["part"]):
            self._settle(received, fact.payment, case=case, why=why)

    def _settle(self, received: "Received", transaction: str, **which: str) -> None:
        event = received.event
        self.payments.settle(transaction, event.occurred_at, version=event.version, **which)

    def _add(self, received: "Received", case: str, why: str, fact: Any) -> None:
        """Add a row; what the fact does not have is empty in it."""
        payment = getattr(fact, "payment", "")
        self.payments.add(
            received.event_id,
            {
                "place": f"{received.recorded_at}/{received.event_id}",
                "authority": received.authority,
                "transaction": payment or fact.transaction,
                "told": fact.transaction if payment else "",
                "version": received.event.version,
                "case": case,
                "amount_fen": getattr(fact, "amount_fen", 0),
                "method": getattr(fact, "method", ""),
                "why": why,
                "held_by": getattr(fact, "held_by", None),
                "code": getattr(fact, "code", ""),
                "at": received.event.occurred_at,
            },
        )
