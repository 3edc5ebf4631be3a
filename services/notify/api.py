"""Notify over HTTP: where a case stands, what was told, and the feed of each lane."""

from dataclasses import dataclass
from typing import Any

from flask import Response

from services.notify import feed
from services.notify.progress import Progress, view
from services.notify.queries import Standing, told
from services.notify.schemas import (
    AtLeast,
    CaseList,
    Feed,
    FeedQuery,
    Lanes,
    ListQuery,
    Messages,
    ProgressAnswer,
)
from services.notify.telling import Telling
from shared.eventlog import EventLog
from shared.http import (
    Blueprint,
    answered,
    ensure_visible,
    not_found,
    permission,
    principal,
    subject_ref,
)
from shared.relay.ledger.ledger import Ledger
from shared.security import Role

Query = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """What the endpoints read from."""

    events: EventLog
    standing: Standing
    telling: Telling
    ledger: Ledger
    lanes: int

    def visible(self, case_id: str, *, min_version: int = 1) -> Progress:
        """The progress of a case that the caller may meet; the same 404 for every other."""
        progress = self.standing.of(case_id)
        if progress is None:
            raise not_found()
        ensure_visible(owner_ref=progress.case.subject, department=progress.case.department)
        if progress.case.version < min_version:
            # asked only now: a stranger learns nothing from a version
            progress = self.standing.of(case_id, min_version=min_version) or progress
        return progress


def endpoints(desk: Desk) -> tuple[Blueprint, ...]:
    """The routes of notify; their permissions stand in `shared.security.permissions`."""
    return (_progress_routes(desk), _notice_routes(desk), _lane_routes(desk))


def _progress_routes(desk: Desk) -> Blueprint:
    blp = Blueprint("progress", "progress", url_prefix="/v1/progress", description="Progress.")

    @blp.get("")
    @blp.arguments(ListQuery, location="query")
    @blp.response(200, CaseList)
    def index(query: Query) -> Response:
        """List cases: an applicant's own, an office's, or all of them to an auditor."""
        wanted = _scope()
        if "status" in query:
            wanted["status"] = query["status"]
        cases, following = desk.standing.page(
            wanted, after=query.get("after", ""), limit=query["limit"]
        )
        return answered({"cases": cases, "next": following})

    @blp.get("/<case>")
    @blp.arguments(AtLeast, location="query")
    @blp.response(200, ProgressAnswer)
    def show(query: Query, case: str) -> Response:
        """Say where a case stands, at least at the version asked for."""
        progress = desk.visible(case, min_version=query["min_version"])
        return answered({**view(progress), "stages": desk.telling.stages(progress.case)})

    return blp


def _scope() -> dict[str, Any]:
    """What the caller may list, by the roles that the route's row names."""
    caller = principal()
    roles = caller.roles & permission().roles
    if Role.AUDITOR in roles:
        return {"status": {"$gt": "", "$lt": "~"}}  # not what only a message is known of
    if roles & {Role.OFFICER, Role.PRODUCER}:
        return {"department": caller.department or "-"}
    return {"subject": subject_ref() or "-"}


def _notice_routes(desk: Desk) -> Blueprint:
    blp = Blueprint("notices", "notices", url_prefix="/v1/notices", description="Messages.")

    @blp.get("/<case>")
    @blp.response(200, Messages)
    def show(case: str) -> Response:
        """Give every message about a case in its words, and what became of it."""
        desk.visible(case)
        return answered({"case": case, "messages": told(desk.events, desk.telling, case)})

    return blp


def _lane_routes(desk: Desk) -> Blueprint:
    blp = Blueprint("lanes", "lanes", url_prefix="/v1/lanes", description="The lane feed.")

    @blp.get("")
    @blp.response(200, Lanes)
    def index() -> Response:
        """List the lanes with their last positions."""
        return answered(feed.lanes(desk.ledger, desk.lanes))

    @blp.get("/<int:lane>/records")
    @blp.arguments(FeedQuery, location="query")
    @blp.response(200, Feed)
    def records(query: Query, lane: int) -> Response:
        """Give the next positions of a lane, with the commits' bodies."""
        if lane >= desk.lanes:
            raise not_found()
        return answered(feed.piece(desk.ledger, lane, after=query["after"], limit=query["limit"]))

    return blp
