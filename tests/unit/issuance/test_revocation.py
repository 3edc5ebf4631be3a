"""A document counts no more: by a decision, by law, lost, or replaced (R-173)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import marshmallow as ma
import pytest
from msgspec.structs import replace

from services.issuance.documents.revocation import (
    NotHeld,
    ReplaceDocument,
    RevocationSchema,
    RevokeDocument,
)
from services.issuance.topics import ISSUANCE
from shared.case import Case, Fact, IssuedDocument, fold, fold_document, owed_document
from shared.case.facts.parts import Renewal, Valid
from shared.case.issuance.document import REASONED, DocumentExpired, DocumentRevoked
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.casework.topics import CaseCommand
from shared.catalogue.rules.remedies import remedy_of
from tests.support import histories as h
from tests.support.given import rules

NOW = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)  # the second of December in Shanghai
UNTIL = date(2027, 4, 30)
NUMBERED = DocumentNumbered(
    case="c1",
    grant=1,
    issue=1,
    result="identity-card",
    scheme="identity-card",
    number=3,
    valid=Valid(since=date(2026, 10, 30), until=UNTIL, basis="printed"),
    renewal=Renewal(item="001-04", opens=date(2027, 3, 31)),
)
VOIDED = NumberVoided(case="c1", grant=1, issue=1, scheme="identity-card", number=3, reason="x")
EXPIRED = DocumentExpired(case="c1", result="identity-card", until=UNTIL)
LOST = DocumentRevoked(case="c1", result="identity-card", ground="lost", officer="staff-1")
REPLACED = DocumentRevoked(case="c1", result="identity-card", ground="replaced", by_document="new")
BASIS = ("行政许可法第六十九条",)


def document(*facts: Fact) -> IssuedDocument:
    return fold_document(h.DOCUMENT, h.events(facts))


def in_hands() -> Case:
    """Its case, when it was handed over."""
    return fold(h.events(h.to_delivery()), case_id="c1")


def decided(command: CaseCommand, *facts: Fact) -> list[Fact]:
    return list(ISSUANCE.decide_on_document(document(*facts), command, rules(), NOW))


def command(ground: Any, *, held: bool = True, **more: Any) -> RevokeDocument:
    case = in_hands() if held else Case(id="c1")
    return RevokeDocument(officer="staff-1", ground=ground, of_case=case, **more)


@pytest.mark.parametrize("ground", sorted(REASONED))
def test_a_decision_is_recorded_with_reason_basis_and_the_way_to_appeal(ground: str) -> None:
    wish = command(ground, reason="not-qualified", legal_basis=BASIS)
    (fact,) = decided(wish, NUMBERED)
    remedy = remedy_of(rules().catalogue.item("000-01").text)
    assert fact == DocumentRevoked(
        case="c1",
        result="identity-card",
        ground=ground,  # type: ignore[arg-type]
        officer="staff-1",
        reason="not-qualified",
        legal_basis=BASIS,
        appeal_body=remedy.body,
        appeal_deadline=date(2026, 12, 2) + timedelta(days=remedy.days),
    )


def test_a_loss_voids_at_once() -> None:
    assert decided(command("lost"), NUMBERED) == [LOST]


def test_an_expired_document_may_still_be_revoked() -> None:
    assert decided(command("lost"), NUMBERED, EXPIRED) == [LOST]


@pytest.mark.requirement("R-173")
def test_a_reissue_replaces_it_and_names_the_new_one() -> None:
    assert decided(ReplaceDocument(by_document="new"), NUMBERED) == [REPLACED]


@pytest.mark.parametrize("before", [(VOIDED,), (NUMBERED, LOST), (NUMBERED, REPLACED), ()])
def test_what_counts_no_more_is_not_revoked_again(before: tuple[Fact, ...]) -> None:
    assert decided(command("lost"), *before) == []
    assert decided(ReplaceDocument(by_document="new"), *before) == []


def test_what_nobody_holds_is_dealt_with_in_its_case() -> None:
    with pytest.raises(NotHeld) as refused:
        decided(command("lost", held=False), NUMBERED)
    assert refused.value.code == "not-held"


@pytest.mark.parametrize("fact", [LOST, REPLACED])
def test_a_revoked_document_opens_no_renewal_and_does_not_expire(fact: Fact) -> None:
    assert [one.step for one in owed_document(document(NUMBERED))] == ["renewal", "expiry"]
    assert owed_document(document(NUMBERED, fact)) == ()


@pytest.mark.parametrize(
    "missing",
    ["officer", "reason", "legal_basis", "appeal_body", "appeal_deadline"],
)
def test_invariant_10_holds_in_the_event_itself(missing: str) -> None:
    (whole,) = decided(command("decision", reason="not-qualified", legal_basis=BASIS), NUMBERED)
    empty = {"reason": None, "appeal_deadline": None, "legal_basis": ()}
    with pytest.raises(ValueError, match=missing):
        replace(whole, **{missing: empty.get(missing, "")})


def test_a_replacement_names_the_new_document() -> None:
    with pytest.raises(ValueError, match="by_document"):
        replace(REPLACED, by_document="")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"ground": "lost"}, set()),
        ({"ground": "decision", "reason": "not-qualified", "legal_basis": ["第六十九条"]}, set()),
        ({"ground": "decision"}, {"reason", "legal_basis"}),
        ({"ground": "authority", "reason": "holder-died"}, {"legal_basis"}),
        ({"ground": "lost", "reason": "not-qualified"}, {"reason"}),
        ({"ground": "lost", "legal_basis": ["第六十九条"]}, {"legal_basis"}),
        ({"ground": "replaced"}, {"ground"}),
        ({"ground": "decision", "reason": "x", "legal_basis": ["第六十九条"]}, {"reason"}),
        ({}, {"ground"}),
    ],
)
def test_a_reason_and_a_basis_stand_with_what_is_decided_and_only_there(
    body: dict[str, Any], wrong: set[str]
) -> None:
    found: dict[str, Any] = {}
    try:
        RevocationSchema().load(body)
    except ma.ValidationError as error:
        found = dict(error.normalized_messages())
    assert set(found) == wrong
