"""What applicants are told of issuance's events, and of which they are not told."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.words import collecting, money, outcomes, values
from services.notify.words.dates import day_en, day_zh
from services.notify.words.wording import Wording
from shared.case import Case, Fact
from shared.case.deciding.unmet import cited
from shared.case.issuance.closing import CaseClosed, IssuanceLimitsRecomputed
from shared.case.issuance.document import (
    DocumentEndorsed,
    DocumentExpired,
    DocumentReinstated,
    DocumentRevoked,
    DocumentSuspended,
    Endorsement,
    RenewalOpened,
    RevocationReason,
)
from shared.case.issuance.handover import (
    DeliveryReturned,
    DocumentDestroyed,
    DocumentDispatched,
    DocumentHandedOver,
    DocumentReady,
    DocumentUnclaimed,
    VoucherRefused,
    VoucherRenewed,
)
from shared.case.issuance.paper import PaperSigned
from shared.case.issuance.payout import PayoutFailed, PayoutMade, PayoutScheduled
from shared.case.issuance.production import DocumentProduced, ProductionFailed, ProductionOrdered
from shared.case.issuance.record import ResultHandedOver, ResultRecorded
from shared.catalogue import Item
from shared.catalogue.rules.remedies import remedy_sentence

_REASONS: Mapping[RevocationReason, tuple[str, str]] = MappingProxyType(
    {
        "granted-unlawfully": ("准予决定违法作出", "it was granted unlawfully"),
        "not-qualified": (
            "持证人不具备资格或者不符合法定条件",
            "its holder does not meet the conditions of the law",
        ),
        "obtained-by-deceit": (
            "以欺骗、贿赂等不正当手段取得",
            "it was obtained by deceit, bribery or other improper means",
        ),
        "holder-died": (
            "持证人死亡或者丧失行为能力",
            "its holder died or lost the capacity to act",
        ),
        "holder-dissolved": ("持证单位依法终止", "the organisation that held it was dissolved"),
        "licence-withdrawn": (
            "所依据的许可已依法撤销、撤回或者吊销",
            "the licence that it rests on was withdrawn by law",
        ),
        "force-majeure": (
            "因不可抗力，许可事项无法实施",
            "what it permits became impossible by force majeure",
        ),
        "other-by-law": ("法律、法规规定的其他情形", "another case that the law names"),
    }
)


def _revoked(fact: DocumentRevoked, _case: Case, item: Item) -> Mapping[str, str]:
    """Why it counts no more, and what its holder can do now."""
    if fact.ground == "replaced":
        return {
            "why_zh": "新证件已核准制发，原证件作废。",
            "why_en": "A new document was approved in its place.",
            "then_zh": "如仍持有原证件，请交回受理点；新证件的办理进度可随时查询。",
            "then_en": "If you still have the old one, please hand it in at the office. You can ask"
            " for the progress of the new one at any time.",
        }
    if fact.ground == "lost" or fact.reason is None or fact.appeal_deadline is None:
        return {
            "why_zh": "该证件已报告遗失。",
            "why_en": "It was reported lost.",
            "then_zh": "如需新证件，请申请补领；找到原证件的，请勿使用并交回受理点；"
            "如未报失，请立即联系受理点。",
            "then_en": "Apply for a new one if you need it. If you find the old one, do not use it"
            " and hand it in at the office. If nobody reported it for you, please contact the"
            " office at once.",
        }
    zh, en = _REASONS[fact.reason]
    basis, until = cited(fact.legal_basis, item), fact.appeal_deadline
    remedy = remedy_sentence(item.text, fact.appeal_body, day_zh(until), day_en(until))
    return {
        "why_zh": f"理由：{zh}。依据：{basis}。",
        "why_en": f"Reason: {en}. Legal basis: {basis}.",
        "then_zh": f"请将证件交回受理点。{remedy[0]}",
        "then_en": f"Please hand it in at the office. {remedy[1]}",
    }


_ENDORSEMENTS: Mapping[Endorsement, tuple[str, str]] = MappingProxyType(
    {
        "address-changed": ("登记的住址已变更", "the registered address was changed"),
        "annual-review": ("年度审验已办理", "the annual review was done"),
        "class-added": ("已增加类别", "a class was added"),
    }
)


def _endorsed(fact: DocumentEndorsed, _case: Case, _item: Item) -> Mapping[str, str]:
    """What was endorsed, how long that holds, and what its holder does about it."""
    zh, en = _ENDORSEMENTS[fact.endorsement]
    if fact.until is None:
        return {
            "what_zh": zh,
            "what_en": en,
            "until_zh": "该签注与证件同时有效。",
            "until_en": "The endorsement holds as long as the document does.",
        }
    until = day_en(fact.until)
    return {
        "what_zh": zh,
        "what_en": en,
        "until_zh": f"该签注有效期至{day_zh(fact.until)}（含当日）；"
        "期满后仍需签注的，请在该日前到受理点办理。",
        "until_en": f"The endorsement holds up to and including {until}. If you need it for"
        " longer, please see the office before that day.",
    }


def _reinstated(fact: DocumentReinstated, _case: Case, _item: Item) -> Mapping[str, str]:
    """How long it may be used; true of one that expired while it was suspended, too."""
    if fact.until is None:
        return {"until_zh": "可以继续使用。", "until_en": "You can use it again."}
    return {
        "until_zh": f"在有效期内可以继续使用，有效期至{day_zh(fact.until)}（含当日）；"
        "期满后仍需证件的，请重新申请。",
        "until_en": "You can use it again while it is valid, up to and including"
        f" {day_en(fact.until)}. If you need a document after that day, please apply for a new"
        " one.",
    }


NOTICES: Mapping[type[Fact], Wording] = MappingProxyType(
    {
        DocumentProduced: Wording(
            "produced",
            "制证完成",
            "Document made",
            "业务{case}的证件已制作完成。{valid_zh}",
            "The document of {case} is made.{valid_en}",
            values.made,
        ),
        DocumentDispatched: Wording(
            "dispatched",
            "证件已寄出",
            "Document dispatched",
            "业务{case}的证件已由{carrier_zh}寄出，{postage_zh}请注意查收。",
            "The document of {case} was sent with {carrier_en}.{postage_en}",
            values.carrier,
        ),
        DocumentReady: Wording(
            "ready",
            "请领取证件",
            "Ready to be collected",
            "业务{case}的证件已可领取，领取地点：{office}。{bring_zh}",
            "The document of {case} can be collected at: {office}.{bring_en}",
            values.office,
        ),
        VoucherRefused: Wording(
            "voucher-refused",
            "有人领取证件未成功",
            "Somebody tried to collect your document",
            "有人在领取窗口领取业务{case}的证件，因{showed_zh}未能领取。{then_zh}如果不是您或者您委托的人，请与领取地点联系。",
            "Somebody came for the document of {case} and did not get it: {showed_en}.{then_en} If"
            " it was neither you nor anybody you sent, please tell the office.",
            collecting.wrong_try,
        ),
        DeliveryReturned: Wording(
            "returned",
            "邮件被退回",
            "Delivery came back",
            "业务{case}的邮件被退回，将重新寄出，请核对您的邮寄信息。",
            "The delivery of {case} came back and will be sent again; please check the address.",
        ),
        DocumentHandedOver: Wording(
            "delivered",
            "{title_zh}",
            "{title_en}",
            "{handed_zh}",
            "{handed_en}",
            outcomes.handed_over,
        ),
        # registered, kept, and destroyed a year after its validity.
        DocumentUnclaimed: Wording(
            "unclaimed",
            "证件由受理点保管",
            "Your document is kept for you",
            "业务{case}的证件尚未领取，已登记，由{office}保管，请于办公时间前往领取。{bring_zh}{until_zh}",
            "The document of {case} was not collected. It is registered and kept at: {office}."
            " Please collect it during opening hours.{bring_en}{until_en}",
            values.kept,
        ),
        DocumentDestroyed: Wording(
            "destroyed",
            "无人领取的证件已销毁",
            "The uncollected document was destroyed",
            "业务{case}的证件有效期满一年后仍无人领取，已按规定销毁，业务办结。",
            "Nobody collected the document of {case} within a year after its validity: it was"
            " destroyed, and the case is complete.",
        ),
        # the time to renew has begun. Who has renewed already is told too: nobody looks.
        RenewalOpened: Wording(
            "renewal-opened",
            "证件可以申请续期",
            "Your document can be renewed",
            "业务{case}的证件有效期至{until_zh}，自{opens_zh}起可以申请办理“{item}”；"
            "如已办理，请忽略本通知。",
            "The document of {case} is valid until {until_en}. From {opens_en} on you can apply for"
            " “{item}”. If you have done so, please ignore this message.",
            values.renewal,
            item=lambda fact: str(fact.item),
        ),
        # Invariant 10: a decision is told with reason, basis and the way to appeal.
        DocumentRevoked: Wording(
            "revoked",
            "您的证件已失效",
            "Your document is no longer valid",
            "业务{case}“{item}”所发的证件已失效，不得继续使用。{why_zh}{then_zh}",
            "The document that was issued in {case} is no longer valid and must not be used any"
            " more. {why_en} {then_en}",
            _revoked,
        ),
        DocumentSuspended: Wording(
            "suspended",
            "您的证件已挂失",
            "Your document is suspended",
            "业务{case}“{item}”所发的证件已挂失，在解除挂失之前不得使用。"
            "找到证件的，请携带身份证件到受理点申请解除挂失，解除前请勿使用；"
            "确认无法找回的，请申请补领。如您未申请挂失，请立即联系受理点。",
            "The document that was issued in {case} was reported lost, and must not be used"
            " until the report is lifted. If you find it, please ask the office to lift the"
            " report, with your identity document, and do not use it before that. If it cannot be"
            " found, please apply for a new one. If you did not report it lost, please contact the"
            " office at once.",
        ),
        DocumentReinstated: Wording(
            "reinstated",
            "您的证件已解除挂失",
            "Your document is no longer suspended",
            "业务{case}“{item}”所发的证件已解除挂失。{until_zh}"
            "如您未申请解除挂失，请勿使用该证件，并立即联系受理点。",
            "The report that the document of {case} was lost is lifted. {until_en} If you did not"
            " ask for this, please do not use the document and contact the office at once.",
            _reinstated,
        ),
        DocumentEndorsed: Wording(
            "endorsed",
            "您的证件已签注",
            "Your document was endorsed",
            "业务{case}“{item}”所发的证件已签注：{what_zh}。{until_zh}证件本身的有效期不变。"
            "请核对签注内容；如有错误，或者您未申请办理，请携带证件到受理点办理更正。",
            "The document that was issued in {case} was endorsed: {what_en}. {until_en} How long"
            " the document itself is valid stays as it was. Please check the endorsement. If it is"
            " wrong, or if you did not ask for it, please bring the document to the office.",
            _endorsed,
        ),
        ResultRecorded: Wording(
            "recorded",
            "{title_zh}",
            "{title_en}",
            "业务{case}“{item}”的{what_zh}。{valid_zh}",
            "{what_en}.{valid_en}",
            outcomes.recorded,
            told=lambda fact: fact.outcome == "recorded",
        ),
        ResultHandedOver: Wording(
            "handed-over",
            "办理结果已送达",
            "The result was handed over",
            "业务{case}的办理结果已送达，业务办结。",
            "The result of {case} was handed over; the case is complete.",
        ),
        PayoutScheduled: Wording(
            "payout-scheduled",
            "{money_zh}{moves_zh}安排",
            "The day of the payment",
            "业务{case}的{money_zh}定于{day_zh}{moves_zh}。",
            "The {money_en} of {case} is {moves_en} on {day_en}.",
            money.payday,
            told=lambda fact: fact.day is not None and fact.why != "settled",
        ),
        PayoutMade: Wording(
            "paid-out",
            "{money_zh}已{moves_zh}",
            "The payment was made",
            "业务{case}的{money_zh}已{moves_zh}。",
            "The {money_en} of {case} was {moves_en}.",
            money.money,
        ),
        PayoutFailed: Wording(
            "payout-failed",
            "{money_zh}未能{moves_zh}",
            "The payment failed",
            "业务{case}的{money_zh}未能{moves_zh}，原因：{why_zh}。{mend_zh}再次{moves_zh}的日期将另行告知。",
            "The {money_en} of {case} could not be {moves_en}: {why_en}. {mend_en} You will be told"
            " the day of the next attempt.",
            money.payout_failed,
        ),
    }
)
SILENT: Mapping[type[Fact], str] = MappingProxyType(
    {
        ProductionOrdered: "told with the approval",
        ProductionFailed: "made again free of charge; the due date stays",
        IssuanceLimitsRecomputed: "a limit of the authority's own work began",
        CaseClosed: "told with what it ends with",
        VoucherRenewed: "the applicant asked for the new code, and sees it on the page of the case",
        PaperSigned: "the applicant sees it with the papers of the case; what it states is told",
        DocumentExpired: "the document says its last day, and so does its verification; nobody is"
        " followed for it (R-091)",
    }
)
