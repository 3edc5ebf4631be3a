"""A case that nobody applied for: begun by an authority, other data or an outside system.

It has no applicant: nothing personal comes with it, and nobody is told anything.
"""

from collections.abc import Mapping
from typing import Any, get_args

from flask import Response

from services.intake.application.application import submission_of
from services.intake.application.beginning import (
    authority_of,
    begin,
    case_id_of,
    number_of,
    of_office,
)
from services.intake.fields import CODE, MOST_CHOICES, WORD
from services.intake.room import Desk
from shared.case.facts.parts import Delivery
from shared.casework.schemas import DoneSchema
from shared.catalogue.definition.words import Initiator
from shared.http import (
    Blueprint,
    Choice,
    Items,
    Problem,
    Schema,
    Str,
    http_command,
    principal,
)
from shared.http.public_text import PublicStr
from shared.security import Role


class InitiationSchema(Schema):
    """A case that nobody applied for: begun by an authority, other data or an outside system.

    `reference`: where that began it, such as a list's or a batch's number; never a person's.
    """

    item = Str(required=True, max_length=16, pattern=r"[0-9]{3}-[0-9A-Z]{1,4}")
    initiated_by = Choice(
        *[word for word in get_args(Initiator) if word != "applicant"], required=True
    )
    reference = PublicStr(required=True, max_length=64, pattern=WORD)
    delivery = Choice(*get_args(Delivery), load_default="on-the-spot")
    variant = Str(max_length=64, pattern=CODE)
    situations = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)
    office = Str(max_length=64, pattern=CODE)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Begin a case of an item that nobody applies for."""

    @blp.post("")
    @blp.arguments(InitiationSchema)
    @blp.response(201, DoneSchema)
    def initiate(body: dict[str, Any]) -> Response:
        """Begin a case on pushed data, by the authority itself, or from an outside system."""
        return _initiate(desk, body)


def _initiate(desk: Desk, body: Mapping[str, Any]) -> Response:
    """Under the id that its request has: a repeat meets its own first commit."""
    now, case_id = desk.room.now(), case_id_of(desk.room)
    authority = authority_of(desk.room, body["item"])
    caller = principal()
    if not caller.has(Role.SERVICE) and not of_office(caller, authority, body):
        raise Problem("forbidden", "The item is another office's.")
    submission = submission_of(
        body,
        channel="counter",
        materials=(),
        declared=False,
        subject="",
        portal=caller.portal or "",
        number=number_of(desk.room, body["item"], now),
    )
    return begin(desk, case_id, submission, http_command(now=now, authority=authority), now=now)
