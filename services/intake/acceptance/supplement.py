"""The answer to the one request for what is missing (补正), and its lapse."""

from datetime import datetime
from typing import Any

from flask import Response

from services.intake.acceptance.deadlines import unless_moved
from services.intake.fields import MOST_MATERIALS
from services.intake.materials import must_be_asked_for
from services.intake.room import Desk
from services.intake.standing import supplement_awaited
from services.intake.uploads import MaterialSchema, materials_of
from shared.case import Case, Fact, Owed, Rules
from shared.case.facts.parts import Material
from shared.case.intake.supplement import SupplementLapsed, SupplementProvided
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Topic, must_allow
from shared.http import Blueprint, Items, Nested, Schema


class ProvideSupplement(CaseCommand, frozen=True, kw_only=True):
    """Answer the one request for what is missing."""

    materials: tuple[Material, ...]


def can_supplement(case: Case) -> bool:
    """The one request may be answered once, until its lapse is recorded."""
    return supplement_awaited(case)


def provide(case: Case, cmd: ProvideSupplement, rules: Rules, _now: datetime) -> list[Fact]:
    """Answer the request, once. Late is in time until the lapse is recorded."""
    must_allow(case, can_supplement, "No supplement is asked for.")
    must_be_asked_for(rules.item_of(case), cmd.materials, case)
    return [SupplementProvided(materials=cmd.materials)]


def _lapse(_case: Case, late: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    return [SupplementLapsed(due_at=late.due_at)]


class SupplementSchema(Schema):
    """The answer to the one request."""

    materials = Items(Nested(MaterialSchema), most=MOST_MATERIALS, required=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Hand in what was asked for."""

    @blp.post("/<case>/supplement")
    @blp.arguments(SupplementSchema)
    @blp.response(200, DoneSchema)
    def supplement(body: dict[str, Any], case: str) -> Response:
        """Answer the one request for what is missing (补正)."""
        materials = materials_of(desk.room.blobs, body["materials"], at="/materials/{}")
        return desk(case, ProvideSupplement(materials=materials))


TOPIC = Topic(
    decisions={ProvideSupplement: provide},
    actions={"supplement": can_supplement},
    effects={"supplement": unless_moved(_lapse)},
)
