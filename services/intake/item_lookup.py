"""An item for a route: found by its id, and what heads every answer about it."""

from typing import Any

from services.intake.room import Intake
from shared.catalogue import Item, UnknownItem
from shared.http import not_found


def found_item(intake: Intake, item_id: str) -> Item:
    """The item; Problem 404 for one that is not there."""
    try:
        return intake.rules.catalogue.item(item_id)
    except UnknownItem:
        raise not_found() from None


def head_of(intake: Intake, item: Item) -> dict[str, Any]:
    """The item, the version of the catalogue and the hash of the item."""
    version = intake.rules.catalogue.version
    return {"item": item.id, "version": version, "content_hash": item.hash}
