"""Why an officer cannot do something with a case under review: said by review."""

from __future__ import annotations

OF_CASES: tuple[tuple[str, str], ...] = (
    # whose case it is
    (r"Nobody handles their own application\.", "工作人员不得办理本人的申请，请转交其他工作人员。"),
    (r"Another officer has the case\.", "该办件由其他工作人员办理，请与其联系，或者先办理转交。"),
    (r"Nobody has the case(?: yet)?\.", "该办件还没有承办人，请先承办。"),
    (r"The case is not under review\.", "该办件不在审查阶段，请刷新后查看最新状态。"),
    (
        r"Whoever lengthens a limit does not approve it\.",
        "延长期限须由另一名工作人员批准，请填写其他批准人。",
    ),
    (
        r"Whoever proposed does not decide here\.",
        "提出意见的人不得作出决定，请由另一名工作人员决定。",
    ),
    (
        r"This case has no applicant whose key could seal .+\.",
        "该办件没有申请人，不能保存须加密的文字，请删去文字后重新提交。",
    ),
    (
        r"The list says already whose cases it has\.",
        "该列表已经限定了承办人，请删去承办人条件，或者换用其他列表。",
    ),
    # steps
    (r"No step of the procedure is open\.", "目前没有待办理的步骤，请刷新后查看。"),
    (r"The next step is .*\.", "下一步骤与此不同，请刷新后查看。"),
    (r"The (?:step|stage) .+ can end: .+\.", "该步骤不能以这种结果结束，请从给出的结果中选择。"),
    (r"The step .+ begins when its notice is published\.", "该步骤须先发布公示，请发布后再办理。"),
    (
        r"The step .+ lasts until ([\d-]+)\.",
        r"该步骤的期间到\1届满，请在届满以后再登记结果。",
    ),
    (r"No public notice is to be published now\.", "目前没有需要发布的公示，请刷新后查看。"),
    (
        r"A public notice begins today or later, within a year\.",
        "公示的第一日须为今日或者以后，且在一年以内，请重新填写。",
    ),
    (
        r"State a last day from ([\d-]+) to ([\d-]+)\.",
        r"公示的最后一日须在\1至\2之间，请重新填写。",
    ),
    (r"A point is found on once\.", "每一检查要点只能有一个结论，请删去重复的结论。"),
    (r"No inspection is next\.", "下一步骤不是现场检查，请刷新后查看。"),
    (
        r"Name a day from today on, and hours that end after they begin\.",
        "现场检查的日期须为今日或者以后的近期日期，且结束时间须晚于开始时间，请重新填写。",
    ),
    (
        r"A step is passed where every point is met, and only there\.",
        "各检查要点全部符合的，结果须为通过；有不符合的，不得为通过。请核对后重新填写。",
    ),
    (
        r"The members of a panel vote, each once\.",
        "只有评审步骤可以登记表决，且每名评审人员只能表决一次，请核对后重新填写。",
    ),
    (
        r"A panel passes what more members are for than against\.",
        "赞成多于反对的，结果须为通过，否则不得为通过，请核对后重新填写。",
    ),
    (
        r"Name a day after today, of what is to be put right\.",
        "只有须整改的才填写整改期限，且须在今日以后、规定的期间以内，请重新填写。",
    ),
    (
        r"Name the last day to put it right\.",
        "检查清单上有不符合的，须写明整改期限，即整改的最后一日，请填写后再提交。",
    ),
    # pictures of an inspection
    (r"Pictures go with an inspection alone\.", "只有现场检查可以附照片，请去掉照片后重新提交。"),
    (
        r"No such picture was uploaded for this case\.",
        "没有找到为该办件上传的这张照片，请重新上传。",
    ),
    (
        r"This picture is gone: upload it again\.",
        "照片上传后没有及时提交，已经销毁，请重新上传。",
    ),
    (r"Send a picture, not a PDF\.", "检查照片须为图片，请换用图片后重新上传。"),
    (
        r"A case that nobody applied for takes no pictures\.",
        "该办件没有申请人，不能上传检查照片，请逐项填写检查结论。",
    ),
    # findings and the decision
    (
        r"One finding is needed on each of: .*\.",
        "每一审查要点都须有一个结论，请逐项填写，不要多填。",
    ),
    (
        r"From these findings follows: .+\.",
        "提出的意见与各项结论不一致：全部符合的应当拟准予，有不符合的应当拟不予批准。",
    ),
    (r"On .+ the step found otherwise\.", "所填结论与此前步骤的结果不一致，请核对后重新填写。"),
    (
        r"The criteria found not met are: .*\.",
        "不予批准的理由须与不符合的审查要点一致，请核对后重新填写。",
    ),
    (
        r"Say in your own words why: the item prints no criterion for it\.",
        "该事项没有列明相应的审查标准，请用自己的话写明不予批准的理由。",
    ),
    (r"There is nothing to propose now\.", "目前不能提出审查意见，请刷新后查看。"),
    (r"Nothing is proposed\.", "还没有提出审查意见，请先提出意见。"),
    (r"Nobody is told of this decision\.", "该办件没有申请人，决定无须告知，没有可以预览的内容。"),
    (r"Approval is not what is proposed\.", "目前提出的意见不是准予，请刷新后查看。"),
    (r"Refusal is not what is proposed\.", "目前提出的意见不是不予批准，请刷新后查看。"),
    (
        r"\S+ (?:needs .+|with a reason that says nothing|with a legal basis that says nothing)",
        "决定的内容不完整，须写明理由、法律依据、救济机关和救济期限，请补充后重新提交。",
    ),
    # putting right
    (r"Name one field that is put right\.", "每次更正一项，请只填写一项要更正的内容。"),
    (r"There is no such value in the case\.", "该办件没有此项内容，无法更正。"),
    (
        r"Corrections are made while an officer reviews the case\.",
        "只有在工作人员审查期间才能更正，该办件目前不能更正。",
    ),
    # limits
    (r"No limit of this case runs\.", "该办件目前没有正在计算的期限，请刷新后查看。"),
    (r"The limits that run are: .*\.", "该办件没有这一正在计算的期限，请刷新后重新选择。"),
    (r"No rule restarts this limit\.", "没有规定允许重新计算该期限。"),
    (r"The limit .+ has no extension\.", "该期限按规定不得延长。"),
    (r"The limit .+ has been extended once already\.", "该期限已经延长过一次，不得再延长。"),
    (
        r"The limit .+ ended on ([\d-]+); it cannot be extended now\.",
        r"该期限已于\1届满，不能再延长。",
    ),
    (r"The limit .+ ended on ; it cannot be extended now\.", "该期限已经届满，不能再延长。"),
    (r"No limit was missed without a reason\.", "没有逾期未说明原因的期限，无须说明。"),
    (r"Missed were: .*\.", "该期限没有逾期，或者已经说明原因，请刷新后重新选择。"),
    # how long a result is valid, and what it stands in for
    (
        r"How long these are valid has to be stated: .+\.",
        "须写明所发证照的有效期，请补充后重新提交。",
    ),
    (r"The case is granted: .+\.", "该办件不发放所写的结果，请核对后重新填写。"),
    (r"It is stated twice\.", "同一结果的有效期写了两次，请只保留一次。"),
    (r"The item leaves this to nobody here\.", "该事项已经规定了此项内容，无须填写，请删去。"),
    (r"The lengths to choose from are: .+\.", "有效期须从规定的几种期限中选择，请重新选择。"),
    (r"A span of (-?\d+) .+ is not possible\.", r"有效期不能为\1个所选单位，请重新填写。"),
    (
        r"The validity may not be longer than until ([\d-]+)\.",
        r"有效期最迟到\1届满，请缩短后重新填写。",
    ),
    (
        r"It has expired, so that its last day cannot be kept\.",
        "原证照已经过期，不能沿用其有效期的最后一日，请重新填写。",
    ),
    (
        r"The day ([\d-]+) is outside the calendar, which runs from ([\d-]+) to ([\d-]+)\.",
        r"\1超出可以计算的范围（\2至\3），请核对后重新填写。",
    ),
    (
        r"(?:The date is after [\d-]+|.+ is outside the calendar|No opening in .+)\.",
        "日期超出可以计算的范围，请核对后重新填写。",
    ),
    (
        r"This result stands in for no older document\.",
        "该结果不替代任何旧证照，请删去所填的旧证照。",
    ),
    (r"An older document is named twice for it\.", "同一结果填写了两份旧证照，请只保留一份。"),
    (
        r"This person holds no such document whose number counts\.",
        "申请人名下没有该号码的有效证照，请核对证照编号。",
    ),
)
