"""A case, its documents, papers, notices and payments: each fact says what it does.

A fact that does not belong to the stream is refused, on every category of streams alike.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, Recorded, StoredEvent
from shared.case.intake.transaction import Transaction
from shared.case.issuance.document import IssuedDocument
from shared.case.issuance.paper import SignedPaper
from shared.case.notify.notice import Notices
from shared.case.registry import decode
from shared.case.state import Case


def evolve(case: Case, event: Recorded[Fact]) -> Case:
    """The case after one more event. Raises NotOfThisStream."""
    case = event.fact.on_case(case, Mark(event.version, event.at))
    return replace(case, version=event.version)


def fold(events: Iterable[StoredEvent], *, case_id: str = "") -> Case:
    """The case that these events tell, from the first on. No events: a case of version 0."""
    case = Case(id=case_id)
    for event in events:
        case = evolve(case, decode(event))
    return case


def evolve_document(document: IssuedDocument, event: Recorded[Fact]) -> IssuedDocument:
    """The document after one more event of `document/<id>`. Raises NotOfThisStream."""
    document = event.fact.on_document(document, Mark(event.version, event.at))
    return replace(document, version=event.version)


def fold_document(document_id: str, events: Iterable[StoredEvent]) -> IssuedDocument:
    """Fold the events of one `document/<id>`."""
    document = IssuedDocument(id=document_id)
    for event in events:
        document = evolve_document(document, decode(event))
    return document


def evolve_notices(notices: Notices, event: Recorded[Fact]) -> Notices:
    """The messages after one more event of `notice/<case>`. Raises NotOfThisStream."""
    notices = event.fact.on_notices(notices, Mark(event.version, event.at))
    return replace(notices, version=event.version)


def fold_notices(case_id: str, events: Iterable[StoredEvent]) -> Notices:
    """Fold the events of one `notice/<case>`."""
    notices = Notices(case=case_id)
    for event in events:
        notices = evolve_notices(notices, decode(event))
    return notices


def evolve_payment(transaction: Transaction, event: Recorded[Fact]) -> Transaction:
    """The transaction after one more event of its stream. Raises NotOfThisStream."""
    transaction = event.fact.on_payment(transaction, Mark(event.version, event.at))
    return replace(transaction, version=event.version)


def fold_payment(transaction_id: str, events: Iterable[StoredEvent]) -> Transaction:
    """Fold the events of one `payment/<gateway>/<transaction>`."""
    transaction = Transaction(id=transaction_id)
    for event in events:
        transaction = evolve_payment(transaction, decode(event))
    return transaction


def evolve_paper(paper: SignedPaper, event: Recorded[Fact]) -> SignedPaper:
    """The paper after one more event of `paper/<id>`. Raises NotOfThisStream."""
    paper = event.fact.on_paper(paper, Mark(event.version, event.at))
    return replace(paper, version=event.version)


def fold_paper(paper_id: str, events: Iterable[StoredEvent]) -> SignedPaper:
    """Fold the events of one `paper/<id>`."""
    paper = SignedPaper(id=paper_id)
    for event in events:
        paper = evolve_paper(paper, decode(event))
    return paper
