"""What the form of an item is drawn from."""

from typing import Any

import marshmallow as ma
from flask import Response

from services.intake.application.form_order import order_of
from services.intake.application.form_schema import schema_of
from services.intake.items.lookup import applied_for, edition, found_item
from services.intake.room import Desk
from shared.catalogue import Item
from shared.catalogue.definition.asking import OnlineRule
from shared.http import Blueprint, Items, Nested, Schema, Str
from shared.jurisdiction import Jurisdiction

MOST_SECTIONS = 50


class OnlineSchema(Schema):
    """What the source demands of whoever applies online, in its words; empty for no demand.

    account: the token has to vouch for a name and a number (claims `identity`, `name`), else the
    application is refused: `identity-needed`. agreement: the guide (`GET /v1/items/{item}`) is
    shown and agreed to first; its `version` and `content_hash` are sent as `guide`, else the
    application is refused: `guide-needed`.
    """

    account = Str(required=True, max_length=300, min_length=0)
    agreement = Str(required=True, max_length=300, min_length=0)


class FormSchema(Schema):
    """What a form is drawn from: the schema of an application, and the order to show it in."""

    item = Str(required=True)
    version = Str(required=True)
    content_hash = Str(required=True)
    schema = ma.fields.Dict(required=True)
    online = Nested(OnlineSchema, required=True)
    order = Items(ma.fields.Dict(), most=MOST_SECTIONS, required=True)


def form_document(item: Item, known: Jurisdiction, *, version: str) -> dict[str, Any]:
    """What a form is drawn from, as it is answered. Raises ItemNotOffered, with the reason.

    `known`: what the offices are called.
    """
    found = applied_for(item)
    return {
        "item": found.id,
        "version": version,
        "content_hash": found.hash,
        "online": online_of(found),
        "schema": schema_of(found, known),
        "order": order_of(found, known),
    }


def online_of(item: Item) -> dict[str, str]:
    """What the source demands of whoever applies online, as a form answers it."""
    demanded = item.text.online or OnlineRule()
    return {"account": demanded.account or "", "agreement": demanded.agreement or ""}


def routes(blp: Blueprint, desk: Desk) -> None:
    """Draw the form of an item."""

    @blp.get("/<item>/form")
    @blp.response(200, FormSchema)
    @blp.alt_response(304, description="The caller has this edition already.")
    def form(item: str) -> Response:
        """What an application form is drawn from: JSON Schema and the order to show it in."""
        found = found_item(desk.room, item)
        rules = desk.room.rules
        return edition(form_document(found, rules.jurisdiction, version=rules.catalogue.version))
