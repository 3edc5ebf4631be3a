"""A transaction of the gateway belongs to one case, whatever is told in whatever order."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given as drawn

from services.intake.money.claims import ClaimPayment, KeepPayment, placing
from services.intake.money.payments import RecordPayment
from services.intake.topics import INTAKE
from shared.case import Case, Fact, Recorded, Transaction, evolve
from shared.case.fold import evolve_payment
from shared.case.intake.fee import PaymentRecorded
from shared.case.intake.transaction import PaymentClaimed, PaymentUnplaced
from tests.support.given import START, assessed, rules, submitted

A, B = "case-a", "case-b"


def claims(case: str, *, held_by: str = "") -> ClaimPayment:
    return ClaimPayment(
        transaction="t1", case=case, amount_fen=4000, method="wechat", held_by=held_by
    )


def keeps(case: str) -> KeepPayment:
    return KeepPayment(transaction="t1", case=case, amount_fen=4000, method="wechat")


def told(*facts: Fact) -> Transaction:
    transaction = Transaction(id="payment-gateway/t1")
    for version, fact in enumerate(facts, start=1):
        recorded = Recorded(fact, version=version, at=START)
        transaction = evolve_payment(transaction, recorded)
    return transaction


def decided(transaction: Transaction, command: ClaimPayment | KeepPayment) -> list[Fact]:
    return list(INTAKE.decide_on_payment(transaction, command, rules(), START))


CLAIMED = PaymentClaimed(transaction="t1", case=A, amount_fen=4000, method="wechat")
SECOND = PaymentUnplaced(
    transaction="t1", case=B, amount_fen=4000, method="wechat", why="second-case", held_by=A
)
UNKNOWN = PaymentUnplaced(
    transaction="t1", case=B, amount_fen=4000, method="wechat", why="unknown-case"
)


def test_the_first_case_has_the_transaction() -> None:
    assert decided(told(), claims(A)) == [CLAIMED]
    assert decided(told(CLAIMED), claims(A)) == []


def test_a_second_case_is_kept_for_a_person_once() -> None:
    assert decided(told(CLAIMED), claims(B)) == [SECOND]
    assert decided(told(CLAIMED, SECOND), claims(B)) == []


def test_a_payment_from_before_the_claims_keeps_its_transaction() -> None:
    assert decided(told(), claims(B, held_by=A)) == [SECOND]
    assert decided(told(SECOND), claims(B, held_by=A)) == []


def test_money_for_no_case_is_kept_once_and_a_case_that_is_there_claims_it() -> None:
    assert decided(told(), keeps(B)) == [UNKNOWN]
    assert decided(told(UNKNOWN), keeps(B)) == []
    assert decided(told(UNKNOWN), claims(A)) == [CLAIMED]
    assert decided(told(UNKNOWN), claims(B)) == [msgspec.structs.replace(CLAIMED, case=B)]


def test_what_names_no_case_knows_who_has_the_transaction() -> None:
    assert decided(told(CLAIMED), keeps(B)) == [msgspec.structs.replace(UNKNOWN, held_by=A)]


@pytest.mark.parametrize("empty", ["transaction", "case"])
def test_a_claim_names_its_transaction_and_its_case(empty: str) -> None:
    with pytest.raises(ValueError, match=empty):
        msgspec.structs.replace(CLAIMED, **{empty: ""})


# --- any order, any repetition, over several cases ---

CASES = ("c1", "c2", "c3")
CALLBACK = st.tuples(st.sampled_from(CASES), st.sampled_from(("t1", "t2", "t3")))


class Installation:
    """Three cases and their transactions; a crash leaves what a claim asks for to its reaction."""

    def __init__(self) -> None:
        self.cases: dict[str, list[Fact]] = {one: [submitted(), assessed()] for one in CASES}
        self.transactions: dict[str, list[Fact]] = {}
        self.owed: list[PaymentClaimed] = []

    def call(self, case: str, transaction: str, *, dies: bool) -> None:
        facts = self.transactions.setdefault(transaction, [])
        wanted = ClaimPayment(transaction=transaction, case=case, amount_fen=4000, method="wechat")
        facts += decided(told(*facts), wanted)
        held = told(*facts).claim
        assert held is not None
        self.owed.append(held.fact)
        if held.fact.case == case and not dies:
            self.place(held.fact)

    def place(self, claimed: PaymentClaimed) -> None:
        facts = self.cases[claimed.case]
        facts += INTAKE.decide(self._case(claimed.case), placing(claimed), rules(), START)

    def _case(self, case: str) -> Case:
        folded = Case(id=case)
        for version, fact in enumerate(self.cases[case], start=1):
            folded = evolve(folded, Recorded(fact, version=version, at=START))
        return folded

    def counted(self) -> Counter[str]:
        recorded = [one for facts in self.cases.values() for one in facts]
        return Counter(one.transaction for one in recorded if isinstance(one, PaymentRecorded))


@drawn(calls=st.lists(st.tuples(CALLBACK, st.booleans()), max_size=20), order=st.randoms())
def test_each_transaction_counts_once_in_the_installation(
    calls: Sequence[tuple[tuple[str, str], bool]], order: Random
) -> None:
    there = Installation()
    for (case, transaction), dies in calls:
        there.call(case, transaction, dies=dies)
    reactions = [*there.owed, *there.owed]
    order.shuffle(reactions)
    for claimed in reactions:
        there.place(claimed)
    assert there.counted() == Counter({transaction for (_, transaction), _ in calls})
    for transaction, facts in there.transactions.items():
        named = {case for (case, told_of), _ in calls if told_of == transaction}
        unplaced = [one.case for one in facts if isinstance(one, PaymentUnplaced)]
        holders = [one.case for one in facts if isinstance(one, PaymentClaimed)]
        assert len(holders) == 1
        assert sorted([*holders, *unplaced]) == sorted(named), "each other case is told once"


def test_the_case_records_what_was_claimed() -> None:
    assert placing(CLAIMED) == RecordPayment(transaction="t1", amount_fen=4000, method="wechat")
