"""Asking by case number without a sign-in: the number, and the end of an identity document.

The answer has the stage alone. A number that no case has and a wrong end are answered alike.
"""

import hmac
from collections.abc import Iterable
from datetime import date
from typing import Any, get_args

import msgspec
from flask import Response

from services.intake.room import Desk, Intake
from shared.case import Case, Ending, Rules, Status, case_stream, ending, status
from shared.case.deciding.case_numbers import PATTERN, is_case_number
from shared.case.deciding.stages_shown import stages_told
from shared.casework.log import case_of
from shared.clock import local_day
from shared.eventlog import Actor, Loaded
from shared.http import Blueprint, Bool, Choice, Day, Nested, Schema, Str, answered, not_found
from shared.vault import Erased, ReadAs, SealedAt

STRANGER = Actor(kind="public", ref="public")
WHY = "case-number"
END = 4  # characters of the identity document
_AS = ReadAs(duty="ask")


class AskingSchema(Schema):
    """A case number, and the last four characters of the identity document in the application.

    The document is the applicant's or that of the person who acts for them; the code of an
    organisation is public and does not count.
    """

    number = Str(required=True, max_length=20, pattern=PATTERN)
    identity_end = Str(required=True, max_length=END, min_length=END, pattern=r"[0-9A-Za-z]{4}")


class PresentStageSchema(Schema):
    """The stage of the procedure at which the case stands."""

    zh = Str()
    en = Str()


class StandingByNumberSchema(Schema):
    """Where a case stands, for somebody who did not sign in: nothing says whose case it is.

    `until`: the last day of what the status waits for; null where there is none. `provisional`: a
    year inside has no notice of its days off yet. `stage` is null after the last. `outcome`: how it
    ended, where `status` says no more than `closed` or `refunded`.
    """

    number = Str()
    status = Choice(*get_args(Status))
    outcome = Choice(*get_args(Ending), allow_none=True)
    open = Bool()
    stage = Nested(PresentStageSchema, allow_none=True)
    until = Day(allow_none=True)
    provisional = Bool()


def routes(blp: Blueprint, desk: Desk) -> None:
    """Ask by number."""

    @blp.post("/standing")
    @blp.arguments(AskingSchema)
    @blp.response(200, StandingByNumberSchema)
    def standing(body: dict[str, Any]) -> Response:
        """Say where the case with this number stands, to whoever knows the document's end."""
        return answered(asked(desk.room, body["number"], body["identity_end"]))


def asked(room: Intake, number: str, end: str) -> dict[str, Any]:
    """What the route answers, as JSON values.

    Raises:
        Problem: 404 where no case has the number or the end is wrong; 429 after too many tries.
    """
    if not is_case_number(number):
        raise not_found()
    now = room.now()
    room.asking.tries.take(number, now)
    case_id = room.asking.cases.case_of(number)
    loaded = room.log.load(case_stream(case_id)) if case_id else None
    case = case_of(loaded) if loaded else None
    if loaded is None or case is None or not _knows(room, loaded, case, end):
        raise not_found()
    room.asking.tries.give_back(number, now)
    return standing_of(case, room.rules)


def standing_of(case: Case, rules: Rules) -> dict[str, Any]:
    """Where a case stands, without a word about whose or what it is."""
    present = next((one for one in stages_told(case, rules) if one["state"] == "now"), None)
    until, provisional = _until(case)
    return {
        "number": case.number,
        "status": status(case),
        "outcome": ending(case),
        "open": case.open,
        "stage": {"zh": present["zh"], "en": present["en"]} if present and case.open else None,
        "until": until.isoformat() if until else None,
        "provisional": provisional,
    }


def _until(case: Case) -> tuple[date | None, bool]:
    """The last day of what the case waits for: a supplement, the fee, or the decision."""
    match status(case):
        case "awaiting-supplement" if case.supplement is not None:
            due = case.supplement.fact.due
            return due.due, due.provisional
        case "awaiting-payment" if case.fee is not None and case.fee.pay_by is not None:
            return local_day(case.fee.pay_by), False
    running = case.driving_due if case.open and not case.result_ready else None
    return (running.due, running.provisional) if running else (None, False)


def _knows(room: Intake, loaded: Loaded, case: Case, end: str) -> bool:
    """Whether this is the end of an identity document of the case; the reading is recorded."""
    wanted = list(_places(loaded, case))
    try:
        opened = room.vault.reveal_together(
            wanted, of=loaded.stream, reader=STRANGER, why=WHY, read_as=_AS
        )
    except Erased:
        return False
    typed = end.upper().encode()
    known = [number for one in wanted for number in _numbers(one.field, opened.get(one.place))]
    # Every document is compared, so that the time taken does not say which of them matched.
    found = [hmac.compare_digest(one[-END:].upper().encode(), typed) for one in known]
    return any(found)


def _places(loaded: Loaded, case: Case) -> Iterable[SealedAt]:
    """Where the identity documents of the people in the case are sealed."""
    # An organisation's code is no secret.
    for field in ("representative",) if case.organisation else ("id_number", "representative"):
        version = case.sealed_in.get(field)
        if version is not None:
            yield SealedAt(loaded.with_version(version), version, field)


def _numbers(field: str, text: str | None) -> list[str]:
    """The numbers of identity documents in an opened value; none where it has no whole end."""
    if text is None:
        return []
    number = text if field == "id_number" else msgspec.json.decode(text).get("id_number", "")
    return [str(number)] if len(str(number)) > END else []
