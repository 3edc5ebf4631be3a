"""Review over HTTP: the case at the desk, and the routes of the topics. No rule lives here."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Response

from services.review.desk.drafts import draft_routes
from services.review.desk.prerequisites import DeskApplicationSchema, beside_it
from services.review.desk.preview import preview_route
from services.review.room import Review, Told
from services.review.topics import REVIEW
from services.review.view import ReviewSchema, view
from shared.case import Case
from shared.casework.desk import at_desk
from shared.casework.http import folded, loaded_case
from shared.casework.log import Personal
from shared.casework.offers import offered
from shared.casework.reading.routes import application_route
from shared.casework.schemas import AsOfSchema
from shared.casework.topics import CaseCommand
from shared.http import Blueprint, answered


def endpoints(review: Review) -> Blueprint:
    """The routes of the desk."""
    blp = Blueprint("reviews", __name__, url_prefix="/v1/reviews", description="The desk.")

    @blp.get("/<case>")
    @blp.arguments(AsOfSchema, location="query")
    @blp.response(200, ReviewSchema)
    def show(query: dict[str, Any], case: str) -> Response:
        """The case as it lies on the desk: current, or as of a version or time."""
        loaded = loaded_case(review.log, case)
        found = folded(loaded, query.get("as_of"))
        actions = offered(REVIEW, found, review.rules, review.now())
        return answered({**view(found, review.rules), "actions": actions})

    application_route(blp, review, schema=DeskApplicationSchema, beside=beside_it(review))
    preview_route(blp, review)
    draft_routes(blp, review)

    def desk(
        case: str,
        command: Told,
        body: Mapping[str, Any],
        *,
        personal: Callable[[Case], Personal] | None = None,
    ) -> Response:
        told = command if isinstance(command, CaseCommand) else partial(command, review)
        return at_desk(REVIEW, review, case, told, body=body, personal=personal)

    REVIEW.add_routes(blp, desk)
    return blp
