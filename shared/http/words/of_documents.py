"""Why something cannot be done with a result: a paper, a document, money. Said by issuance."""

from __future__ import annotations

OF_DOCUMENTS: tuple[tuple[str, str], ...] = (
    # papers
    (
        r"Papers cannot be drawn now: the font is not installed .+\.",
        "目前无法制作文书：系统没有安装字体，须由运行维护人员安装。请与办理机关联系。",
    ),
    (
        r"The paper is being made; ask for it again in a moment\.",
        "文书正在制作，请稍后再次查看。",
    ),
    (
        r"The paper could not be made; the office has to look into it\. .+",
        "文书未能制作成功，须由办理机关查明原因后处理，请与办理机关联系。",
    ),
    # from production to the holder
    (r"There is no document in production\.", "目前没有正在制作的证照，请刷新后查看。"),
    (r"There is no document to be dispatched\.", "目前没有待寄送的证照，请刷新后查看。"),
    (r"There is no document to be collected\.", "目前没有待领取的证照，请刷新后查看。"),
    (r"There is nothing to be handed over\.", "目前没有待交付的证照，请刷新后查看。"),
    (r"There is no document on its way\.", "目前没有寄送途中的证照，请刷新后查看。"),
    (
        r"There is no document that waits to be collected\.",
        "目前没有待领取的证照，请刷新后查看。",
    ),
    (
        r"There is no document that was registered as unclaimed and whose validity ends\.",
        "没有已经登记为无人领取、且有效期会届满的证照，不能销毁。",
    ),
    (
        r"The document is kept until ([\d-]+), and destroyed after it\.",
        r"该证照须保管到\1，期满以后才能销毁。",
    ),
    (
        r"The document is kept until None, and destroyed after it\.",
        "该证照还在保管期内，不能销毁。",
    ),
    (
        r"stands with outcome delivered, and only there",
        "只有结果为已送达的才填写此项，且须填写，请核对后重新填写。",
    ),
    (
        r"stands with outcome returned, and only there",
        "只有结果为退回的才填写此项，且须填写，请核对后重新填写。",
    ),
    (
        r"stands with outcome failed, and only there",
        "只有结果为失败的才填写此项，且须填写，请核对后重新填写。",
    ),
    (r"Nothing is to be written down now\.", "目前没有需要登记的结果，请刷新后查看。"),
    (r"What can be written down: .*\.", "目前不能登记这一步骤，请刷新后查看。"),
    # money that is paid out
    (r"No payment is scheduled\.", "目前没有待发放的款项，请刷新后查看。"),
    (
        r"The money moves on ([\d-]+), not before\.",
        r"款项于\1发放，请在当日或者以后登记。",
    ),
    # documents that are there
    (r"There is no such document\.", "没有这一证照，请核对后重新查找。"),
    (r"There is no such file\.", "没有这一文件，请刷新后查看。"),
    (r"There is no such data subject\.", "没有此人的个人信息。"),
    (r"This document counts no more\.", "该证照已经失效，不能再办理此项业务。"),
    (
        r"This document does not count, and takes no endorsement\.",
        "该证照已经失效或者挂失，不能办理签注。",
    ),
    (
        r"Nobody holds this document yet: deal with it in its case\.",
        "该证照还没有交给持有人，请在原办件中处理。",
    ),
    (r"This document is not suspended\.", "该证照没有挂失，无须解挂。"),
    (
        r"The last day of the endorsement is over\.",
        "签注的最后一日已过，请填写今日或者以后的日期。",
    ),
    (
        r"The endorsement would end after the document itself\.",
        "签注的最后一日不得晚于证照有效期的最后一日，请重新填写。",
    ),
    (
        r"stands with the grounds decision and authority, and only there",
        "只有依决定撤销或者依职权注销的才填写此项，且须填写，请核对后重新填写。",
    ),
    (r"A document carries this number\.", "该号码已经用于证照，不能作废。"),
)
