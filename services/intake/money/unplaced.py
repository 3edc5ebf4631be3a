"""The payments that could not be placed, as a list for a person; intake's worker keeps it.

A row is made from an event, and made again where the worker begins at the start of the ledger, so
nothing is lost with the collection. A row is settled when the money went back, or when a case that
exists has claimed what was told for none.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.case import case_of_stream, decode
from shared.case.intake.fee import PaymentRecorded, RefundRecorded
from shared.case.intake.transaction import PaymentClaimed, PaymentUnplaced
from shared.config.databases import DURABLE, MAJORITY, PRIMARY
from shared.eventlog.errors import LogUnavailable

if TYPE_CHECKING:
    from shared.messaging import Handler, Received

Document = dict[str, Any]


class UnplacedPayments:
    """Collection `unplaced` of the work database, one row a payment and case.

    `{_id: <event id>, place, authority, transaction, case, amount_fen, method, why, held_by, at,
    settled_at}`. `place` orders the pages; `authority` is the department that may see the row, or
    the gateway's name.
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

    def settle(self, transaction: str, at: str, **which: str) -> None:
        """Settle the open rows of a transaction; `which` narrows them by field and value."""
        wanted = {**which, "transaction": transaction, "settled_at": None}
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


def kept_listed(payments: UnplacedPayments) -> Mapping[str, "Handler"]:
    """What intake's worker does about the events that the list is made from, by event type."""

    def unplaced(received: "Received") -> None:
        fact = decode(received.event).fact
        if isinstance(fact, PaymentUnplaced):
            payments.add(received.event_id, _row(received, fact, fact.case, fact.why))

    def recorded(received: "Received") -> None:
        fact = decode(received.event).fact
        if isinstance(fact, PaymentRecorded) and fact.accounted != "fee":
            case = case_of_stream(received.stream)
            row = _row(received, fact, case, fact.accounted)
            payments.add(received.event_id, row)

    def returned(received: "Received") -> None:
        fact = decode(received.event).fact
        if isinstance(fact, RefundRecorded):
            case = case_of_stream(received.stream)
            payments.settle(fact.payment, received.event.occurred_at, case=case)

    def claimed(received: "Received") -> None:
        fact = decode(received.event).fact
        if isinstance(fact, PaymentClaimed):
            at = received.event.occurred_at
            payments.settle(fact.transaction, at, why="unknown-case")

    return {
        PaymentClaimed.TYPE: claimed,
        PaymentUnplaced.TYPE: unplaced,
        PaymentRecorded.TYPE: recorded,
        RefundRecorded.TYPE: returned,
    }


def _row(
    received: "Received", fact: PaymentUnplaced | PaymentRecorded, case: str, why: str
) -> Document:
    held_by = fact.held_by if isinstance(fact, PaymentUnplaced) else None
    return {
        "place": f"{received.recorded_at}/{received.event_id}",
        "authority": received.authority,
        "transaction": fact.transaction,
        "case": case,
        "amount_fen": fact.amount_fen,
        "method": fact.method,
        "why": why,
        "held_by": held_by,
        "at": received.event.occurred_at,
    }
