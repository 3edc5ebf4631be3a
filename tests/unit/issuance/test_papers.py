"""The papers of a case: which one is made, which are written down, and what anybody is told."""

from datetime import UTC, date, datetime

import pytest

from services.intake.application.questions.sealing import sealed_by_class
from services.issuance.documents.papers import issued, verified
from services.issuance.papers.sheets import Sheet, sealed_fields_of
from services.issuance.production import OrderProduction
from services.issuance.record import RecordResult
from shared.case import Case, Fact, IssuedDocument, Rules, fold_document
from shared.case.facts.parts import Valid
from shared.case.issuance.document import DocumentExpired
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.case.issuance.production import DocumentProduced, ProductionFailed
from shared.case.issuance.record import ResultRecorded
from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.outcome import PaperRule, ResultRule
from tests.support import histories as h
from tests.support.commands import at_issuance
from tests.support.given import history, rules
from tests.support.walking import Walk

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
UNTIL = date(2026, 11, 22)
APPROVED = [*h.submitted(), *h.paid(), *h.accepted(), *h.reviewed(), *h.approved()]
SLIP = ResultRecorded(stage="record-1", result="slip", outcome="recorded", officer="s")
SURRENDERED = ResultRecorded(stage="old", result="", outcome="surrendered", officer="s")


def numbered(result: str, valid: Valid | None = None) -> DocumentNumbered:
    return DocumentNumbered(
        case="c1", grant=2, issue=1, result=result, scheme=result, number=7, valid=valid
    )


def document(result: str, valid: Valid | None = None) -> IssuedDocument:
    return fold_document("d1", h.events([numbered(result, valid)]))


def case(*facts: Fact) -> Case:
    return history(*APPROVED, *facts)


def approved(item_id: str, *situations: str) -> Walk:
    item = packaged_catalogue().item(item_id)
    walk = Walk(item, rules(), START)
    walk.submit(**({"situations": situations} if situations else {}))
    return walk.until("production-order")


def ordered(walk: Walk, result: str) -> list[Fact]:
    wish = OrderProduction(document="d1", numbered=numbered(result))
    return at_issuance(walk.case, wish, walk.rules, walk.now)


@pytest.mark.requirement("R-144")
def test_a_number_orders_the_making_of_the_document_that_is_made_alone() -> None:
    walk = approved("001-01")
    assert ordered(walk, "collection-voucher") == []
    order = ordered(walk, "residence-permit")[0]
    assert (order.result, order.grant) == ("residence-permit", 2)  # type: ignore[attr-defined]


def test_a_temporary_document_orders_nothing() -> None:
    walk = approved("000-17", "temporary-plate")
    assert ordered(walk, "temporary-plate") == []
    assert len(ordered(walk, "number-plates")) >= 1


@pytest.mark.requirement("R-153")
@pytest.mark.parametrize("situations", [("temporary-plate",)])
def test_the_stage_of_a_temporary_document_records_which_one_it_is(
    situations: tuple[str, ...],
) -> None:
    """R-153: its number is given by what is recorded."""
    walk = approved("000-17", *situations)
    wish = RecordResult(officer="s", stage="temporary-document")
    (recorded,) = at_issuance(walk.case, wish, walk.rules, walk.now)
    assert isinstance(recorded, ResultRecorded)
    assert (recorded.stage, recorded.result) == ("temporary-document", "temporary-plate")


def test_an_old_document_that_is_taken_back_is_no_result() -> None:
    assert case(SURRENDERED).written == frozenset()


def test_what_is_made_is_issued_when_it_is_made_and_not_while_it_is_made_again() -> None:
    made = DocumentProduced(document=h.DOCUMENT)
    failed = ProductionFailed(document=h.DOCUMENT, code="other")
    assert not issued(case(), h.DOCUMENT, "identity-card")
    assert not issued(case(*h.ordered()), h.DOCUMENT, "identity-card")
    assert issued(case(*h.ordered(), made), h.DOCUMENT, "identity-card")
    assert not issued(case(*h.ordered(), made, failed), h.DOCUMENT, "identity-card")


