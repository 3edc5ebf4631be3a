"""A case begins under the id that its request has: a repeat meets its own first commit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.intake.room import Desk, Intake
from shared.case import case_stream
from shared.case.state import venue_of
from shared.casework.log import Personal, case_of, drafts
from shared.casework.topics import CaseCommand
from shared.catalogue import UnknownItem
from shared.catalogue.rules.offices import offices_to_choose
from shared.clock import local_day
from shared.eventlog import Command, Commit
from shared.http import answer, idempotency_key, permission, principal
from shared.security import Principal, case_ids, in_scope


def case_id_of(room: Intake) -> str:
    """Today's id for this request, or the one of an older secret that it was created under."""
    ids = case_ids(room.case_id_keys, principal(), idempotency_key())
    for older in ids[1:]:
        if room.log.load(case_stream(older)).commits:
            return older
    return ids[0]


def authority_of(room: Intake, item_id: str) -> str:
    """Whose case it is: the department of the item; an unknown item is refused by the decision."""
    try:
        return room.rules.catalogue.item(item_id).text.department
    except UnknownItem:
        return "unknown"


def at_the_office(room: Intake, body: dict[str, Any], office: str) -> dict[str, Any]:
    """The application as it is taken in at an office.

    It names the office, where the item lets one choose it and no other was chosen: what is handed
    in over a counter lies with that counter, not with the office above it.
    """
    try:
        text = room.rules.catalogue.item(body["item"]).text
    except UnknownItem:
        return body
    here = office in {one.code for one in offices_to_choose(text)}
    return {**body, "office": office} if here and not body.get("office") else body


def of_office(caller: Principal, authority: str, body: Mapping[str, Any]) -> bool:
    """Whether the case would lie with the caller's own office."""
    venue = venue_of(body.get("office", ""), body["item"])
    return in_scope(caller, permission(), owner=False, department=authority, venue=venue)


def number_of(room: Intake, item_id: str, now: datetime) -> str:
    """The next case number of today in the region of the item's source; none for an unknown item.

    A repeat takes one too and drops it: its case has the number of its first commit.

    Raises:
        LogUnavailable: no number can be had now, and nothing was written.
    """
    try:
        source = room.rules.catalogue.item(item_id).text.source.document
    except UnknownItem:
        return ""
    region = room.regions.get(source, "")
    return room.numbers.take(local_day(now), region) if region else ""


def begin(
    desk: Desk,
    case_id: str,
    submission: CaseCommand,
    command: Command,
    *,
    now: datetime,
    personal: Personal | None = None,
    more: Callable[[Commit], Mapping[str, Any]] | None = None,
) -> Response:
    """Decide the submission on a case that most likely is not there yet, append, and answer.

    `more`: what is told beside that, made from the commit.
    """
    outcome = desk.room.log.execute(
        case_stream(case_id),
        command,
        lambda loaded: drafts(
            desk.topics.decide(case_of(loaded), submission, desk.room.rules, now), personal
        ),
        probably_new=True,
    )
    location = f"/v1/cases/{case_id}"
    return answer(outcome, case=case_id, status=201, location=location, more=more)
