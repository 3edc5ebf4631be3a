"""Where the log and the domain meet: stored events become a case, facts become drafts.

The log itself knows nothing of cases; this is the one module of it that does.
"""

from collections.abc import Mapping, Sequence

from shared.case import (
    Case,
    Fact,
    IssuedDocument,
    SignedPaper,
    Transaction,
    case_of_stream,
    data_of,
    document_of_stream,
    fold,
    fold_document,
    fold_paper,
    fold_payment,
    paper_of_stream,
    payment_of_stream,
)
from shared.eventlog.model import Draft, Loaded, Sealed

# What is sealed beside which event: by event type, then by field.
Personal = Mapping[str, Mapping[str, Sealed]]


def case_of(loaded: Loaded) -> Case:
    """The case that a loaded `case/<id>` tells; of version 0 if there is none."""
    return fold(loaded.events, case_id=case_of_stream(loaded.stream))


def issued_document(loaded: Loaded) -> IssuedDocument:
    """The document that a loaded `document/<id>` tells; of version 0 if there is none."""
    return fold_document(document_of_stream(loaded.stream), loaded.events)


def signed_paper(loaded: Loaded) -> SignedPaper:
    """The paper that a loaded `paper/<id>` tells; of version 0 if there is none."""
    return fold_paper(paper_of_stream(loaded.stream), loaded.events)


def transaction_of(loaded: Loaded) -> Transaction:
    """The transaction that a loaded `payment/<gateway>/<transaction>` tells; 0 if there is none."""
    return fold_payment(payment_of_stream(loaded.stream), loaded.events)


def drafts(facts: Sequence[Fact], personal: Personal | None = None) -> list[Draft]:
    """Facts as drafts of events, with the personal values that belong to each type.

    ValueError for a personal field that the type does not name as sealed, or that is given for
    a type which is not written: a personal value is never dropped in silence.
    """
    given = dict(personal or {})
    made = [_draft(fact, given.pop(fact.TYPE, {})) for fact in facts]
    if made and any(given.values()):
        raise ValueError(f"personal values for {sorted(given)}, which is not written")
    return made


def _draft(fact: Fact, sealed: Mapping[str, Sealed]) -> Draft:
    if foreign := sorted(set(sealed) - fact.SEALED):
        raise ValueError(f"{fact.TYPE} has no sealed field {', '.join(foreign)}")
    return Draft(type=fact.TYPE, schema=fact.SCHEMA, data=data_of(fact), sealed=dict(sealed))
