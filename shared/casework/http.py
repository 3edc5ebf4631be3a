"""Commands and queries on a case or a document: who may meet it, and what the domain answers.

It exists so that no endpoint can forget the access check: a case, and a document of a case, is only
to be had through it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response

from shared.case import Case, IssuedDocument, case_stream, document_stream, fold
from shared.casework.log import case_of, issued_document
from shared.eventlog import Command, Commit, Draft, Event, EventLog, Loaded
from shared.eventlog.errors import NotFound, StaleVersion
from shared.http.access import ensure_visible, not_found
from shared.http.commands import answer, answer_on_document
from shared.http.problems import FieldError, Problem

_VERSION = re.compile(r"[1-9][0-9]{0,8}\Z")
AS_OF = r"[1-9][0-9]{0,8}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(?:Z|[+-][0-9]{2}:[0-9]{2})"


def on_case(
    log: EventLog,
    case_id: str,
    command: Command,
    decide: Callable[[Case], Sequence[Draft]],
    *,
    more: Callable[[Commit], Mapping[str, Any]] | None = None,
) -> Response:
    """Run a command on a case that the caller may meet, and answer from its commit.

    `more`: what a route tells beside that, made from the commit.

    Raises:
        Problem: 404 for an unknown case and for somebody else's, whatever version was named.
    """

    def visible(loaded: Loaded) -> Sequence[Draft]:
        case = case_of(loaded)
        if not case.exists:
            raise NotFound("There is no such case.")
        _must_see(case)
        return decide(case)

    try:
        outcome = log.execute(case_stream(case_id), command, visible)
    except StaleVersion:
        # The version is compared before anything is decided: a stranger must not learn from it.
        seen(log, case_id)
        raise
    return answer(outcome, case=case_id, more=more)


def on_document(
    log: EventLog,
    document_id: str,
    command: Command,
    decide: Callable[[IssuedDocument, Case], Sequence[Draft]],
) -> Response:
    """Run a command on a document whose case the caller may meet, and answer from its commit.

    `decide` is given the case that the document came of too, as it is by now.
    `If-Match` is the version of the document, not of its case.

    Raises:
        Problem: 404 for an unknown document and for one of somebody else's case, whatever version
            was named.
    """
    stream = document_stream(document_id)

    def visible(loaded: Loaded) -> Sequence[Draft]:
        document = issued_document(loaded)
        return decide(document, _case_met(log, document))

    try:
        outcome = log.execute(stream, command, visible)
    except StaleVersion:
        # As for a case: a stranger must not learn that there is a document, or its version.
        _case_met(log, issued_document(log.load(stream)))
        raise
    return answer_on_document(outcome, document=document_id)


def seen(log: EventLog, case_id: str, *, as_of: str | None = None) -> Case:
    """The case, if the caller may meet it; as it was at a version or a time, if one is given.

    Raises:
        Problem: 404 for an unknown case, for somebody else's, and before its beginning.
    """
    return folded(loaded_case(log, case_id), as_of)


def loaded_case(log: EventLog, case_id: str) -> Loaded:
    """The case's stream, if the caller may meet it. Raises `Problem` 404 else."""
    loaded = log.load(case_stream(case_id))
    if not loaded.commits:
        raise not_found()
    _must_see(case_of(loaded))
    return loaded


def folded(loaded: Loaded, as_of: str | None) -> Case:
    """The case of a loaded stream, up to a version, or to what was recorded at a time.

    Raises:
        Problem: 404 where nothing was recorded by then; 422 for a time that does not exist.
    """
    if as_of is None:
        return case_of(loaded)
    events = list(_until(loaded, as_of))
    if not events:
        raise not_found()
    return fold(events, case_id=loaded.stream.partition("/")[2])


def _until(loaded: Loaded, as_of: str) -> Sequence[Event]:
    if _VERSION.match(as_of):
        return [event for event in loaded.events if event.version <= int(as_of)]
    try:
        moment = datetime.fromisoformat(as_of).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        wrong = [FieldError("?as_of", "must be a version or a time like 2026-11-21T16:00:00Z")]
        raise Problem("invalid-fields", errors=wrong) from error
    return [
        event
        for commit in loaded
        if datetime.fromisoformat(commit.body.recorded_at) <= moment
        for event in commit.events
    ]


def _must_see(case: Case) -> None:
    ensure_visible(
        owner_ref=case.subject,
        department=case.department,
        organisation=case.organisation,
        venue=case.venue,
    )


def _case_met(log: EventLog, document: IssuedDocument) -> Case:
    """A document's case, if the caller may meet it: it decides who may, long after it ended."""
    case = case_of(log.load(case_stream(document.case))) if document.case else Case()
    if not case.exists:
        raise NotFound("There is no such document.")
    _must_see(case)
    return case
