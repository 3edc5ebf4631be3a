"""What an item's source demands of whoever applies online, with an account of their own.

An officer who takes an application in, or tries one out, has the person in front of them: of that
nothing is asked. An item without such a demand takes any account (R-014, R-015).
"""

from collections.abc import Iterator

import msgspec

from services.intake.application.faults import Fault
from shared.catalogue import ItemText
from shared.clock.telling.wording import Words
from shared.security.principal import Principal, Role

IDENTITY_NEEDED = "identity-needed"
GUIDE_NEEDED = "guide-needed"
_AT_AN_OFFICE = frozenset({"counter", "booking-then-counter"})


class Online(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of whoever applies with an account; none of it names them.

    named: the sign-in vouches for a name and for the number of a document.
    """

    named: bool


def applying_online(caller: Principal) -> Online | None:
    """What is known of the account that applies; None for staff, who act for somebody else."""
    if caller.has(Role.OFFICER):
        return None
    return Online(named=caller.identity is not None and bool(caller.identity.name))


def online_faults(text: ItemText, online: Online | None, *, agreed: bool) -> Iterator[Fault]:
    """What the item's source demands and the application does not have. `agreed`: to a guide."""
    if text.online is None or online is None:
        return
    if text.online.account and not online.named:
        yield Fault(IDENTITY_NEEDED, _verified_first(text), "")
    if text.online.agreement and not agreed:
        said = Words(
            "该事项须先阅读办事须知并表示同意，才能申请。请阅读本事项的办事须知，同意后再提交。",
            "This item is applied for only after its guide was read and agreed to. Read it at"
            f" /v1/items/{text.id}, and send its version and content_hash as `guide`.",
        )
        yield Fault(GUIDE_NEEDED, said, "/guide")


def _verified_first(text: ItemText) -> Words:
    """What somebody does whose account is no real-name account."""
    zh = (
        "该事项在网上只由实名用户申请，您登录的账号还没有核验姓名和证件号码。"
        "请先在登录的平台完成实名认证，再重新登录申请；"
    )
    en = (
        "Online, this item is applied for with a real-name account alone, and your sign-in vouches"
        " for no name and number. Have your identity verified where you signed in, and sign in"
        " again; "
    )
    if _AT_AN_OFFICE.isdisjoint(text.channels):
        return Words(
            f"{zh}无法完成认证的，请带身份证件到办理机关或者拨打咨询电话询问。",
            f"{en}if that is not possible, ask the authority, at its office or by telephone.",
        )
    return Words(
        f"{zh}也可以带身份证件到窗口办理。", f"{en}or come to the counter with your document."
    )
