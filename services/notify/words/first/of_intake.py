"""What applicants were told of intake's events, in the first words."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.words.first.values import VALUES
from services.notify.words.wording import Wording
from shared.case import Fact
from shared.case.intake.acceptance import (
    CaseAccepted,
    CaseNotAccepted,
)
from shared.case.intake.fee import (
    PaymentRecorded,
    RefundRecorded,
)
from shared.case.intake.migration import CaseMigrated
from shared.case.intake.submission import CaseSubmitted
from shared.case.intake.supplement import SupplementRequested
from shared.case.intake.withdrawal import CaseWithdrawn

NOTICES: Mapping[type[Fact], Wording] = MappingProxyType(
    {
        CaseSubmitted: Wording(
            "submitted",
            "申请已收到",
            "Application received",
            "您的“{item}”申请已收到，业务流水号{case}。{pay_zh}",
            "Your application was received under number {case}. {pay_en}",
            VALUES["fee"],
        ),
        PaymentRecorded: Wording(
            "paid",
            "缴费成功",
            "Payment received",
            "业务{case}已收到缴费{amount}元。{then_zh}",
            "A payment of {amount} yuan was received for {case}.{then_en}",
            VALUES["payment"],
        ),
        SupplementRequested: Wording(
            "supplement",
            "请补正材料",
            "Something is missing",
            "业务{case}需一次性补正以下材料：{missing}。请于{until}前提交。",
            "For {case} please hand in, once and completely: {missing}, by {until}.",
            VALUES["missing"],
        ),
        # the result of acceptance by text message.
        CaseAccepted: Wording(
            "accepted",
            "申请已受理",
            "Application accepted",
            "您的“{item}”申请{case}已受理。{due_zh}",
            "Your application {case} was accepted. {due_en}",
            VALUES["due"],
        ),
        # returned with a refund, told by text message.
        CaseNotAccepted: Wording(
            "not-accepted",
            "申请不予受理",
            "Application not accepted",
            "您的申请{case}不予受理，原因：{reason}。{appeal_zh}{refund_zh}",
            "Your application {case} was not accepted: {reason}.{appeal_en}{refund_en}",
            VALUES["not_accepted"],
        ),
        CaseWithdrawn: Wording(
            "withdrawn",
            "申请已撤回",
            "Application withdrawn",
            "您的申请{case}已撤回。{refund_zh}",
            "Your application {case} was withdrawn.{refund_en}",
            VALUES["withdrawn"],
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
            VALUES["migrated"],
            told=lambda fact: bool(fact.changes),
        ),
        RefundRecorded: Wording(
            "refunded",
            "退款完成",
            "Refund made",
            "业务{case}的款项{amount}元已原路退回。",
            "{amount} yuan of {case} went back the way they came.",
            VALUES["amount"],
        ),
    }
)
