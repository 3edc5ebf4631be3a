"""What can be done with a document is exactly what is decided for it, in every state of it."""

from datetime import date

import pytest

from services.issuance.documents.endorsement import EndorseDocument
from services.issuance.documents.revocation import RevokeDocument
from services.issuance.documents.suspension import ReinstateDocument, SuspendDocument
from services.issuance.topics import ISSUANCE
from shared.case import Case, Fact, fold, fold_document
from shared.case.issuance.document import DocumentExpired, DocumentRevoked, DocumentSuspended
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.casework.topics import CaseCommand
from shared.eventlog.errors import Refused
from tests.support import histories as h
from tests.support.given import rules

NAMED = {"case": "c1", "result": "identity-card"}
NUMBERED = DocumentNumbered(**NAMED, grant=1, issue=1, scheme="identity-card", number=3)
STATES: dict[str, tuple[Fact, ...]] = {
    "unknown": (),
    "valid": (NUMBERED,),
    "voided": (
        NumberVoided(case="c1", grant=1, issue=1, scheme="identity-card", number=3, reason="x"),
    ),
    "expired": (NUMBERED, DocumentExpired(**NAMED, until=date(2026, 1, 1))),
    "suspended": (NUMBERED, DocumentSuspended(**NAMED, ground="lost", officer="s")),
    "revoked": (NUMBERED, DocumentRevoked(**NAMED, ground="lost", officer="s")),
}


def commands(case: Case) -> dict[str, CaseCommand]:
    """One of each, as an officer sends it."""
    return {
        "revocation": RevokeDocument(officer="s", ground="lost", of_case=case),
        "endorsement": EndorseDocument(officer="s", endorsement="annual-review", of_case=case),
        "suspension": SuspendDocument(officer="s", ground="lost", of_case=case),
        "reinstatement": ReinstateDocument(officer="s"),
    }


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("state", STATES)
def test_what_can_be_done_with_a_document_is_what_is_decided(state: str, *, held: bool) -> None:
    case = fold(h.events(h.to_delivery()), case_id="c1") if held else Case(id="c1")
    document = fold_document(h.DOCUMENT, h.events(STATES[state]))
    done = set()
    for name, command in commands(case).items():
        try:
            facts = ISSUANCE.decide_on_document(document, command, rules(), h.T0)
        except Refused:
            continue
        if facts:
            done.add(name)
    named = {name for name, holds in ISSUANCE.document_actions.items() if holds(document, case)}
    assert named == done
