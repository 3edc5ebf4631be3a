"""Which events an applicant is told of, and in which words: a table, Chinese and English.

No personal data is in the words: a text message may be read by anybody who holds the phone. The
names of the templates are on disk (`NotificationQueued.template`) and never change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from services.notify import values
from shared.case import Case, Fact
from shared.case.events_intake import (
    CaseAccepted,
    CaseNotAccepted,
    CaseSubmitted,
    CaseWithdrawn,
    ContactChanged,
    FeeAssessed,
    MaterialAttached,
    PaymentFailed,
    PaymentRecorded,
    RefundOrdered,
    RefundRecorded,
    SupplementLapsed,
    SupplementProvided,
    SupplementRequested,
)
from shared.case.events_issuance import (
    CaseClosed,
    DeliveryReturned,
    DocumentDispatched,
    DocumentHandedOver,
    DocumentProduced,
    DocumentReady,
    ProductionFailed,
    ProductionOrdered,
)
from shared.case.events_review import (
    CaseApproved,
    CaseAssigned,
    CaseRefused,
    DeadlineApproaching,
    DeadlineMissed,
    DecisionProposed,
    ReviewOpened,
)
from shared.catalogue import Item

Fields = Callable[[Any, Case], Mapping[str, str]]


@dataclass(frozen=True)
class Wording:
    """One notice: its template's name, its words, and where the words take their values from.

    The values `case` and `item` are always there.
    """

    template: str
    subject_zh: str
    subject_en: str
    zh: str
    en: str
    fields: Fields = lambda _fact, _case: {}


@dataclass(frozen=True)
class Words:
    """What one applicant is told about one event: rendered, without personal data."""

    subject: str
    zh: str
    en: str


NOTICES: Mapping[type[Fact], Wording] = MappingProxyType(
    {
        CaseSubmitted: Wording(
            "submitted",
            "申请已收到",
            "Application received",
            "您的“{item}”申请已收到，业务流水号{case}。{pay_zh}",
            "Your application was received under number {case}. {pay_en}",
            values.fee,
        ),
        PaymentRecorded: Wording(
            "paid",
            "缴费成功",
            "Payment received",
            "业务{case}已收到缴费{amount}元。{then_zh}",
            "A payment of {amount} yuan was received for {case}.{then_en}",
            values.payment,
        ),
        SupplementRequested: Wording(
            "supplement",
            "请补正材料",
            "Something is missing",
            "业务{case}需一次性补正以下材料：{missing}。请于{until}前提交。",
            "For {case} please hand in, once and completely: {missing}, by {until}.",
            values.missing,
        ),
        # the result of acceptance by text message.
        CaseAccepted: Wording(
            "accepted",
            "申请已受理",
            "Application accepted",
            "您的“{item}”申请{case}已受理。{due_zh}",
            "Your application {case} was accepted. {due_en}",
            values.due,
        ),
        # returned with a refund, told by text message.
        CaseNotAccepted: Wording(
            "not-accepted",
            "申请不予受理",
            "Application not accepted",
            "您的申请{case}不予受理，原因：{reason}。{refund_zh}",
            "Your application {case} was not accepted: {reason}.{refund_en}",
            values.not_accepted,
        ),
        CaseWithdrawn: Wording(
            "withdrawn",
            "申请已撤回",
            "Application withdrawn",
            "您的申请{case}已撤回。{refund_zh}",
            "Your application {case} was withdrawn.{refund_en}",
            values.withdrawn,
        ),
        CaseApproved: Wording(
            "approved",
            "审核通过",
            "Application approved",
            "您的申请{case}已审核通过，即将制证。",
            "Your application {case} was approved; the document will be made.",
        ),
        # invariant 10: with reasons, basis and the way to appeal.
        CaseRefused: Wording(
            "refused",
            "申请未获批准",
            "Application refused",
            "您的申请{case}未获批准。理由：{reasons}。依据：{basis}。"
            "如有异议，可于{deadline}前向{body}申请复议。{refund_zh}",
            "Your application {case} was refused. Reasons: {reasons}. Legal basis: {basis}."
            " You may appeal to {body} until {deadline}.{refund_en}",
            values.refused,
        ),
        RefundRecorded: Wording(
            "refunded",
            "退款完成",
            "Refund made",
            "业务{case}的款项{amount}元已原路退回。",
            "{amount} yuan of {case} went back the way they came.",
            values.amount,
        ),
        DocumentProduced: Wording(
            "produced",
            "制证完成",
            "Document made",
            "业务{case}的证件已制作完成。",
            "The document of {case} is made.",
        ),
        DocumentDispatched: Wording(
            "dispatched",
            "证件已寄出",
            "Document dispatched",
            "业务{case}的证件已通过{carrier}寄出，请注意查收。",
            "The document of {case} was sent with {carrier}.",
            values.carrier,
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
    }
)

# Not told, and why: a structural test holds that every event is in one of the two tables.
SILENT: Mapping[type[Fact], str] = MappingProxyType(
    {
        FeeAssessed: "told with the submission, which it is committed with",
        MaterialAttached: "the applicant did it and has the answer",
        SupplementProvided: "the applicant did it and has the answer",
        ContactChanged: "the applicant did it and has the answer",
        PaymentFailed: "the payment page says so at once",
        SupplementLapsed: "the decision not to accept follows and is told",
        RefundOrdered: "told with what it follows from, and again when it is made",
        ReviewOpened: "internal; the progress query shows it",
        CaseAssigned: "internal: who handles a case is not told",
        DecisionProposed: "internal until it is decided",
        DeadlineApproaching: "internal warning",
        DeadlineMissed: "internal; the progress query shows the due date",
        ProductionOrdered: "told with the approval",
        ProductionFailed: "made again free of charge; the due date stays",
        DocumentReady: "no item of this catalogue is collected yet",
        CaseClosed: "told with what it ends with",
    }
)
BY_TEMPLATE: Mapping[str, Wording] = MappingProxyType({w.template: w for w in NOTICES.values()})


def words_of(fact: Fact, case: Case, item: Item) -> Words:
    """What is told about one event, given the case as of it and the item of its edition.

    Raises:
        KeyError: for an event that nobody is told of.
    """
    wording = NOTICES[type(fact)]
    filled = {"case": case.id, "item": item.text.name, **wording.fields(fact, case)}
    return Words(
        subject=f"{wording.subject_zh} / {wording.subject_en}",
        zh=wording.zh.format_map(filled),
        en=wording.en.format_map(filled),
    )
