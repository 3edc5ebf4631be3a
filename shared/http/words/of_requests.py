"""What is wrong with a request as a whole, with its caller, or on our side."""

from __future__ import annotations

OF_REQUESTS: tuple[tuple[str, str], ...] = (
    (r"This list belongs to no duty of yours\.", "这个清单不属于您的岗位职责。"),
    # the body and the headers
    (r"At most (\d+) bytes are taken here\.", r"此处最多接收\1字节，请缩减内容后重新提交。"),
    (
        r"The body must be application/json\.",
        "请求内容须为规定的结构化数据格式，请按接口说明改正后重新提交。",
    ),
    (r"The body must be UTF-8\.", "请求内容的文字编码须为统一码，请改正后重新提交。"),
    (r"The body must not be compressed\.", "请求内容不得压缩，请以原内容重新提交。"),
    (r"Send one of: .+\.", "不接收这种格式的文件，请按材料要求换用规定的格式。"),
    (
        r"Read the case first; its ETag is the version to name\.",
        "请先查看办件，并写明所依据的版本，再提交。",
    ),
    (
        r"The .+ is at version (\d+)(?:, not .+|; a weak entity tag never matches)?\.",
        r"目前为第\1版，与请求所依据的版本不一致，请重新查看最新内容后再办理。",
    ),
    (r"A new message needs an id of its own\.", "新的通知须有自己的编号，请换用新编号后重新发送。"),
    # who asks
    (r"An access token is needed: .+", "须先登录，请登录后重新提交。"),
    (r"The access token is not valid\.", "登录已经失效或者无效，请重新登录。"),
    (
        r"The callback's signature is not valid\.",
        "通知的签名无效，没有登记任何内容，请核对签名所用的密钥后重新发送。",
    ),
    (r"The token names no staff id\.", "登录信息中没有工号，请联系本单位的系统管理人员。"),
    (
        r"The token speaks for another party than the one that applies\.",
        "登录所代表的单位与申请单位不一致，请核对申请单位，或者以该单位的身份重新登录。",
    ),
    (
        r"Only applicants and portals act for a party: see the claim .+\.",
        "登录信息有误：只有申请人可以代表单位办理。请联系本单位的系统管理人员。",
    ),
    (
        r"The claim acts_for names no party that a token can speak for: .+\.",
        "登录信息有误：所代表的须为有统一社会信用代码的单位。请联系本单位的系统管理人员。",
    ),
    (
        r"The claim identity names no identity document of a person: .+\.",
        "登录信息有误：身份证件的种类或者号码不正确。请重新登录，仍有问题的请与办理机关联系。",
    ),
    (
        r"The claim name, beside the claim identity, is no name of a person\.",
        "登录信息有误：核验的姓名不能识别。请重新登录，仍有问题的请与办理机关联系。",
    ),
    (
        r"The claims department and authority name two authorities\.",
        "登录信息有误：写明了两个不同的机关。请联系本单位的系统管理人员。",
    ),
    (
        r"The claim authority names no authority of the jurisdiction\.",
        "登录信息有误：没有所写的机关。请联系本单位的系统管理人员。",
    ),
    (
        r"The claim duties is a list of duties, at least one\.",
        "登录信息有误：岗位须至少写明一个。请联系本单位的系统管理人员。",
    ),
    (
        r"The claim duties names a duty that is none of .+\.",
        "登录信息有误：没有所写的岗位。请联系本单位的系统管理人员。",
    ),
    (
        r"The claim level names no region of the jurisdiction\.",
        "登录信息有误：没有所写的区划。请联系本单位的系统管理人员。",
    ),
    (
        r"The claim office names no office of the authority\.",
        "登录信息有误：该机关没有所写的办理点。请联系本单位的系统管理人员。",
    ),
    (
        r"The claim level is not the region of the office\.",
        "登录信息有误：区划与办理点所在的区划不一致。请联系本单位的系统管理人员。",
    ),
    (
        r"A token with duties names an office, or the level of its region\.",
        "登录信息有误：有岗位的，须写明办理点或者区划。请联系本单位的系统管理人员。",
    ),
    (r"The claim .+ is a code\.", "登录信息的格式有误。请联系本单位的系统管理人员。"),
    (
        r"Too many tries for this number; try again later\.",
        "该业务流水号的查询次数过多，请稍后再试。",
    ),
    (
        r"Too many codes that are on no paper; try again later\.",
        "多次输入的核验编号都不存在，请核对文书上的核验编号，稍后再试。",
    ),
    # on our side
    (
        r"Repeat the request later, with the same key\.",
        "系统暂时无法访问，请稍后原样重新提交；重复提交不会重复办理。",
    ),
    (
        r"Repeat the request with the same Idempotency-Key\.",
        "尚不能确定是否已经办理，请原样重新提交；重复提交不会重复办理。",
    ),
    (r"Nothing was written; repeat the request later\.", "没有任何内容被更改，请稍后重新提交。"),
    (
        r"Nothing was written; repeat the request later, with the same key\. Other cases go on\.",
        "没有任何内容被更改，请稍后原样重新提交；其他办件不受影响。",
    ),
    (
        r"A newer version wrote what this process cannot read\. Nothing was written; .+",
        "系统正在更新，没有任何内容被更改，请稍后重新提交。",
    ),
    (
        r"Other files are being opened; repeat the request, with the same key\.",
        "正在处理其他文件，请稍后原样重新提交。",
    ),
    (
        r"Nothing was written\.(?: .+)?",
        "没有任何内容被更改。系统须由运行维护人员检查，请稍后重新提交。",
    ),
    (
        r"The stream .+ is refused.*: .+\.",
        "有关记录未能通过核验，暂不能办理，须由运行维护人员查明，请与办理机关联系。",
    ),
    (
        r"(\d+) cases of this person are still open\.",
        r"此人还有\1个办件没有办结，待全部办结后才能删除个人信息。",
    ),
)
