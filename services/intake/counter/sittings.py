"""A sitting: somebody is at the counter or on the telephone, and an officer begins to serve them.

It comes before the application, because uploads are sealed for the person to whom they belong.
"""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import Response

from services.intake.application.parties.persons import NumberField
from services.intake.room import Desk, Intake
from shared.casework.desk import staff_id
from shared.clock import local_day
from shared.http import (
    BadValue,
    Blueprint,
    Choice,
    FieldError,
    Nested,
    Problem,
    Schema,
    Str,
    answered,
    http_command,
    principal,
)
from shared.values.identity import PERSONAL, read_number
from shared.values.unusable import Unusable
from shared.vault import CounterSitting

SEEN_KINDS = tuple(kind for kind in PERSONAL if kind != "none")
HANDLE = r"[0-9a-f]{32}"
_HANDLE_CHARACTERS = 32


class SeenDocumentSchema(Schema):
    """The identity document that the officer saw; the number is kept nowhere but as a digest."""

    id_kind = Choice(*SEEN_KINDS, required=True)
    id_number = NumberField(required=True)


class OpenSittingSchema(Schema):
    """Who is served: present or on the telephone; `document`: the one seen, if any."""

    how = Choice("present", "telephone", required=True)
    document = Nested(SeenDocumentSchema)

    @ma.validates_schema
    def seen(self, data: dict[str, Any], **_: Any) -> None:
        """Nobody sees a document on the telephone."""
        if data["how"] == "telephone" and "document" in data:
            raise ma.ValidationError({"document": [BadValue.of(_not_seen())]})


class SittingSchema(Schema):
    """A sitting: its handle, which the uploads and the application of this person name.

    `seen`: the kind of the identity document seen; null where none was.
    """

    sitting = Str()
    how = Choice("present", "telephone")
    seen = Str(allow_none=True)


def _not_seen() -> Unusable:
    return Unusable(
        "document-not-seen",
        "电话办理时无法查验证件，请勿填写所查验的证件。",
        "No document is seen on the telephone: leave it out.",
    )


def routes(blp: Blueprint, desk: Desk) -> None:
    """`POST /v1/counter/sittings`."""

    @blp.post("/sittings")
    @blp.arguments(OpenSittingSchema)
    @blp.response(201, SittingSchema)
    def sitting(body: dict[str, Any]) -> Response:
        """Begin to serve somebody at the counter or on the telephone (窗口接待)."""
        return _opened(desk.room, body)


def _opened(room: Intake, body: Mapping[str, Any]) -> Response:
    staff_id()
    document = _read(body["document"], room) if "document" in body else None
    own = principal().identity
    if document is not None and own is not None and document == (own.kind, own.number):
        raise Problem("own-case")
    now = room.now()
    # The handle is the request's own: a repeat opens the same sitting.
    handle = http_command(now=now).command_id.removeprefix("http:")[:_HANDLE_CHARACTERS]
    opened = room.vault.subjects.open_sitting(_key(handle), how=body["how"], seen=document)
    _must_be_the_same(opened, room, body["how"], document)
    told = {"sitting": handle, "how": opened.how, "seen": opened.seen or None}
    return answered(told, status=201)


def _read(document: Mapping[str, str], room: Intake) -> tuple[str, str]:
    """Kind and number. Raises `Problem` 422 for a number that its kind does not have."""
    kind = next(one for one in SEEN_KINDS if one == document["id_kind"])
    try:
        number = read_number(kind, document["id_number"], today=local_day(room.now()))
    except Unusable as wrong:
        error = FieldError("/document/id_number", wrong.en, wrong.code, wrong.zh)
        raise Problem("invalid-fields", errors=[error]) from wrong
    return kind, number


def _must_be_the_same(
    opened: CounterSitting, room: Intake, how: str, document: tuple[str, str] | None
) -> None:
    """A key that came before with another person opens nothing."""
    seen = document[0] if document else ""
    person = room.vault.subjects.by_identity(*document) if document else opened.ref
    if (opened.how, opened.seen, opened.ref) != (how, seen, person):
        raise Problem("key-reused")


def sitting_of(room: Intake, handle: str) -> CounterSitting | None:
    """The sitting that the caller opened under a handle; a colleague's is not theirs."""
    return room.vault.subjects.sitting(_key(handle))


def _key(handle: str) -> str:
    caller = principal()
    return f"{caller.issuer}\x00{caller.subject}\x00{handle}"
