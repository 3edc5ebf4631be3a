"""What applicants are told of intake's events, and of which they are not told."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.words import money, values
from services.notify.words.wording import Wording
from shared.case import Fact
from shared.case.intake.acceptance import (
    AcceptanceAwaited,
    CaseAccepted,
    CaseNotAccepted,
    DeadlinesRecomputed,
)
from shared.case.intake.contact import ContactChanged
from shared.case.intake.counter import CaseTakenIn, OriginalsReturned, OriginalsSeen
from shared.case.intake.fee import (
    FeeAssessed,
    PaymentFailed,
    PaymentRecorded,
    RefundOrdered,
    RefundRecorded,
)
from shared.case.intake.migration import CaseMigrated
from shared.case.intake.refund import (
    MoneyReturned,
    RefundBounced,
    RefundFailed,
    RefundOrderedAgain,
    RefundSettled,
)
from shared.case.intake.submission import CaseSubmitted, MaterialAttached
from shared.case.intake.supplement import (
    SupplementLapsed,
    SupplementProvided,
    SupplementReminded,
    SupplementRequested,
)
from shared.case.intake.transaction import (
    PaymentClaimed,
    PaymentUnplaced,
    RefundClaimed,
    RefundUnplaced,
)
from shared.case.intake.withdrawal import CaseWithdrawn

NOTICES: Mapping[type[Fact], Wording] = MappingProxyType(
    {
        CaseSubmitted: Wording(
            "submitted",
            "申请已收到",
            "Application received",
            "您的“{item}”申请已收到，业务流水号{case}。{pay_zh}",
            "Your application was received under number {case}. {pay_en}",
            money.fee,
        ),
        PaymentRecorded: Wording(
            "paid",
            "{title_zh}",
            "{title_en}",
            "业务{case}{came_zh}",
            "For {case}: {came_en}",
            money.payment,
        ),
        SupplementRequested: Wording(
            "supplement",
            "请补正材料",
            "Something is missing",
            "业务{case}需一次性补正{zh}。请于{until_zh}前一并提交，逾期未补正的，不予受理。",
            "For {case} please hand in, once and completely: {en}, by {until_en}. Otherwise it"
            " cannot be accepted.",
            values.missing,
        ),
        SupplementReminded: Wording(
            "supplement-reminder",
            "补正期限将至",
            "The last day comes near",
            "业务{case}还有材料没有补正：{zh}。请于{until_zh}前提交，逾期未补正的，不予受理。",
            "For {case} this is still missing: {en}. Please hand it in by {until_en}. Otherwise it"
            " cannot be accepted.",
            values.still_missing,
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
            "您的申请{case}不予受理，原因：{reason_zh}。{appeal_zh}{again_zh}{originals_zh}{refund_zh}",
            "Your application {case} was not accepted: {reason_en}.{appeal_en}{again_en}"
            "{originals_en}{refund_en}",
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
        # What an applicant had acquired stays: only what became other is told.
        CaseMigrated: Wording(
            "migrated",
            "办事指南已更新",
            "The rules of your application changed",
            "事项“{item}”的办事指南已更新（{version}版），您的业务{case}按新版办理，"
            "已取得的权益不受影响。{now_zh}",
            "The guide of {item} changed (version {version}); {case} goes on by it. Nothing that"
            " you were entitled to is taken away.{now_en}",
            values.migrated,
            told=lambda fact: bool(fact.changes),
        ),
        RefundRecorded: Wording(
            "refunded",
            "退款完成",
            "Refund made",
            "业务{case}的款项{amount}元已原路退回。",
            "{amount} yuan of {case} went back the way they came.",
            money.amount,
        ),
        MoneyReturned: Wording(
            "money-returned",
            "{title_zh}",
            "{title_en}",
            "业务{case}：{went_zh}",
            "For {case}: {went_en}",
            money.returned,
            told=lambda fact: fact.accounted != "unknown-payment",
        ),
        RefundFailed: Wording(
            "refund-failed",
            "退款未能到账",
            "Your refund did not get through",
            "业务{case}的退款{amount}元未能退回，原因：{why_zh}。款项仍在，未予扣减。"
            "受理部门将核实并再次办理退款，届时另行告知，您无需重新申请。{then_zh}",
            "The refund of {amount} yuan of {case} did not get through: {why_en}. The money is"
            " still here, nothing of it is lost. The office looks into it and makes"
            " the refund again; you are told then. You need not apply for it. {then_en}",
            money.failed,
        ),
        RefundBounced: Wording(
            "refund-bounced",
            "退款被退回",
            "Your refund came back",
            "业务{case}的退款{amount}元已退出，但被退回，未能到账。"
            "受理部门将核实并再次办理退款，届时另行告知，您无需重新申请。{then_zh}",
            "The refund of {amount} yuan of {case} was sent and came back to us. The office"
            " looks into it and makes the refund again; you are told then. You need not apply for"
            " it. {then_en}",
            money.bounced,
            told=lambda fact: bool(fact.ordered),
        ),
        RefundOrderedAgain: Wording(
            "refund-again",
            "已再次办理退款",
            "Your refund is made again",
            "业务{case}的退款{amount}元已再次办理，将原路退回，到账后另行告知。",
            "The refund of {amount} yuan of {case} is made again, the way the money came. You are"
            " told when it has arrived.",
            money.amount,
        ),
        RefundSettled: Wording(
            "refund-settled",
            "退款已另行支付",
            "Your refund was paid in another way",
            "业务{case}未能原路退回的{amount}元，经办人员已登记为以其他方式退还。"
            "如未收到，请携带缴费凭证联系受理部门。",
            "The {amount} yuan of {case} that could not go back the way they came are recorded as"
            " paid to you in another way. If you did not get them, please see the office with the"
            " proof of your payment.",
            money.amount,
            told=lambda fact: fact.how == "paid-otherwise",
        ),
    }
)
SILENT: Mapping[type[Fact], str] = MappingProxyType(
    {
        FeeAssessed: "told with the submission or the move to a newer edition, its own commit",
        CaseTakenIn: "told with the submission, its own commit",
        OriginalsSeen: "it was done in the applicant's presence",
        OriginalsReturned: "it was done in the applicant's presence",
        MaterialAttached: "the applicant did it and has the answer",
        SupplementProvided: "the applicant did it and has the answer",
        ContactChanged: "the applicant did it and has the answer",
        PaymentFailed: "the payment page says so at once",
        PaymentClaimed: "the payment that follows on its case is told",
        PaymentUnplaced: "a person looks at it; no case has the money by it",
        RefundClaimed: "what follows on its case is told",
        RefundUnplaced: "a person looks at it; nothing changed for any case",
        SupplementLapsed: "the decision not to accept follows and is told",
        RefundOrdered: "told with what it follows from, and again when it is made",
        AcceptanceAwaited: "internal: an officer is asked; the applicant is told what comes of it",
        DeadlinesRecomputed: "an applicant's time only gets longer by it; the case shows it",
    }
)
