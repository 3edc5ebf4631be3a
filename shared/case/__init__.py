"""The case for all services: its events, what they add up to, and what is owed next.

Pure, but for `opening` (reads and follows the files of rules) and `reference` (prints a page).
"""

from shared.case.deciding.rules import Rules, RulesSource
from shared.case.deciding.timers import Effect, fire
from shared.case.facts.fact import (
    Fact,
    FactCorrected,
    NotOfThisStream,
    Recorded,
    StepOverdue,
    StoredEvent,
)
from shared.case.fold import (
    evolve,
    evolve_notices,
    fold,
    fold_document,
    fold_notices,
    fold_paper,
    fold_payment,
)
from shared.case.intake.transaction import Transaction
from shared.case.issuance.document import IssuedDocument
from shared.case.issuance.paper import SignedPaper
from shared.case.next.owed import PACE, Owed, Pace, owed, owed_notices, owed_of
from shared.case.next.owed_documents import owed_document
from shared.case.next.status import Ending, Status, ending, status
from shared.case.notify.notice import Notice, Notices
from shared.case.registry import BY_SERVICE, EVENTS, UnknownEvent, data_of, decode, json_schema
from shared.case.state import Case, Document, Fee, Mark, Payment
from shared.case.streams import (
    case_of_stream,
    case_stream,
    document_of_stream,
    document_stream,
    notice_stream,
    paper_of_stream,
    paper_stream,
    payment_of_stream,
    payment_stream,
)

__all__ = [
    "BY_SERVICE",
    "EVENTS",
    "PACE",
    "Case",
    "Document",
    "Effect",
    "Ending",
    "Fact",
    "FactCorrected",
    "Fee",
    "IssuedDocument",
    "Mark",
    "NotOfThisStream",
    "Notice",
    "Notices",
    "Owed",
    "Pace",
    "Payment",
    "Recorded",
    "Rules",
    "RulesSource",
    "SignedPaper",
    "Status",
    "StepOverdue",
    "StoredEvent",
    "Transaction",
    "UnknownEvent",
    "case_of_stream",
    "case_stream",
    "data_of",
    "decode",
    "document_of_stream",
    "document_stream",
    "ending",
    "evolve",
    "evolve_notices",
    "fire",
    "fold",
    "fold_document",
    "fold_notices",
    "fold_paper",
    "fold_payment",
    "json_schema",
    "notice_stream",
    "owed",
    "owed_document",
    "owed_notices",
    "owed_of",
    "paper_of_stream",
    "paper_stream",
    "payment_of_stream",
    "payment_stream",
    "status",
]
