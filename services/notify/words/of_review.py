"""What applicants are told of review's events, and of which they are not told."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notify.words import outcomes, values
from services.notify.words.wording import Wording
from shared.case import Fact
from shared.case.review.assignment import (
    CaseAssigned,
    CasePassedOn,
    CaseReleased,
    CaseTakenOver,
    ReviewOpened,
)
from shared.case.review.limits import (
    ClockPaused,
    ClockResumed,
    DeadlineApproaching,
    DeadlineMissed,
    DelayExplained,
    LimitExtended,
    LimitRestarted,
    ReviewLimitsRecomputed,
)
from shared.case.review.steps import (
    PublicNoticePublished,
    StepCompleted,
    StepStarted,
    VisitArranged,
)
from shared.case.review.upkeep import ReviewFactCorrected
from shared.case.review.verdict import CaseApproved, CaseRefused, DecisionProposed

NOTICES: Mapping[type[Fact], Wording] = MappingProxyType(
    {
        CaseApproved: Wording(
            "approved",
            "{title_zh}",
            "{title_en}",
            "您的申请{case}{said_zh}{then_zh}{paper_zh}",
            "Your application {case} {said_en}{then_en}{paper_en}",
            outcomes.approved,
        ),
        # invariant 10: with reasons, basis and the way to appeal.
        CaseRefused: Wording(
            "refused",
            "申请未获批准",
            "Application refused",
            "您的申请{case}未获批准。理由：{reasons_zh}。{explained_zh}依据：{basis}。"
            "{remedy_zh}{refund_zh}",
            "Your application {case} was refused. Reasons: {reasons_en}."
            "{explained_en} Legal basis: {basis}."
            " {remedy_en}{refund_en}",
            values.refused,
        ),
        # R-084, 行政许可法 art. 42 and 45: what moves a limit is told, with the reason.
        StepCompleted: Wording(
            "rectify",
            "请整改补正",
            "Something has to be put right",
            "业务{case}经审查需整改补正。{points_zh}{by_zh}{explained_zh}整改完成后将再次审查。",
            "For {case} something has to be put right.{points_en}{by_en}{explained_en}"
            " It will then be looked at again.",
            values.rectified,
            told=lambda fact: fact.outcome == "rectify",
        ),
        VisitArranged: Wording(
            "visit",
            "现场审查时间",
            "The day of the inspection",
            "业务{case}的现场审查定于{day_zh}{since}至{until}进行，地点：{place_zh}。请届时派人在场，"
            "并备好有关材料原件。如确有困难不能到场，请提前与办理机关联系。"
            "此前通知过其他时间的，以本次通知的时间为准。",
            "The inspection for {case} is on {day_en} from {since} to {until}, at {place_en}."
            " Please have somebody there with the originals of your documents; if that is"
            " impossible, tell the office beforehand. If you were told another time before, this"
            " one counts.",
            values.visit,
        ),
        PublicNoticePublished: Wording(
            "public-notice",
            "公示开始",
            "A public notice begins",
            "业务{case}自{since_zh}起公示，至{until_zh}止，公示地点：{place}。公示期满后继续办理。",
            "A public notice for {case} hangs from {since_en} until {until_en} at: {place}."
            " The case goes on after its last day.",
            values.public_notice,
        ),
        ClockPaused: Wording(
            "paused",
            "办理期限暂停计算",
            "The time limit stands still",
            "业务{case}{pause_zh}",
            "For {case}: {pause_en}",
            values.paused,
        ),
        ClockResumed: Wording(
            "resumed",
            "办理期限恢复计算",
            "The time limit runs again",
            "业务{case}{over_zh}，办理期限恢复计算。{due_zh}",
            "For {case}: {over_en}; the time limit runs again. {due_en}",
            values.resumed,
        ),
        LimitExtended: Wording(
            "extended",
            "办理期限已延长",
            "The time limit was extended",
            "业务{case}的办理期限经批准延长，理由：{reason_zh}。{due_zh}",
            "The time limit of {case} was extended: {reason_en}. {due_en}",
            values.extended,
        ),
        DelayExplained: Wording(
            "delayed",
            "办理超期说明",
            "Why a time limit was missed",
            "业务{case}的办理超过了{limit_zh}，原因：{reason_zh}。{explained_zh}{then_zh}",
            "{case} went beyond its {limit_en}: {reason_en}.{explained_en}{then_en}",
            values.delayed,
        ),
        ReviewFactCorrected: Wording(
            "corrected",
            "登记信息已更正",
            "A record of your application was put right",
            "业务{case}中登记的{field_zh}有误，已予更正。更正后的内容可在本申请的详情中查阅；"
            "如更正不符合实际，请及时与办理机关联系。",
            "The {field_en} on record for {case} was wrong and has been put right. You can read it"
            " with your application; if it is not right now, please tell the office.",
            values.corrected,
            told=lambda fact: bool(fact.old_hash),
        ),
        LimitRestarted: Wording(
            "restarted",
            "办理期限重新计算",
            "The time limit begins anew",
            "业务{case}的办理期限依{rule}重新计算。{due_zh}",
            "By {rule} the time limit of {case} begins anew. {due_en}",
            values.restarted,
        ),
        ReviewLimitsRecomputed: Wording(
            "recomputed",
            "办理期限已按日历调整",
            "The due date follows the announced calendar",
            "因节假日安排公布，业务{case}的办理期限已重新计算。{due_zh}",
            "Public holidays were announced; the due date of {case} was computed anew. {due_en}",
            values.due,
            told=lambda fact: fact.why == "calendar" and fact.moves_the_case,
        ),
    }
)
SILENT: Mapping[type[Fact], str] = MappingProxyType(
    {
        ReviewOpened: "internal; the progress query shows it",
        CaseAssigned: "internal: who handles a case is not told",
        CaseTakenOver: "internal: who handles a case is not told",
        CaseReleased: "internal: who handles a case is not told",
        CasePassedOn: "internal: who handles a case is not told",
        DecisionProposed: "internal until it is decided",
        DeadlineApproaching: "internal warning",
        DeadlineMissed: "internal; the progress query shows the due date",
        StepStarted: "the progress query shows it; what it does to the limit is told",
    }
)
