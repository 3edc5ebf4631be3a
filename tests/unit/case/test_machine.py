"""One case under every command of three services in any order: nothing illegal, never stuck.

The real decisions are driven; what they return is appended, as the log would. After every step
the rules that must hold for any history are checked.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from deploy.demo import people
from services.intake.topics import INTAKE
from services.issuance.topics import ISSUANCE
from services.review.topics import REVIEW
from shared.case import Case, Fact, Recorded, data_of, evolve, fold, owed, status
from shared.case.intake.acceptance import CaseAccepted, CaseNotAccepted
from shared.case.intake.contact import ContactChanged
from shared.case.intake.fee import PaymentFailed, PaymentRecorded, RefundOrdered, RefundRecorded
from shared.case.intake.refund import (
    MoneyReturned,
    RefundBounced,
    RefundFailed,
    RefundOrderedAgain,
    RefundSettled,
)
from shared.case.intake.submission import CaseSubmitted
from shared.case.intake.supplement import SupplementRequested
from shared.case.intake.upkeep import IntakeStepOverdue
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.issuance.closing import CaseClosed
from shared.case.issuance.number import DocumentNumbered
from shared.case.issuance.upkeep import IssuanceStepOverdue
from shared.case.review.verdict import CaseApproved, CaseRefused
from shared.casework.topics import CaseCommand
from shared.eventlog import Event
from shared.eventlog.errors import Refused
from tests.support.commands import intake, issuance, review
from tests.support.given import CRITERIA, ITEM, START, SUBJECT, findings, register, rules

STEPS = {
    "intake": INTAKE.steps,
    "review": REVIEW.steps,
    "issuance": ISSUANCE.steps,
}
FIRES: dict[str, Callable[..., Any]] = {
    "intake": lambda **k: (INTAKE.decide, intake.FireTimer(**k)),
    "review": lambda **k: (REVIEW.decide, review.FireTimer(**k)),
    "issuance": lambda **k: (ISSUANCE.decide, issuance.FireTimer(**k)),
}
ONCE = (
    CaseSubmitted,
    SupplementRequested,
    CaseAccepted,
    CaseNotAccepted,
    CaseWithdrawn,
    CaseApproved,
    CaseRefused,
    CaseClosed,
)
WITHOUT_SERVICE = {CaseNotAccepted, CaseWithdrawn, CaseRefused}
AFTERWARDS = {
    PaymentRecorded,
    PaymentFailed,
    RefundOrdered,
    RefundRecorded,
    MoneyReturned,
    RefundFailed,
    RefundBounced,
    RefundOrderedAgain,
    RefundSettled,
    ContactChanged,
    CaseClosed,
    IntakeStepOverdue,
    IssuanceStepOverdue,
}
MONEY_BACK = (RefundRecorded, MoneyReturned, RefundFailed, RefundBounced)
NUMBERED = DocumentNumbered(
    case="c1", grant=1, issue=1, result="identity-card", scheme="identity-card", number=1
)

wishes_intake: st.SearchStrategy[CaseCommand] = st.one_of(
    st.builds(
        intake.RecordPayment,
        transaction=st.sampled_from(["t1", "t2", "t3"]),
        amount_fen=st.sampled_from([4000, 4000, 1]),
        method=st.just("alipay"),
    ),
    st.builds(
        intake.RecordRefund,
        payment=st.sampled_from(["t1", "t2", "t3"]),
        transaction=st.sampled_from(["r1", "r2", "r3"]),
        amount_fen=st.sampled_from([4000, 4000, 1]),
    ),
    st.builds(
        intake.RecordRefundFailure,
        payment=st.sampled_from(["t1", "t2"]),
        transaction=st.sampled_from(["r1", "r4"]),
        code=st.just("ACCOUNT_CLOSED"),
    ),
    st.builds(
        intake.RecordBounce,
        payment=st.sampled_from(["t1", "t2"]),
        transaction=st.sampled_from(["b1", "b2"]),
        amount_fen=st.sampled_from([4000, 1]),
    ),
    st.builds(
        intake.OrderRefundAgain,
        payment=st.sampled_from(["t1", "t2"]),
        officer=st.just("staff-1"),
        own_subject=st.just(""),
    ),
    st.builds(
        intake.SettleRefund,
        payment=st.sampled_from(["t1", "t2"]),
        how=st.sampled_from(["paid-otherwise", "recovered", "explained"]),
        officer=st.just("staff-1"),
        own_subject=st.just(""),
    ),
    st.builds(
        intake.RecordPaymentFailure,
        transaction=st.sampled_from(["t1", "t9"]),
        method=st.just("alipay"),
        code=st.just("no-funds"),
    ),
    st.just(intake.SettleCase()),
    st.just(intake.SettleCase()),
    st.just(intake.OrderRefunds()),
    st.just(intake.OrderRefunds()),
    st.just(intake.WithdrawCase()),
    st.builds(intake.AttachMaterial, material=st.builds(register, st.sampled_from(["b1", "b2"]))),
    st.builds(intake.ProvideSupplement, materials=st.sampled_from([(), (register("b3"),)])),
    st.builds(intake.ChangeContact, sealed=st.sampled_from([("phone",), ("delivery_address",)])),
)
met = st.booleans()
who = st.sampled_from(["staff-1", "staff-1", "staff-2"])
own = st.sampled_from(["", "", "", SUBJECT])
wishes_review: st.SearchStrategy[CaseCommand] = st.one_of(
    st.just(review.OpenReview()),
    st.builds(review.AssignCase, officer=who, own_subject=own),
    st.builds(
        review.ProposeDecision,
        officer=who,
        own_subject=own,
        proposal=st.sampled_from(["approve", "refuse"]),
        findings=st.builds(findings, met, met),
    ),
    st.builds(review.ApproveCase, officer=who, own_subject=own),
    st.builds(
        review.RefuseCase,
        officer=who,
        own_subject=own,
        reasons=st.sampled_from([CRITERIA[:1], CRITERIA[1:], CRITERIA]),
    ),
)
wishes_issuance: st.SearchStrategy[CaseCommand] = st.one_of(
    st.just(issuance.OrderProduction(document="d1", numbered=NUMBERED)),
    st.builds(
        issuance.RecordProduction, failure=st.sampled_from([None, None, None, "print-defect"])
    ),
    st.just(issuance.DispatchDocument(carrier="ems")),
    st.just(issuance.RecordHandover(to="applicant")),
    st.just(issuance.RecordReturn(code="nobody-there")),
    st.just(issuance.RegisterUnclaimed(office="office-1", officer="staff-1")),
    st.just(issuance.DestroyDocument(officer="staff-1")),
    st.just(issuance.CloseCase()),
)


class OneCase(RuleBasedStateMachine):
    """Any command at any time; time only goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[Fact] = []
        self.times: list[datetime] = []
        self.case = Case(id="c1")
        self.now = START
        self.refusals: list[Refused] = []

    @initialize(complete=st.booleans())
    def submit(self, complete: bool) -> None:  # noqa: FBT001 (hypothesis passes it by name)
        self._do(
            INTAKE.decide,
            intake.SubmitCase(
                item=ITEM,
                channel="online",
                delivery="post",
                contact=("email",),
                materials=(register(),) if complete else (),
                sealed=("delivery_address", "email", "id_number", "name"),
                declared=True,
                answers=people.FACTS,
                subject=SUBJECT,
                portal="p",
            ),
        )

    @rule(wish=wishes_intake)
    def at_intake(self, wish: CaseCommand) -> None:
        self._do(INTAKE.decide, wish)

    @rule(wish=wishes_review)
    def at_review(self, wish: CaseCommand) -> None:
        self._do(REVIEW.decide, wish)

    @rule(wish=wishes_issuance)
    def at_issuance(self, wish: CaseCommand) -> None:
        self._do(ISSUANCE.decide, wish)

    @rule()
    def the_straight_way(self) -> None:
        """What workers and people do next when all goes well: so that deep states are reached."""
        for decide, wish in STRAIGHT:
            before = len(self.facts)
            self._do(decide, wish)
            if len(self.facts) > before:
                return

    @rule(which=st.integers(min_value=0, max_value=9))
    def a_time_runs_out(self, which: int) -> None:
        steps = owed(self.case)
        if not steps:
            return
        step = steps[which % len(steps)]
        self.now = max(self.now, step.due_at)
        decide, wish = FIRES[step.service](step=step.step, version=step.version)
        before = len(self.facts)
        self._do(decide, wish)
        assert len(self.facts) > before, f"nothing came of {step} that was due"
        again = [o for o in owed(self.case) if (o.step, o.version) == (step.step, step.version)]
        assert not again, f"{step} is still owed by the same version"

    def _do(self, decide: Callable[..., list[Fact]], wish: object) -> None:
        self.now += timedelta(minutes=1)
        try:
            facts = decide(self.case, wish, rules(), self.now)
        except Refused as refusal:
            self.refusals.append(refusal)
            return
        for fact in facts:
            self.facts.append(fact)
            self.times.append(self.now)
            self.case = evolve(self.case, Recorded(fact, len(self.facts), self.now))
        # Decided once, nothing is left to do: a repeat that finds its own effect adds nothing.
        if facts and isinstance(wish, intake.SettleCase | intake.OrderRefunds):
            assert decide(self.case, wish, rules(), self.now) == []

    @invariant()
    def an_open_case_owes_a_step_with_a_due_time(self) -> None:
        steps = owed(self.case)
        if self.case.open:
            # A limit that runs moves nothing on: somebody has to owe the next deed.
            deeds = [s for s in steps if s.step.partition(":")[0] not in {"approaching", "limit"}]
            assert deeds, f"open and nothing owed: {status(self.case)}"
        for step in steps:
            assert step.step.partition(":")[0] in STEPS[step.service]
            assert step.due_at.tzinfo is not None
            assert 1 <= step.since <= step.version <= self.case.version
        assert len({step.step for step in steps}) == len(steps)

    @invariant()
    def what_is_stored_folds_to_the_same_case(self) -> None:
        stored = [
            Event(
                version=n,
                type=fact.TYPE,
                schema=fact.SCHEMA,
                data=msgspec.json.decode(msgspec.json.encode(data_of(fact))),
                occurred_at=at.isoformat(),
            )
            for n, (fact, at) in enumerate(zip(self.facts, self.times, strict=True), 1)
        ]
        assert fold(stored, case_id="c1") == self.case
        packed = msgspec.msgpack.encode(self.case)
        assert msgspec.msgpack.decode(packed, type=Case) == self.case

    @invariant()
    def a_refusal_of_a_command_says_which_and_why(self) -> None:
        assert all(one.code != Refused.code and one.detail for one in self.refusals)

    @invariant()
    def what_happens_once_happened_once(self) -> None:
        for kind in ONCE:
            assert sum(isinstance(fact, kind) for fact in self.facts) <= 1, kind.TYPE
        ends = (CaseNotAccepted, CaseWithdrawn, CaseRefused, CaseApproved)
        assert sum(isinstance(fact, ends) for fact in self.facts) <= 1

    @invariant()
    def after_an_end_without_a_service_only_money_and_the_closing_follow(self) -> None:
        kinds = [type(fact) for fact in self.facts]
        ends = [n for n, kind in enumerate(kinds) if kind in WITHOUT_SERVICE]
        if ends:
            assert set(kinds[ends[0] + 1 :]) <= AFTERWARDS

    @invariant()
    def no_money_is_lost_or_given_twice(self) -> None:
        paid = [f.transaction for f in self.facts if isinstance(f, PaymentRecorded)]
        ordered = [f.payment for f in self.facts if isinstance(f, RefundOrdered)]
        given = [f.payment for f in self.facts if isinstance(f, RefundRecorded)]
        assert len(set(paid)) == len(paid)
        assert len(set(ordered)) == len(ordered)
        assert set(given) <= set(ordered) <= set(paid)
        for payment in self.case.payments:
            told = [
                (f.TYPE, f.transaction)
                for f in self.facts
                if isinstance(f, MONEY_BACK) and f.payment == payment.transaction
            ]
            assert len(set(told)) == len(told), "the same word of the gateway counts once"
            assert payment.returned_fen == self._returned(payment.transaction)
            settled = [
                f.amount_fen
                for f in self.facts
                if isinstance(f, RefundSettled) and f.payment == payment.transaction
                if f.how == "paid-otherwise"
            ]
            assert 0 <= payment.otherwise_fen <= min(payment.amount_fen, sum(settled))
            again = [
                f.amount_fen
                for f in self.facts
                if isinstance(f, RefundOrderedAgain) and f.payment == payment.transaction
            ]
            assert all(0 < amount <= payment.amount_fen for amount in again)
            if payment.refunded and not payment.settled:
                assert payment.returned_fen + payment.otherwise_fen == payment.amount_fen
        whole = [p for p in self.case.payments if p.accounted == "fee" and p.whole]
        kept = [p for p in whole if not p.refund_ordered and p not in self.case.to_refund]
        assert len(kept) <= 1, "one payment stands for the fee"

    def _returned(self, payment: str) -> int:
        """What went back of a payment, and came here again, as the events since it came say it."""
        came = [
            isinstance(fact, PaymentRecorded) and fact.transaction == payment for fact in self.facts
        ]
        total = 0
        for fact in self.facts[came.index(True) :]:
            if isinstance(fact, RefundRecorded | MoneyReturned) and fact.payment == payment:
                total += fact.amount_fen
            if isinstance(fact, RefundBounced) and fact.payment == payment:
                total = max(0, total - fact.amount_fen)
        return total

    @invariant()
    def a_case_is_not_closed_over_money_that_is_out(self) -> None:
        if not self.case.closable:
            return
        for payment in self.case.payments:
            out = payment.refund_ordered or payment.gone_fen > payment.amount_fen
            assert not out or payment.refunded

    @invariant()
    def a_refusal_has_all_its_parts(self) -> None:
        refusal = self.case.refusal
        if refusal is not None:
            assert refusal.reasons
            assert refusal.legal_basis
            assert refusal.appeal_body
            assert refusal.appeal_deadline

    @invariant()
    def each_stage_stands_on_the_one_before(self) -> None:
        case = self.case
        went_back = any(isinstance(fact, MoneyReturned) for fact in self.facts)
        assert not case.accepted or case.fee_paid or went_back
        assert not case.review_opened or case.accepted
        assert not case.decided or (case.officer and case.proposal)
        assert not case.document or case.approved
        assert not (case.withdrawn and case.decided)
        if case.closed and not case.to_refund and not case.refunds_open:
            assert owed(case) == ()


