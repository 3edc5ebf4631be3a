"""The day of an inspection is arranged and told to the applicant; it can be arranged anew."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from flask import Response

from services.review.room import Desk
from shared.case import Case, Fact, Rules
from shared.case.next.position import next_step, to_be_visited
from shared.case.review.steps import VisitArranged
from shared.casework.desk import acting
from shared.casework.schemas import CODE, DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.clock import local_day
from shared.http import Blueprint, Day, Schema, Str
from shared.http.public_text import PublicStr

FURTHEST = timedelta(days=366)
HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"


class ArrangeVisit(CaseCommand, frozen=True, kw_only=True):
    """An inspection takes place on a day; `office` empty: at the premises of the application."""

    officer: str
    own_subject: str
    step: str
    day: date
    since: str
    until: str
    office: str = ""


class VisitImpossible(Instead):
    """The day is over, or more than a year away, or the hours end before they begin."""

    code = "visit-impossible"


class NotToBeVisited(Instead):
    """Another step is next, or none; `next` names it."""

    code = "not-to-be-visited"


def can_arrange(case: Case) -> bool:
    """While the next step is one that can be put right: an inspection."""
    return to_be_visited(case)


def arrange(case: Case, cmd: ArrangeVisit, _rules: Rules, now: datetime) -> list[Fact]:
    """Arrange the inspection that is next. The same again: nothing."""
    must_allow(case, can_arrange, "No inspection is next.")
    must_not_be_own(case, cmd.own_subject)
    stage = next_step(case)
    if stage is None or stage.code != cmd.step:
        named = stage.code if stage else ""
        raise NotToBeVisited(f"The next step is {named}.", next=named)
    today = local_day(now)
    if not today <= cmd.day <= today + FURTHEST or cmd.until <= cmd.since:
        raise VisitImpossible("Name a day from today on, and hours that end after they begin.")
    arranged = VisitArranged(
        step=cmd.step,
        officer=cmd.officer,
        day=cmd.day,
        since=cmd.since,
        until=cmd.until,
        office=cmd.office,
    )
    known = case.visits.get(cmd.step)
    return [] if known is not None and known.fact == arranged else [arranged]


class VisitingSchema(Schema):
    """Day and hours (Asia/Shanghai) of an inspection.

    Without `office` it is at the premises of the application, whose address is not written here.
    """

    step = Str(required=True, max_length=64, pattern=CODE)
    day = Day(required=True)
    since = Str(required=True, max_length=5, pattern=HOUR)
    until = Str(required=True, max_length=5, pattern=HOUR)
    office = PublicStr(max_length=200)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Arrange an inspection."""

    @blp.post("/<case>/visit")
    @blp.arguments(VisitingSchema)
    @blp.response(200, DoneSchema)
    def arrange(body: dict[str, Any], case: str) -> Response:
        """Arrange the day and hours of an inspection; the applicant is told (预约现场审查)."""
        return desk(case, msgspec.convert({**body, **acting()}, ArrangeVisit), body)


TOPIC = Topic(
    decisions={ArrangeVisit: arrange},
    actions={"visit": can_arrange},
    routes=routes,
)
