"""What the form of an item is drawn from."""

import marshmallow as ma
from flask import Response

from services.intake.application.form_order import order_of
from services.intake.application.form_schema import schema_of
from services.intake.items.lookup import applied_for, edition, found_item, head_of
from services.intake.room import Desk
from shared.http import Blueprint, Items, Schema, Str

MOST_SECTIONS = 50


class FormSchema(Schema):
    """What a form is drawn from: the schema of an application, and the order to show it in."""

    item = Str(required=True)
    version = Str(required=True)
    content_hash = Str(required=True)
    schema = ma.fields.Dict(required=True)
    order = Items(ma.fields.Dict(), most=MOST_SECTIONS, required=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Draw the form of an item."""

    @blp.get("/<item>/form")
    @blp.response(200, FormSchema)
    @blp.alt_response(304, description="The caller has this edition already.")
    def form(item: str) -> Response:
        """What an application form is drawn from: JSON Schema and the order to show it in."""
        found = applied_for(found_item(desk.room, item))
        document = {"schema": schema_of(found), "order": order_of(found)}
        return edition(head_of(desk.room, found) | document)
