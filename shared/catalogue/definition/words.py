"""The closed lists of a definition: a value outside them is refused (R-002)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ItemType = Literal[
    "行政许可",
    "行政确认",
    "行政给付",
    "行政审批",
    "公共服务",
    "其他行政权力",
    "其他",
    "unknown",
]
LICENCE: ItemType = "行政许可"

Template = Literal[
    "", "T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T11"
]  # fmt: skip
Initiator = Literal["applicant", "authority", "pushed-data", "joint", "elsewhere"]
Province = Literal["xinjiang", "chongqing"]
Channel = Literal[
    "online",
    "counter",
    "terminal",
    "phone",
    "email",
    "mail",
    "fax",
    "bank",
    "booking-then-counter",
    "app",
]
Form = Literal[
    "original",
    "copy",
    "original-and-copy",
    "original-for-inspection",
    "copy-and-original-for-inspection",
    "original-or-copy",
    "electronic",
    "original-and-electronic",
]
Representative = Literal["guardian", "agent", "unit-handler", "heir"]
# The titles of codes, in Chinese and English: what a form and a sentence show instead of the code.
CHANNEL_TITLES: Mapping[Channel, tuple[str, str]] = MappingProxyType(
    {
        "online": ("网上办理", "Online"),
        "counter": ("窗口办理", "At the counter"),
        "terminal": ("自助终端办理", "At a terminal"),
        "phone": ("电话办理", "By telephone"),
        "email": ("电子邮件办理", "By e-mail"),
        "mail": ("邮寄办理", "By post"),
        "fax": ("传真办理", "By fax"),
        "bank": ("银行网点办理", "At a bank"),
        "booking-then-counter": ("预约后窗口办理", "At the counter after booking"),
        "app": ("手机应用办理", "By a mobile application"),
    }
)
REPRESENTATIVE_TITLES: Mapping[Representative, tuple[str, str]] = MappingProxyType(
    {
        "guardian": ("监护人", "Guardian"),
        "agent": ("代理人", "Agent"),
        "unit-handler": ("单位经办人", "Handler of the unit"),
        "heir": ("继承人", "Heir"),
    }
)
# Who may apply for an item: a person, an organisation, or a unit for people of its own. Cases store
# these words.
ApplicantKind = Literal["person", "organisation", "unit"]
APPLICANT_TITLES: Mapping[ApplicantKind, tuple[str, str]] = MappingProxyType(
    {
        "person": ("个人", "A person"),
        "organisation": ("单位", "An organisation"),
        "unit": ("单位（为其人员申请）", "A unit for its people"),
    }
)
# The types of questions. Cases store answers of these types: a word may be added, never renamed.
QuestionType = Literal[
    "integer",
    "decimal",
    "boolean",
    "date",
    "choice",
    "several",
    "text",
    "long-text",
    "address",
    "account",
    "phone",
    "mobile",
    "email",
    "postcode",
    "person",
    "organisation",
    "plate",
]
# The classes of personal data that an answer can have (shared/security/data_classes.py).
AnswerClass = Literal[
    "identity",
    "contact",
    "address",
    "residence",
    "account",
    "health",
    "premises",
    "statement",
    "third-person",
]
ModifierKind = Literal[
    "agent",
    "answer",
    "appointment",
    "batch-production",
    "bulk-upload",
    "category-change",
    "commitment",
    "data-sharing",
    "deemed-effective",
    "exam",
    "external-step",
    "free-remake",
    "guardian",
    "hearing",
    "inspection",
    "instant-production",
    "levels",
    "mail",
    "monthly-window",
    "panel",
    "payment",
    "periodic-cycle",
    "public-notice",
    "quota",
    "rectification",
    "scheduled-payout",
    "service-on-party",
    "surrender-old",
    "temporary-document",
    "transfer",
    "void-old",
]
ResultKind = Literal[
    "document", "electronic", "record", "voucher", "confirmation", "letter", "payment", "none"
]
# Cases store these words: a word may be added, but never renamed or removed. The same holds for the
# kinds of stages.
DeliveryKind = Literal["post", "pickup", "on-the-spot", "electronic", "unit"]
DELIVERY_TITLES: Mapping[DeliveryKind, tuple[str, str]] = MappingProxyType(
    {
        "post": ("邮寄", "By post"),
        "pickup": ("窗口领取", "Collected at the counter"),
        "on-the-spot": ("当场领取", "On the spot"),
        "electronic": ("电子送达", "Electronically"),
        "unit": ("由单位代领", "Through the unit"),
    }
)
# What can be done against a decision, by the kind of the decision (rules/remedies.py).
RemedyKind = Literal[
    "reconsideration",
    "tax",
    "arbitration",
    "petition",
    "appraisal",
    "final",
    "title",
    "after-reconsideration",
    "objection",
]
RefundReason = Literal["not-accepted", "refused", "withdrawn"]

# Events that can start or end a limit, in the words of the sources. Cases record these as facts; a
# completed step of the procedure counts under its own code.
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "submitted": "提交申请",
        "received": "收到申请",
        "materials-complete": "材料齐全",
        "paid": "缴费",
        "accepted": "受理",
        "community-accepted": "社区受理",
        "told": "接到通知",
        "recorded": "录入系统",
        "data-checked": "资料审核成功",
        "pre-review-passed": "初审通过，转为复审",
        "reviewed": "审核完成",
        "inspection": "现场审查（检验）完成",
        "rectification": "整改完成",
        "test": "检验检测完成",
        "public-notice": "公示结束",
        "level-1": "第一级审核完成",
        "level-2": "第二级审核完成",
        "level-3": "第三级审核完成",
        "panel": "专家评审完成",
        "panel-2": "第二次专家评审完成",
        "hearing": "开庭、听证完成",
        "exam-arranged": "安排鉴定（考试）",
        "exam": "鉴定（考试）结束",
        "external": "外部机构办理完成",
        "service-on-party": "送达当事人",
        "decided": "作出决定",
        "approved": "批准",
        "concluded": "出具结论",
        "production-ordered": "接收到制证信息",
        "produced": "制证完成",
        "result-ready": "办结",
        "dispatched": "寄出",
        "announced": "公布",
        "issued": "制发、发放",
        "handed-over": "送达、领取",
        "paid-out": "待遇拨付、资金发放",
        "effective": "生效",
        "limit-missed": "到期未完成",
        "expired": "证件期满",
        "established": "批准成立、登记成立",
        "changed": "发生变更",
        "happened": "事件发生",
        "known": "知道或者应当知道",
    }
)
StageKind = Literal[
    "payment",
    "acceptance",
    "step",
    "public-notice",
    "retry",
    "decision",
    "temporary-document",
    "surrender-old",
    "production",
    "record",
    "payout",
    "handover",
    "close",
]


@dataclass(frozen=True, kw_only=True)
class KindOfStage:
    """What the system has to know of a kind of stage.

    step: a case goes through it between the acceptance and the decision, and what came of it is a
    ground of the decision. notice: it begins with a notice that an officer publishes, not by
    itself, and has the days of that notice (公示).
    """

    step: bool = False
    notice: bool = False


# Every kind of stage, in the order in which a case passes them. What a kind alone does is asked of
# this table and nowhere else.
STAGE_KINDS: Mapping[StageKind, KindOfStage] = MappingProxyType(
    {
        "payment": KindOfStage(),
        "acceptance": KindOfStage(),
        "step": KindOfStage(step=True),
        "public-notice": KindOfStage(step=True, notice=True),
        "retry": KindOfStage(),
        "decision": KindOfStage(),
        "temporary-document": KindOfStage(),
        "surrender-old": KindOfStage(),
        "production": KindOfStage(),
        "record": KindOfStage(),
        "payout": KindOfStage(),
        "handover": KindOfStage(),
        "close": KindOfStage(),
    }
)
