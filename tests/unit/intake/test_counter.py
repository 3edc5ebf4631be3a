"""The counter's rules, each as given, when, then: who took a case in, and the originals it saw."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake.application.submission import ChannelNotOffered, DeclarationMissing
from services.intake.counter.taking_in import channel_taken
from services.intake.materials import MaterialUnknown
from shared.case.intake.counter import CaseTakenIn, OriginalsReturned, OriginalsSeen
from shared.case.issuance.closing import CaseClosed
from shared.casework.topics import NotPossibleNow, OwnApplication
from shared.eventlog.errors import NotFound
from tests.support.commands import at_intake as decide
from tests.support.commands import intake
from tests.support.given import START, SUBJECT, given, rules, rules_with, submitted
from tests.unit.intake.test_decisions import application

REGISTER = "household-register"
CLOSED = CaseClosed(outcome="withdrawn")


def taking_in(how: str = "present", document: str = "resident-id", **changes: Any) -> Any:
    said = application(**{"channel": "counter", **changes})
    return intake.TakeInCase(application=said, how=how, document=document, officer="staff-1")


def originals(*seen: str, returned: tuple[str, ...] = (), own: str = "") -> Any:
    return intake.RecordOriginals(seen=seen, returned=returned, officer="staff-1", own_subject=own)


def saw(*materials: str) -> OriginalsSeen:
    return OriginalsSeen(materials=materials, officer="staff-1")


def gave_back(*materials: str) -> OriginalsReturned:
    return OriginalsReturned(materials=materials, officer="staff-1")


@pytest.mark.requirement("R-027")
def test_what_an_officer_takes_in_is_an_application_and_says_who_took_it_in() -> None:
    at_counter = rules_with(channels=("counter",))
    facts = given(using=at_counter).when(decide, taking_in()).facts
    assert [fact.TYPE for fact in facts] == [
        "intake.CaseSubmitted",
        "intake.FeeAssessed",
        "intake.CaseTakenIn",
    ]
    assert facts[2] == CaseTakenIn(how="present", document="resident-id", officer="staff-1")


@pytest.mark.requirement("R-027")
def test_an_application_at_the_counter_has_the_rules_of_any_other() -> None:
    assert "counter" not in rules().catalogue.item("000-01").text.channels
    given().when(decide, taking_in()).refused(ChannelNotOffered)
    at_counter = rules_with(channels=("counter",))
    undeclared = taking_in(declared=False)
    given(using=at_counter).when(decide, undeclared).refused(DeclarationMissing)


@pytest.mark.requirement("R-027")
@pytest.mark.parametrize(
    ("how", "item", "channel"),
    [
        ("telephone", "000-24", "phone"),
        ("present", "000-24", "booking-then-counter"),
        ("present", "004-007", "counter"),
        ("present", "000-01", "counter"),  # which the item refuses
    ],
)
def test_the_channel_is_the_sittings(how: str, item: str, channel: str) -> None:
    assert channel_taken(how, rules().catalogue.item(item).text) == channel


def test_nobody_sees_a_document_on_the_telephone() -> None:
    with pytest.raises(ValueError, match="nobody sees a document"):
        CaseTakenIn(how="telephone", document="passport", officer="staff-1")
    with pytest.raises(ValueError, match="needs officer"):
        CaseTakenIn(how="present", document="passport", officer="")


@pytest.mark.requirement("R-068")
def test_an_original_is_seen_once_and_given_back_once() -> None:
    given(submitted()).when(decide, originals(REGISTER)).then(saw(REGISTER))
    given(submitted(), saw(REGISTER)).when(decide, originals(REGISTER)).then()
    back = originals(returned=(REGISTER,))
    given(submitted(), saw(REGISTER)).when(decide, back).then(gave_back(REGISTER))
    given(submitted(), saw(REGISTER), gave_back(REGISTER)).when(decide, back).then()


@pytest.mark.requirement("R-068")
def test_seen_and_given_back_at_once_are_two_facts() -> None:
    both = originals(REGISTER, returned=(REGISTER,))
    given(submitted()).when(decide, both).then(saw(REGISTER), gave_back(REGISTER))


def test_an_original_that_was_given_back_can_be_seen_again() -> None:
    case = given(submitted(), saw(REGISTER), gave_back(REGISTER))
    case.when(decide, originals(REGISTER)).then(saw(REGISTER))


def test_an_original_that_nobody_saw_is_not_given_back() -> None:
    given(submitted()).when(decide, originals(returned=(REGISTER,))).refused(NotPossibleNow)


def test_only_what_the_item_asks_for_is_looked_at() -> None:
    given(submitted()).when(decide, originals("diary")).refused(MaterialUnknown)


@pytest.mark.requirement("R-033")
def test_after_the_end_an_original_is_given_back_and_none_is_seen() -> None:
    back = originals(returned=(REGISTER,))
    given(submitted(), saw(REGISTER), CLOSED).when(decide, back).then(gave_back(REGISTER))
    given(submitted(), CLOSED).when(decide, back).refused(NotPossibleNow)
    given(submitted(), CLOSED).when(decide, originals(REGISTER)).refused(NotPossibleNow)


def test_nobody_records_originals_of_their_own_application_or_of_none() -> None:
    own = originals(REGISTER, own=SUBJECT)
    given(submitted()).when(decide, own).refused(OwnApplication)
    given().when(decide, originals(REGISTER)).refused(NotFound)


def test_when_an_original_was_seen_and_given_back_is_kept_in_the_state() -> None:
    (one,) = given(submitted(), saw(REGISTER)).case.originals
    assert (one.material, one.seen.version, one.returned) == (REGISTER, 2, None)
    (one,) = given(submitted(), saw(REGISTER), gave_back(REGISTER)).case.originals
    assert one.returned is not None
    assert one.returned.at > START.replace(tzinfo=UTC)
    assert one.returned.at < datetime.now(UTC)
