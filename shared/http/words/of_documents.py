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
    (
        r"No code and no identity document is asked for here: leave it out\.",
        "这种交付方式不需要取件码和身份证件，请不要填写这几项。",
    ),
    (
        r"Three times something wrong was shown\. .+",
        "已连续三次出示有误，取件码已停用。请申请人登录后在办件页面换领新的取件码，或者由负责人核对身份后交付。",
    ),
    (
        r"The code is missing: .+",
        "请填写取件码，申请人登录后可在办件页面查看。忘记或者无法查看的，由负责人核对身份后交付。",
    ),
    (
        r"Look at an identity document, and enter its kind and last four\.",
        "请核对领取人的身份证件，并填写证件种类和号码后四位。",
    ),
    (
        r"An organisation applied: .+",
        "申请人是单位，证照由单位派人领取：领取人请选单位，并查验领取人的身份证件和单位的授权凭证。",
    ),
    (
        r"Whoever acts for the holder shows the authorisation too\.",
        "由他人代领的，还须查验授权委托书等代领凭证，并予以确认。",
    ),
    (
        r"This document cannot be compared with the application: .+",
        "所出示的证件无法与申请时填写的证件核对。请出示申请时所用的证件，或者由负责人核对身份后交付。",
    ),
    (
        r"The code is wrong\. Tries that are left: (\d+)\.",
        r"取件码不正确，还可以再试\1次。",
    ),
    (
        r"The code is wrong\. It is locked now: .+",
        "取件码不正确，已连续三次有误，取件码已停用。请申请人换领新的取件码，或者由负责人核对身份后交付。",
    ),
    (
        r"This is not the identity document of the holder\. Tries that are left: (\d+)\.",
        r"证件号码后四位与持证人的不符，还可以再试\1次。",
    ),
    (
        r"This is not the holder's document\. The code is locked now: .+",
        "证件号码后四位与持证人的不符，已连续三次有误，取件码已停用。请由负责人核对身份后交付。",
    ),
    (
        r"There is no document that is collected with a code\.",
        "目前没有凭取件码领取的证照，请刷新后查看。",
    ),
    (
        r"New codes were given too often\. .+",
        "换领取件码的次数过多。请持本人有效身份证件到领取地点，由负责人核对身份后领取。",
    ),
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
