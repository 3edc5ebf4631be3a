"""A document that is reported lost and found again: suspended (挂失), then reinstated (解挂)."""

from datetime import date, timedelta
from typing import Any

import marshmallow as ma
import pytest
from msgspec.structs import replace

from services.issuance.documents.endorsement import CountsNoMore, EndorseDocument
from services.issuance.documents.lasting import ExpireDocument, OpenRenewal
from services.issuance.documents.papers import verified
from services.issuance.documents.revocation import NotHeld, ReplaceDocument, RevokeDocument
from services.issuance.documents.suspension import (
    NotSuspended,
    ReinstateDocument,
    SuspendDocument,
    SuspensionSchema,
)
from services.issuance.topics import ISSUANCE
from shared.case import Case, Fact, IssuedDocument, fold, fold_document, owed_document
from shared.case.facts.parts import Renewal, Valid
from shared.case.issuance.document import (
    DocumentExpired,
    DocumentReinstated,
    DocumentRevoked,
    DocumentSuspended,
)
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.casework.topics import CaseCommand
from shared.clock.calendar.moments import end_of_day, start_of_day
from shared.security import Role, Scope, find_permission, permissions_of
from tests.support import histories as h
from tests.support.given import rules

OPENS, UNTIL = date(2027, 3, 31), date(2027, 4, 30)
NUMBERED = DocumentNumbered(
    case="c1",
    grant=1,
    issue=1,
    result="identity-card",
    scheme="identity-card",
    number=3,
    valid=Valid(since=date(2026, 10, 30), until=UNTIL, basis="printed"),
    renewal=Renewal(item="001-04", opens=OPENS),
)
VOIDED = NumberVoided(case="c1", grant=1, issue=1, scheme="identity-card", number=3, reason="x")
EXPIRED = DocumentExpired(case="c1", result="identity-card", until=UNTIL)
REVOKED = DocumentRevoked(case="c1", result="identity-card", ground="lost", officer="staff-1")
SUSPENDED = DocumentSuspended(case="c1", result="identity-card", ground="lost", officer="staff-1")
REINSTATED = DocumentReinstated(case="c1", result="identity-card", officer="staff-1", until=UNTIL)
LIFT = ReinstateDocument(officer="staff-1")
NOW = h.T0 + timedelta(minutes=30)


def document(*facts: Fact) -> IssuedDocument:
    return fold_document(h.DOCUMENT, h.events(facts))


def in_hands() -> Case:
    return fold(h.events(h.to_delivery()), case_id="c1")


def suspending(of_case: Case | None = None) -> SuspendDocument:
    return SuspendDocument(officer="staff-1", ground="lost", of_case=of_case or in_hands())


def decided(wish: CaseCommand, *facts: Fact, now: Any = NOW) -> list[Fact]:
    return list(ISSUANCE.decide_on_document(document(*facts), wish, rules(), now))


@pytest.mark.parametrize("before", [(), (EXPIRED,), (SUSPENDED, REINSTATED)])
def test_a_document_that_counts_is_suspended_once(before: tuple[Fact, ...]) -> None:
    assert decided(suspending(), NUMBERED, *before) == [SUSPENDED]
    assert decided(suspending(), NUMBERED, *before, SUSPENDED) == []


@pytest.mark.parametrize("before", [(), (VOIDED,), (NUMBERED, REVOKED)])
def test_what_counts_no_more_for_ever_is_not_suspended(before: tuple[Fact, ...]) -> None:
    with pytest.raises(CountsNoMore):
        decided(suspending(), *before)


def test_what_nobody_holds_is_dealt_with_in_its_case() -> None:
    with pytest.raises(NotHeld):
        decided(suspending(Case(id="c1")), NUMBERED)


def test_it_is_reinstated_with_its_last_day_and_only_while_it_is_suspended() -> None:
    assert decided(LIFT, NUMBERED, SUSPENDED) == [REINSTATED]
    endless = replace(NUMBERED, valid=Valid(since=UNTIL, until=None, basis="printed"))
    assert decided(LIFT, endless, SUSPENDED) == [replace(REINSTATED, until=None)]
    for before in (
        (),
        (NUMBERED,),
        (NUMBERED, SUSPENDED, REVOKED),
        (NUMBERED, SUSPENDED, REINSTATED),
    ):
        with pytest.raises(NotSuspended) as refused:
            decided(LIFT, *before)
        assert refused.value.code == "not-suspended"


def test_a_suspended_document_can_be_revoked_and_replaced_but_not_endorsed() -> None:
    revoke = RevokeDocument(officer="staff-1", ground="lost", of_case=in_hands())
    assert decided(revoke, NUMBERED, SUSPENDED) == [REVOKED]
    (replaced,) = decided(ReplaceDocument(by_document="new"), NUMBERED, SUSPENDED)
    assert isinstance(replaced, DocumentRevoked)
    endorse = EndorseDocument(officer="staff-1", endorsement="annual-review", of_case=in_hands())
    with pytest.raises(CountsNoMore):
        decided(endorse, NUMBERED, SUSPENDED)


def test_it_expires_while_it_is_suspended_and_is_then_reinstated_as_expired() -> None:
    (due,) = [one for one in owed_document(document(NUMBERED, SUSPENDED)) if one.step == "expiry"]
    after = end_of_day(UNTIL) + timedelta(hours=1)
    expire = ExpireDocument(version=due.version)
    assert decided(expire, NUMBERED, SUSPENDED, now=after) == [EXPIRED]
    gone = document(NUMBERED, SUSPENDED, EXPIRED)
    assert (gone.standing, owed_document(gone)) == ("suspended", ())
    assert document(NUMBERED, SUSPENDED, EXPIRED, REINSTATED).standing == "expired"


def test_its_holder_is_told_to_renew_once_it_is_reinstated() -> None:
    (due,) = [one for one in owed_document(document(NUMBERED, SUSPENDED)) if one.step == "renewal"]
    renew = OpenRenewal(version=due.version, held=True)
    at = start_of_day(OPENS) + timedelta(hours=1)
    assert decided(renew, NUMBERED, SUSPENDED, now=at) == []
    assert len(decided(renew, NUMBERED, SUSPENDED, REINSTATED, now=at)) == 1


def test_the_verification_says_so_and_tells_nothing_else() -> None:
    case = in_hands()
    told = verified(document(NUMBERED, SUSPENDED), case, OPENS)
    assert (told["status"], told["valid"], told["kind"], told["valid_until"]) == (
        "suspended",
        False,
        None,
        None,
    )


def test_the_body_has_a_ground_and_officers_of_the_department_may() -> None:
    with pytest.raises(ma.ValidationError):
        SuspensionSchema().load({})
    for command in ("suspension", "reinstatement"):
        rule = f"/v1/documents/{{document}}/{command}"
        row = find_permission(permissions_of("issuance"), "POST", rule)
        assert row is not None
        assert (row.scope, row.roles) == (Scope.OWN, frozenset({Role.OFFICER}))
