"""What is said of collecting a document: what to bring, and that something wrong was shown."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.case import Case
from shared.case.issuance.handover import VoucherRefused
from shared.case.issuance.production import MOST_WRONG, Asks
from shared.catalogue import Item

_WITH_CODE_ZH = (
    "领取时请出示取件码和本人有效身份证件；取件码请登录办事网站，在“我的办件”中打开本件查看，"
    "请妥善保管。由他人代领的，还须出示代领人身份证件和授权委托书。"
)
_WITH_CODE_EN = (
    " Please bring the code and your identity document. The code is shown when you sign in and"
    " open this case under “My cases”; give it to nobody whom you do not send. Whoever collects"
    " it for you shows their identity document and your authorisation too."
)
_BY_IDENTITY_ZH = (
    "领取时请出示申请时所用的身份证件；由他人代领的，请出示代领人身份证件和授权委托书。"
)
_BY_IDENTITY_EN = (
    " Please bring the identity document that you applied with. Whoever collects it for you shows"
    " their own and your authorisation."
)
_BRING: Mapping[Asks | None, tuple[str, str]] = MappingProxyType(
    {
        "code": (_WITH_CODE_ZH, _WITH_CODE_EN),
        "identity": (_BY_IDENTITY_ZH, _BY_IDENTITY_EN),
        None: ("", ""),  # of a document that lay ready before anything was asked
    }
)
_SHOWED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "code": ("取件码有误", "a wrong code was entered"),
        "identity": ("所出示的身份证件与持证人不符", "another identity document was shown"),
    }
)
_NEW_CODE_ZH = (
    "取件码已停用。请登录办事网站打开本件换领新的取件码，或者持有效身份证件到领取地点请负责人核对。"
)
_NEW_CODE_EN = (
    " The code is locked now. Please sign in and ask for a new one on the page of this case, or"
    " ask for a head of the office where it lies, with your identity document."
)
_HEAD_ZH = "已暂停领取。请持有效身份证件到领取地点请负责人核对。"
_HEAD_EN = " It is locked now. Please ask for a head of the office, with your identity document."


# Of what is kept at an office, where nothing is compared.
PLAINLY: Mapping[str, str] = MappingProxyType(
    {"bring_zh": "领取时请出示身份证件。", "bring_en": " Please bring your identity document."}
)


def what_to_bring(asks: Asks | None) -> Mapping[str, str]:
    """What to show where a document lies ready, in both languages."""
    zh, en = _BRING[asks]
    return {"bring_zh": zh, "bring_en": en}


def wrong_try(fact: VoucherRefused, case: Case, _item: Item) -> Mapping[str, str]:
    """What was shown wrongly, and what to do: a new code, or a head of the office."""
    zh, en = _SHOWED[fact.showed]
    told = {"showed_zh": zh, "showed_en": en}
    if fact.wrong < MOST_WRONG:
        return told | {
            "then_zh": f"累计{fact.wrong}次有误，满{MOST_WRONG}次后将暂停领取。",
            "then_en": f" Wrong tries so far: {fact.wrong}; after {MOST_WRONG} it is locked.",
        }
    voucher = case.document.voucher if case.document else None
    with_code = voucher is None or voucher.asks == "code"
    return told | {
        "then_zh": f"累计{fact.wrong}次有误，{_NEW_CODE_ZH if with_code else _HEAD_ZH}",
        "then_en": _NEW_CODE_EN if with_code else _HEAD_EN,
    }
