"""What applicants were told of review's events, in the first words."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.words.first.values import VALUES
from services.notify.words.wording import Wording
from shared.case import Fact
from shared.case.review.limits import (
    ClockPaused,
    ClockResumed,
    LimitExtended,
    LimitRestarted,
    ReviewLimitsRecomputed,
)
from shared.case.review.steps import PublicNoticePublished, StepCompleted
from shared.case.review.verdict import CaseApproved, CaseRefused

NOTICES: Mapping[type[Fact], Wording] = MappingProxyType(
    {
        CaseApproved: Wording(
            "approved",
            "审核通过",
            "Application approved",
            "您的申请{case}已审核通过，{then_zh}",
            "Your application {case} was approved; {then_en}",
            VALUES["approved"],
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
            VALUES["refused"],
        ),
        # R-084, 行政许可法 art. 42 and 45: what moves a limit is told, with the reason.
        StepCompleted: Wording(
            "rectify",
            "请整改补正",
            "Something has to be put right",
            "业务{case}经审查需整改补正，整改完成后将再次审查。",
            "For {case} something has to be put right; it will then be looked at again.",
            told=lambda fact: fact.outcome == "rectify",
        ),
        PublicNoticePublished: Wording(
            "public-notice",
            "公示开始",
            "A public notice begins",
            "业务{case}自{since}起公示，至{until}止，公示地点：{place}。公示期满后继续办理。",
            "A public notice for {case} hangs from {since} until {until} at: {place}."
            " The case goes on after its last day.",
            lambda fact, _case, _item: {
                "since": fact.since.isoformat(),
                "until": fact.until.isoformat(),
                "place": fact.place,
            },
        ),
        ClockPaused: Wording(
            "paused",
            "办理期限暂停计算",
            "The time limit stands still",
            "业务{case}正在进行{cause_zh}，所需时间不计入办理期限。",
            "{cause_en} is under way for {case}; the time for it does not count.",
            VALUES["cause"],
        ),
        ClockResumed: Wording(
            "resumed",
            "办理期限恢复计算",
            "The time limit runs again",
            "业务{case}的{cause_zh}已结束，办理期限恢复计算。{due_zh}",
            "{cause_en} for {case} is over; the time limit runs again. {due_en}",
            VALUES["cause"],
        ),
        LimitExtended: Wording(
            "extended",
            "办理期限已延长",
            "The time limit was extended",
            "业务{case}的办理期限经批准延长，理由：{reason_zh}。{due_zh}",
            "The time limit of {case} was extended: {reason_en}. {due_en}",
            VALUES["extended"],
        ),
        LimitRestarted: Wording(
            "restarted",
            "办理期限重新计算",
            "The time limit begins anew",
            "业务{case}的办理期限依{rule}重新计算。{due_zh}",
            "By {rule} the time limit of {case} begins anew. {due_en}",
            VALUES["restarted"],
        ),
        ReviewLimitsRecomputed: Wording(
            "recomputed",
            "办理期限已按日历调整",
            "The due date follows the announced calendar",
            "因节假日安排公布，业务{case}的办理期限已重新计算。{due_zh}",
            "Public holidays were announced; the due date of {case} was computed anew. {due_en}",
            VALUES["due"],
            told=lambda fact: fact.why == "calendar" and fact.moves_the_case,
        ),
    }
)
