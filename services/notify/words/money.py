"""The values of the words about money on its way back: how much, why it failed, what follows."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.words.values import fee
from shared.case import Case
from shared.case.intake.fee import payment_of
from shared.case.intake.refund import MoneyReturned, RefundBounced, RefundFailed
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