STRAIGHT: tuple[tuple[Callable[..., list[Fact]], object], ...] = (
    (
        INTAKE.decide,
        intake.RecordPayment(transaction="t1", amount_fen=4000, method="alipay"),
    ),
    (INTAKE.decide, intake.SettleCase()),
    (INTAKE.decide, intake.ProvideSupplement(materials=(register("b3"),))),
    (REVIEW.decide, review.OpenReview()),
    (REVIEW.decide, review.AssignCase(officer="staff-1", own_subject="")),
    (
        REVIEW.decide,
        review.ProposeDecision(
            officer="staff-1", own_subject="", proposal="approve", findings=findings(True, True)
        ),
    ),
    (REVIEW.decide, review.ApproveCase(officer="staff-2", own_subject="")),
    (ISSUANCE.decide, issuance.OrderProduction(document="d1", numbered=NUMBERED)),
    (ISSUANCE.decide, issuance.RecordProduction()),
    (ISSUANCE.decide, issuance.DispatchDocument(carrier="ems")),
    (ISSUANCE.decide, issuance.RecordHandover(to="applicant")),
    (ISSUANCE.decide, issuance.CloseCase()),
)

TestOneCase = OneCase.TestCase
TestOneCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_straight_way_leads_to_the_end() -> None:
    machine = OneCase()
    machine.submit(complete=True)
    for _ in STRAIGHT:
        machine.the_straight_way()
    assert status(machine.case) == "closed"
    assert machine.case.outcome == "delivered"
    assert owed(machine.case) == ()
