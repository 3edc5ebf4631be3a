"""Problem details (RFC 9457) for every error, wherever it was raised.

It exists so that a client meets one shape of error: a stable `type`, every wrong field named, a
correlation id to quote, and nothing of our insides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, g, has_app_context
from werkzeug.exceptions import HTTPException

from shared.http.words.in_chinese import chinese

TYPE_PREFIX = "urn:caseledger:problem:"
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2


@dataclass(frozen=True)
class ProblemType:
    """One row of the table: the stable name, the status, and what a person reads first.

    `zh` is the title in Chinese.
    """

    name: str
    status: int
    title: str
    zh: str


# The names are part of the interface: clients switch on them. Add, never rename.
PROBLEM_TYPES: dict[str, ProblemType] = {
    kind.name: kind
    for kind in (
        ProblemType("malformed-request", 400, "The request is malformed.", "请求的格式有误。"),
        ProblemType(
            "invalid-json", 400, "The body is not acceptable JSON.", "请求内容的格式有误。"
        ),
        ProblemType(
            "idempotency-key-missing",
            400,
            "The header Idempotency-Key is missing.",
            "缺少防止重复提交的标识。",
        ),
        ProblemType(
            "idempotency-key-malformed",
            400,
            "The header Idempotency-Key is malformed.",
            "防止重复提交的标识格式有误。",
        ),
        ProblemType(
            "if-match-malformed",
            400,
            "The header If-Match is malformed.",
            "请求所依据的版本格式有误。",
        ),
        ProblemType(
            "unauthenticated", 401, "The caller is not known.", "未能确认您的身份，请先登录。"
        ),
        ProblemType("forbidden", 403, "The caller may not do this.", "您没有办理此项的权限。"),
        ProblemType(
            "own-case",
            403,
            "Nobody acts for an office on a case of their own.",
            "工作人员不得办理与本人有关的办件。",
        ),
        ProblemType(
            "reason-needed",
            403,
            "This is read with a reason alone: ?reason=.",
            "查阅此项须写明理由。",
        ),
        ProblemType("not-found", 404, "There is nothing here.", "没有找到所查的内容。"),
        ProblemType(
            "method-not-allowed", 405, "This method is not offered here.", "此处不支持这种操作。"
        ),
        ProblemType(
            "not-acceptable",
            406,
            "The representation asked for is not offered.",
            "此处不提供所要求的格式。",
        ),
        ProblemType(
            "request-timeout",
            408,
            "The request took too long to arrive.",
            "请求传送超时，请重新提交。",
        ),
        ProblemType(
            "refused", 409, "The rules do not allow this now.", "按照规定，目前不能这样办理。"
        ),
        ProblemType(
            "erased",
            410,
            "The personal data asked for has been erased.",
            "所查的个人信息已经删除。",
        ),
        ProblemType(
            "stale-version",
            412,
            "The case has changed since it was read.",
            "办件在您查看以后有了变化。",
        ),
        ProblemType("too-large", 413, "The request is too large.", "请求内容过大。"),
        ProblemType("uri-too-long", 414, "The address is too long.", "网址过长。"),
        ProblemType(
            "unsupported-media-type",
            415,
            "This content type is not accepted.",
            "不接收这种格式的内容。",
        ),
        ProblemType(
            "expectation-failed", 417, "The expectation cannot be met.", "不能满足请求的预期条件。"
        ),
        ProblemType(
            "invalid-fields", 422, "Some fields are not acceptable.", "有的内容不符合要求。"
        ),
        ProblemType(
            "unreadable-upload", 422, "The upload cannot be accepted.", "上传的文件不能接收。"
        ),
        ProblemType(
            "key-reused",
            422,
            "This Idempotency-Key was used for another request.",
            "这一防止重复提交的标识已经用于其他请求。",
        ),
        ProblemType(
            "message-reused",
            422,
            "This Webhook-Id was used for another message.",
            "这一通知编号已经用于其他通知。",
        ),
        ProblemType(
            "if-match-missing", 428, "The header If-Match is missing.", "没有写明请求所依据的版本。"
        ),
        ProblemType("too-many-requests", 429, "Too many requests.", "请求过于频繁，请稍后再试。"),
        ProblemType("headers-too-large", 431, "The headers are too large.", "请求的附加信息过长。"),
        ProblemType(
            "record-damaged", 500, "The record cannot be believed.", "有关记录未能通过核验。"
        ),
        ProblemType("paper-failed", 500, "The paper could not be made.", "文书未能制作成功。"),
        ProblemType("internal", 500, "Something went wrong on our side.", "系统出现故障。"),
        ProblemType(
            "log-unavailable",
            503,
            "The event log cannot be reached now.",
            "目前无法访问办件记录，请稍后再试。",
        ),
        ProblemType(
            "lane-stopped",
            503,
            "Nothing can be added to this record now.",
            "目前无法在该记录中增加内容，请稍后再试。",
        ),
        ProblemType(
            "outcome-unknown",
            503,
            "It is not known whether the command was recorded.",
            "尚不能确定是否已经办理。",
        ),
        ProblemType(
            "contended",
            503,
            "Too many commands on this case at once.",
            "同时办理该办件的请求过多，请稍后再试。",
        ),
        ProblemType(
            "paper-not-ready",
            503,
            "The paper is not there yet.",
            "文书还没有制作完成，请稍后再试。",
        ),
        ProblemType(
            "keys-unavailable",
            503,
            "The caller cannot be verified now.",
            "目前无法核实您的身份，请稍后再试。",
        ),
    )
}

_BY_STATUS = {
    400: "malformed-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "request-timeout",
    409: "refused",
    410: "erased",
    412: "stale-version",
    413: "too-large",
    414: "uri-too-long",
    415: "unsupported-media-type",
    417: "expectation-failed",
    422: "invalid-fields",
    428: "if-match-missing",
    429: "too-many-requests",
    431: "headers-too-large",
}


@dataclass(frozen=True)
class FieldError:
    """One wrong field: a JSON pointer into the body ("/fee/amount"), or `?name`, `header:Name`.

    A value that somebody wrote has a stable `code` too, and its own sentence in Chinese; any other
    has that of `shared.http.words`.
    """

    pointer: str
    detail: str
    code: str = ""
    detail_zh: str = ""

    @property
    def told(self) -> dict[str, str]:
        """As it is sent; what is empty is left out."""
        said = {"pointer": self.pointer, "detail": self.detail}
        more = {"code": self.code, "detail_zh": self.detail_zh or chinese(self.detail)}
        return said | {name: value for name, value in more.items() if value}


class Problem(Exception):
    """An error that the caller is told about; raise it anywhere below a request.

    `name` is a row of `PROBLEM_TYPES`. `code` replaces the name in the `type` (the refusals of
    the domain have stable codes of their own). `members` are added to the document as they are;
    `detail_zh` among them is what the document says in place of the Chinese of `detail`.
    """

    def __init__(
        self,
        name: str,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        code: str | None = None,
        **members: Any,
    ) -> None:
        super().__init__(name)
        self.kind = PROBLEM_TYPES[name]
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.code = code or name
        self.members = members

    def document(self) -> dict[str, Any]:
        """The problem details as they are sent."""
        correlation = g.get("correlation", "") if has_app_context() else ""
        document: dict[str, Any] = {
            **self.members,
            "type": TYPE_PREFIX + self.code,
            "title": self.kind.title,
            "title_zh": self.kind.zh,
            "status": self.kind.status,
            "correlation_id": correlation,
        }
        if self.detail is not None:
            document["detail"] = self.detail
            if zh := self.members.get("detail_zh") or chinese(self.detail):
                document["detail_zh"] = zh
        if self.errors:
            document["errors"] = [error.told for error in self.errors]
        return document


def respond(problem: Problem) -> Response:
    """The HTTP answer for a problem."""
    response = Response(
        orjson.dumps(problem.document(), default=str),
        status=problem.kind.status,
        content_type=MEDIA_TYPE,
    )
    if problem.kind.status == 503:  # noqa: PLR2004  the status that promises a later yes
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    if problem.kind.status == 401:  # noqa: PLR2004  RFC 9110 wants the challenge
        response.headers["WWW-Authenticate"] = "Bearer"
    response.headers.update(problem.headers)
    return response


def from_http_exception(error: HTTPException) -> Problem:
    """Translate what Flask and Werkzeug raise; their texts, which quote the request, are left."""
    status = error.code or 500
    name = _BY_STATUS.get(status)
    if name is None:
        name = "malformed-request" if 400 <= status < 500 else "internal"  # noqa: PLR2004
    headers = {}
    allowed = getattr(error, "valid_methods", None)
    if name == "method-not-allowed" and allowed:
        headers["Allow"] = ", ".join(sorted(allowed))
    return Problem(name, headers=headers)
