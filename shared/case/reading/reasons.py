"""Why personal data is read: codes alone, with the words in which an applicant is shown them.

A reading without a duty that opens it needs a reason of this list. It is a closed list, because a
free text would be personal data about the case in the record of readings.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from shared.security.duties import Duty


class Said(NamedTuple):
    """A code in Chinese and in English."""

    zh: str
    en: str


REASONS: Mapping[str, Said] = MappingProxyType(
    {
        "appeal": Said("办理行政复议或者行政诉讼", "An appeal or a lawsuit is dealt with"),
        "complaint": Said("办理投诉或者信访", "A complaint or petition is dealt with"),
        "correction": Said("更正记录", "A record is put right"),
        "court-order": Said("法院、检察机关依法调取", "A court or prosecutor ordered it"),
        "related-case": Said("办理同一申请人的关联事项", "A related case of the same applicant"),
    }
)

# What somebody does with what they read, by their duty; nothing more is said without a reason.
PURPOSES: Mapping[str, Said] = MappingProxyType(
    {
        Duty.APPLY.value: Said("申请人本人查阅", "The applicant's own reading"),
        Duty.TAKE_IN.value: Said("受理", "Acceptance"),
        Duty.REVIEW.value: Said("审查", "Review"),
        Duty.APPROVE.value: Said("审批", "Approval"),
        Duty.INSPECT.value: Said("现场检查", "Inspection"),
        Duty.PANEL.value: Said("评审", "Panel review"),
        Duty.HEAD.value: Said("负责人审核", "The head's check"),
        Duty.PRODUCE.value: Said("制证", "Making the paper"),
        Duty.HAND_OVER.value: Said("送达", "Handing the paper over"),
        Duty.SUPERVISE.value: Said("监督", "Supervision"),
        Duty.AUDIT.value: Said("审计", "Audit"),
        "ask": Said(
            "有人凭业务流水号和证件号码查询进度",
            "Somebody asked by number and identity document where the case stands",
        ),
        "verify": Said("公众查验文书", "Somebody checked a paper by its code"),
        "tell": Said("发送通知", "Sending a message"),
        "unknown": Said("查阅", "Reading"),
    }
)
