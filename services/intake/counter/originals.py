"""The originals of materials: seen by an officer, kept for a while or not, and given back."""

from datetime import datetime
from typing import Any

import marshmallow as ma
from flask import Response

from services.intake.fields import CODE, MOST_MATERIALS
from services.intake.materials import MaterialUnknown
from services.intake.room import Desk
from shared.case import Case, Fact, Rules
from shared.case.intake.counter import OriginalsReturned, OriginalsSeen
from shared.casework.desk import acting
from shared.casework.schemas import DoneSchema
from shared.casework.topics import (
    Asking,
    CaseCommand,
    NotPossibleNow,
    Topic,
    must_allow,
    must_not_be_own,
)
from shared.catalogue.definition.base import listed
from shared.http import Blueprint, Items, Schema, Str


class RecordOriginals(CaseCommand, frozen=True, kw_only=True):
    """Record that originals were seen, given back, or both; materials by their codes."""

    seen: tuple[str, ...]
    returned: tuple[str, ...]
    officer: str
    own_subject: str


def can_record_originals(case: Case) -> bool:
    """While the case is open, and afterwards as long as an original has to be given back."""
    return bool(case.subject) and (case.open or bool(case.originals_kept))


def record_originals(case: Case, cmd: RecordOriginals, rules: Rules, _now: datetime) -> list[Fact]:
    """Originals of what the item asks for; what is in hand is not seen again, nor given back twice.

    Raises:
        MaterialUnknown: the item asks for no such material.
        NotPossibleNow: an original is given back that nobody recorded as seen.
    """
    must_allow(case, can_record_originals, "The case is closed, and no original is kept.")
    must_not_be_own(case, cmd.own_subject)
    item, held = rules.item_of(case), set(case.originals_kept)
    if strange := sorted({code for code in cmd.seen if item.material(code) is None}):
        raise MaterialUnknown(f"The item does not ask for: {', '.join(strange)}.")
    seen = tuple(sorted(set(cmd.seen) - held))
    if seen and not case.open:
        raise NotPossibleNow("The case is closed: originals are given back, and none is seen.")
    known = {one.material for one in case.originals} | {*seen}
    if unseen := sorted(set(cmd.returned) - known):
        raise NotPossibleNow(f"Nobody recorded these originals as seen: {', '.join(unseen)}.")
    returned = tuple(sorted(set(cmd.returned) & (held | {*seen})))
    facts: list[Fact] = []
    if seen:
        facts.append(OriginalsSeen(materials=seen, officer=cmd.officer))
    if returned:
        facts.append(OriginalsReturned(materials=returned, officer=cmd.officer))
    return facts


class OriginalsSchema(Schema):
    """Which originals were seen, and which were given back; both at once where none is kept."""

    seen = Items(Str(max_length=64, pattern=CODE), most=MOST_MATERIALS, load_default=list)
    returned = Items(Str(max_length=64, pattern=CODE), most=MOST_MATERIALS, load_default=list)

    @ma.validates_schema
    def something(self, data: dict[str, Any], **_: Any) -> None:
        """A record of nothing is a mistake."""
        if not data["seen"] and not data["returned"]:
            raise ma.ValidationError("name what was seen or given back", "seen")


def routes(blp: Blueprint, desk: Desk) -> None:
    """Record originals."""

    @blp.post("/<case>/originals")
    @blp.arguments(OriginalsSchema)
    @blp.response(200, DoneSchema)
    def originals(body: dict[str, Any], case: str) -> Response:
        """Record that originals were seen or given back (核验原件、退还原件)."""
        told = RecordOriginals(
            seen=tuple(body["seen"]), returned=tuple(body["returned"]), **acting()
        )
        return desk(case, told)


def _asked_for(case: Case, asking: Asking) -> bool:
    """Whether there is an original to look at: the item asks for materials, or one is kept."""
    return bool(listed(asking.rules.item_of(case).text.materials)) or bool(case.originals_kept)


TOPIC = Topic(
    decisions={RecordOriginals: record_originals},
    actions={"originals": can_record_originals},
    offers={"originals": _asked_for},
)
