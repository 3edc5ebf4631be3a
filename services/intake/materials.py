"""The materials of an application: added before the acceptance, and read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.intake.files.portraits import portrait_faults
from services.intake.files.uploads import TYPES, MaterialSchema, materials_of
from services.intake.room import Desk
from services.intake.standing import before_acceptance
from shared.case import Case, Fact, Rules
from shared.case.facts.parts import Material
from shared.case.intake.submission import MaterialAttached
from shared.casework.http import seen
from shared.casework.reading.caller import must_be_entitled
from shared.casework.reading.routes import ReasonSchema
from shared.casework.schemas import DoneSchema
from shared.casework.topics import Asking, CaseCommand, Instead, Topic, must_allow, must_exist
from shared.catalogue import Item
from shared.catalogue.definition.base import listed
from shared.files import Measures
from shared.http import Blueprint, Nested, Schema, actor, not_found
from shared.security.data_classes import DataClass


class AttachMaterial(CaseCommand, frozen=True, kw_only=True):
    """Add a material before acceptance, unasked."""

    material: Material
    measures: Mapping[str, Measures] = {}


class PictureWanted(Instead):
    """The material is a photograph, and a PDF was given."""

    code = "picture-wanted"


class PortraitNotAsWanted(Instead):
    """A portrait is not as its standard wants it: `faults` says what was measured of each."""

    code = "photo-standard"


class MaterialUnknown(Instead):
    """The item does not ask for such a material; it may not be collected either."""

    code = "material-unknown"


def can_attach(case: Case) -> bool:
    """Materials may be added until acceptance is decided; once asked, by the answer only."""
    return before_acceptance(case) and case.supplement_requested is None


def must_be_asked_for(
    item: Item,
    materials: tuple[Material, ...],
    case: Case,
    *,
    measures: Mapping[str, Measures],
    at: str = "/materials/{}",
) -> None:
    """Refuse what nobody asks for, and a photograph that is none. `at`: the pointer of each.

    Raises:
        MaterialUnknown: the item does not ask for it. PictureWanted: a photograph is a PDF.
        PortraitNotAsWanted: it does not meet the standard that the item names.
    """
    asked = {one.code for one in case.supplement.fact.missing} if case.supplement else set()
    given = {material.code for material in materials} - asked
    if unknown := sorted(code for code in given if item.material(code) is None):
        raise MaterialUnknown(f"The item does not ask for: {', '.join(unknown)}.")
    rules = [(item.material(one.code), one.media_type) for one in materials]
    if wrong := sorted(rule.code for rule, kind in rules if rule and not rule.takes(kind)):
        raise PictureWanted(f"Send a picture, not a PDF, for: {', '.join(wrong)}.")
    if found := [*portrait_faults(item, materials, measures, at=at)]:
        said = found[0].said
        told = [one.told for one in found]
        raise PortraitNotAsWanted(said.en, detail_zh=said.zh, faults=told)


def attach(case: Case, cmd: AttachMaterial, rules: Rules, _now: datetime) -> list[Fact]:
    """Add a material before acceptance. The same upload for the same paper again adds nothing."""
    must_exist(case)
    if (cmd.material.code, cmd.material.blob) in {(one.code, one.blob) for one in case.materials}:
        return []
    must_allow(case, can_attach, "Materials can be added before acceptance only.")
    must_be_asked_for(
        rules.item_of(case), (cmd.material,), case, measures=cmd.measures, at="/material"
    )
    return [MaterialAttached(material=cmd.material)]


class AttachSchema(Schema):
    """One more material."""

    material = Nested(MaterialSchema, required=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Add a material."""

    @blp.post("/<case>/materials")
    @blp.arguments(AttachSchema)
    @blp.response(200, DoneSchema)
    def attach(body: dict[str, Any], case: str) -> Response:
        """Add a material before acceptance."""
        given = materials_of(desk.room, [body["material"]], at="/material", case=case)
        (material,) = given.materials
        return desk(case, AttachMaterial(material=material, measures=given.measures))


UPLOADS = frozenset({DataClass.DOCUMENT})
PICTURE = {
    "description": "The upload as it is stored; for others than the applicant it is made"
    " anew, without what a camera or a program wrote beside it.",
    "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in TYPES},
}


def reading(blp: Blueprint, desk: Desk) -> None:
    """Read a material: for the applicant, and for the desk as the table of readings says."""

    @blp.get("/<case>/materials/<blob>")
    @blp.arguments(ReasonSchema, location="query")
    @blp.doc(responses={200: PICTURE})
    def read(query: dict[str, Any], case: str, blob: str) -> Response:
        """The content of a material of this case; the reading is recorded first."""
        case_seen = seen(desk.room.log, case)
        found = [m for m in case_seen.materials if m.blob == blob]
        if not found:
            raise not_found()
        reason, now = query.get("reason", ""), desk.room.now()
        may = must_be_entitled(case_seen, now=now, reason=reason, to=UPLOADS)
        content = desk.room.blobs.read(
            blob,
            reader=actor(),
            why=f"material of case/{case}",
            read_as=may.read_as(*UPLOADS),
            anew=not may.reader.own,  # nobody needs the place where somebody took a picture
        )
        response = Response(content, content_type=found[0].media_type)
        response.headers["Content-Disposition"] = "attachment"
        return response


def _asked_for(case: Case, asking: Asking) -> bool:
    """Whether the item asks for any material: another may not be collected."""
    return bool(listed(asking.rules.item_of(case).text.materials))


TOPIC = Topic(
    decisions={AttachMaterial: attach},
    actions={"materials": can_attach},
    offers={"materials": _asked_for},
)
