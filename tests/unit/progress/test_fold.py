"""Where a case stands: each rule of the view, given events, without any server."""

from datetime import date

import pytest
from msgspec.structs import replace

from services.progress.standing.answer import documents, history, view
from services.progress.standing.fold import Progress, digest, fold, nothing, present_status
from shared.case.facts.fact import Fact
from shared.case.facts.parts import Valid
from shared.case.issuance.number import DocumentNumbered
from shared.catalogue import Catalogue
from shared.eventlog import Event
from tests.support import histories as h
from tests.support.given import rules

CASE = "c" * 32


def seen(
    case: list[Fact], *, notice: list[Fact] | None = None, document: list[Fact] | None = None
) -> Progress:
    streams: dict[str, list[Event]] = {
        f"case/{CASE}": h.events(case),
        f"notice/{CASE}": h.events(notice or []),
        f"document/{h.DOCUMENT}": h.events(document or []),
    }
    return fold(CASE, streams)


def statuses(progress: Progress) -> list[str]:
    return [entry["status"] for entry in history(progress)]


@pytest.mark.requirement("R-099", "R-101")
def test_the_whole_path_shows_every_status_in_order() -> None:
    progress = seen(h.to_delivery(), document=h.numbered(CASE))
    assert statuses(progress) == [
        "submitted",
        "awaiting-payment",
        "submitted",
        "accepted",
        "under-review",
        "reviewed",
        "approved",
        "numbered",
        "in-production",
        "produced",
        "dispatched",
        "delivered",
        "closed",
    ]


def test_a_status_stands_with_the_time_it_was_first_reached() -> None:
    told = history(seen(h.submitted()))
    assert told == [
        {"status": "submitted", "at": "2026-11-20T01:01:00Z"},
        {"status": "awaiting-payment", "at": "2026-11-20T01:02:00Z"},
    ]


def test_numbered_is_said_from_the_number_until_production_is_ordered() -> None:
    start = [*h.submitted(), *h.paid(), *h.accepted(), *h.reviewed(), *h.approved()]
    assert present_status(seen(start)) == "approved"
    assert present_status(seen(start, document=h.numbered(CASE))) == "numbered"
    ordered = [*start, *h.ordered()]
    assert present_status(seen(ordered, document=h.numbered(CASE))) == "in-production"


def test_a_returned_delivery_shows_that_the_document_lies_with_us_again() -> None:
    facts = h.to_delivery(returns=1)[:-2]
    assert statuses(seen(facts))[-4:] == ["produced", "dispatched", "produced", "dispatched"]


@pytest.mark.requirement("R-137")
def test_a_refusal_shows_the_refund_before_the_end() -> None:
    start = [*h.submitted(), *h.paid(), *h.accepted(), *h.reviewed(met=False), *h.refused()]
    facts = [*start, *h.refunded("refused"), *h.closed("refused")]
    assert statuses(seen(facts))[-3:] == ["refused", "refunded", "closed"]


def test_the_next_owed_step_stands_with_its_due_time() -> None:
    told = view(seen(h.submitted()))
    assert told["next"] == {
        "service": "intake",
        "step": "payment",
        "due_at": "2026-11-27T01:00:00Z",
    }
    assert view(seen(h.to_delivery()))["next"] is None


def test_due_dates_and_notices_are_told() -> None:
    progress = seen([*h.submitted(), *h.paid(), *h.accepted()], notice=h.notices(CASE, failures=1))
    told = view(progress)
    assert told["due"] == [
        {
            "limit": "promised",
            "due": "2026-12-11",
            "provisional": False,
            "incomplete": [],
            "drives": True,
            "reason": None,
        }
    ]
    assert [(n["channel"], n["status"]) for n in told["notices"]] == [("phone", "sent")] * 2


def test_the_document_is_told_by_the_number_that_its_paper_has() -> None:
    progress = seen(h.to_delivery(), document=h.numbered(CASE))
    (told,) = documents(progress, rules())
    (plain,) = view(progress)["documents"]
    assert told == {**plain, "printed": plain["number"].rpartition("/")[2]}
    nowhere = replace(rules(), catalogue=Catalogue([], version="test"))
    assert documents(progress, nowhere)[0]["printed"] is None


def test_the_document_is_told_by_its_internal_serial() -> None:
    told = view(seen(h.to_delivery(), document=h.numbered(CASE)))
    assert told["documents"] == [
        {
            "document": h.DOCUMENT,
            "result": "identity-card",
            "number": "identity-card/7",
            "valid": True,
            "standing": "valid",
            "valid_since": None,
            "valid_until": None,
        }
    ]
    assert told["versions"] == {"case": 13, "notice": 0, "documents": {h.DOCUMENT: 1}}


def a_voucher(number: int = 3) -> list[Fact]:
    """The second paper of the case: another grant, another series, with its days."""
    valid = Valid(since=date(2026, 11, 20), until=date(2027, 5, 20), basis="printed")
    return [
        DocumentNumbered(
            case=CASE,
            grant=2,
            issue=1,
            result="collection-voucher",
            scheme="collection-voucher",
            number=number,
            valid=valid,
        )
    ]


def test_each_paper_is_told_in_the_order_of_the_grants_whichever_came_first() -> None:
    streams = {
        f"case/{CASE}": h.events(h.to_delivery()),
        f"document/{h.DOCUMENT}": [h.event(h.numbered(CASE)[0], 1, minutes=9)],
        "document/voucher": [h.event(a_voucher()[0], 1, minutes=8)],
    }
    one = fold(CASE, streams)
    other = fold(CASE, dict(reversed(streams.items())))
    assert view(one)["documents"] == view(other)["documents"]
    first, second = view(one)["documents"]
    assert (first["result"], first["valid_until"]) == ("identity-card", None)
    assert second == {
        "document": "voucher",
        "result": "collection-voucher",
        "number": "collection-voucher/3",
        "valid": True,
        "standing": "valid",
        "valid_since": "2026-11-20",
        "valid_until": "2027-05-20",
    }
    # The case is numbered once, when its first number was given.
    assert [entry for entry in history(one) if entry["status"] == "numbered"] == [
        {"status": "numbered", "at": "2026-11-20T01:08:00Z"}
    ]


def test_a_digest_is_equal_exactly_when_the_state_is() -> None:
    facts = h.to_delivery()
    assert digest(seen(facts)) == digest(seen(facts))
    assert digest(seen(facts)) != digest(seen(facts[:-1]))
    assert digest(nothing(CASE)) == digest(nothing(CASE))
