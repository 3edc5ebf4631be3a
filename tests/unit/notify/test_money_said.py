"""What people are told of money that moved wrongly is true, complete and without a code."""

import re
from typing import Any

import msgspec
import pytest

from services.notify.words.table import NOTICES, Words, words_of
from shared.case import Fact, fold
from shared.case.intake.fee import PaymentRecorded
from shared.case.intake.refund import (
    MoneyReturned,
    RefundBounced,
    RefundFailed,
    RefundOrderedAgain,
    RefundSettled,
)
from shared.case.issuance.payout import PayoutFailed, PayoutScheduled
from shared.catalogue import packaged_catalogue
from tests.corpus.samples import DUE_AT, FACTS
from tests.support import histories as h

CASE = "c" * 32
SUBMITTED = h.submitted()
PAID = [*SUBMITTED, *h.paid()]
ORDERED = [*PAID, *h.withdrawn(), *h.refunded("withdrawn")[:1]]
ASCII_WORD = re.compile(r"[A-Za-z]{2,}")


def said(*facts: Fact, item: str = "000-01") -> Words:
    """What is told of the last of these."""
    case = fold(h.events(list(facts)), case_id=CASE)
    words = words_of(facts[-1], case, packaged_catalogue().item(item))
    chinese = words.subject.partition(" / ")[0] + words.zh.replace(CASE, "")
    assert not ASCII_WORD.search(chinese), chinese
    assert "{" not in words.zh + words.en
    return words


def came(accounted: Any, amount_fen: int = 4000) -> PaymentRecorded:
    return PaymentRecorded(
        transaction="t2", amount_fen=amount_fen, method="wechat", accounted=accounted
    )


def went(accounted: Any, amount_fen: int, **more: Any) -> MoneyReturned:
    return MoneyReturned(
        payment="t1", transaction="r1", amount_fen=amount_fen, accounted=accounted, **more
    )


def sample(kind: type[Fact]) -> Fact:
    return next(fact for fact in FACTS if type(fact) is kind)


@pytest.mark.parametrize(
    ("facts", "parts"),
    [
        ((*SUBMITTED, came("mismatch", 3900)), ("39.00", "应缴40.00元", "金额不符", "11月27日")),
        ((*PAID, came("duplicate")), ("重复缴费", "40.00", "已缴清", "请勿再次缴费")),
        ((*SUBMITTED, *h.withdrawn(), came("not-owed")), ("已结束", "40.00", "请勿再次缴费")),
        ((*PAID, *h.accepted(), came("not-owed")), ("不属应缴费用", "请勿再次缴费")),
    ],
)
def test_money_that_is_not_the_fee_is_never_called_a_payment_that_went_well(
    facts: tuple[Fact, ...], parts: tuple[str, ...]
) -> None:
    words = said(*facts)
    text = words.subject + words.zh
    assert "缴费成功" not in text
    assert "原路退回" in text
    assert all(part in text for part in parts), text


@pytest.mark.parametrize(
    ("code", "zh"),
    [
        ("ACCOUNT_CLOSED", "原付款账户已注销"),
        ("account-frozen", "原付款账户状态异常"),
        ("BALANCE_SHORT", "退款账户暂时无法支付"),
        ("E4711", "支付机构未能办理退款"),
    ],
)
def test_a_failed_refund_says_how_much_why_and_what_happens_next(code: str, zh: str) -> None:
    words = said(*ORDERED, RefundFailed(payment="t1", transaction="f1", code=code))
    for part in ("40.00", zh, "再次办理退款", "无需重新申请"):
        assert part in words.zh
    assert ("告知受理部门" in words.zh) == (code != "BALANCE_SHORT"), "what is ours to mend"
    assert code not in words.zh + words.en


def test_parts_say_what_is_still_to_come() -> None:
    assert "其余15.00元" in said(*ORDERED, went("part", 2500)).zh
    rest = said(
        *ORDERED, went("part", 2500), msgspec.structs.replace(went("rest", 1500), transaction="r2")
    )
    assert "全部退回" in rest.zh
    assert "多于所缴金额" in said(*ORDERED, went("excess", 5000)).zh


def test_money_that_went_back_unordered_says_whether_to_pay_again() -> None:
    again = said(*PAID, went("unordered", 4000, pay_by=DUE_AT)).zh
    for part in (
        "支付机构退回",
        "视为未缴",
        "12月18日24时前",
        "居民身份证工本费40.00元",
        "不予受理",
    ):
        assert part in again
    accepted = said(*PAID, *h.accepted(), went("unordered", 4000)).zh
    assert "请勿自行再次缴费" in accepted
    assert "不予受理" not in accepted


def test_what_an_officer_did_about_it_is_told_where_it_concerns_the_payer() -> None:
    again = RefundOrderedAgain(payment="t1", amount_fen=1500, attempt=2, officer="s")
    assert "15.00" in said(*ORDERED, again).zh
    settled = RefundSettled(payment="t1", amount_fen=1500, how="paid-otherwise", officer="s")
    assert "其他方式" in said(*ORDERED, settled).zh
    assert NOTICES[RefundSettled].told(settled)
    assert not NOTICES[RefundSettled].told(msgspec.structs.replace(settled, how="explained"))
    bounced = RefundBounced(payment="t1", transaction="b1", amount_fen=4000, ordered=True)
    assert "40.00" in said(*PAID, *h.withdrawn(), *h.refunded("withdrawn"), bounced).zh
    assert not NOTICES[RefundBounced].told(msgspec.structs.replace(bounced, ordered=False))
    assert not NOTICES[MoneyReturned].told(went("unknown-payment", 1))


@pytest.mark.parametrize(
    ("item", "code", "zh"),
    [
        ("003-006", "account-closed", "账户已注销。请在下一日期前向受理部门提供可用的账户。"),
        ("003-006", "account-unknown", "核对账号和户名"),
        ("003-006", "funds-short", "无需您办理"),
        ("003-006", "other", "银行未能办理"),
        ("003-002", "funds-short", "请在下一日期前存足款项。"),
    ],
)
def test_a_payout_that_failed_says_why_and_who_mends_what(item: str, code: str, zh: str) -> None:
    approved = [*PAID, *h.accepted(), *h.reviewed(), *h.approved()]
    failed = msgspec.structs.replace(sample(PayoutFailed), code=code)
    words = said(*approved, sample(PayoutScheduled), failed, item=item)
    assert zh in words.zh
    assert "再次" in words.zh
