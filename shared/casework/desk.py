"""Commands of people at a desk: who acts, what is sealed, and one road to the decision."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from flask import Response

from shared.case import Case, IssuedDocument, Rules
from shared.casework.http import on_case, on_document
from shared.casework.log import Personal, drafts
from shared.casework.offers import for_caller, for_caller_of_document
from shared.casework.topics import CaseCommand, Topics
from shared.eventlog import Commit, Draft, EventLog, Sealed
from shared.http import Problem, http_command, principal, subject_ref
from shared.vault import subject_stream


class Room(Protocol):
    """What the desk of a service works with."""

    @property
    def log(self) -> EventLog: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def staff_id() -> str:
    """Who acts, by the staff id of the token.

    Raises:
        Problem: 403 for a token without one: it is nobody's at a desk.
    """
    officer = principal().staff_id
    if officer is None:
        raise Problem("forbidden", "The token names no staff id.")
    return officer


def acting() -> dict[str, str]:
    """The officer of the token, and the subject reference of the same sign-in, if it has one.

    By the reference nobody decides their own application. Raises `Problem` 403 as `staff_id` does.
    """
    return {"officer": staff_id(), "own_subject": subject_ref() or ""}


def at_desk(
    topics: Topics,
    room: Room,
    case_id: str,
    command: CaseCommand | Callable[[Case], CaseCommand],
    *,
    body: Mapping[str, Any] | None = None,
    personal: Callable[[Case], Personal] | None = None,
    more: Callable[[Commit], Mapping[str, Any]] | None = None,
) -> Response:
    """Decide a command on a case that the caller may meet, append, and answer from the commit.

    A `command` that needs something looked up for the case is a function of the case; it is not
    called for a repeat. `body`: the request's, for the free text that the command's topic seals.
    `personal`: what else is sealed, made from the case. `more`: what is told beside the answer.
    """
    now = room.now()

    def decided(case: Case) -> Sequence[Draft]:
        told = command if isinstance(command, CaseCommand) else command(case)
        rules = room.rules
        with for_caller(topics, case, rules, now):
            facts = topics.decide(case, told, rules, now)
        sealed = free_text(topics, case, told, body or {})
        return drafts(facts, {**sealed, **(personal(case) if personal else {})})

    return on_case(room.log, case_id, http_command(now=now), decided, more=more)


def document_at_desk(
    topics: Topics,
    room: Room,
    document_id: str,
    command: CaseCommand | Callable[[Case], CaseCommand],
    *,
    body: Mapping[str, Any] | None = None,
) -> Response:
    """Decide a command on a document whose case the caller may meet, append, and answer.

    A `command` that depends on the document's case is a function of that case. `body`: the
    request's, for the free text that the command's topic seals under the applicant's key.
    """
    now = room.now()

    def decided(document: IssuedDocument, case: Case) -> Sequence[Draft]:
        told = command if isinstance(command, CaseCommand) else command(case)
        with for_caller_of_document(topics, document, case):
            facts = topics.decide_on_document(document, told, room.rules, now)
        return drafts(facts, free_text(topics, case, told, body or {}))

    return on_document(room.log, document_id, http_command(now=now), decided)


def free_text(
    topics: Topics, case: Case, command: CaseCommand, body: Mapping[str, Any]
) -> Personal:
    """The free text of a command, to be sealed under the applicant's key beside its event."""
    event, name = topics.sealed.get(type(command), ("", ""))
    if name not in body:
        return {}
    if not case.subject:
        raise Problem("invalid-fields", f"This case has no applicant whose key could seal {name}.")
    return {event: {name: Sealed(subject_stream(case.subject), body[name])}}
