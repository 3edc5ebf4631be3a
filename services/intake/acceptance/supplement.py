"""The answer to the one request for what is missing (补正), and its lapse."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.intake.acceptance.deadlines import unless_moved
from services.intake.application.checking import lacking
from services.intake.fields import MOST_MATERIALS
from services.intake.files.uploads import MaterialSchema, materials_of
from services.intake.materials import must_be_asked_for
from services.intake.room import Desk
from services.intake.standing import supplement_awaited
from shared.case import Case, Fact, Owed, Rules
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import Material
from shared.case.intake.supplement import SupplementLapsed, SupplementProvided, SupplementReminded
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow
from shared.catalogue import Item
from shared.files import Measures
from shared.http import Blueprint, Bool, Items, Nested, Schema


class ProvideSupplement(CaseCommand, frozen=True, kw_only=True):
    """Answer the one request for what is missing; `complete`: the applicant has nothing more."""

    materials: tuple[Material, ...]
    complete: bool = False
    measures: Mapping[str, Measures] = {}


class NothingGiven(Instead):
    """An answer without a material that does not say either that this is all."""

    code = "supplement-empty"
    ZH = "请至少提交一份材料；如没有其他材料需要提交，请确认材料已全部提交。"
    EN = "Name at least one material, or say that there is nothing more to come."


def can_supplement(case: Case) -> bool:
    """The one request may be answered, in parts too, until it is whole or its lapse is recorded."""
    return supplement_awaited(case)


def provide(case: Case, cmd: ProvideSupplement, rules: Rules, _now: datetime) -> list[Fact]:
    """Answer the request, in parts if need be. Late is in time until the lapse is recorded.

    The answer is over when all that was asked for is there, or the applicant says that it is.

    Raises:
        NothingGiven: it has no material, and does not say that this is all.
    """
    must_allow(case, can_supplement, "No supplement is asked for.")
    if not cmd.materials and not cmd.complete:
        raise NothingGiven(NothingGiven.EN, detail_zh=NothingGiven.ZH)
    must_be_asked_for(rules.item_of(case), cmd.materials, case, measures=cmd.measures)
    partial = not cmd.complete and not answers_all(case, cmd.materials, rules)
    return [SupplementProvided(materials=cmd.materials, partial=partial)]


def answers_all(case: Case, materials: tuple[Material, ...], rules: Rules) -> bool:
    """Whether nothing that was asked for is missing any more; of alternatives one is enough.

    What an officer asked for has to come again, even where there was one before.
    """
    if case.supplement is None:
        return False
    asked = case.supplement.fact
    given = {*case.supplement_given, *(one.code for one in materials)}
    if not asked.officer:
        there = {*given, *(one.code for one in case.materials)}
        return not lacking(rules.item_of(case), choices_of(case), frozenset(there))
    item = rules.item_of(case)
    alternatives = {one.code for one in asked.missing if _one_of(item, one.code)}
    if {one.code for one in asked.missing} - alternatives - given:
        return False
    there = {*given, *(one.code for one in case.materials if one.code not in alternatives)}
    open_groups = {rule.one_of for rule in lacking(item, choices_of(case), frozenset(there))}
    return not any(_one_of(item, code) in open_groups for code in alternatives)


def _one_of(item: Item, code: str) -> str:
    rule = item.material(code)
    return (rule.one_of or "") if rule else ""


def _lapse(_case: Case, late: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    return [SupplementLapsed(due_at=late.due_at)]


def _remind(case: Case, _near: Owed, _rules: Rules, _now: datetime) -> list[Fact]:
    """Remind of the last day as it is now; a calendar may have moved it on."""
    return [SupplementReminded(due_at=case.supplement.fact.due_at)] if case.supplement else []


class SupplementSchema(Schema):
    """The answer to the one request, or a part of it."""

    materials = Items(Nested(MaterialSchema), most=MOST_MATERIALS, required=True)
    complete = Bool(
        load_default=False,
        metadata={
            "description": "There is nothing more to come. Without it the request stays open"
            " until all of it is answered, or until its last day."
        },
    )


def routes(blp: Blueprint, desk: Desk) -> None:
    """Hand in what was asked for."""

    @blp.post("/<case>/supplement")
    @blp.arguments(SupplementSchema)
    @blp.response(200, DoneSchema)
    def supplement(body: dict[str, Any], case: str) -> Response:
        """Answer the one request for what is missing (补正), in parts if need be."""
        given = materials_of(desk.room, body["materials"], at="/materials/{}", case=case)
        return desk(case, ProvideSupplement(**given._asdict(), complete=body["complete"]))


TOPIC = Topic(
    decisions={ProvideSupplement: provide},
    actions={"supplement": can_supplement},
    effects={"supplement": unless_moved(_lapse), "approaching": unless_moved(_remind)},
)
