"""GET /v1/progress: where a case stands, and which cases there are."""

from typing import Any

from flask import Response

from services.progress.standing.answer import documents, stages, view
from services.progress.standing.fold import Progress
from services.progress.standing.queries import Standing
from services.progress.standing.schemas import AtLeast, CaseList, ListQuery, ProgressAnswer
from shared.casework.orders import order_shown
from shared.http import (
    Blueprint,
    answered,
    ensure_visible,
    not_found,
    office_scope,
    organisation_ref,
    permission,
    principal,
    subject_refs,
)
from shared.projection.serving import Reads
from shared.security import Role

Query = dict[str, Any]


def endpoints(reads: Reads) -> Blueprint:
    """The routes of progress; their permissions stand in `shared.security.permissions`."""
    standing = Standing(reads.events, reads.views)
    blp = Blueprint("progress", "progress", url_prefix="/v1/progress", description="Progress.")

    @blp.get("")
    @blp.arguments(ListQuery, location="query")
    @blp.response(200, CaseList)
    def index(query: Query) -> Response:
        """List cases: an applicant's own, an office's, or all of them to an auditor."""
        wanted = _scope()
        wanted |= {name: query[name] for name in ("status", "number") if name in query}
        cases, following = standing.page(wanted, after=query.get("after", ""), limit=query["limit"])
        return answered({"cases": cases, "next": following})

    @blp.get("/<case>")
    @blp.arguments(AtLeast, location="query")
    @blp.response(200, ProgressAnswer)
    def show(query: Query, case: str) -> Response:
        """Say where a case stands, at least at the version asked for."""
        progress = _visible(standing, case, min_version=query["min_version"])
        return answered(
            {
                **view(progress),
                "documents": documents(progress, reads.rules),
                "stages": stages(progress.case, reads.rules),
                "order": order_shown(progress.case, reads.rules, reads.pay_url),
                "responsible": reads.rules.responsible(progress.case),
            }
        )

    return blp


def _visible(standing: Standing, case_id: str, *, min_version: int) -> Progress:
    """The progress of a case that the caller may meet; the same 404 for every other."""
    progress = standing.of(case_id)
    if progress is None:
        raise not_found()
    found = progress.case
    ensure_visible(
        owner_ref=found.subject,
        department=found.department,
        organisation=found.organisation,
        venue=found.venue,
    )
    if progress.case.version < min_version:
        # asked only now: a stranger learns nothing from a version
        progress = standing.of(case_id, min_version=min_version) or progress
    return progress


def _scope() -> dict[str, Any]:
    """What the caller may list, by the roles that the route's row names."""
    caller = principal()
    roles = caller.roles & permission().roles
    if Role.AUDITOR in roles:
        return {"status": {"$gt": "", "$lt": "~"}}  # not what only a message is known of
    if roles & {Role.OFFICER, Role.PRODUCER}:
        return office_scope()
    if (organisation := organisation_ref()) is not None:
        return {"organisation": organisation}
    mine = sorted(subject_refs()) or ["-"]
    return {"subject": {"$in": mine} if len(mine) > 1 else mine[0]}
