"""What a document is worth by its own stream: the one place that verification and papers ask."""

from datetime import date
from typing import get_args

import pytest

from shared.case import Fact, fold_document
from shared.case.issuance.document import (
    DocumentExpired,
    DocumentReinstated,
    DocumentRevoked,
    DocumentSuspended,
    RenewalOpened,
    Standing,
)
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from tests.support import histories as h

UNTIL = date(2027, 4, 30)
NUMBERED = DocumentNumbered(case="c1", grant=1, issue=1, result="permit", scheme="permit", number=3)
OPENED = RenewalOpened(case="c1", result="permit", item="001-04", opens=UNTIL, until=UNTIL)
EXPIRED = DocumentExpired(case="c1", result="permit", until=UNTIL)
REPLACED = DocumentRevoked(case="c1", result="permit", ground="replaced", by_document="d2")
LOST = DocumentRevoked(case="c1", result="permit", ground="lost", officer="staff-1")
TAKEN_BACK = DocumentRevoked(
    case="c1",
    result="permit",
    ground="decision",
    officer="staff-1",
    reason="not-qualified",
    legal_basis=("行政许可法第六十九条",),
    appeal_body="市公安局",
    appeal_deadline=UNTIL,
)
SUSPENDED = DocumentSuspended(case="c1", result="permit", ground="lost", officer="staff-1")
REINSTATED = DocumentReinstated(case="c1", result="permit", officer="staff-1", until=UNTIL)
VOIDED = NumberVoided(case="c1", grant=1, issue=1, scheme="permit", number=3, reason="withdrawn")


@pytest.mark.requirement("R-173")
@pytest.mark.parametrize(
    ("facts", "standing", "case"),
    [
        ([], "unknown", ""),
        ([NUMBERED], "valid", "c1"),
        ([NUMBERED, OPENED], "valid", "c1"),
        ([NUMBERED, OPENED, EXPIRED], "expired", "c1"),
        ([VOIDED], "revoked", "c1"),
        ([NUMBERED, REPLACED], "replaced", "c1"),
        ([NUMBERED, LOST], "revoked", "c1"),
        ([NUMBERED, TAKEN_BACK], "revoked", "c1"),
        ([NUMBERED, EXPIRED, TAKEN_BACK], "revoked", "c1"),
        ([NUMBERED, SUSPENDED], "suspended", "c1"),
        ([NUMBERED, EXPIRED, SUSPENDED], "suspended", "c1"),
        ([NUMBERED, SUSPENDED, EXPIRED], "suspended", "c1"),
        ([NUMBERED, SUSPENDED, REINSTATED], "valid", "c1"),
        ([NUMBERED, SUSPENDED, EXPIRED, REINSTATED], "expired", "c1"),
        ([NUMBERED, SUSPENDED, LOST], "revoked", "c1"),
        ([NUMBERED, SUSPENDED, REPLACED], "replaced", "c1"),
    ],
)
def test_a_document_s_standing(facts: list[Fact], standing: str, case: str) -> None:
    document = fold_document("d1", h.events(facts))
    assert (document.standing, document.case) == (standing, case)
    assert document.valid == (standing in {"valid", "expired"})
    assert document.ended == (standing in {"replaced", "revoked", "unknown"})


def test_the_words_are_those_that_verification_publishes() -> None:
    assert get_args(Standing) == ("valid", "expired", "suspended", "replaced", "revoked", "unknown")
