"""What issuance's events do to a case (those on `case/<id>`), and to `document/<id>`."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from shared.case.base import Fact, Recorded, StoredEvent
from shared.case.events_issuance import (
    CaseClosed,
    DeliveryReturned,
    DocumentDestroyed,
    DocumentDispatched,
    DocumentExpired,
    DocumentHandedOver,
    DocumentNumbered,
    DocumentProduced,
    DocumentReady,
    DocumentUnclaimed,
    IssuanceLimitsRecomputed,
    NumberVoided,
    PayoutFailed,
    PayoutMade,
    PayoutScheduled,
    ProductionFailed,
    ProductionOrdered,
    RenewalOpened,
    ResultHandedOver,
    ResultRecorded,
)
from shared.case.fold_intake import Fold
from shared.case.fold_review import recomputed
from shared.case.pieces import Payout
from shared.case.registry import decode
from shared.case.state import Case, Document, Mark


def _ordered(case: Case, fact: ProductionOrdered, mark: Mark) -> Case:
    document = Document(
        fact.document, fact.scheme, fact.number, mark, due_at=fact.due_at, grant=fact.grant
    )
    return replace(case, document=document)


def _on_document(case: Case, **changes: Any) -> Case:
    if case.document is None:
        raise ValueError("a document is handled that was never ordered")
    return replace(case, document=replace(case.document, **changes))


def _produced(case: Case, _: DocumentProduced, mark: Mark) -> Case:
    return _on_document(case, produced=mark, failed=None)


def _failed(case: Case, _: ProductionFailed, mark: Mark) -> Case:
    attempt = case.document.attempt + 1 if case.document else 1
    gone = {"produced": None, "ready": None, "unclaimed": None}
    return _on_document(case, failed=mark, faulty=mark, attempt=attempt, **gone)


def _dispatched(case: Case, _: DocumentDispatched, mark: Mark) -> Case:
    return _on_document(case, dispatched=mark, returned=None)


def _ready(case: Case, _: DocumentReady, mark: Mark) -> Case:
    return _on_document(case, ready=mark)


def _returned(case: Case, _: DeliveryReturned, mark: Mark) -> Case:
    return _on_document(case, returned=mark, dispatched=None)


def _handed_over(case: Case, _: DocumentHandedOver, mark: Mark) -> Case:
    return _on_document(case, handed_over=mark)


def _unclaimed(case: Case, _: DocumentUnclaimed, mark: Mark) -> Case:
    return _on_document(case, unclaimed=mark)


def _destroyed(case: Case, _: DocumentDestroyed, mark: Mark) -> Case:
    return _on_document(case, destroyed=mark)


def _recorded(case: Case, fact: ResultRecorded, mark: Mark) -> Case:
    written = case.written | {fact.result} if fact.result else case.written
    return replace(case, recorded={**case.recorded, fact.stage: mark}, written=written)


def _result_handed_over(case: Case, _: ResultHandedOver, mark: Mark) -> Case:
    return replace(case, handed_over=mark)


def _scheduled(case: Case, fact: PayoutScheduled, mark: Mark) -> Case:
    known = case.payout
    again = known is not None and known.attempt == fact.attempt
    since = (known.since or known.scheduled.at) if known is not None and again else mark.at
    payout = Payout(
        fact.attempt,
        fact.due_at,
        mark,
        since=since,
        day=fact.day,
        provisional=fact.provisional,
        incomplete=fact.incomplete,
    )
    return replace(case, payout=payout)


def _on_payout(case: Case, **changes: Any) -> Case:
    if case.payout is None:
        raise ValueError("money moved that was never scheduled")
    return replace(case, payout=replace(case.payout, **changes))


def _paid_out(case: Case, _: PayoutMade, mark: Mark) -> Case:
    return _on_payout(case, made=mark)


def _payout_failed(case: Case, _: PayoutFailed, mark: Mark) -> Case:
    return _on_payout(case, failed=mark)


def _closed(case: Case, fact: CaseClosed, mark: Mark) -> Case:
    return replace(case, closed=mark, outcome=fact.outcome)


FOLDS: Mapping[type[Fact], Fold] = MappingProxyType(
    {
        ProductionOrdered: _ordered,
        DocumentProduced: _produced,
        ProductionFailed: _failed,
        DocumentDispatched: _dispatched,
        DocumentReady: _ready,
        DeliveryReturned: _returned,
        DocumentHandedOver: _handed_over,
        DocumentUnclaimed: _unclaimed,
        DocumentDestroyed: _destroyed,
        ResultRecorded: _recorded,
        ResultHandedOver: _result_handed_over,
        PayoutScheduled: _scheduled,
        PayoutMade: _paid_out,
        PayoutFailed: _payout_failed,
        IssuanceLimitsRecomputed: recomputed,
        CaseClosed: _closed,
    }
)


class IssuedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`document/<id>` as its events tell it; it outlives its case."""

    id: str = ""
    version: int = 0
    numbered: DocumentNumbered | None = None
    numbered_at: Mark | None = None
    voided: NumberVoided | None = None
    renewal_opened: Mark | None = None
    expired: Mark | None = None

    @property
    def valid(self) -> bool:
        """Whether its number counts."""
        return self.numbered is not None and self.voided is None


def evolve_document(document: IssuedDocument, event: Recorded) -> IssuedDocument:
    """The document after one more event of its stream."""
    document = replace(document, version=event.version)
    mark = Mark(event.version, event.at)
    match event.fact:
        case DocumentNumbered():
            return replace(document, numbered=event.fact, numbered_at=mark)
        case NumberVoided():
            return replace(document, voided=event.fact)
        case RenewalOpened():
            return replace(document, renewal_opened=mark)
        case DocumentExpired():
            return replace(document, expired=mark)
    return document


def fold_document(document_id: str, events: Iterable[StoredEvent]) -> IssuedDocument:
    """Fold the events of one `document/<id>`."""
    document = IssuedDocument(id=document_id)
    for event in events:
        document = evolve_document(document, decode(event))
    return document
