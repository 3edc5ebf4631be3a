"""Intake's rules, each as given, when, then; the money has a file of its own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from deploy.demo import people
from services.intake.acceptance.accepting import SettleCase
from services.intake.acceptance.supplement import NothingGiven, ProvideSupplement
from services.intake.application.application import SubmitCase
from services.intake.application.submission import (
    ChannelNotOffered,
    DeclarationMissing,
    GuideChanged,
    ItemNotOffered,
    not_offered,
)
from services.intake.contact import ChangeContact, ContactMissing, PhoneTakesNoTexts
from services.intake.materials import AttachMaterial, MaterialUnknown
from services.intake.withdrawal import WithdrawCase
from shared.case import Fact, owed_of
from shared.case.facts.parts import STANDARD, Grant, GuideAgreed, Material, Missing
from shared.case.intake.acceptance import AcceptanceAwaited, CaseAccepted, CaseNotAccepted
from shared.case.intake.contact import ContactChanged
from shared.case.intake.fee import FeeAssessed
from shared.case.intake.submission import CaseSubmitted, MaterialAttached
from shared.case.intake.supplement import (
    SupplementLapsed,
    SupplementProvided,
    SupplementReminded,
    SupplementRequested,
)
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.issuance.closing import CaseClosed
from shared.case.issuance.handover import DocumentDispatched
from shared.case.issuance.production import DocumentProduced
from shared.case.review.verdict import CaseApproved
from shared.casework.topics import FireTimer, NotPossibleNow
from shared.catalogue.definition.fees import FeeRule
from shared.catalogue.definition.outcome import AcceptanceRule
from shared.clock import local_day
from shared.eventlog.errors import NotFound
from tests.support.commands import at_intake as decide
from tests.support.given import (
    ITEM,
    START,
    accepted,
    asked,
    assessed,
    findings,
    given,
    ordered,
    paid,
    pin,
    proposed,
    register,
    rules,
    rules_with,
    submitted,
    under_review,
)


def application(**changes: Any) -> SubmitCase:
    values = {
        "item": ITEM,
        "channel": "online",
        "delivery": "post",
        "contact": ("email",),
        "materials": (register(),),
        "sealed": ("name", "id_number", "email", "delivery_address"),
        "declared": True,
        "answers": people.FACTS,
        "subject": "5ab1ec7",
        "portal": "portal-1",
    }
    return SubmitCase(**{**values, **changes})


def approved() -> CaseApproved:
    return CaseApproved(
        officer="staff-1", findings=findings(), grants=(Grant(grant=1, result="identity-card"),)
    )


def lapsed() -> SupplementLapsed:
    return SupplementLapsed(due_at=START)


def withdrawn() -> CaseWithdrawn:
    return CaseWithdrawn(status="submitted")


# --- submission ---


def test_an_application_is_taken_in_with_its_fee_and_the_edition_that_judges_it() -> None:
    case, fee = given().when(decide, application()).facts
    assert case.pin == pin()
    assert case.department == "public-security"
    assert fee.amount_fen == 4000
    assert "新计价费【2004】74号" in fee.basis
    assert fee.pay_by == datetime(2026, 10, 10, 15, 59, 59, 999999, tzinfo=UTC)  # a worked Saturday


def test_an_incomplete_application_may_be_submitted() -> None:
    case, _ = given().when(decide, application(materials=())).facts
    assert case.materials == ()


@pytest.mark.requirement("R-132")
def test_an_unknown_fee_is_not_charged() -> None:
    using = rules_with(
        fee=FeeRule(state="unknown", basis="silent", pay_within_days=0, refund_on=())
    )
    _, fee = given(using=using).when(decide, application()).facts
    assert fee == FeeAssessed(amount_fen=0, basis="silent", pay_by=None)


@pytest.mark.requirement("R-025", "R-040", "R-158")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"item": "999-99"}, ItemNotOffered),
        ({"channel": "counter"}, ChannelNotOffered),
        ({"delivery": "pickup"}, ChannelNotOffered),
        ({"declared": False}, DeclarationMissing),
        ({"contact": ()}, ContactMissing),
        ({"sealed": ("name", "email")}, ContactMissing),
        (
            {
                "materials": (
                    register(),
                    register("b2").__class__(
                        code="photo", blob="b3", sha256="00" * 32, media_type="image/png", size=1
                    ),
                )
            },
            MaterialUnknown,
        ),
    ],
)
def test_what_the_item_does_not_offer_is_refused(changes: Any, refusal: Any) -> None:
    given().when(decide, application(**changes)).refused(refusal)


@pytest.mark.requirement("R-015")
def test_the_guide_that_was_agreed_to_is_on_record_and_has_to_be_the_present_one() -> None:
    agreed = GuideAgreed(version="2026.1", content_hash=rules().catalogue.item(ITEM).hash)
    made, _ = given().when(decide, application(guide=agreed)).facts
    assert isinstance(made, CaseSubmitted)
    assert made.guide == agreed
    older = msgspec.structs.replace(agreed, content_hash="ab" * 32)
    given().when(decide, application(guide=older)).refused(GuideChanged)


def test_an_item_that_is_not_offered_says_why() -> None:
    said = {"not_offered_because": "Not here.", "not_offered_because_zh": "此处不办。"}
    using = rules_with(offered=False, **said)
    given(using=using).when(decide, application()).refused(ItemNotOffered)
    told = not_offered(using.catalogue.item(ITEM).text)
    assert (told.detail, told.fields["detail_zh"]) == tuple(said.values())


def test_a_submitted_case_is_not_submitted_again() -> None:
    given(submitted(), assessed()).when(decide, application()).refused(
        NotPossibleNow, actions=("materials", "withdrawal", "contact", "payment", "originals")
    )


# --- acceptance ---


@pytest.mark.requirement("R-032", "R-037")
def test_paid_and_complete_is_accepted_with_due_dates_of_the_pinned_edition() -> None:
    fact = given(submitted(), assessed(), paid()).when(decide, SettleCase()).fact
    assert isinstance(fact, CaseAccepted)
    promised, statutory = fact.due
    assert fact.pin == pin()
    assert fact.automatic
    # fifteen working days after 25 September 2026, the autumn holiday not counted
    assert promised.due == date(2026, 10, 22)
    assert promised.due_at == datetime(2026, 10, 22, 15, 59, 59, 999999, tzinfo=UTC)
    assert (promised.drives, statutory.drives) == (True, False)
    assert promised.warn_at < promised.due_at
    assert statutory.due > promised.due
    assert promised.calendar_version


def test_a_due_date_beyond_the_announced_year_is_provisional() -> None:
    late = datetime(2026, 12, 20, 4, 0, tzinfo=UTC)
    fact = given(submitted(), assessed(), paid()).when(decide, SettleCase(), at=late).fact
    assert all(due.provisional for due in fact.due)


@pytest.mark.requirement("R-035")
def test_acceptance_waits_for_the_payment() -> None:
    given(submitted(), assessed()).when(decide, SettleCase()).nothing()


def test_without_a_fee_acceptance_does_not_wait() -> None:
    given(submitted(), assessed(0)).when(decide, SettleCase()).then_types(CaseAccepted)


def test_what_an_officer_accepts_is_not_accepted_by_the_system() -> None:
    using = rules_with(acceptance=AcceptanceRule(decided_by="officer"))
    stages = tuple(
        msgspec.structs.replace(stage, actor="officer") if stage.kind == "acceptance" else stage
        for stage in STANDARD
    )
    before = (submitted(stages=stages), assessed(), paid())
    awaited = given(*before, using=using).when(decide, SettleCase()).fact
    assert type(awaited) is AcceptanceAwaited
    given(*before, awaited, using=using).when(decide, SettleCase()).nothing()


@pytest.mark.requirement("R-031")
def test_what_is_missing_is_asked_for_once_and_all_of_it() -> None:
    fact = given(submitted(complete=False), assessed(), paid()).when(decide, SettleCase()).fact
    assert isinstance(fact, SupplementRequested)
    assert [missing.code for missing in fact.missing] == ["household-register"]
    assert fact.due.due == date(2026, 10, 15)
    assert "一次性告知" in fact.basis


def test_nothing_is_asked_twice() -> None:
    given(submitted(complete=False), assessed(), paid(), asked()).when(
        decide, SettleCase()
    ).nothing()


def test_a_complete_answer_is_accepted() -> None:
    given(
        submitted(complete=False),
        assessed(),
        paid(),
        asked(),
        SupplementProvided(materials=(register(),)),
    ).when(decide, SettleCase()).then_types(CaseAccepted)


@pytest.mark.requirement("R-033")
def test_an_incomplete_answer_is_not_accepted_and_says_what_is_missing() -> None:
    fact = (
        given(
            submitted(complete=False),
            assessed(),
            paid(),
            asked(),
            SupplementProvided(materials=()),
        )
        .when(decide, SettleCase())
        .fact
    )
    assert isinstance(fact, CaseNotAccepted)
    assert (fact.why, [m.code for m in fact.missing]) == (
        "supplement-incomplete",
        ["household-register"],
    )
    assert fact.reason
    assert fact.legal_basis[0] == asked().basis, "R-033: an officer's has basis and remedy too"
    assert fact.appeal_body
    assert fact.appeal_deadline == local_day(START) + timedelta(days=60)


def test_a_lapsed_request_is_not_accepted() -> None:
    fact = (
        given(submitted(complete=False), assessed(), paid(), asked(), lapsed())
        .when(decide, SettleCase())
        .fact
    )
    assert (fact.TYPE, fact.why) == ("intake.CaseNotAccepted", "supplement-lapsed")


@pytest.mark.parametrize(
    "after",
    [
        (accepted(),),
        (CaseNotAccepted(why="payment-lapsed", missing=(), reason="r"),),
        (withdrawn(),),
        (withdrawn(), CaseClosed(outcome="withdrawn")),
    ],
)
def test_a_settled_case_is_not_settled_again(after: Any) -> None:
    given(submitted(), assessed(), paid(), *after).when(decide, SettleCase()).nothing()


# --- materials and the supplement ---


def reminding(*, given_after: bool) -> list[Fact]:
    """A request with a reminder, some of which was answered."""
    last = START + timedelta(days=14)
    request = replace(asked(), due_at=last, remind_at=START + timedelta(days=11))
    before = [submitted(complete=False), assessed(), paid(), request]
    return [*before, *([SupplementProvided(materials=())] if given_after else [])]


def test_whoever_is_asked_is_reminded_once_before_the_last_day() -> None:
    near = given(*reminding(given_after=False)).case
    steps = [one.step for one in owed_of(near, "intake")]
    assert steps == ["approaching:supplement", "supplement"]
    late = owed_of(near, "intake")[0]
    timer = FireTimer(step=late.step, version=late.version)
    fired = given(*reminding(given_after=False)).when(decide, timer, at=late.due_at)
    assert fired.fact == SupplementReminded(due_at=START + timedelta(days=14))
    then = given(*reminding(given_after=False), fired.fact).case
    assert [one.step for one in owed_of(then, "intake")] == ["supplement"]
    answered = given(*reminding(given_after=True)).case
    assert "approaching:supplement" not in [one.step for one in owed_of(answered, "intake")]


def test_a_reminder_is_three_working_days_before_the_last_one_or_not_at_all() -> None:
    used, item = rules(), rules().catalogue.item(ITEM)
    due = used.applicant_has(item, n=10, unit="working_days", start=START)
    near = used.reminder(item, due, days=3, start=START)
    assert near is not None
    assert due.due_at is not None
    assert timedelta(days=2) < due.due_at - near < timedelta(days=9)
    soon = used.applicant_has(item, n=3, unit="calendar_days", start=START)
    assert used.reminder(item, soon, days=3, start=START) is None


def test_a_material_may_be_added_before_acceptance() -> None:
    given(submitted(complete=False), assessed()).when(
        decide, AttachMaterial(material=register())
    ).then(MaterialAttached(material=register()))


def test_one_upload_may_be_several_papers() -> None:
    same = other("proof-a", blob=register().blob)
    before = (submitted(), assessed(), paid(), by_officer("proof-a"))
    answered = given(*before, SupplementProvided(materials=(same,)))
    assert answered.case.materials == (register(), same)
    first = submitted(materials=(other("proof-a", blob=register().blob),))
    given(first, assessed()).when(decide, AttachMaterial(material=register())).then(
        MaterialAttached(material=register())
    )
    filed = (first, assessed(), paid(), asked(), SupplementProvided(materials=(register(),)))
    given(*filed).when(decide, SettleCase()).then_types(CaseAccepted)


def test_the_same_upload_adds_nothing() -> None:
    given(submitted(), assessed()).when(decide, AttachMaterial(material=register())).nothing()


def test_a_material_that_the_item_does_not_ask_for_is_not_collected() -> None:
    photo = type(register())(code="photo", blob="b9", sha256="0", media_type="image/png", size=1)
    given(submitted(), assessed()).when(decide, AttachMaterial(material=photo)).refused(
        MaterialUnknown
    )


@pytest.mark.parametrize("after", [(asked(),), (accepted(),), (withdrawn(),)])
def test_materials_are_not_added_later(after: Any) -> None:
    given(submitted(complete=False), assessed(), paid(), *after).when(
        decide, AttachMaterial(material=register())
    ).refused(NotPossibleNow)


def test_the_request_can_be_answered() -> None:
    given(submitted(complete=False), assessed(), paid(), asked()).when(
        decide, ProvideSupplement(materials=(register(),))
    ).then(SupplementProvided(materials=(register(),)))


def test_a_late_answer_counts_until_the_lapse_is_recorded() -> None:
    given(submitted(complete=False), assessed(), paid(), asked()).when(
        decide, ProvideSupplement(materials=(register(),)), at=START + timedelta(days=99)
    ).then_types(SupplementProvided)


@pytest.mark.parametrize(
    "before",
    [
        (),
        (asked(), SupplementProvided(materials=())),
        (asked(), lapsed()),
        (asked(), withdrawn()),
        (accepted(),),
    ],
)
def test_a_supplement_answers_one_open_request_only(before: Any) -> None:
    given(submitted(complete=False), assessed(), paid(), *before).when(
        decide, ProvideSupplement(materials=(register(),))
    ).refused(NotPossibleNow)


def by_officer(*codes: str) -> SupplementRequested:
    """An officer's request for these materials."""
    missing = tuple(Missing(code=code, name=code) for code in codes)
    return replace(asked(), missing=missing, officer="staff-1")


