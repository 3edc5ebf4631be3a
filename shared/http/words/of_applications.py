"""What is wrong with an application, or with what an applicant asks of a case: said by intake."""

from __future__ import annotations

OF_APPLICATIONS: tuple[tuple[str, str], ...] = (
    # the item and the application
    (r"This item is not offered\.", "该事项不受理申请。"),
    (r"There is no item .+\.", "没有这一事项，请重新查找事项。"),
    (
        r"This item is begun by: .+\.",
        "该事项不能由此方启动，请查看办事指南中的启动方式。",
    ),
    (
        r"Nobody applies for this item: it is begun by .+\.",
        "该事项无须申请，由主管机关依职权办理。",
    ),
    (r"The item is another office's\.", "该事项由其他机关办理，请到该机关办理。"),
    (
        r"(\d+) things are wrong with this application\.",
        r"申请中有\1处不符合要求，请逐项改正后重新提交。",
    ),
    (r"The case is submitted already\.", "该申请已经提交，请在办件列表中查看。"),
    (
        r"a day can be stated of: .+",
        "该事项不能按此项计算时间，请只填写办事指南列明的日期。",
    ),
    (
        r"a phone number or an e-mail address is needed",
        "须填写电话号码或者电子邮箱，请至少填写一项。",
    ),
    # papers
    (r"no such upload of yours", "没有找到您上传的这份文件，请重新上传。"),
    (r"The item does not ask for: .+\.", "所附材料中有该事项不要求的材料，请删除后重新提交。"),
    (
        r"Send a picture, not a PDF, for: .+\.",
        "其中有的材料须为图片，请换成图片后重新上传。",
    ),
    (
        r"Materials can be added before acceptance only\.",
        "材料只能在受理以前补充，该办件目前不能补充材料。",
    ),
    (r"No supplement is asked for\.", "目前没有要求补正材料，无须提交。"),
    (
        r"Name at least one material, or say that there is nothing more to come\.",
        "请至少提交一份材料，或者说明不再补交。",
    ),
    (r"name what was seen or given back", "请写明核验或者退还的材料原件。"),
    (
        r"The case is closed: originals are given back, and none is seen\.",
        "该办件已经办结，只能退还原件，不能再登记核验。",
    ),
    (
        r"Nobody recorded these originals as seen: .+\.",
        "其中有的原件没有登记核验，请先登记核验，或者核对要退还的原件。",
    ),
    (r"The case is closed, and no original is kept\.", "该办件已经办结，也没有留存原件。"),
    # contact, withdrawal
    (r"The case is closed\.", "该办件已经办结，不能再更改。"),
    (
        r"(?i:name|say) what changes: phone, e-?mail (?:or|and) (?:delivery_)?address\.?",
        "请写明要更改的内容：电话、电子邮箱或者送达地址。",
    ),
    (
        r"The only contact is a telephone that receives no text messages: .+\.",
        "唯一的联系方式是不能接收短信的电话，请填写手机号码或者电子邮箱。",
    ),
    (r"The document is on its way already\.", "证照已经寄出，不能再更改送达地址。"),
    (
        r"A case can be withdrawn until it is decided\.",
        "该办件已经作出决定或者已经办结，不能再撤回。",
    ),
    # acceptance
    (
        r"There is no complete application to accept\.",
        "目前没有可以受理的完整申请，请查看办件的最新状态。",
    ),
    (
        r"There is no application that waits for acceptance\.",
        "目前没有等待受理的申请，请查看办件的最新状态。",
    ),
    (
        r"What is missing was asked for already, or nothing is open\.",
        "已经一次性告知需要补正的内容，或者目前没有需要补正的内容。",
    ),
    # money
    (r"No refund of this payment failed\.", "该笔缴费没有退款失败的记录，无须重新退款。"),
    (
        r"Nothing is open about the way back of this payment\.",
        "该笔缴费的退款没有待处理的问题，无须处理。",
    ),
    (
        r"Another case has this transaction; a person looks at it\.",
        "该笔交易已经登记在其他办件，将由工作人员核查。",
    ),
    (r"There is no such case\.", "没有这一办件，请核对业务流水号。"),
)
