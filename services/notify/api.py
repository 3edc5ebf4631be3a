"""GET /v1/notices: what an applicant was told about a case."""

from dataclasses import dataclass

from flask import Response

from services.notify.schemas import Messages
from services.notify.telling import Telling, told
from shared.case import case_stream
from shared.casework.log import case_of
from shared.eventlog import LogReader
from shared.http import Blueprint, answered, ensure_visible, not_found


@dataclass(frozen=True)
class NotifyDesk:
    """What the endpoints read from."""

    events: LogReader
    telling: Telling

    def ensure_visible(self, case_id: str) -> None:
        """Answer 404 for a case that the caller may not meet, and for one that is not there."""
        case = case_of(self.events.load(case_stream(case_id)))
        if not case.exists:
            raise not_found()
        ensure_visible(
            owner_ref=case.subject,
            department=case.department,
            organisation=case.organisation,
            venue=case.venue,
        )


def endpoints(desk: NotifyDesk) -> Blueprint:
    """The routes of notify; their permissions stand in `shared.security.permissions`."""
    blp = Blueprint("notices", "notices", url_prefix="/v1/notices", description="Messages.")

    @blp.get("/<case>")
    @blp.response(200, Messages)
    def show(case: str) -> Response:
        """Give every message about a case in its words, and what became of it."""
        desk.ensure_visible(case)
        return answered({"case": case, "messages": told(desk.events, desk.telling, case)})

    return blp
