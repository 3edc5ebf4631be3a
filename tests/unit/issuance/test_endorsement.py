"""A document that counts is endorsed by an officer (签注); what it is worth stays as it was."""

from datetime import date, datetime, timedelta
from typing import Any, get_args

import marshmallow as ma
import pytest
from msgspec.structs import replace

from services.issuance.documents.endorsement import (
    CountsNoMore,
    EndorseDocument,
    EndorsementEnds,
    EndorsementSchema,
)
from services.issuance.documents.revocation import NotHeld
from services.issuance.topics import ISSUANCE
from shared.case import Case, Fact, IssuedDocument, fold, fold_document, owed_document
from shared.case.facts.parts import Renewal, Valid
from shared.case.issuance.document import (
    DocumentEndorsed,
    DocumentExpired,
    DocumentRevoked,
    Endorsement,
)
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.casework.desk import free_text
from shared.clock import local_day
from shared.eventlog import Sealed
from shared.security import Role, Scope, find_permission, permissions_of
from tests.support import histories as h
from tests.support.given import rules

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
ENDLESS = replace(NUMBERED, valid=Valid(since=UNTIL, until=None, basis="printed"))
VOIDED = NumberVoided(case="c1", grant=1, issue=1, scheme="identity-card", number=3, reason="x")
EXPIRED = DocumentExpired(case="c1", result="identity-card", until=UNTIL)
LOST = DocumentRevoked(case="c1", result="identity-card", ground="lost", officer="staff-1")
REPLACED = DocumentRevoked(case="c1", result="identity-card", ground="replaced", by_document="new")
ENDORSED = DocumentEndorsed(
    case="c1", result="identity-card", endorsement="address-changed", officer="staff-1"
)
# Every history here happens within minutes, and the decision is made soon after it.
NOW = h.T0 + timedelta(minutes=30)
TODAY = local_day(NOW)


def document(*facts: Fact) -> IssuedDocument:
    return fold_document(h.DOCUMENT, h.events(facts))


def command(
    endorsement: Endorsement = "address-changed", *, in_hands: bool = True, **more: Any
) -> EndorseDocument:
    case = fold(h.events(h.to_delivery()), case_id="c1") if in_hands else Case(id="c1")
    return EndorseDocument(officer="staff-1", endorsement=endorsement, of_case=case, **more)


def decided(wish: EndorseDocument, *facts: Fact, now: datetime = NOW) -> list[Fact]:
    return list(ISSUANCE.decide_on_document(document(*facts), wish, rules(), now))


@pytest.mark.parametrize("endorsement", get_args(Endorsement))
@pytest.mark.parametrize("until", [None, TODAY, UNTIL])
def test_an_endorsement_is_recorded_with_its_last_day(
    endorsement: Endorsement, until: date | None
) -> None:
    wanted = replace(ENDORSED, endorsement=endorsement, until=until)
    assert decided(command(endorsement, until=until), NUMBERED) == [wanted]


def test_an_expired_document_counts_and_may_be_endorsed() -> None:
    assert decided(command(), NUMBERED, EXPIRED) == [ENDORSED]


def test_a_document_without_an_end_takes_any_last_day_to_come() -> None:
    far = date(2090, 1, 1)
    assert decided(command(until=far), ENDLESS) == [replace(ENDORSED, until=far)]


def test_a_repeat_on_the_same_day_has_one_effect() -> None:
    assert decided(command(), NUMBERED, ENDORSED) == []
    assert decided(command(), NUMBERED, ENDORSED, LOST) == [], "it was done before it was lost"


def test_another_kind_another_last_day_and_another_day_are_endorsements_of_their_own() -> None:
    for wish in (command("class-added"), command(until=UNTIL)):
        assert len(decided(wish, NUMBERED, ENDORSED)) == 1
    later = NOW + timedelta(days=1)
    assert decided(command(), NUMBERED, ENDORSED, now=later) == [ENDORSED]


@pytest.mark.parametrize("before", [(), (VOIDED,), (NUMBERED, LOST), (NUMBERED, REPLACED)])
def test_what_counts_no_more_takes_no_endorsement(before: tuple[Fact, ...]) -> None:
    with pytest.raises(CountsNoMore) as refused:
        decided(command(), *before)
    assert refused.value.code == "counts-no-more"


def test_what_nobody_holds_is_dealt_with_in_its_case() -> None:
    with pytest.raises(NotHeld):
        decided(command(in_hands=False), NUMBERED)


@pytest.mark.parametrize("until", [TODAY - timedelta(days=1), UNTIL + timedelta(days=1)])
def test_it_ends_neither_before_today_nor_after_the_document(until: date) -> None:
    with pytest.raises(EndorsementEnds) as refused:
        decided(command(until=until), NUMBERED)
    assert refused.value.code == "endorsement-ends"


def test_it_changes_neither_what_the_document_is_worth_nor_what_is_owed_on_it() -> None:
    before, after = document(NUMBERED), document(NUMBERED, ENDORSED)
    assert after.standing == before.standing == "valid"
    assert owed_document(after) == owed_document(before)
    assert document(NUMBERED, EXPIRED, ENDORSED).standing == "expired"


def test_the_last_of_each_kind_is_kept() -> None:
    review = replace(ENDORSED, endorsement="annual-review", until=TODAY)
    again = replace(review, until=UNTIL)
    kept = document(NUMBERED, review, ENDORSED, again).endorsed
    assert {kind: (one.fact, one.version) for kind, one in kept.items()} == {
        "annual-review": (again, 4),
        "address-changed": (ENDORSED, 3),
    }


@pytest.mark.parametrize("missing", ["endorsement", "officer"])
def test_an_endorsement_says_what_and_by_whom(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        replace(ENDORSED, **{missing: ""})


def test_the_officer_s_words_are_sealed_under_the_key_of_the_case_s_applicant() -> None:
    wish = command()
    sealed = free_text(ISSUANCE, wish.of_case, wish, {"explanation": "Sample Road 7"})
    key = f"subject/{h.SUBJECT}"
    assert sealed == {DocumentEndorsed.TYPE: {"explanation": Sealed(key, "Sample Road 7")}}
    assert free_text(ISSUANCE, wish.of_case, wish, {}) == {}


def test_only_officers_of_the_case_s_department_may() -> None:
    rule = "/v1/documents/{document}/endorsement"
    row = find_permission(permissions_of("issuance"), "POST", rule)
    assert row is not None
    assert (row.roles, row.scope) == (frozenset({Role.OFFICER}), Scope.OWN)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"endorsement": "annual-review"}, set()),
        ({"endorsement": "class-added", "until": "2027-04-30", "explanation": "C1\nD"}, set()),
        ({"endorsement": "renewed"}, {"endorsement"}),
        ({"endorsement": "annual-review", "until": "soon"}, {"until"}),
        ({"endorsement": "annual-review", "explanation": ""}, {"explanation"}),
        ({"endorsement": "annual-review", "officer": "staff-2"}, {"officer"}),
        ({}, {"endorsement"}),
    ],
)
def test_the_body_is_closed(body: dict[str, Any], wrong: set[str]) -> None:
    found: dict[str, Any] = {}
    try:
        EndorsementSchema().load(body)
    except ma.ValidationError as error:
        found = dict(error.normalized_messages())
    assert set(found) == wrong
