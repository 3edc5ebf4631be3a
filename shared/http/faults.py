"""Turn every exception below a request into problem details.

An error thus has one shape wherever it was raised: in the log, the vault, the driver, Flask, or our
own code. A fault of our own is logged with its correlation id and its text is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask, Response, g
from pymongo.errors import ConnectionFailure, PyMongoError
from werkzeug.exceptions import HTTPException

from shared.case.registry import UnknownEvent
from shared.config import SettingsError
from shared.eventlog import errors
from shared.files import FileLookerBusy, FileRefused
from shared.http.problems import FieldError, Problem, from_http_exception, respond
from shared.vault.errors import (
    CasesOpen,
    Erased,
    UploadReused,
    VaultUnavailable,
)

_log = structlog.get_logger(__name__)
LANE_LOOKS_AGAIN_S = 60
_LOGGED = {"internal", "record-damaged"}


def install(app: Flask) -> None:
    """Register the one handler; it decides by type."""
    app.register_error_handler(Exception, _answer)


def _answer(error: Exception) -> Response:
    problem = as_problem(error)
    if problem.kind.name in _LOGGED or isinstance(error, errors.IndexesMissing):
        _log.error("request_failed", correlation=g.get("correlation"), exc_info=error)
    return respond(problem)


def as_problem(error: Exception) -> Problem:
    """The problem that an exception is answered with."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return from_http_exception(error)
    if isinstance(error, errors.Refused) and type(error) not in _TOLD:
        members: dict[str, Any] = {**error.fields, "actions": list(error.actions)}
        return Problem("refused", error.detail, code=error.code, **members)
    for kind in type(error).__mro__:
        if kind in _TOLD:
            return _TOLD[kind](error)
    if isinstance(error, PyMongoError) and (isinstance(error, ConnectionFailure) or error.timeout):
        return Problem("log-unavailable", "Repeat the request later, with the same key.")
    return Problem("internal")


def _stale(error: Any) -> Problem:
    return Problem("stale-version", error.detail, present=error.present)


def _damaged(error: Any) -> Problem:
    """One sentence: stream, version and reason; nothing that the stored document says is quoted."""
    at = f" at version {error.version}" if isinstance(error.version, int) else ""
    return Problem("record-damaged", f"The stream {error.stream} is refused{at}: {error.reason}.")


def _lane_stopped(_error: Any) -> Problem:
    """An operator has to act, and the lane looks again each minute: no use in asking sooner."""
    return Problem(
        "lane-stopped",
        "Nothing was written; repeat the request later, with the same key. Other cases go on.",
        headers={"Retry-After": str(LANE_LOOKS_AGAIN_S)},
    )


def _cases_open(error: Any) -> Problem:
    return Problem("refused", str(error), code="cases-open", cases=list(error.cases))


def _file_refused(error: Any) -> Problem:
    """The sentence with what was measured, in both languages, for whoever chose the file."""
    wrong = FieldError("", str(error), code=error.code, detail_zh=error.zh)
    return Problem("unreadable-upload", str(error), errors=[wrong], detail_zh=error.zh)


_TOLD: dict[type, Callable[[Any], Problem]] = {
    errors.NotFound: lambda _: Problem("not-found"),
    errors.StaleVersion: _stale,
    errors.KeyReused: lambda _: Problem("key-reused"),
    errors.OutcomeUnknown: lambda _: Problem(
        "outcome-unknown", "Repeat the request with the same Idempotency-Key."
    ),
    errors.Contended: lambda _: Problem("contended"),
    errors.LogUnavailable: lambda _: Problem(
        "log-unavailable", "Nothing was written; repeat the request later."
    ),
    errors.LaneStopped: _lane_stopped,
    SettingsError: lambda error: Problem("log-unavailable", f"Nothing was written. {error}"),
    errors.IndexesMissing: lambda _: Problem("log-unavailable", "Nothing was written."),
    UnknownEvent: lambda _: Problem(
        "log-unavailable",
        "A newer version wrote what this process cannot read. Nothing was written; repeat the "
        "request later.",
    ),
    errors.StreamDamaged: _damaged,
    errors.CommitTooLarge: lambda _: Problem("too-large"),
    Erased: lambda _: Problem("erased"),
    VaultUnavailable: lambda _: Problem("log-unavailable"),
    FileRefused: _file_refused,
    FileLookerBusy: lambda _: Problem(
        "log-unavailable", "Other files are being opened; repeat the request, with the same key."
    ),
    UploadReused: lambda _: Problem("key-reused"),
    CasesOpen: _cases_open,
}