def other(code: str, blob: str = "b2") -> Material:
    return replace(register(), code=code, blob=blob)


def test_a_part_of_the_answer_leaves_the_request_open() -> None:
    before = (submitted(), assessed(), paid(), by_officer("household-register", "proof-a"))
    part = ProvideSupplement(materials=(register(),))
    given(*before).when(decide, part).then(
        SupplementProvided(materials=(register(),), partial=True)
    )
    answered = (*before, SupplementProvided(materials=(register(),), partial=True))
    given(*answered).when(decide, SettleCase()).nothing()
    rest = other("proof-a")
    given(*answered).when(decide, ProvideSupplement(materials=(rest,))).then(
        SupplementProvided(materials=(rest,))
    )


def test_what_an_officer_asked_for_has_to_come_again() -> None:
    before = (submitted(), assessed(), paid(), by_officer("household-register", "proof-a"))
    given(*before).when(decide, ProvideSupplement(materials=(other("proof-a"),))).then(
        SupplementProvided(materials=(other("proof-a"),), partial=True)
    )


def test_the_applicant_may_say_that_this_is_all() -> None:
    before = (submitted(), assessed(), paid(), by_officer("household-register", "proof-a"))
    given(*before).when(decide, ProvideSupplement(materials=(), complete=True)).then(
        SupplementProvided(materials=())
    )


