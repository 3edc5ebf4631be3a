"""The case: its events, what they add up to, and what is owed next. Pure, for all services."""

from shared.case.base import Fact, FactCorrected, Recorded, StepOverdue, StoredEvent
from shared.case.fold import NotOfACase, evolve, fold
from shared.case.fold_issuance import IssuedDocument, fold_document
from shared.case.fold_notify import Notice, Notices, evolve_notices, fold_notices
from shared.case.owed import PACE, Owed, Pace, owed, owed_notices, owed_of
from shared.case.owed_documents import owed_document
from shared.case.registry import BY_SERVICE, EVENTS, UnknownEvent, data_of, decode, json_schema
from shared.case.rules import Rules, RulesSource
from shared.case.state import Case, Document, Fee, Mark, Payment
from shared.case.status import Status, status
from shared.case.streams import (
    case_of_stream,
    case_stream,
    document_stream,
    notice_stream,
)
from shared.case.timers import Effect, fire

__all__ = [
    "BY_SERVICE",
    "EVENTS",
    "PACE",
    "Case",
    "Document",
    "Effect",
    "Fact",
    "FactCorrected",
    "Fee",
    "IssuedDocument",
    "Mark",
    "NotOfACase",
    "Notice",
    "Notices",
    "Owed",
    "Pace",
    "Payment",
    "Recorded",
    "Rules",
    "RulesSource",
    "Status",
    "StepOverdue",
    "StoredEvent",
    "UnknownEvent",
    "case_of_stream",
    "case_stream",
    "data_of",
    "decode",
    "document_stream",
    "evolve",
    "evolve_notices",
    "fire",
    "fold",
    "fold_document",
    "fold_notices",
    "json_schema",
    "notice_stream",
    "owed",
    "owed_document",
    "owed_notices",
    "owed_of",
    "status",
]
