"""An officer takes an application in for somebody who is present or on the telephone.

The rules of an application are the same as for who applies alone. Beside the submission stands who
took it in, how, and which kind of identity document they saw.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.intake.application.application import SubmitCase
from services.intake.application.beginning import (
    at_the_office,
    authority_of,
    begin,
    case_id_of,
    of_office,
)
from services.intake.application.parties.applicant import everybody
from services.intake.application.parties.persons import identity_kind, is_person
from services.intake.application.submission import (
    SubmitSchema,
    SubmittedSchema,
    prepared,
    submit,
    text_of,
    told_beside,
)
from services.intake.counter.sittings import HANDLE, sitting_of
from services.intake.room import Desk, Intake
from shared.case import Case, Fact, Rules
from shared.case.intake.counter import CaseTakenIn, HowTaken
from shared.casework.desk import staff_id
from shared.casework.topics import CaseCommand, Topic
from shared.catalogue import ItemText
from shared.catalogue.definition.words import Channel as ItemChannel
from shared.http import (
    Blueprint,
    FieldError,
    Problem,
    Str,
    http_command,
    principal,
)
from shared.vault import CounterSitting


class TakeInCase(CaseCommand, frozen=True, kw_only=True):
    """Take an application in. `document`: the kind of identity document seen, or empty."""

    application: SubmitCase
    how: HowTaken
    document: str
    officer: str


def take_in(case: Case, cmd: TakeInCase, rules: Rules, now: datetime) -> list[Fact]:
    """The application by its own rules, and who took it in."""
    return [
        *submit(case, cmd.application, rules, now),
        CaseTakenIn(how=cmd.how, document=cmd.document, officer=cmd.officer),
    ]


class TakeInSchema(SubmitSchema):
    """An application that an officer types for the person of a sitting.

    The channel is the sitting's: the counter, or the telephone.
    """

    class Meta:
        """What is not asked for."""

        exclude = ("channel",)

    sitting = Str(required=True, max_length=32, pattern=HANDLE)


def routes(blp: Blueprint, desk: Desk) -> None:
    """`POST /v1/counter/applications`."""

    @blp.post("/applications")
    @blp.arguments(TakeInSchema)
    @blp.response(201, SubmittedSchema)
    def application(body: dict[str, Any]) -> Response:
        """Take an application in for somebody present or on the telephone (窗口收件)."""
        return _take_in(desk, body)


def _take_in(desk: Desk, body: dict[str, Any]) -> Response:
    """Under the id that its request has: a repeat meets its own first commit."""
    room, now, officer = desk.room, desk.room.now(), staff_id()
    sitting = _sitting(room, body)
    authority = authority_of(room, body["item"])
    body = at_the_office(room, body, principal().office or "")
    if not of_office(principal(), authority, body):
        raise Problem("forbidden", "The item is another office's.")
    _must_not_be_own(body)
    _must_be_who_was_seen(room, sitting, body)
    case_id = case_id_of(room)
    how: HowTaken = "telephone" if sitting.how == "telephone" else "present"
    submission, sealing = prepared(
        room,
        {name: said for name, said in body.items() if name != "sitting"},
        case_id=case_id,
        subject=sitting.ref,
        now=now,
        channel=channel_taken(sitting.how, text_of(room, body["item"])),
        present=how == "present",
    )
    return begin(
        desk,
        case_id,
        TakeInCase(application=submission, how=how, document=sitting.seen, officer=officer),
        http_command(now=now, authority=authority, on_behalf_of=sitting.ref),
        now=now,
        personal=sealing,
        more=lambda commit: told_beside(
            room, case_id, submission.item, commit, subject=sitting.ref if sitting.seen else ""
        ),
    )


def channel_taken(how: str, text: ItemText | None) -> ItemChannel:
    """Over which channel of the item the application came; a booked visit is at the counter too."""
    if how == "telephone":
        return "phone"
    offered = text.channels if text is not None else ()
    booked = "counter" not in offered and "booking-then-counter" in offered
    return "booking-then-counter" if booked else "counter"


def _sitting(room: Intake, body: Mapping[str, Any]) -> CounterSitting:
    found = sitting_of(room, body["sitting"])
    if found is None:
        error = FieldError(
            "/sitting",
            "You opened no such sitting: begin by opening one.",
            "sitting-unknown",
            "没有这次接待，请先登记本次接待。",
        )
        raise Problem("invalid-fields", errors=[error])
    return found


def _must_not_be_own(body: Mapping[str, Any]) -> None:
    """Nobody takes in an application that names themselves, as far as their token says who it is.

    Raises:
        Problem: 403 `own-case`.
    """
    own = principal().identity
    named = {(identity_kind(one), one.get("id_number")) for _, one in everybody(body)}
    if own is not None and (own.kind, own.number) in named:
        raise Problem("own-case")


def _must_be_who_was_seen(room: Intake, sitting: CounterSitting, body: Mapping[str, Any]) -> None:
    """Who is there, the representative or the applicant, has the document that was seen.

    Raises:
        Problem: 422 for another document: the case would be another person's.
    """
    if not sitting.seen:
        return
    alone = "representative" not in body and is_person(body["applicant"])
    role = "applicant" if alone else "representative"
    person = body.get(role, {})
    number = str(person.get("id_number", ""))
    found = room.vault.subjects.by_identity(identity_kind(person), number)
    if found != sitting.ref:
        error = FieldError(
            f"/{role}/id_number",
            "This is not the identity document that was seen at the counter.",
            "not-who-was-seen",
            "与窗口查验的证件不一致，请核对证件种类和号码。",
        )
        raise Problem("invalid-fields", errors=[error])


TOPIC = Topic(decisions={TakeInCase: take_in})
