"""Given a document that lies ready, when somebody comes for it, then the right person has it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from msgspec.structs import replace

from services.issuance.collecting.codes import same_code, shown_voucher, voucher_code
from services.issuance.collecting.proof import NothingAsked, ProofNeeded, ProofShown, VoucherLocked
from services.issuance.collecting.vouchers import MOST_RENEWED, RenewVoucher, TooManyCodes
from services.issuance.handover import RecordHandover, RecordReady
from services.issuance.production import RecordProduction
from services.issuance.topics import ISSUANCE
from services.issuance.unclaimed import RegisterUnclaimed
from shared.case import Case, Fact, Rules, fold
from shared.case.facts.parts import Party
from shared.case.intake.counter import CaseTakenIn
from shared.case.issuance.handover import (
    DeliveryReturned,
    DocumentDispatched,
    DocumentHandedOver,
    DocumentReady,
    DocumentUnclaimed,
    IdentityShown,
    VoucherRefused,
    VoucherRenewed,
)
from shared.case.issuance.production import MOST_WRONG, ProductionFailed
from shared.case.registry import data_of
from shared.casework.topics import Asking, NotPossibleNow
from shared.catalogue import packaged_catalogue
from shared.clock import packaged_calendars
from shared.eventlog.errors import Refused
from shared.security.duties import Duty
from tests.support import histories as h
from tests.support.commands import at_issuance

CASE = "c" * 32
RULES = Rules(packaged_catalogue(), packaged_calendars())
LATER = h.T0 + timedelta(days=60)
FIRST = replace(h.submitted()[0], delivery="pickup")  # type: ignore[type-var]
MADE = [FIRST, *h.submitted()[1:], *h.paid(), *h.accepted(), *h.reviewed(), *h.approved()]
MADE = [*MADE, *h.ordered(), *h.produced()]
READY = [*MADE, DocumentReady(document=h.DOCUMENT, office="window 3", asks="code")]
AT_COUNTER = [*MADE, DocumentReady(document=h.DOCUMENT, office="window 3", asks="identity")]
BEFORE = [*MADE, DocumentReady(document=h.DOCUMENT, office="window 3")]
RIGHT = ProofShown(code="right", kind="resident-id", number="same")
AGENT = ProofShown(code="right", kind="passport", authorisation=True)
HEAD = ProofShown(kind="resident-id", number="same", head=True)


def of(facts: list[Fact]) -> Case:
    return fold(h.events(facts), case_id=CASE)


def tried(facts: list[Fact], shown: ProofShown, to: Any = "applicant") -> list[Fact]:
    return list(at_issuance(of(facts), RecordHandover(to=to, shown=shown), RULES, LATER))


def given_to(to: Any, **seen: Any) -> list[Fact]:
    return [DocumentHandedOver(document=h.DOCUMENT, to=to, shown=IdentityShown(**seen))]


def wrong(times: int, showed: Any = "code") -> VoucherRefused:
    return VoucherRefused(document=h.DOCUMENT, showed=showed, wrong=times)


LOCKED = [*READY, wrong(1), wrong(2), wrong(3)]


@pytest.mark.requirement("R-164")
@pytest.mark.parametrize(
    ("facts", "shown", "to", "seen"),
    [
        (READY, RIGHT, "applicant", {"by": "code", "kind": "resident-id", "compared": True}),
        (
            READY,
            AGENT,
            "representative",
            {"by": "code", "kind": "passport", "compared": False, "authorisation": True},
        ),
        (
            AT_COUNTER,
            replace(RIGHT, code="none"),
            "applicant",
            {"by": "identity", "kind": "resident-id", "compared": True},
        ),
        (LOCKED, HEAD, "applicant", {"by": "head", "kind": "resident-id", "compared": True}),
        (
            READY,
            replace(HEAD, number="unknown"),
            "applicant",
            {"by": "head", "kind": "resident-id", "compared": False},
        ),
    ],
)
def test_the_right_person_gets_it_and_what_was_looked_at_is_recorded(
    facts: list[Fact], shown: ProofShown, to: str, seen: dict[str, Any]
) -> None:
    assert tried(facts, shown, to) == given_to(to, **seen)


@pytest.mark.parametrize(
    ("shown", "to", "showed"),
    [
        (replace(RIGHT, code="wrong"), "applicant", "code"),
        (replace(AGENT, code="wrong"), "unit", "code"),
        (replace(RIGHT, number="differs"), "applicant", "identity"),
        (replace(HEAD, number="differs"), "applicant", "identity"),
        (replace(HEAD, code="wrong"), "applicant", "code"),
    ],
)
def test_a_wrong_code_or_another_document_is_recorded_and_gives_nothing(
    shown: ProofShown, to: str, showed: str
) -> None:
    assert tried(READY, shown, to) == [wrong(1, showed)]
    assert tried([*READY, wrong(1)], shown, to) == [wrong(2, showed)]


@pytest.mark.parametrize(
    ("facts", "shown", "to", "refusal"),
    [
        (LOCKED, RIGHT, "applicant", VoucherLocked),
        (READY, replace(RIGHT, code="none"), "applicant", ProofNeeded),
        (READY, replace(RIGHT, kind=""), "applicant", ProofNeeded),
        (READY, replace(RIGHT, number="unknown"), "applicant", ProofNeeded),
        (READY, replace(AGENT, authorisation=False), "unit", ProofNeeded),
        (AT_COUNTER, replace(RIGHT, code="none", number="unknown"), "applicant", ProofNeeded),
        (BEFORE, RIGHT, "applicant", NothingAsked),
        (MADE, RIGHT, "applicant", NotPossibleNow),
    ],
)
def test_what_is_not_shown_is_asked_for(
    facts: list[Fact], shown: ProofShown, to: str, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        tried(facts, shown, to)


def test_a_document_that_lay_ready_before_and_one_by_post_go_as_they_did() -> None:
    plain = [DocumentHandedOver(document=h.DOCUMENT, to="applicant")]
    assert tried(BEFORE, ProofShown()) == plain
    assert tried(POSTED, ProofShown()) == plain
    assert set(data_of(plain[0])) == {"document", "to"}, "the bytes of before"
    assert set(data_of(BEFORE[-1])) == {"document", "office"}


def test_after_a_new_code_there_are_three_tries_again_and_it_is_another() -> None:
    (renewed,) = at_issuance(of(LOCKED), RenewVoucher(), RULES, LATER)
    assert renewed == VoucherRenewed(document=h.DOCUMENT, renewed=1)
    again = [*LOCKED, renewed]
    assert tried(again, RIGHT) == given_to(
        "applicant", by="code", kind="resident-id", compared=True
    )
    before, after = of(READY).document, of(again).document
    assert before is not None
    assert after is not None
    assert before.voucher is not None
    assert after.voucher is not None
    assert after.voucher.since > before.voucher.since
    assert (after.voucher.wrong, after.voucher.renewed) == (0, 1)


def test_new_codes_end_and_none_is_given_where_none_is_asked() -> None:
    often = [VoucherRenewed(document=h.DOCUMENT, renewed=n + 1) for n in range(MOST_RENEWED)]
    with pytest.raises(TooManyCodes):
        at_issuance(of([*READY, *often]), RenewVoucher(), RULES, LATER)
    for facts in (MADE, AT_COUNTER, BEFORE, [*READY, *given_to("applicant", **SEEN)]):
        with pytest.raises(NotPossibleNow):
            at_issuance(of(facts), RenewVoucher(), RULES, LATER)


SEEN = {"by": "code", "kind": "resident-id", "compared": True}


def test_what_is_asked_follows_from_how_the_case_came() -> None:
    def asked(facts: list[Fact]) -> object:
        (ready,) = at_issuance(of(facts), RecordReady(office="window 3"), RULES, LATER)
        return ready.asks  # type: ignore[attr-defined]

    assert asked(MADE) == "code"
    taken_in = CaseTakenIn(how="present", document="resident-id", officer="staff-1")
    assert asked([FIRST, taken_in, *MADE[1:]]) == "identity"
    nobodys = replace(FIRST, subject="", initiated_by="authority")  # type: ignore[type-var]
    assert asked([nobodys, *MADE[1:]]) is None


def test_a_document_that_is_made_again_has_no_code_and_one_that_nobody_collects_keeps_its() -> None:
    (failed,) = at_issuance(of(READY), RecordProduction(failure="other"), RULES, LATER)
    assert isinstance(failed, ProductionFailed)
    document = of([*READY, failed]).document
    assert document is not None
    assert document.voucher is None
    kept = DocumentUnclaimed(document=h.DOCUMENT, office="window 3", officer="staff-1")
    assert tried([*READY, kept], RIGHT)
    with pytest.raises(ProofNeeded):
        tried([*READY, kept], ProofShown())


POSTED = [*h.submitted(), *h.paid(), *h.accepted(), *h.reviewed(), *h.approved(), *h.ordered()]
POSTED = [*POSTED, *h.produced(), DocumentDispatched(document=h.DOCUMENT, carrier="EMS")]
CAME_BACK = [*POSTED, DeliveryReturned(document=h.DOCUMENT, code="nobody-there")]


def test_what_came_back_by_post_and_is_kept_is_given_away_by_its_code_alone() -> None:
    command = RegisterUnclaimed(office="window 3", officer="staff-1")
    (kept,) = at_issuance(of(CAME_BACK), command, RULES, LATER)
    assert isinstance(kept, DocumentUnclaimed)
    assert kept.asks == "code"
    with pytest.raises(ProofNeeded):
        tried([*CAME_BACK, kept], ProofShown())
    assert tried([*CAME_BACK, kept], RIGHT) == given_to("applicant", **SEEN)
    again = [*CAME_BACK, kept, DocumentDispatched(document=h.DOCUMENT, carrier="EMS")]
    assert tried(again, ProofShown()) == [
        DocumentHandedOver(document=h.DOCUMENT, to="applicant")
    ], "the carrier asks for nothing"
    (here,) = at_issuance(of(READY), command, RULES, LATER)
    assert isinstance(here, DocumentUnclaimed)
    assert here.asks is None, "it has its code already"
    assert set(data_of(here)) == {"document", "office", "officer"}, "the bytes of before"


def test_a_new_code_is_offered_as_long_as_one_is_given() -> None:
    def offered(times: int) -> bool:
        given = [VoucherRenewed(document=h.DOCUMENT, renewed=n + 1) for n in range(times)]
        asking = Asking(staff="", duties=frozenset(), rules=RULES, now=LATER)
        return "voucher" in ISSUANCE.offerable(of([*READY, *given]), asking)

    assert offered(MOST_RENEWED - 1)
    assert not offered(MOST_RENEWED)


def test_an_organisations_document_goes_to_whoever_acts_for_it() -> None:
    parties = (
        Party(role="applicant", kind="organisation", key_ref="k1", ref="o1"),
        Party(role="handler", kind="person", key_ref="k2"),
    )
    facts: list[Fact] = [replace(FIRST, parties=parties), *READY[1:]]  # type: ignore[type-var]
    for shown in (RIGHT, replace(RIGHT, number="differs"), HEAD):
        with pytest.raises(ProofNeeded, match="acts for it"):
            tried(facts, shown)
    acting = {"kind": "passport", "compared": False, "authorisation": True}
    assert tried(facts, AGENT, "unit") == given_to("unit", by="code", **acting)


def test_once_it_is_locked_the_handing_over_is_offered_to_a_head_alone() -> None:
    def offered(facts: list[Fact], *duties: Duty) -> bool:
        asking = Asking(staff="s", duties=frozenset(duties), rules=RULES, now=LATER)
        return "handover" in ISSUANCE.offerable(of(facts), asking)

    assert offered(READY, Duty.HAND_OVER)
    assert not offered(LOCKED, Duty.HAND_OVER)
    assert offered(LOCKED, Duty.HEAD)


SHOWN = st.builds(
    ProofShown,
    code=st.sampled_from(["wrong", "none"]),
    kind=st.sampled_from(["", "resident-id"]),
    number=st.sampled_from(["same", "differs", "unknown"]),
    authorisation=st.booleans(),
)
TRIES = st.lists(st.one_of(SHOWN, st.just("new code")), max_size=25)


@drawn(TRIES, st.sampled_from(["applicant", "representative", "unit"]))
def test_no_sequence_of_tries_without_the_right_code_hands_anything_over(
    tries: list[ProofShown | str], to: str
) -> None:
    facts, left = list(READY), MOST_WRONG
    for one in tries:
        command = RenewVoucher() if isinstance(one, str) else RecordHandover(to=to, shown=one)  # type: ignore[arg-type]
        try:
            done = list(at_issuance(of(facts), command, RULES, LATER))
        except VoucherLocked:
            assert left == 0
            continue
        except Refused:
            continue
        assert not [fact for fact in done if isinstance(fact, DocumentHandedOver)]
        left = MOST_WRONG if isinstance(one, str) else left - len(done)
        assert left >= 0
        facts += done
    document = of(facts).document
    assert document is not None
    assert document.handed_over is None


def test_a_code_is_eight_digits_of_a_key_and_an_event_however_it_is_typed() -> None:
    key = b"k" * 32
    code = voucher_code(key, case="c1", document="d1", since=7)
    assert len(code) == 8
    assert code.isdigit()
    others = {
        voucher_code(key, case="c1", document="d1", since=8),
        voucher_code(key, case="c2", document="d1", since=7),
        voucher_code(key, case="c1", document="d2", since=7),
        voucher_code(b"l" * 32, case="c1", document="d1", since=7),
    }
    assert code not in others
    wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    parted = [f"{code[:4]}{between}{code[4:]}" for between in "- —－"]
    for typed in (code, shown_voucher(code), wide, *parted):
        assert same_code(typed, code)
    assert not same_code(code[:-1], code)
    assert not same_code("", code)
