"""The values of the words about money: what is to be paid, came, goes back, or moved wrongly."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.words.dates import day_en, day_zh
from shared.case import Case, Fact
from shared.case.deciding.orders import fee_names
from shared.case.intake.fee import PaymentRecorded, RefundRecorded, payment_of
from shared.case.intake.refund import (
    MoneyReturned,
    RefundBounced,
    RefundFailed,
    RefundOrderedAgain,
    RefundSettled,
)
from shared.case.issuance.payout import PayoutFailed, PayoutScheduled
from shared.catalogue import Item
from shared.catalogue.definition.fees import yuan

# What the gateways that we know of say, in small letters and with hyphens.
_WHY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "account-closed": ("原付款账户已注销", "the account that you paid from was closed"),
        "account-frozen": ("原付款账户状态异常", "the account that you paid from is blocked"),
        "card-expired": ("原付款银行卡已失效", "the card that you paid with has expired"),
        "balance-short": ("退款账户暂时无法支付", "our account could not pay at that moment"),
    }
)
_OTHER = ("支付机构未能办理退款", "the payment service could not make the refund")
_OURS = frozenset({"balance-short"})
_PLEASE_ZH = "如原付款账户已停用，请告知受理部门。"
_PLEASE_EN = "If you no longer use the account that you paid from, please tell the office."


def fee(_fact: Fact, case: Case, item: Item) -> Mapping[str, str]:
    """What is to be paid, under the fee's own name, and until when."""
    if case.fee is None or not case.fee.amount_fen:
        return {"pay_zh": "无需缴费。", "pay_en": "There is no fee."}
    amount, until = yuan(case.fee.amount_fen), case.fee.pay_by
    zh, en = fee_names(case, item)
    return {
        "pay_zh": f"请于{day_zh(until)}24时前缴纳{zh}{amount}元。",
        "pay_en": f"Please pay {amount} yuan ({en}) by the end of {day_en(until)}.",
    }


def payment(fact: PaymentRecorded, case: Case, item: Item) -> Mapping[str, str]:
    """What came in, and what becomes of it where it is not the fee."""
    came = yuan(fact.amount_fen)
    if fact.accounted == "fee":
        return {
            "title_zh": "缴费成功",
            "title_en": "Payment received",
            "came_zh": f"已收到缴费{came}元。",
            "came_en": f"A payment of {came} yuan was received.",
        }
    if fact.accounted == "duplicate":
        return {
            "title_zh": "重复缴费，将原路退回",
            "title_en": "You paid twice, and one payment goes back to you",
            "came_zh": f"收到{came}元，但该费用此前已缴清。本次款项将原路退回，请勿再次缴费。",
            "came_en": f"{came} yuan were received, but the fee had been paid before. This payment"
            " goes back the way it came; please do not pay again.",
        }
    owed = case.fee.amount_fen if case.fee is not None and not case.fee_paid else 0
    told = {
        "title_zh": "款项将原路退回",
        "title_en": "A payment goes back to you",
        "came_zh": f"收到{came}元。该款项不属应缴费用，将原路退回，请勿再次缴费。",
        "came_en": f"{came} yuan were received. They are not owed and go back the way they came;"
        " please do not pay again.",
    }
    if case.ended_as:
        told["came_zh"] = (
            f"收到{came}元，但该申请在款项到达前已结束。款项将原路退回，请勿再次缴费。"
        )
        told["came_en"] = (
            f"{came} yuan were received after the application had ended. They go back the way they"
            " came; please do not pay again."
        )
    elif owed and fact.amount_fen != owed:
        again = fee(fact, case, item)
        told["title_zh"] = "缴费金额不符"
        told["title_en"] = "The amount of your payment is wrong"
        told["came_zh"] = (
            f"收到{came}元，应缴{yuan(owed)}元，金额不符，将原路退回。{again['pay_zh']}"
        )
        told["came_en"] = (
            f"{came} yuan were received instead of {yuan(owed)}; they go back the way they came."
            f" {again['pay_en']}"
        )
    return told


def refund(case: Case) -> Mapping[str, str]:
    """Whether what was paid goes back."""
    if not (case.to_refund or case.refunds_open):
        return {"refund_zh": "", "refund_en": ""}
    return {
        "refund_zh": "已缴费用将原路退回。",
        "refund_en": " The fee that was paid goes back the way it came.",
    }


def amount(
    fact: RefundRecorded | RefundOrderedAgain | RefundSettled, _case: Case, _item: Item
) -> Mapping[str, str]:
    """How much went back, or goes back."""
    return {"amount": yuan(fact.amount_fen)}


def failed(fact: RefundFailed, case: Case, _item: Item) -> Mapping[str, str]:
    """How much is still here, why, and what the payer may do meanwhile."""
    code = fact.code.casefold().replace("_", "-")
    zh, en = _WHY.get(code, _OTHER)
    ours = code in _OURS
    return {
        "amount": _rest(case, fact.payment),
        "why_zh": zh,
        "why_en": en,
        "then_zh": "" if ours else _PLEASE_ZH,
        "then_en": "" if ours else _PLEASE_EN,
    }


