"""An item for a route: found by its id, what heads every answer about it, and its edition."""

import hashlib
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import Response, request

from services.intake.application.submission import ItemNotOffered, not_offered
from services.intake.room import Intake
from shared.catalogue import Item, UnknownItem
from shared.http import Schema, answered, not_found


def found_item(room: Intake, item_id: str) -> Item:
    """The item; Problem 404 for one that is not there."""
    try:
        return room.rules.catalogue.item(item_id)
    except UnknownItem:
        raise not_found() from None


def head_of(room: Intake, item: Item) -> dict[str, Any]:
    """The item, the version of the catalogue and the hash of the item."""
    version = room.rules.catalogue.version
    return {"item": item.id, "version": version, "content_hash": item.hash}


def applied_for(item: Item) -> Item:
    """The item, if applicants apply for it. Raises ItemNotOffered, with the reason."""
    if not item.text.offered:
        raise not_offered(item.text)
    if item.text.initiated_by != "applicant":
        raise ItemNotOffered(
            f"Nobody applies for this item: it is begun by {item.text.initiated_by}.",
            initiated_by=item.text.initiated_by,
        )
    return item


def edition(document: Mapping[str, Any]) -> Response:
    """The document with an ETag over it; 304 for a caller who has it.

    The item's hash alone would not do: the version of the catalogue is told too, and a later
    release may make another form of the same item.
    """
    response = answered(document)
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest())
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)  # in place: 304 without a body where the caller has it
    return response


class OpenSchema(Schema):
    """A document that may have more members than are named here."""

    class Meta:
        """Members are added, never renamed or removed."""

        unknown = ma.INCLUDE
