"""The definition of an item, with its defaults filled in."""

from typing import Any

import marshmallow as ma
from flask import Response

from services.intake.application.offices import in_charge
from services.intake.items.lookup import OpenSchema, edition, found_item
from services.intake.room import Desk
from shared.casework.schemas import ResponsibleSchema
from shared.catalogue import ItemText
from shared.catalogue.pages.showing import definition
from shared.catalogue.rules.offices import office_codes
from shared.http import Blueprint, Bool, Items, Nested, Str
from shared.jurisdiction import Jurisdiction, responsible_office

MOST_OFFICES = 1000


class ItemResponsibleSchema(ResponsibleSchema):
    """The office that has what names no office; `offices`: those that can be named instead."""

    offices = Items(Nested(ResponsibleSchema), most=MOST_OFFICES, required=True)


class DefinitionSchema(OpenSchema):
    """An item with its defaults filled in; `defaulted` names the fields that are defaults.

    `responsible`: who is responsible where; null where the source names no authority.
    """

    id = Str(required=True)
    version = Str(required=True)
    content_hash = Str(required=True)
    name = Str(required=True, max_length=1000)
    offered = Bool(required=True, allow_none=True)
    defaulted = ma.fields.Dict(required=True)
    responsible = Nested(ItemResponsibleSchema, required=True, allow_none=True)


def responsible_told(text: ItemText, known: Jurisdiction) -> dict[str, Any] | None:
    """Who is responsible where: for what names no office, and each office that can be chosen."""
    charge = in_charge(text, known)
    if charge is None:
        return None
    named = (responsible_office(code, known) for code in office_codes(text))
    return {**charge, "offices": [one for one in named if one is not None]}


def routes(blp: Blueprint, desk: Desk) -> None:
    """Read the definition of an item."""

    @blp.get("/<item>")
    @blp.response(200, DefinitionSchema)
    @blp.alt_response(304, description="The caller has this edition already.")
    def show(item: str) -> Response:
        """The definition of an item, with its defaults filled in."""
        found = found_item(desk.room, item)
        version = desk.room.rules.catalogue.version
        responsible = responsible_told(found.text, desk.room.rules.jurisdiction)
        return edition({**definition(found, version=version), "responsible": responsible})
