"""The order to pay says what is owed now, by its own name; where one ended a fresh one follows."""

from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from services.intake.money.receipt import receipt_of
from shared.case import Case, Fact
from shared.case.deciding.orders import PaymentOrder, fee_names, payment_order
from shared.case.intake.acceptance import DeadlinesRecomputed
from shared.case.intake.fee import PaymentFailed, RefundOrdered, RefundRecorded
from shared.case.intake.refund import MoneyReturned, RefundFailed, RefundSettled
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.casework.orders import order_shown
from shared.catalogue import packaged_catalogue
from tests.support.given import START, accepted, assessed, history, paid, rules, submitted

AWAITING: tuple[Fact, ...] = (submitted(), assessed())
BACK = MoneyReturned(
    payment="t1",
    transaction="r1",
    amount_fen=4000,
    accounted="unordered",
    pay_by=START + timedelta(days=40),
)


def ordered(*facts: Fact) -> PaymentOrder | None:
    return payment_order(history(*facts), rules())


def number(*facts: Fact) -> str:
    order = ordered(*facts)
    assert order is not None
    return order.number


def test_the_order_says_how_much_for_what_how_and_until_when() -> None:
    case = history(*AWAITING)
    order = payment_order(case, rules())
    assert order is not None
    assert case.fee is not None
    assert (order.amount_fen, order.until) == (4000, case.fee.pay_by)
    assert (order.name, order.methods) == ("居民身份证工本费", ("alipay", "wechat"))
    assert order.number == f"{case.number or case.id}-2"


@pytest.mark.parametrize(
    "facts",
    [
        (submitted(), assessed(0)),
        (*AWAITING, paid()),
        (*AWAITING, paid(), accepted()),
        (*AWAITING, paid(), accepted(), changed(BACK, pay_by=None)),
        (*AWAITING, CaseWithdrawn(status="submitted")),
        (),
    ],
)
def test_nothing_is_ordered_where_nothing_is_owed(facts: tuple[Fact, ...]) -> None:
    assert ordered(*facts) is None


def test_what_ended_an_order_makes_a_fresh_one_and_nothing_else_does() -> None:
    first = number(*AWAITING)
    wrong = (*AWAITING, paid("t0", amount_fen=3900, accounted="mismatch"))
    moved = DeadlinesRecomputed(
        why="calendar",
        pay_by=START + timedelta(days=30),
        supplement=None,
        acceptance=(),
        due_at=None,
        deemed_at=None,
    )
    back = (*AWAITING, paid(), BACK)
    for facts in (wrong, (*AWAITING, moved), back):
        assert number(*facts) != first
    failed = PaymentFailed(transaction="t9", method="alipay", code="no-funds")
    assert number(*AWAITING, failed) == first
    again = ordered(*back)
    assert again is not None
    assert again.until == BACK.pay_by


@pytest.mark.parametrize(
    ("item", "options", "zh"),
    [
        ("000-01", (), "居民身份证工本费"),
        ("004-049", (), "劳动能力鉴定费"),
    ],
)
def test_a_fee_has_its_own_name(item: str, options: tuple[str, ...], zh: str) -> None:
    said = submitted()
    case = history(changed(said, item=item, options=options), assessed())  # type: ignore[call-overload]
    assert fee_names(case, packaged_catalogue().item(item))[0] == zh


def test_a_case_whose_choices_the_item_no_longer_knows_has_a_plain_name() -> None:
    case = history(changed(submitted(), options=("no-such-line",)), assessed())  # type: ignore[call-overload]
    assert fee_names(case, packaged_catalogue().item("000-01")) == ("费用", "the fee")
    assert fee_names(Case(), packaged_catalogue().item("000-01")) == ("费用", "the fee")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", None),
        ("https://pay.example/orders", "https://pay.example/orders/c1/c1-2"),
        ("https://pay.example/orders/", "https://pay.example/orders/c1/c1-2"),
    ],
)
def test_the_page_to_pay_at_has_case_and_number_in_its_address(
    address: str, expected: str | None
) -> None:
    case = replace_id(history(*AWAITING))
    shown = order_shown(case, rules(), address)
    assert shown is not None
    assert shown["pay_at"] == expected
    assert shown["amount"] == "40.00"


def replace_id(case: Case) -> Case:
    said = case.submission
    assert said is not None
    return changed(case, id="c1", submission=changed(said, fact=changed(said.fact, number="")))


def test_a_process_that_is_older_than_the_case_shows_no_order() -> None:
    said = submitted()
    pin = changed(said.pin, item_hash="0" * 64)  # type: ignore[attr-defined]
    case = history(changed(said, pin=pin), assessed())  # type: ignore[call-overload]
    assert order_shown(case, rules(), "") is None


def test_the_receipt_says_what_was_paid_for_what_and_what_went_back() -> None:
    back = RefundRecorded(payment="t0", transaction="r1", amount_fen=3900)
    wrong = paid("t0", amount_fen=3900, accounted="mismatch")
    told = receipt_of(history(*AWAITING, wrong, back, paid()), rules())
    assert (told["name"], told["held"], told["item"]) == ("居民身份证工本费", "40.00", "000-01")
    assert [
        (one["transaction"], one["amount"], one["accounted"], one["returned"], one["method"])
        for one in told["payments"]
    ] == [
        ("t0", "39.00", "mismatch", "39.00", "alipay"),
        ("t1", "40.00", "fee", "0.00", "alipay"),
    ]
    assert told["payments"][0]["returned_at"] is not None
    assert told["payments"][1]["returned_at"] is None


def test_the_receipt_does_not_hold_what_was_paid_back_in_another_way() -> None:
    ended = (
        *AWAITING,
        paid(),
        CaseWithdrawn(status="submitted"),
        RefundOrdered(payment="t1", amount_fen=4000, why="withdrawn"),
        RefundFailed(payment="t1", transaction="f1", code="ACCOUNT_CLOSED"),
    )
    settled = RefundSettled(payment="t1", amount_fen=4000, how="paid-otherwise", officer="staff-1")
    assert receipt_of(history(*ended), rules())["held"] == "40.00"
    assert receipt_of(history(*ended, settled), rules())["held"] == "0.00"
