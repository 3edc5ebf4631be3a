"""What is wrong with a value of a body or a query: the form of JSON, and of a single field."""

from __future__ import annotations

OF_VALUES: tuple[tuple[str, str], ...] = (
    # what every field says
    (r"Missing data for required field\.", "此项必填，请填写后重新提交。"),
    (r"is needed for this kind", "此类通知须有此项，请补充后重新发送。"),
    (r"Field may not be null\.", "此项不能为空值，请填写内容，或者整项不填。"),
    (r"Unknown field\.", "没有此项，请核对项目名称，或者删除此项后重新提交。"),
    (r"Invalid value\.", "此项的值不符合要求，请核对后重新填写。"),
    (r"Invalid (?:input )?type\.", "此项的结构不符合要求，须由若干有名称的内容组成。"),
    (r"must be an object", "须由若干有名称的内容组成，请按接口说明填写。"),
    (r"(?:must be a list|Not a valid list\.)", "须为列表，请按接口说明填写。"),
    (r"(?:must be a string|Not a valid string\.)", "须为文字，请重新填写。"),
    (r"Not a valid utf-8 string\.", "文字的编码有误，请重新输入。"),
    (r"(?:must be a whole number|Not a valid integer\.)", "须为整数，请重新填写。"),
    (r"Not a valid number\.", "须为数字，请重新填写。"),
    (r"Number too large\.", "数字过大，请填写较小的数字。"),
    (r"(?:must be true or false|Not a valid boolean\.)", "须为是或者否，请重新选择。"),
    (r"Not a valid date\.", "须为日期，请重新填写。"),
    (r"Not a valid .*(?:time|datetime)\.", "须为时间，请重新填写。"),
    (r"Not a valid mapping type\.", "须由若干有名称的内容组成，请按接口说明填写。"),
    (r".+ cannot be formatted as a .+\.", "日期或者时间无法表示，请核对后重新填写。"),
    # lengths, bounds and forms
    (r"too long", "内容过长，请缩短后重新提交。"),
    (r"must have (\d+) to (\d+) characters", r"须有\1至\2个字符，请调整后重新填写。"),
    (r"must have (\d+) to (\d+) items", r"须有\1至\2项，请调整后重新填写。"),
    (r"must have at most (\d+) members", r"最多\1项，请删减后重新提交。"),
    (r"must be between (-?\d+) and (-?\d+)", r"须在\1至\2之间，请重新填写。"),
    (
        r"must be more than 0\.00: nothing was paid",
        "金额须大于零；没有收到款项时，不要发送缴费通知。",
    ),
    (r"must be one of: .*", "须为给出的选项之一，请重新选择。"),
    (r"has not the required form", "格式不符合要求，请核对后重新填写。"),
    (r"must be a date like 2026-11-21", "须为日期，格式如2026-11-21，请重新填写。"),
    (r"there is no such date", "没有这一天，请核对日期后重新填写。"),
    (
        r"must be a time with its offset, like .+",
        "须为带时区的时间，先写年月日，再写时分秒和时区，请重新填写。",
    ),
    (
        r"must be a version or a time like .+",
        "须为版本号，或者带时区的时间，请重新填写。",
    ),
    (r"there is no such time", "没有这一时间，请核对后重新填写。"),
    (
        r'must be an amount with two decimals, like "40\.00"',
        "须为金额，写明两位小数，如40.00，请重新填写。",
    ),
    (r"must be `next` of an earlier page", "翻页标记无效，请从第一页重新查看。"),
    (r"given more than once", "同一项给出了不止一次，请只保留一次。"),
    (
        r"answers are whole numbers, true, false, texts, lists of them, or parts by code",
        "回答须为整数、是或者否、文字，或者由它们组成的内容，请按申请表重新填写。",
    ),
    # the form of JSON
    (r"the body is not UTF-8", "请求内容的文字编码有误，请改用统一码后重新提交。"),
    (
        r"the body is not JSON: line (\d+), column (\d+)",
        r"请求内容的格式有误，位于第\1行第\2个字符，请改正后重新提交。",
    ),
    (r"(?:the body is )?nested too deeply", "内容的层级过多，请减少层级后重新提交。"),
    (r"more than (\d+) members", r"名称超过\1个，请删减后重新提交。"),
    (r"more than (\d+) items", r"列表超过\1项，请删减后重新提交。"),
    (r"longer than (\d+) characters", r"文字超过\1个字符，请缩短后重新提交。"),
    (r"a member's name is longer than (\d+) characters", r"有的名称超过\1个字符，请核对名称。"),
    (r"a member's name has a dot or a dollar sign", "名称中不能有点号或者美元符号，请核对名称。"),
    (
        r"a member's name has a character that is not allowed",
        "名称中有不允许的字符，请核对名称。",
    ),
    (
        r"an integer beyond 2\^53 cannot be carried exactly",
        "整数过大，无法准确保存，请填写较小的整数。",
    ),
    (r"the number is out of range", "数字超出可以表示的范围，请填写较小的数字。"),
    (r"NaN and Infinity are not JSON", "此处不是确定的数字，请填写确定的数字。"),
    (r"the character NUL is not allowed", "文字中有不允许的空字符，请删除后重新提交。"),
    (r"half of a surrogate pair is no character", "文字中有不完整的字符，请删除后重新输入。"),
    # texts that are stored in plain
    (
        r"this text is stored in plain: leave out the number of an identity document",
        "此项内容将公开长期保存，请删除其中的身份证件号码。",
    ),
    (
        r"this text is stored in plain: leave out the telephone number",
        "此项内容将公开长期保存，请删除其中的电话号码。",
    ),
    (
        r"this text is stored in plain: leave out the mail address",
        "此项内容将公开长期保存，请删除其中的电子邮箱地址。",
    ),
    (
        r"this text is stored in plain: leave out the .+",
        "此项内容将公开长期保存，请删除其中的个人信息。",
    ),
)
