"""What a document is worth by its own stream: the one place that verification and papers ask."""

from datetime import date
from typing import get_args

import pytest

from shared.case import Fact, fold_document
from shared.case.issuance.document import DocumentExpired, RenewalOpened, Standing
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from tests.support import histories as h

UNTIL = date(2027, 4, 30)
NUMBERED = DocumentNumbered(case="c1", grant=1, issue=1, result="permit", scheme="permit", number=3)
OPENED = RenewalOpened(case="c1", result="permit", item="001-04", opens=UNTIL, until=UNTIL)
EXPIRED = DocumentExpired(case="c1", result="permit", until=UNTIL)
VOIDED = NumberVoided(case="c1", grant=1, issue=1, scheme="permit", number=3, reason="withdrawn")


@pytest.mark.parametrize(
    ("facts", "standing", "case"),
    [
        ([], "unknown", ""),
        ([NUMBERED], "valid", "c1"),
        ([NUMBERED, OPENED], "valid", "c1"),
        ([NUMBERED, OPENED, EXPIRED], "expired", "c1"),
        ([VOIDED], "revoked", "c1"),
    ],
)
def test_a_document_s_standing(facts: list[Fact], standing: str, case: str) -> None:
    document = fold_document("d1", h.events(facts))
    assert (document.standing, document.case) == (standing, case)
    assert document.valid == (standing in {"valid", "expired"})


def test_the_words_are_those_that_verification_publishes() -> None:
    assert get_args(Standing) == ("valid", "expired", "revoked", "unknown")
