"""The applicant's own times of an item over HTTP: computed from what is stated, and forgotten.

R-091 to R-094: a portal shows them and reminds on the days told. Nothing is stored or logged of the
question, so that nobody has a list of who is late.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response

from services.intake.fields import CODE, MOST_CHOICES, StatedDays
from services.intake.items.lookup import found_item, head_of
from services.intake.room import Desk, Intake
from shared.catalogue import Item
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.rules.own_times import askable, own_times
from shared.clock import ClockError
from shared.http import (
    Blueprint,
    Bool,
    Choice,
    Day,
    FieldError,
    Items,
    Moment,
    Nested,
    Problem,
    Schema,
    Str,
    answered,
)


class OwnTimesSchema(Schema):
    """The days that the applicant states, by what `askable` names, and what else was chosen."""

    stated = StatedDays(load_default=dict)
    variant = Str(max_length=64, pattern=CODE)
    situations = Items(Str(max_length=64, pattern=CODE), most=MOST_CHOICES, load_default=list)


class OwnTime(Schema):
    """One time of the applicant's: to remind, and for nothing else."""

    name = Str()
    kind = Choice("deadline", "renewal")
    stated = Str()
    opens = Day(allow_none=True)
    due = Day(allow_none=True)
    due_at = Moment(allow_none=True)
    provisional = Bool()
    incomplete = Items(Str(), most=10)
    remind_on = Items(Day(), most=10)
    postponed_until_at_most = Day(allow_none=True)
    raw = Str(min_length=0, max_length=2000)
    zh = Str()
    en = Str()


class OwnTimesResult(Schema):
    """`askable`: of what a day can be stated here. Nothing of the question is kept."""

    item = Str()
    version = Str()
    content_hash = Str()
    askable = Items(Str(), most=100)
    times = Items(Nested(OwnTime), most=100)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Ask for one's own times."""

    @blp.post("/<item>/own-times")
    @blp.arguments(OwnTimesSchema)
    @blp.response(200, OwnTimesResult)
    def own(body: dict[str, Any], item: str) -> Response:
        """Until when the applicant should come, from days they state; nothing is kept."""
        return answered(_told(desk.room, found_item(desk.room, item), body))


def _told(room: Intake, item: Item, body: Mapping[str, Any]) -> dict[str, Any]:
    variant, situations = body.get("variant", ""), frozenset(body["situations"])
    choices = Choices(variant=variant, situations=situations)
    known = askable(item.text, choices)
    if strange := [code for code in body["stated"] if code not in known]:
        there = ", ".join(known) or "nothing"
        raise _wrong(dict.fromkeys(strange, f"a day can be stated of: {there}"))
    calendar = room.rules.calendars.of(item.text.calendar)
    try:
        found = own_times(item.text, body["stated"], choices, calendar)
    except ClockError as error:
        raise _wrong(dict.fromkeys(body["stated"], str(error))) from error
    times = [msgspec.structs.asdict(one) for one in found]
    return head_of(room, item) | {"askable": list(known), "times": times}


def _wrong(sentences: Mapping[str, str]) -> Problem:
    errors = [FieldError(f"/stated/{code}", sentence) for code, sentence in sentences.items()]
    return Problem("invalid-fields", errors=errors)
