"""GET /v1/worklists: the open cases of an office by due date."""

from typing import Any

from flask import Response

from services.progress.worklists.queries import Worklists
from services.progress.worklists.schemas import (
    LISTS,
    ON_THE_WAY,
    Statistics,
    Worklist,
    WorklistQuery,
)
from shared.config.wall_clock import utc_now
from shared.http import Blueprint, Problem, answered, office_scope, permission, principal
from shared.http.plain import plain
from shared.projection.serving import Reads
from shared.security import Role
from shared.security.duties import Duty


def endpoints(reads: Reads) -> Blueprint:
    """The route of the work lists; its permission stands in `shared.security.permissions`."""
    worklists = Worklists(reads.events, reads.views, reads.rules, utc_now)
    blp = Blueprint("worklists", "worklists", url_prefix="/v1/worklists", description="Work lists.")

    @blp.get("")
    @blp.arguments(WorklistQuery, location="query")
    @blp.response(200, Worklist)
    def index(query: dict[str, Any]) -> Response:
        """List open cases, the first due first: of the caller's office, or all to an auditor.

        A page goes on behind the last line of the one before. Cases that come in meanwhile neither
        repeat a line nor leave one out; a case whose due date moves may move across the pages.
        """
        scope, me, lists = _scope(), principal().staff_id, _lists()
        if query.setdefault("list", lists[0]) not in lists:
            raise Problem("forbidden", "This list belongs to no duty of yours.")
        cases, following = worklists.page(scope, query, me=me)
        counts = None if "after" in query else worklists.counts(scope, query, me=me, lists=lists)
        return answered({"cases": cases, "next": following, "counts": counts})

    @blp.get("/statistics")
    @blp.response(200, Statistics)
    def statistics() -> Response:
        """Count open cases: due today, late, waiting, by item and by officer, as they stand now."""
        return answered(plain(worklists.statistics(_scope())))

    return blp


def _lists() -> tuple[str, ...]:
    """The lists that the caller may ask for, first the one that is meant where none is named.

    Raises:
        Problem: 403 for a producer without a duty that has a list.
    """
    caller = principal()
    if caller.roles & permission().roles - {Role.PRODUCER}:
        return ("office", *LISTS)
    own = {Duty.PRODUCE: "production", Duty.HAND_OVER: "hand-over"}
    found = tuple(name for duty, name in own.items() if duty in caller.duties)
    if not found:
        raise Problem("forbidden", "This list belongs to no duty of yours.")
    return (*found, ON_THE_WAY)


def _scope() -> dict[str, Any]:
    """What the caller may list, by the roles that the route's row names."""
    if Role.AUDITOR in principal().roles & permission().roles:
        return {}
    return office_scope()
