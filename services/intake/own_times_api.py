"""The applicant's own times of an item over HTTP: computed from what is stated, and forgotten.

R-091 to R-094: a portal shows them and reminds on the days told. Nothing is stored or logged of the
question, so that nobody has a list of who is late.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response

from services.intake.item_lookup import found_item, head_of
from services.intake.item_schemas import OwnTimesResult, OwnTimesSchema
from services.intake.room import Intake
from shared.catalogue import Item
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.rules.own_times import askable, own_times
from shared.clock import ClockError
from shared.http import Blueprint, FieldError, Problem, answered


def add_own_times(blp: Blueprint, intake: Intake) -> None:
    """Put the route on the blueprint of the items."""

    @blp.post("/<item>/own-times")
    @blp.arguments(OwnTimesSchema)
    @blp.response(200, OwnTimesResult)
    def own(body: dict[str, Any], item: str) -> Response:
        """Until when the applicant should come, from days they state; nothing is kept."""
        return answered(_told(intake, found_item(intake, item), body))


def _told(intake: Intake, item: Item, body: Mapping[str, Any]) -> dict[str, Any]:
    variant, situations = body.get("variant", ""), frozenset(body["situations"])
    choices = Choices(variant=variant, situations=situations)
    known = askable(item.text, choices)
    if strange := [code for code in body["stated"] if code not in known]:
        there = ", ".join(known) or "nothing"
        raise _wrong(dict.fromkeys(strange, f"a day can be stated of: {there}"))
    calendar = intake.rules.calendars.of(item.text.calendar)
    try:
        found = own_times(item.text, body["stated"], choices, calendar)
    except ClockError as error:
        raise _wrong(dict.fromkeys(body["stated"], str(error))) from error
    times = [msgspec.structs.asdict(one) for one in found]
    return head_of(intake, item) | {"askable": list(known), "times": times}


def _wrong(sentences: Mapping[str, str]) -> Problem:
    errors = [FieldError(f"/stated/{code}", sentence) for code, sentence in sentences.items()]
    return Problem("invalid-fields", errors=errors)
