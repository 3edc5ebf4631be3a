"""GET /v1/lanes: the heads of all lanes, and the records of one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response

from services.feed import lanes
from services.feed.schemas import Feed, FeedQuery, Lanes
from shared.http import Blueprint, answered, not_found
from shared.relay.ledger.ledger import Ledger

Query = dict[str, Any]


@dataclass(frozen=True)
class FeedDesk:
    """What the endpoints read from. `lanes()` is the number of lanes."""

    ledger: Ledger
    lanes: Callable[[], int]


def endpoints(desk: FeedDesk) -> Blueprint:
    """The routes of the feed; their permissions stand in `shared.security.permissions`."""
    blp = Blueprint("lanes", "lanes", url_prefix="/v1/lanes", description="The lane feed.")

    @blp.get("")
    @blp.response(200, Lanes)
    def index() -> Response:
        """List the lanes with their last positions."""
        return answered(lanes.lanes(desk.ledger, desk.lanes()))

    @blp.get("/<int:lane>/records")
    @blp.arguments(FeedQuery, location="query")
    @blp.response(200, Feed)
    def records(query: Query, lane: int) -> Response:
        """Give the next positions of a lane, with the commits' bodies."""
        if lane >= desk.lanes():
            raise not_found()
        return answered(lanes.piece(desk.ledger, lane, after=query["after"], limit=query["limit"]))

    return blp