def test_what_is_written_down_is_issued_when_it_is_and_nothing_else_with_it() -> None:
    assert not issued(case(), "d1", "slip")
    assert not issued(case(*h.ordered(), DocumentProduced(document=h.DOCUMENT)), "d1", "slip")
    assert issued(case(SLIP), "d1", "slip")
    assert not issued(case(SLIP), "d1", "voucher")
    assert not issued(case(*h.ordered(), SLIP), h.DOCUMENT, "identity-card")


@pytest.mark.requirement("R-175")
def test_a_document_is_valid_up_to_and_including_its_last_day() -> None:
    """R-175."""
    proof = document("slip", Valid(since=date(2026, 11, 20), until=UNTIL, basis="printed"))
    fine = verified(proof, case(SLIP), UNTIL)
    assert fine == {
        "document": "d1",
        "status": "valid",
        "kind": "slip",
        "valid": True,
        "valid_until": "2026-11-22",
    }
    over = verified(proof, case(SLIP), date(2026, 11, 23))
    assert over == fine | {"status": "expired", "valid": False}


@pytest.mark.parametrize("valid", [None, Valid(since=UNTIL, until=None, basis="printed")])
def test_without_an_end_it_never_expires(valid: Valid | None) -> None:
    found = verified(document("slip", valid), case(SLIP), date(2090, 1, 1))
    assert (found["status"], found["valid"], found["valid_until"]) == ("valid", True, None)


def test_what_was_never_issued_tells_nothing_of_itself() -> None:
    valid = Valid(since=UNTIL, until=UNTIL, basis="printed")
    unknown = {
        "document": "d1",
        "status": "unknown",
        "kind": None,
        "valid": False,
        "valid_until": None,
    }
    assert verified(document("slip", valid), case(), UNTIL) == unknown
    assert verified(IssuedDocument(id="d1"), Case(), UNTIL) == unknown


def test_a_voided_number_counts_for_nothing() -> None:
    voided = NumberVoided(case="c1", grant=2, issue=1, scheme="slip", number=7, reason="withdrawn")
    found = verified(fold_document("d1", h.events([voided])), case(SLIP), UNTIL)
    assert (found["status"], found["valid"], found["kind"]) == ("revoked", False, None)


def test_a_recorded_expiry_counts_even_where_the_clock_lags() -> None:
    valid = Valid(since=UNTIL, until=UNTIL, basis="printed")
    expiry = DocumentExpired(case="c1", result="slip", until=UNTIL)
    over = fold_document("d1", h.events([numbered("slip", valid), expiry]))
    found = verified(over, case(SLIP), UNTIL)
    assert (found["status"], found["valid"], found["valid_until"]) == (
        "expired",
        False,
        "2026-11-22",
    )


def test_every_result_with_a_number_of_ours_has_a_series() -> None:
    """Two results of one item never share a series by accident: the code is the series."""
    used: Rules = rules()
    for item in used.catalogue.items():
        schemes = [one.scheme or one.code for one in item.text.results]
        assert len(set(schemes)) == len(schemes), item.id


def test_an_answer_on_a_paper_is_looked_for_where_it_was_sealed() -> None:
    for item in packaged_catalogue().items():
        for fact in item.text.asked_once:
            paper = PaperRule(must_show=(f"fact:{fact.code}",))
            rule = ResultRule(code="x", name="x", kind="letter", paper=paper)
            sheet = Sheet(
                kind="result",
                of_version=9,
                at=START,
                duties=frozenset(),
                result=rule,
            )
            sealed = set(sealed_by_class({fact.code: 1}, item.text))
            assert sealed <= sealed_fields_of(sheet, item.text), (item.id, fact.code)