def test_an_empty_answer_changes_nothing() -> None:
    given(submitted(complete=False), assessed(), paid(), asked()).when(
        decide, ProvideSupplement(materials=())
    ).refused(NothingGiven)


def test_of_a_request_that_lapses_after_a_part_it_is_said_that_it_is_incomplete() -> None:
    part = SupplementProvided(materials=(other("proof-a"),), partial=True)
    before = (submitted(complete=False), assessed(), paid(), asked(), part, lapsed())
    fact = given(*before).when(decide, SettleCase()).fact
    assert fact.why == "supplement-incomplete"


# --- withdrawal and contact ---


@pytest.mark.parametrize(
    "before",
    [
        (submitted(), assessed()),
        (submitted(), assessed(), paid()),
        (submitted(complete=False), assessed(), paid(), asked()),
        under_review(),
        (*under_review(), proposed(True, True)),
    ],
)
def test_a_case_can_be_withdrawn_until_the_decision(before: Any) -> None:
    given(*before).when(decide, WithdrawCase()).then_types(CaseWithdrawn)


@pytest.mark.parametrize("after", [(approved(),), (approved(), ordered())])
def test_a_decided_case_cannot_be_withdrawn(after: Any) -> None:
    given(*under_review(), proposed(True, True), *after).when(decide, WithdrawCase()).refused(
        NotPossibleNow, actions=("contact", "originals")
    )


