"""The definition of an item, with its defaults filled in."""

import marshmallow as ma
from flask import Response

from services.intake.items.lookup import OpenSchema, edition, found_item
from services.intake.room import Desk
from shared.catalogue.pages.showing import definition
from shared.http import Blueprint, Bool, Str


class DefinitionSchema(OpenSchema):
    """An item with its defaults filled in; `defaulted` names the fields that are defaults."""

    id = Str(required=True)
    version = Str(required=True)
    content_hash = Str(required=True)
    name = Str(required=True, max_length=1000)
    offered = Bool(required=True, allow_none=True)
    defaulted = ma.fields.Dict(required=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Read the definition of an item."""

    @blp.get("/<item>")
    @blp.response(200, DefinitionSchema)
    @blp.alt_response(304, description="The caller has this edition already.")
    def show(item: str) -> Response:
        """The definition of an item, with its defaults filled in."""
        found = found_item(desk.room, item)
        version = desk.room.rules.catalogue.version
        return edition(definition(found, version=version))
