"""What a command prints and how it ends: people get lines, `--json` gets one document.

Exit codes: 0 fine, 1 findings, 2 bad use, 3 a server is missing or refuses us.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer

FINE, FINDINGS, BAD_USE, SERVER_MISSING = 0, 1, 2, 3

UNAUTHORIZED = 13  # MongoDB's code

Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")
]


class CommandError(Exception):
    """A command cannot do what it was asked; one sentence and the exit code."""

    def __init__(self, sentence: str, *, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def bad_use(sentence: str) -> CommandError:
    """The caller asked for something that makes no sense."""
    return CommandError(sentence, exit_code=BAD_USE)


def moment(text: str) -> datetime:
    """A time that the caller gave, with its zone.

    Raises:
        CommandError: it is none, or its zone is missing.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad_use(f"{text!r} is no time like 2026-11-21T16:00Z.") from None
    if found.tzinfo is None:
        raise bad_use(f"{text!r} lacks its zone: write {text}Z or {text}+08:00.")
    return found


def server_missing(sentence: str) -> CommandError:
    """A server or the system is not there."""
    return CommandError(sentence, exit_code=SERVER_MISSING)


def say(text: str) -> None:
    """One line for people, on standard output."""
    sys.stdout.write(f"{text}\n")


def warn(text: str) -> None:
    """One line for people that is not the answer, on standard error."""
    sys.stderr.write(f"{text}\n")


def answer(
    document: Mapping[str, Any],
    *,
    as_json: bool,
    show: Callable[[Mapping[str, Any]], None],
    exit_code: int = FINE,
    rows: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """Print the answer in the wanted form and end with the exit code.

    `rows`: where the JSON answer is a list, that list; `document` is what people are shown.
    """
    if as_json:
        said = document if rows is None else rows
        say(json.dumps(said, ensure_ascii=False, indent=2, default=str))
    else:
        show(document)
    raise typer.Exit(exit_code)


@contextmanager
def reporting(*, as_json: bool) -> Iterator[None]:
    """Turn what may go wrong into one sentence and the right exit code.

    The types are looked up by name where their module may not be loaded: a command that never
    touched the database need not import its driver to be told apart from one that did.
    """
    try:
        yield
    except (typer.Exit, typer.Abort):  # an answer was given
        raise
    except CommandError as error:
        _fail(str(error), error.exit_code, as_json=as_json)
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        finding = getattr(error, "as_finding", None)
        findings = [] if finding is None else [finding()]
        raise typer.Exit(
            told(_sentence(error), code, as_json=as_json, findings=findings)
        ) from error


_CODES: Mapping[str, int] = {
    "LaunchError": BAD_USE,
    "SettingsError": BAD_USE,
    "NotFound": BAD_USE,
    "ClockError": BAD_USE,
    "TermError": BAD_USE,
    "UnknownItem": BAD_USE,
    "CatalogueError": FINDINGS,
    "LogCorrupt": FINDINGS,
    "ServerMissingError": SERVER_MISSING,
    "LogUnavailable": SERVER_MISSING,
    "VaultUnavailable": SERVER_MISSING,
    "OutcomeUnknown": SERVER_MISSING,
    "ConnectionFailure": SERVER_MISSING,
    "ExecutionTimeout": SERVER_MISSING,
    "ConnectError": SERVER_MISSING,
    "TimeoutException": SERVER_MISSING,
}


def _exit_code(error: Exception) -> int | None:
    """The exit code an exception stands for; None for a defect of ours."""
    own = getattr(error, "exit_code", None)
    if isinstance(own, int):
        return own
    if _refused(error):
        return SERVER_MISSING
    if isinstance(error, OSError) and error.filename is not None:
        return BAD_USE  # a file or a folder that was named
    names = [kind.__name__ for kind in type(error).__mro__]
    return next((_CODES[name] for name in names if name in _CODES), None)


def _refused(error: BaseException) -> bool:
    """Whether the database refused it for lack of rights, under whatever name that came to us."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__name__ == "OperationFailure" and getattr(cause, "code", 0) == UNAUTHORIZED:
            return True
        cause = cause.__cause__
    return False


def _sentence(error: Exception) -> str:
    if _refused(error):
        return (
            "The database user of this command has no right to do that (deploy/roles.json):"
            " the operator's may have it."
        )
    if type(error).__module__.startswith("pymongo"):
        return "The event log does not answer: is the system up? (`caseledger status`)"
    if type(error).__module__.startswith("httpx"):
        return f"A service does not answer ({error}): is the system up? (`caseledger status`)"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be read or written: {error.strerror}."
    return str(error)


def _fail(sentence: str, exit_code: int, *, as_json: bool) -> None:
    raise typer.Exit(told(sentence, exit_code, as_json=as_json))


def told(
    sentence: str,
    exit_code: int,
    *,
    as_json: bool,
    findings: Sequence[Mapping[str, object]] = (),
) -> int:
    """Say what is wrong, in the wanted form; the exit code is given back.

    `findings` say the same for programs: a stream that is refused is one.
    """
    if as_json:
        document = {"ok": False, "error": sentence} | ({"findings": findings} if findings else {})
        say(json.dumps(document, ensure_ascii=False, default=str))
    warn(sentence)
    return exit_code
