"""What becomes of a document after its case: it opens for renewal, expires, or nobody collects it.

R-092, R-093, R-165.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.issuance.documents.lasting import held, on_time, renewal_of
from services.issuance.topics import ISSUANCE
from services.issuance.unclaimed import TooEarly
from shared.case import Case, Fact, IssuedDocument, Pace, fold_document, owed, owed_document, status
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.parts import Renewal, Valid
from shared.case.issuance.document import DocumentExpired, RenewalOpened
from shared.case.issuance.handover import (
    DeliveryReturned,
    DocumentDestroyed,
    DocumentDispatched,
    DocumentHandedOver,
    DocumentUnclaimed,
)
from shared.case.issuance.number import DocumentNumbered, NumberVoided
from shared.case.issuance.upkeep import IssuanceStepOverdue
from shared.case.next.position import destroy_after
from shared.case.review.limits import DeadlineMissed
from shared.casework.topics import Asking, NotPossibleNow
from shared.catalogue import Catalogue, Item
from shared.clock.calendar.moments import LAST_DAY
from tests.support import histories as h
from tests.support.commands import at_issuance, at_review, issuance, review
from tests.support.given import rules
from tests.support.walking import RIGHT, Dated, Walk, open_at

PERMIT, CARD = "001-01", "000-01"
SINCE, OPENS, UNTIL = date(2026, 10, 30), date(2027, 3, 31), date(2027, 4, 30)
VALID = Valid(since=SINCE, until=UNTIL, basis="printed")
ENDLESS = replace(VALID, until=None)
START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday at noon, far from any holiday
NUMBERED = DocumentNumbered(
    case="c1",
    grant=1,
    issue=1,
    result="residence-permit",
    scheme="residence-permit",
    number=3,
    valid=VALID,
    renewal=Renewal(item="001-04", opens=OPENS),
)
OPENED = RenewalOpened(
    case="c1", result="residence-permit", item="001-04", opens=OPENS, until=UNTIL
)
EXPIRED = DocumentExpired(case="c1", result="residence-permit", until=UNTIL)


def shanghai(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)


def document(*facts: Fact, id_: str = "d1") -> IssuedDocument:
    return fold_document(id_, h.events(facts))


# --- what is owed on a document


def test_a_document_owes_the_word_to_renew_on_its_day_and_the_expiry_at_the_end_of_its_last() -> (
    None
):
    renewal, expiry = owed_document(document(NUMBERED))
    assert (renewal.step, renewal.due_at) == ("renewal", shanghai(OPENS))
    assert (expiry.step, expiry.due_at.date()) == ("expiry", UNTIL)
    assert shanghai(UNTIL + timedelta(days=1)) - expiry.due_at == timedelta(microseconds=1)
    assert {(one.service, one.version, one.since) for one in (renewal, expiry)} == {
        ("issuance", 1, 1)
    }


def test_what_was_said_is_owed_no_more_and_after_the_expiry_nothing_is() -> None:
    assert [one.step for one in owed_document(document(NUMBERED, OPENED))] == ["expiry"]
    assert owed_document(document(NUMBERED, OPENED, EXPIRED)) == ()
    assert owed_document(document(NUMBERED, EXPIRED)) == ()


VOIDED = NumberVoided(
    case="c1", grant=1, issue=1, scheme="residence-permit", number=3, reason="withdrawn"
)


@pytest.mark.parametrize(
    "facts",
    [
        [],
        [VOIDED],
        [replace(NUMBERED, valid=None)],
        [replace(NUMBERED, valid=ENDLESS)],
    ],
    ids=["nothing", "voided", "validity unknown", "long-term"],
)
def test_nothing_is_owed_on_a_number_that_does_not_count_or_without_an_end(
    facts: list[Fact],
) -> None:
    assert owed_document(document(*facts)) == ()


def test_a_document_that_nothing_renews_only_expires() -> None:
    assert [o.step for o in owed_document(document(replace(NUMBERED, renewal=None)))] == ["expiry"]


# --- by which item it is renewed, and from when on


def test_the_window_is_that_of_the_item_that_renews_it() -> None:
    """R-092: 有效期满前30日内."""
    (rule, *_) = rules().catalogue.item(PERMIT).text.results
    assert renewal_of(rule, VALID, rules()) == Renewal(item="001-04", opens=OPENS)
    (_, ten_years, _) = rules().catalogue.item("002-23").text.results
    until = replace(VALID, until=date(2036, 10, 30))
    ninety_before = Renewal(item="002-23", opens=date(2036, 8, 1))
    assert renewal_of(ten_years, until, rules()) == ninety_before


def test_without_an_end_without_an_item_and_without_its_window_there_is_no_renewal() -> None:
    (rule, voucher) = rules().catalogue.item(PERMIT).text.results
    for valid in (None, ENDLESS):
        assert renewal_of(rule, valid, rules()) is None
    assert renewal_of(voucher, VALID, rules()) is None
    gone = replace(rules(), catalogue=Catalogue([], version="without"))
    assert renewal_of(rule, VALID, gone) is None
    item = rules().catalogue.item("001-04")
    closed = Item(replace(item.text, renewals=()), hash=item.hash)
    without = replace(rules(), catalogue=Catalogue([closed], version="without"))
    assert renewal_of(rule, VALID, without) is None


# --- what its timers record


def permit(*, valid: Valid | None = VALID, until: str = "handover", item: str = PERMIT) -> Dated:
    """A case whose document is granted with that validity, up to a step that is owed."""
    asked = rules().catalogue.item(item)
    walk = Dated(asked, rules(), open_at(asked, rules(), START))
    walk.valid = valid
    walk.submit(**({"delivery": "post"} if item == CARD else {}))
    return walk.until(until) if until else walk.to_the_end()


def held_by_somebody() -> Case:
    return permit(until="").case


def fired(
    step: str, day: date, *, hour: int = 0, facts: Any = (NUMBERED,), case: Case | None = None
) -> list[Fact]:
    now = shanghai(day, hour)
    return on_timer(document(*facts), case or held_by_somebody(), step=step, now=now)


def on_timer(
    document: IssuedDocument, case: Case, *, step: str, now: datetime, version: int = 1
) -> list[Fact]:
    command = on_time(document, case, step=step, version=version)
    assert command is not None
    return list(ISSUANCE.decide_on_document(document, command, rules(), now))


def test_the_holder_s_time_to_renew_begins_once() -> None:
    assert fired("renewal", OPENS) == [OPENED]
    assert fired("renewal", UNTIL, hour=23) == [OPENED], "late, and still in time"
    assert fired("renewal", OPENS, facts=(NUMBERED, OPENED)) == []


def test_it_is_not_said_before_its_day_nor_after_the_last() -> None:
    assert fired("renewal", OPENS - timedelta(days=1), hour=23) == []
    assert fired("renewal", UNTIL + timedelta(days=1)) == []


def test_nobody_is_told_to_renew_what_nobody_holds_and_who_collects_it_late_is() -> None:
    walk = permit()
    assert fired("renewal", OPENS, case=walk.case) == []
    walk.do(at_issuance, issuance.RegisterUnclaimed(office="office-1", officer="s"))
    assert fired("renewal", OPENS, case=walk.case) == []
    walk.do(at_issuance, issuance.RecordHandover(to="applicant", shown=RIGHT["code"]))
    assert fired("renewal", OPENS, case=walk.case) == [OPENED]


def test_a_further_paper_is_held_once_its_case_ended_well_and_not_otherwise() -> None:
    case = held_by_somebody()
    for outcome, told in (
        ("delivered", [OPENED]),
        ("completed", [OPENED]),
        ("unclaimed", []),
        ("refused", []),
    ):
        ended = replace(case, outcome=outcome)  # type: ignore[arg-type]
        other = document(NUMBERED, id_="d2")
        now = shanghai(OPENS)
        assert on_timer(other, ended, step="renewal", now=now) == told
    still = replace(case, closed=None, outcome=None)
    assert on_timer(other, still, step="renewal", now=now) == []


def test_what_is_electronic_is_held_when_its_case_is_complete() -> None:
    case = permit().case
    assert not held(document(NUMBERED), case)
    assert held(document(NUMBERED), replace(case, outcome="completed"))


def test_it_expires_after_its_last_day_whoever_has_it() -> None:
    after = UNTIL + timedelta(days=1)
    assert fired("expiry", UNTIL, hour=23) == []
    assert fired("expiry", after) == [EXPIRED]
    assert fired("expiry", after, case=permit().case) == [EXPIRED]
    assert fired("expiry", after, facts=(NUMBERED, EXPIRED)) == []


def test_a_step_that_nobody_knows_brings_no_command() -> None:
    assert on_time(document(NUMBERED), held_by_somebody(), step="polish", version=1) is None


def test_a_timer_of_another_version_or_of_a_voided_number_records_nothing() -> None:
    case, now = held_by_somebody(), shanghai(OPENS)
    assert on_timer(document(NUMBERED), case, step="renewal", version=2, now=now) == []
    assert on_timer(document(VOIDED), case, step="renewal", now=now) == []


# --- what nobody collects


KEPT = issuance.RegisterUnclaimed(office="office-1", officer="staff-7")
DESTROY = issuance.DestroyDocument(officer="staff-7")


def kept(**more: Any) -> Dated:
    walk = permit(**more)
    walk.do(at_issuance, KEPT)
    return walk


def steps(walk: Dated) -> dict[str, datetime]:
    return {one.step: one.due_at for one in owed(walk.case)}


@pytest.mark.requirement("R-165")
def test_what_lies_ready_and_nobody_has_is_registered_once() -> None:
    walk = permit()
    assert ISSUANCE.possible(walk.case) == ("production", "handover", "unclaimed", "voucher")
    wanted = DocumentUnclaimed(document="d1", office="office-1", officer="staff-7")
    assert walk.do(at_issuance, KEPT) == [wanted]
    assert status(walk.case) == "unclaimed"
    assert walk.do(at_issuance, KEPT) == []
    assert ISSUANCE.possible(walk.case) == ("production", "handover", "destruction", "voucher")


def test_so_is_what_the_carrier_brought_back_and_what_lies_at_the_counter() -> None:
    walk = permit(item=CARD)
    assert status(walk.case) == "dispatched"
    with pytest.raises(NotPossibleNow):
        walk.do(at_issuance, KEPT)
    walk.do(at_issuance, issuance.RecordReturn(code="nobody-there"))
    assert ISSUANCE.possible(walk.case) == ("production", "dispatch", "unclaimed")
    walk.do(at_issuance, KEPT)
    assert ISSUANCE.possible(walk.case) == (
        *("production", "dispatch", "handover", "destruction"),
        "voucher",
    )
    counter = permit()
    assert counter.case.submission is not None
    told = replace(
        counter.case.submission, fact=replace(counter.case.submission.fact, delivery="on-the-spot")
    )
    made = replace(counter.case.document, ready=None)  # type: ignore[type-var]
    here = replace(counter.case, submission=told, document=made)
    assert "unclaimed" in ISSUANCE.possible(here)


def test_nothing_is_registered_before_it_is_made_nor_after_it_was_handed_over() -> None:
    with pytest.raises(NotPossibleNow) as refusal:
        permit(until="production").do(at_issuance, KEPT)
    assert refusal.value.actions == ("production",)
    with pytest.raises(NotPossibleNow):
        permit(until="readiness").do(at_issuance, KEPT)
    with pytest.raises(NotPossibleNow):
        permit(until="").do(at_issuance, KEPT)


def test_it_can_be_handed_over_at_any_time_and_the_case_ends_as_delivered() -> None:
    walk = kept()
    walk.now = shanghai(date(2028, 6, 1))
    (handed,) = walk.do(at_issuance, issuance.RecordHandover(to="applicant", shown=RIGHT["code"]))
    assert type(handed) is DocumentHandedOver
    walk.to_the_end()
    assert walk.case.outcome == "delivered"


def offered(walk: Walk) -> tuple[str, ...]:
    """What an officer is offered at the time of the walk."""
    asking = Asking(staff="staff-7", duties=frozenset(), rules=walk.rules, now=walk.now)
    return ISSUANCE.offerable(walk.case, asking)


@pytest.mark.requirement("R-165")
def test_it_is_destroyed_a_year_after_its_validity_and_not_a_day_sooner() -> None:
    walk = kept()
    assert destroy_after(walk.case) == date(2028, 4, 30)
    day_after = shanghai(date(2028, 5, 1))
    assert steps(walk)["destruction"] == day_after - timedelta(microseconds=1)
    assert "handover" not in steps(walk)
    walk.now = day_after - timedelta(minutes=2)
    with pytest.raises(TooEarly, match="2028-04-30") as refusal:
        walk.do(at_issuance, DESTROY)
    assert refusal.value.code == "too-early"
    assert refusal.value.actions == ("production", "handover", "voucher")
    assert "destruction" not in offered(walk)
    walk.now = day_after
    assert "destruction" in offered(walk)
    assert walk.do(at_issuance, DESTROY) == [DocumentDestroyed(document="d1", officer="staff-7")]
    assert status(walk.case) == "destroyed"
    assert walk.do(at_issuance, DESTROY) == []
    assert ISSUANCE.possible(walk.case) == ()
    walk.to_the_end()
    assert (walk.case.outcome, status(walk.case)) == ("unclaimed", "closed")
    told = {stage["code"]: stage["state"] for stage in stages_told(walk.case, rules())}
    assert (told["production"], told["handover"], told["close"]) == ("done", "left-out", "done")


def test_nothing_is_destroyed_that_was_not_registered() -> None:
    walk = permit()
    walk.now = shanghai(date(2040, 1, 1))
    with pytest.raises(NotPossibleNow) as refusal:
        walk.do(at_issuance, DESTROY)
    assert refusal.value.actions == ("production", "handover", "unclaimed", "voucher")


@pytest.mark.parametrize("valid", [None, ENDLESS], ids=["unknown", "long-term"])
def test_without_an_end_of_validity_it_is_kept_and_looked_at_once_a_year(
    valid: Valid | None,
) -> None:
    walk = kept(valid=valid)
    year = Pace().kept
    assert year == timedelta(days=365)
    assert steps(walk)["handover"] == walk.now + year
    with pytest.raises(NotPossibleNow):
        walk.do(at_issuance, DESTROY)
    for _ in range(3):
        (step,) = [one for one in owed(walk.case) if one.step == "handover"]
        walk.now = step.due_at
        (late,) = walk.do(at_issuance, issuance.FireTimer(step=step.step, version=step.version))
        assert type(late) is IssuanceStepOverdue
        assert steps(walk)["handover"] == walk.now + year


def test_a_validity_up_to_the_end_of_the_calendar_leaves_the_case_readable() -> None:
    """Given a year after it that is beyond the calendar: it is kept, and looked at yearly."""
    walk = kept(valid=Valid(since=SINCE, until=LAST_DAY, basis="original"))
    assert destroy_after(walk.case) is None
    assert "destruction" not in steps(walk)
    assert steps(walk)["handover"] > walk.now + timedelta(days=300)
    assert ISSUANCE.possible(walk.case)
    with pytest.raises(NotPossibleNow):
        walk.do(at_issuance, DESTROY)


def test_a_destruction_that_is_due_is_reminded_of_and_stays_owed() -> None:
    walk = kept()
    (step,) = [one for one in owed(walk.case) if one.step == "destruction"]
    walk.now = step.due_at
    (late,) = walk.do(at_issuance, issuance.FireTimer(step=step.step, version=step.version))
    assert type(late) is IssuanceStepOverdue
    assert steps(walk)["destruction"] == walk.now + Pace().again


def test_what_is_sent_again_is_on_its_way_and_kept_again_when_it_comes_back() -> None:
    walk = permit(item=CARD)
    walk.do(at_issuance, issuance.RecordReturn(code="nobody-there"))
    walk.do(at_issuance, KEPT)
    (sent,) = walk.do(at_issuance, issuance.DispatchDocument(carrier="ems"))
    assert type(sent) is DocumentDispatched
    assert status(walk.case) == "dispatched"
    assert set(steps(walk)) >= {"handover"}
    assert "destruction" not in steps(walk)
    (back,) = walk.do(at_issuance, issuance.RecordReturn(code="address-unknown"))
    assert type(back) is DeliveryReturned
    assert status(walk.case) == "unclaimed"
    assert "destruction" in steps(walk)


def test_a_fault_found_on_what_is_kept_has_it_made_again() -> None:
    walk = kept()
    walk.do(at_issuance, issuance.RecordProduction(failure="chip-unreadable"))
    assert status(walk.case) == "in-production"
    assert "production" in steps(walk)
    walk.until("readiness")
    with pytest.raises(NotPossibleNow):
        walk.do(at_issuance, DESTROY)


# --- the office's limits meanwhile


def watched(walk: Dated) -> set[str]:
    return {one.step for one in owed(walk.case) if one.service == "review"}


def test_a_limit_to_the_handing_over_is_not_missed_while_the_applicant_alone_is_waited_for() -> (
    None
):
    """001-01: issued within five working days; who is told and does not come costs no miss."""
    walk = permit(until="readiness")
    assert "limit:statutory" in watched(walk)
    walk.do(at_issuance, issuance.RecordReady(office="office-1"))
    assert watched(walk) == set()
    walk.do(at_issuance, KEPT)
    assert watched(walk) == set()


def test_it_runs_again_while_what_was_kept_is_on_its_way_again() -> None:
    """With a carrier it is the office's affair: by a version newer than the timer that settled."""
    walk = permit(item=CARD)
    ends = {**walk.case.ends, "promised": "handed-over"}
    (limit,) = [one for one in walk.case.limits if one.limit == "promised"]
    waits = replace(walk.case, ends=ends, limits=(limit,))
    assert "limit:promised" in {one.step for one in owed(waits)}
    walk.do(at_issuance, issuance.RecordReturn(code="nobody-there"))
    walk.do(at_issuance, KEPT)
    assert "limit:promised" not in {one.step for one in owed(replace(walk.case, ends=ends))}
    walk.do(at_issuance, issuance.DispatchDocument(carrier="ems"))
    (step,) = [one for one in owed(replace(walk.case, ends=ends)) if one.step == "limit:promised"]
    assert step.version == walk.case.version


def test_it_runs_again_and_is_missed_when_the_document_turns_out_faulty() -> None:
    walk = kept()
    walk.do(at_issuance, issuance.RecordProduction(failure="print-defect"))
    walk.do(at_issuance, issuance.RecordProduction())
    (step,) = [one for one in owed(walk.case) if one.step == "limit:statutory"]
    assert walk.case.document is not None
    assert walk.case.document.faulty is not None
    assert step.version == walk.case.document.faulty.version, "newer than the timer that settled"
    walk.now = max(walk.now, step.due_at)
    missed = walk.do(at_review, review.FireTimer(step=step.step, version=step.version))
    assert type(missed[0]) is DeadlineMissed
