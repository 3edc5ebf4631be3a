"""What is asked of a work list, and its answer: shapes at the edge, no rule."""

import base64
import binascii
import datetime as dt
import re
from typing import Any, get_args

import marshmallow as ma

from shared.case import Status
from shared.clock.calendar.moments import end_of_day
from shared.http import Bool, Choice, Day, Int, Items, Moment, Nested, QueryInt, Schema, Str, Text

MOST_LINES = 200
NOBODY = "none"
_PLACE = re.compile(r"[~0-9T:.+-]{1,32}/[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z", re.ASCII)


class DayOrMoment(Str):
    """A day, which means its end in Asia/Shanghai, or a time with its offset."""

    def _deserialize(  # type: ignore[override]
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dt.datetime:
        if isinstance(value, str) and "T" not in value:
            return end_of_day(Day().deserialize(value, attr, data, **kwargs))
        found: dt.datetime = Moment().deserialize(value, attr, data, **kwargs)
        return found


def cursor_after(place: str) -> str:
    """The cursor of the page that follows this place."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


class Cursor(Str):
    """`next` of an earlier page; its inside is no promise."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=160, pattern="[A-Za-z0-9_-]+", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            padding = "=" * (-len(text) % 4)
            place = base64.b64decode(text + padding, altchars=b"-_", validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ma.ValidationError("must be `next` of an earlier page") from error
        if not _PLACE.match(place) or cursor_after(place) != text:
            raise ma.ValidationError("must be `next` of an earlier page")
        return place


DESKS = ("production", "hand-over")
ON_THE_WAY = "on-the-way"
LISTS = (
    *("mine", "office", "unassigned", "due-today", "late", "applicant", "approval"),
    *(*DESKS, ON_THE_WAY),
)


class WorklistQuery(Schema):
    """Which open cases to list, and where to go on.

    `list`: `mine` (the caller has them), `office` (all that the caller may meet), `unassigned`
    (under review, and nobody has them), `due-today`, `late`, `applicant` (they wait for the
    applicant), `approval` (a decision was proposed), `production` (something is to be made, sent or
    laid ready), `hand-over` (it lies ready, or goes from hand to hand), `on-the-way` (a carrier
    has it). Who has no other duty than to produce or to hand over sees the lists of these duties
    alone; what is on the way belongs to both. The other filters narrow it.
    `late`: whether the due date is over now. `officer`: a staff id, or `none` for cases that are
    assigned to nobody.
    """

    list = Choice(*LISTS)
    due_until = DayOrMoment(
        max_length=35, metadata={"description": "A day (to its end) or a time: due by then."}
    )
    late = Choice("true", "false")
    item = Str(max_length=8, pattern=r"[0-9]{3}-R?[0-9]{1,3}")
    status = Choice(*get_args(Status))
    officer = Text(max_length=128)
    after = Cursor()
    limit = QueryInt(minimum=1, maximum=MOST_LINES, load_default=50)

    @ma.validates_schema
    def _one_officer(self, data: dict[str, Any], **_: Any) -> None:
        if "officer" in data and data.get("list") in {"mine", "unassigned"}:
            raise ma.ValidationError("The list says already whose cases it has.", "officer")


class LineDue(Schema):
    """The driving due date; provisional where a year inside is not announced yet.

    `incomplete`: the years of the province's calendar that are not loaded. `why_zh`, `why_en`:
    which limit of the item it is; null where this process is older than the case's edition.
    """

    limit = Str()
    due = Day()
    provisional = Bool()
    incomplete = Items(Str(), most=16)
    why_zh = Str(allow_none=True)
    why_en = Str(allow_none=True)


class LineStep(Schema):
    """What is owed next, by which service and until when."""

    service = Str()
    step = Str()
    due_at = Moment()


class LineStage(Schema):
    """The stage at which the case stands, by its names."""

    code = Str()
    zh = Str()
    en = Str()


class LineProposal(Schema):
    """What is proposed, by whom (a staff id) and when."""

    proposal = Choice("approve", "refuse")
    officer = Str()
    at = Moment()


class LineAsked(Schema):
    """One thing that the applicant was asked for, in words: of alternatives one is enough."""

    zh = Str(max_length=2000)
    en = Str(max_length=2000)


class LineSupplement(Schema):
    """What the applicant was asked for, and until when."""

    asked = Items(Nested(LineAsked), most=200)
    until = Moment()


class LineWork(Schema):
    """What is to be made or handed over, on whose list it is, and until when."""

    step = Choice("production", "dispatch", "readiness", "handover", "destruction")
    desk = Choice(*DESKS)
    due_at = Moment()


class WorklistLine(Schema):
    """One open case. `due` is null while no due date counts.

    That is before the acceptance, while the clock stands still, and once what the office promised
    is done. The names of the item are null where this process is older than the case's edition.
    `officer_since`: since when the officer has it. `waits`: for whom it waits beside the desk.
    `supplement`: what the applicant is asked for. `work`: what is to be made or handed over;
    `paper`: the number of the document, once it has one.
    """

    case = Str()
    number = Str(allow_none=True)
    version = Int()
    item = Str()
    item_zh = Str(allow_none=True)
    item_en = Str(allow_none=True)
    status = Choice(*get_args(Status))
    due = Nested(LineDue, allow_none=True)
    late = Bool()
    next = Nested(LineStep, allow_none=True)
    officer = Str(allow_none=True)
    officer_since = Moment(allow_none=True)
    stage = Nested(LineStage, allow_none=True)
    waits = Str(allow_none=True)
    proposal = Nested(LineProposal, allow_none=True)
    supplement = Nested(LineSupplement, allow_none=True)
    work = Nested(LineWork, allow_none=True)
    paper = Str(allow_none=True)
    office = Str(allow_none=True)
    submitted_at = Moment(allow_none=True)


class ListCounts(Schema):
    """How many cases stand in each list, under the same `item`; at most 10 000 are counted.

    Null: the list is not the caller's.
    """

    mine = Int(allow_none=True)
    office = Int(allow_none=True)
    unassigned = Int(allow_none=True)
    due_today = Int(allow_none=True)
    late = Int(allow_none=True)
    applicant = Int(allow_none=True)
    approval = Int(allow_none=True)
    production = Int(allow_none=True)
    hand_over = Int(allow_none=True)
    on_the_way = Int(allow_none=True)


class Worklist(Schema):
    """A page of open cases by due date; `next` is the `after` of the following page.

    `counts` stands on the first page alone; it is null on the pages that follow.
    """

    cases = Items(Nested(WorklistLine), most=MOST_LINES)
    next = Str(max_length=160, allow_none=True)
    counts = Nested(ListCounts, allow_none=True)


class OpenCounts(Schema):
    """How many cases are open, and of these due today, late, or waiting for somebody."""

    open = Int()
    due_today = Int()
    late = Int()
    applicant = Int()
    approval = Int()


class ItemCounts(OpenCounts):
    """Of one item; its names are null where the catalogue has it no more."""

    item = Str()
    item_zh = Str(allow_none=True)
    item_en = Str(allow_none=True)


class OfficerCounts(OpenCounts):
    """Of one officer; null: nobody has them."""

    officer = Str(allow_none=True)


class Statistics(Schema):
    """Counts over the open cases that the caller may meet.

    `more`: there are more than 20 000 open cases, and those that are due last are not counted.
    """

    at = Moment()
    total = Nested(OpenCounts)
    by_item = Items(Nested(ItemCounts), most=1000)
    by_officer = Items(Nested(OfficerCounts), most=1000)
    more = Bool()