def bounced(fact: RefundBounced, _case: Case, _item: Item) -> Mapping[str, str]:
    """How much came here again, and what the payer may do meanwhile."""
    return {"amount": yuan(fact.amount_fen), "then_zh": _PLEASE_ZH, "then_en": _PLEASE_EN}


def _rest(case: Case, transaction: str) -> str:
    payment = payment_of(case, transaction)
    return yuan(payment.rest_fen if payment else 0)


def returned(fact: MoneyReturned, case: Case, item: Item) -> Mapping[str, str]:
    """What went back, in which way, and what is still to come or to be paid."""
    went, rest = yuan(fact.amount_fen), _rest(case, fact.payment)
    if fact.accounted == "part":
        return {
            "title_zh": "部分款项已退回",
            "title_en": "A part of your refund was made",
            "went_zh": f"已原路退回{went}元，其余{rest}元将继续退回，到账后另行告知。",
            "went_en": f"{went} yuan went back the way they came. The other {rest} yuan follow, and"
            " you are told.",
        }
    if fact.accounted == "rest":
        return {
            "title_zh": "退款完成",
            "title_en": "Refund made",
            "went_zh": f"其余款项{went}元已原路退回，应退款项已全部退回。",
            "went_en": f"The remaining {went} yuan went back the way they came: all of it is back.",
        }
    if fact.accounted == "excess":
        return {
            "title_zh": "退回金额有误",
            "title_en": "More than you paid went back to you",
            "went_zh": f"本次退回{went}元后，退回金额已多于所缴金额，受理部门将核实并与您联系。",
            "went_en": f"With these {went} yuan more went back than you paid. The office looks into"
            " it and will speak to you.",
        }
    return {**_UNORDERED, **_unordered(fact, case, item, went)}


_UNORDERED: Mapping[str, str] = {
    "title_zh": "所缴款项已被退回",
    "title_en": "Your payment went back to you",
}


def _unordered(fact: MoneyReturned, case: Case, item: Item, went: str) -> Mapping[str, str]:
    """Money that nobody here ordered back: whether it has to be paid again."""
    zh = f"您所缴款项中的{went}元已由支付机构退回，并非由受理部门办理。"
    en = f"{went} yuan of what you paid were sent back by the payment service, not by us."
    if fact.pay_by is None:
        return {
            "went_zh": f"{zh}受理部门将核实并与您联系，请勿自行再次缴费。",
            "went_en": f"{en} The office looks into it and will speak to you; please do not pay"
            " again by yourself.",
        }
    again = fee(fact, case, item)
    return {
        "went_zh": f"{zh}该费用视为未缴。{again['pay_zh']}逾期未缴的，申请不予受理。",
        "went_en": f"{en} The fee counts as not paid. {again['pay_en']} Otherwise the application"
        " is not accepted.",
    }


# Why money did not move on its day, and what has to be mended before the next one.
_PAYOUT: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "account-closed": (
            "账户已注销",
            "the account was closed",
            "请在下一日期前向受理部门提供可用的账户。",
            "Please give the office another account before the next day.",
        ),
        "account-unknown": (
            "账户信息有误",
            "the account is not known",
            "请在下一日期前与受理部门核对账号和户名。",
            "Please check number and name of the account with the office before the next day.",
        ),
    }
)
_SHORT = (
    "账户余额不足",
    "there was not enough money in the account",
    "请在下一日期前存足款项。",
    "Please pay enough into it before the next day.",
)
_OFFICE = (
    "银行未能办理",
    "the bank could not do it",
    "无需您办理，受理部门将与银行核实。",
    "You need not do anything; the office looks into it with the bank.",
)


def deducts(item: Item) -> bool:
    """Whether the money of the item is collected from the applicant, not paid to them."""
    return any(rule.purpose == "deduction" for rule in item.text.paydays)


def payday(fact: PayoutScheduled, case: Case, item: Item) -> Mapping[str, str]:
    """The day on which the money moves, and which money."""
    sure_zh, sure_en = ("（暂定）", " (provisional)") if fact.provisional else ("", "")
    return {
        "day_zh": f"{day_zh(fact.day)}{sure_zh}",
        "day_en": f"{day_en(fact.day)}{sure_en}",
        **money(fact, case, item),
    }


def money(_fact: Fact, _case: Case, item: Item) -> Mapping[str, str]:
    """What money moves, under its own name, and whether it comes to the applicant or goes."""
    named = next((one for one in item.text.results if one.kind == "payment"), None)
    zh = named.name if named else "款项"
    en = (named.name_en if named else "") or "payment"
    if deducts(item):
        return {"money_zh": zh, "money_en": en, "moves_zh": "扣缴", "moves_en": "collected"}
    return {"money_zh": zh, "money_en": en, "moves_zh": "发放", "moves_en": "paid out"}


def payout_failed(fact: PayoutFailed, case: Case, item: Item) -> Mapping[str, str]:
    """Which money did not move, why, and who has to mend what."""
    # The account that is short is the payer's where money is collected, and ours else.
    short = fact.code == "funds-short" and deducts(item)
    known = _SHORT if short else _PAYOUT.get(fact.code, _OFFICE)
    why_zh, why_en, mend_zh, mend_en = known
    told = {"why_zh": why_zh, "why_en": why_en, "mend_zh": mend_zh, "mend_en": mend_en}
    return {**money(fact, case, item), **told}