def test_withdrawing_twice_does_nothing() -> None:
    given(submitted(), assessed(), withdrawn()).when(decide, WithdrawCase()).nothing()


def test_the_withdrawal_says_where_the_case_stood() -> None:
    given(submitted(), assessed()).when(decide, WithdrawCase()).then(
        CaseWithdrawn(status="awaiting-payment")
    )


def test_a_changed_contact_adds_its_channel() -> None:
    given(submitted(contact=("email",)), assessed()).when(
        decide, ChangeContact(sealed=("phone",))
    ).then(ContactChanged(contact=("email", "phone"), sealed=("phone",)))


def test_a_phone_without_texts_does_not_become_the_only_contact() -> None:
    textless = ChangeContact(sealed=("phone",), textless=True)
    given(submitted(contact=("phone",)), assessed()).when(decide, textless).refused(
        PhoneTakesNoTexts
    )
    given(submitted(contact=("email",)), assessed()).when(decide, textless).then_types(
        ContactChanged
    )
    by_telephone = submitted(contact=("phone",), channel="phone")
    given(by_telephone, assessed()).when(decide, textless).then_types(ContactChanged)


def test_a_change_of_nothing_is_refused() -> None:
    given(submitted(), assessed()).when(decide, ChangeContact(sealed=())).refused(ContactMissing)


@pytest.mark.requirement("R-159")
def test_the_address_stands_once_the_document_is_on_its_way() -> None:
    on_its_way = (
        *under_review(),
        proposed(True, True),
        approved(),
        ordered(),
        DocumentProduced(document="d1"),
        DocumentDispatched(document="d1", carrier="ems"),
    )
    change = ChangeContact(sealed=("delivery_address",))
    given(*on_its_way).when(decide, change).refused(NotPossibleNow)
    given(*on_its_way[:-1]).when(decide, change).then_types(ContactChanged)
    given(*on_its_way).when(decide, ChangeContact(sealed=("phone",))).then_types(ContactChanged)


@pytest.mark.parametrize(
    "command",
    [
        AttachMaterial(material=register()),
        ProvideSupplement(materials=()),
        WithdrawCase(),
        ChangeContact(sealed=("phone",)),
    ],
)
def test_no_command_makes_a_case_but_its_submission(command: Any) -> None:
    given().when(decide, command).refused(NotFound)
