"""What applicants are told of issuance's events, and of which they are not told."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.words import values
from services.notify.words.wording import Wording
from shared.case import Fact
from shared.case.issuance.closing import CaseClosed, IssuanceLimitsRecomputed
from shared.case.issuance.document import DocumentExpired, RenewalOpened
from shared.case.issuance.handover import (
    DeliveryReturned,
    DocumentDestroyed,
    DocumentDispatched,
    DocumentHandedOver,
    DocumentReady,
    DocumentUnclaimed,
)
from shared.case.issuance.payout import PayoutFailed, PayoutMade, PayoutScheduled
from shared.case.issuance.production import DocumentProduced, ProductionFailed, ProductionOrdered
from shared.case.issuance.record import ResultHandedOver, ResultRecorded

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
            "业务{case}的证件已通过{carrier}寄出，请注意查收。",
            "The document of {case} was sent with {carrier}.",
            values.carrier,
        ),
        DocumentReady: Wording(
            "ready",
            "请领取证件",
            "Ready to be collected",
            "业务{case}的证件已可领取，领取地点：{office}。",
            "The document of {case} can be collected at: {office}.",
            values.office,
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
            "证件已送达",
            "Document delivered",
            "业务{case}的证件已送达，业务办结。",
            "The document of {case} was delivered; the case is complete.",
        ),
        # registered, kept, and destroyed a year after its validity.
        DocumentUnclaimed: Wording(
            "unclaimed",
            "证件由受理点保管",
            "Your document is kept for you",
            "业务{case}的证件尚未领取，已登记，由{office}保管，您可随时前往领取。{until_zh}",
            "The document of {case} was not collected. It is registered and kept at: {office}."
            " You can collect it at any time.{until_en}",
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
            "业务{case}的证件有效期至{until}，自{opens}起可以申请办理“{item}”；"
            "如已办理，请忽略本通知。",
            "The document of {case} is valid until {until}. From {opens} on you can apply for"
            " “{item}”. If you have done so, please ignore this message.",
            values.renewal,
            item=lambda fact: str(fact.item),
        ),
        ResultRecorded: Wording(
            "recorded",
            "办理结果已登记",
            "The result is recorded",
            "业务{case}“{item}”的办理结果已登记。{valid_zh}",
            "The result of {case} is recorded.{valid_en}",
            values.written,
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
            "款项发放或划扣安排",
            "The day of the payment",
            "业务{case}的款项定于{day_zh}发放或划扣。",
            "The money of {case} moves on {day_en}.",
            values.payday,
            told=lambda fact: fact.day is not None and fact.why != "settled",
        ),
        PayoutMade: Wording(
            "paid-out",
            "款项已发放或划扣",
            "The payment was made",
            "业务{case}的款项已发放或划扣。",
            "The money of {case} has moved.",
        ),
        PayoutFailed: Wording(
            "payout-failed",
            "款项未能发放或划扣",
            "The payment failed",
            "业务{case}的款项未能发放或划扣，请核对账户，将于下一日期再次办理。",
            "The money of {case} did not move; please check the account. It is tried again.",
        ),
    }
)
SILENT: Mapping[type[Fact], str] = MappingProxyType(
    {
        ProductionOrdered: "told with the approval",
        ProductionFailed: "made again free of charge; the due date stays",
        IssuanceLimitsRecomputed: "a limit of the authority's own work began",
        CaseClosed: "told with what it ends with",
        DocumentExpired: "the document says its last day, and so does its verification; nobody is"
        " followed for it (R-091)",
    }
)
