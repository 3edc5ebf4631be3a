"""The route by which an application is read: one shape for applicant, officer and producer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from flask import Response, request

from shared.case import Case, Rules
from shared.case.reading.reasons import REASONS
from shared.casework.http import loaded_case
from shared.casework.log import case_of
from shared.casework.reading.application import ApplicationSchema, Body, read_application
from shared.casework.reading.caller import Entitled, must_be_entitled
from shared.eventlog import EventLog
from shared.http import Blueprint, Choice, Schema, answered, etag
from shared.security.data_classes import DataClass
from shared.vault import Vault

# Uploads and papers have routes of their own: they alone do not make an application readable.
_APPLICATION = frozenset(DataClass) - {DataClass.DOCUMENT, DataClass.PAPER}


class ReadingRoom(Protocol):
    """What reading works with."""

    @property
    def log(self) -> EventLog: ...
    @property
    def vault(self) -> Vault: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


class ReasonSchema(Schema):
    """Why it is read, where the duty alone does not open it. The applicant is shown the reason."""

    reason = Choice(*REASONS)


# What a service knows besides: of the case, of what its reader sees of it, who reads.
Beside = Callable[[Case, Body, Entitled], Body]


def application_route(
    blp: Blueprint,
    room: ReadingRoom,
    *,
    schema: type[ApplicationSchema] = ApplicationSchema,
    beside: Beside = lambda _case, _read, _may: {},
) -> None:
    """Add `GET /<case>/application` to the blueprint of a service.

    `beside`: what the service answers besides, by its own `schema`.
    """

    def application(query: dict[str, Any], case: str) -> Response:
        """Who applies and what was stated, as far as the caller may see it, read with a trace.

        The reading is recorded before it is answered: one row, with the classes of data.
        """
        loaded = loaded_case(room.log, case)
        found = case_of(loaded)
        reason = query.get("reason", "")
        may = must_be_entitled(found, now=room.now(), reason=reason, to=_APPLICATION)
        if unchanged(found):
            return not_modified(found)
        read = read_application(loaded, room.log, room.vault, room.rules, may)
        return answered({**read, **beside(found, read, may)})

    # Called one after the other: as decorators they would make the endpoint untyped.
    unread = "The caller has this version already; nothing was read."
    described = blp.response(200, schema)(blp.alt_response(304, description=unread)(application))
    blp.get("/<case>/application")(blp.arguments(ReasonSchema, location="query")(described))


def unchanged(case: Case) -> bool:
    """Whether the caller has this version of the case already."""
    return request.if_none_match.contains_weak(etag(case.version).strip('"'))


def not_modified(case: Case) -> Response:
    """The answer to an unchanged poll: nothing was read."""
    response = Response(status=304)
    response.headers["ETag"] = etag(case.version)
    return response
