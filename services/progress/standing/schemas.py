"""What is asked about the standing of cases, and the answers: shapes at the edge, no rule."""

from typing import get_args

from marshmallow.fields import Dict

from shared.case import Ending, Status
from shared.case.deciding.case_numbers import PATTERN
from shared.case.issuance.document import Standing
from shared.casework.orders import PaymentOrderSchema
from shared.casework.schemas import ResponsibleSchema, StageSchema
from shared.http import Bool, Choice, Day, Int, Items, Moment, Nested, QueryInt, Schema, Str

MOST_CASES = 200


class AtLeast(Schema):
    """How new an answer must be: a version from an earlier answer."""

    min_version = QueryInt(minimum=1, load_default=1)


class ListQuery(Schema):
    """Which cases to list, and where to go on. `number`: the case number, as it was told."""

    number = Str(max_length=20, pattern=PATTERN)
    status = Choice(*get_args(Status))
    after = Str(max_length=64, pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*")
    limit = QueryInt(minimum=1, maximum=MOST_CASES, load_default=50)


class ReachedSchema(Schema):
    """A status and when it was reached."""

    status = Str()
    at = Moment()


class NextStep(Schema):
    """What is owed next, by whom and until when."""

    service = Str()
    step = Str()
    due_at = Moment()


class DueDateSchema(Schema):
    """A limit's end; provisional where a year inside is not announced yet."""

    limit = Str()
    due = Str(allow_none=True)
    provisional = Bool()
    incomplete = Items(Str(), most=16)
    drives = Bool()
    reason = Str(allow_none=True)


class IssuedDocumentSchema(Schema):
    """A paper of the case with its internal serial. `valid`: the serial counts.

    `printed`: the number that stands on the paper; null where nobody knows its format any more.
    `standing`: what the paper is worth, in the words of its verification.
    `valid_until` is its last day: null without an end, and where nobody said how long.
    """

    document = Str()
    result = Str()
    number = Str()
    printed = Str(allow_none=True)
    valid = Bool()
    standing = Choice(*get_args(Standing))
    valid_since = Day(allow_none=True)
    valid_until = Day(allow_none=True)


class NoticeState(Schema):
    """What became of one message."""

    about = Str()
    channel = Str()
    status = Str()
    at = Moment()


class MoveSchema(Schema):
    """A move of the open case to a newer edition of its item, and what it changed for the case."""

    version = Str()
    at = Moment()
    changes = Items(Str(), most=200)


class Versions(Schema):
    """How much of each stream of the case is in this answer."""

    case = Int()
    notice = Int()
    documents = Dict(keys=Str(max_length=64), values=Int())


class ProgressAnswer(Schema):
    """Where a case stands. `responsible`: the office that has it, named or not."""

    case = Str()
    number = Str(allow_none=True)
    version = Int()
    versions = Nested(Versions)
    item = Str()
    department = Str()
    office = Str(allow_none=True)
    responsible = Nested(ResponsibleSchema, allow_none=True)
    status = Str()
    open = Bool()
    submitted_at = Moment(allow_none=True)
    history = Items(Nested(ReachedSchema), most=1000)
    next = Nested(NextStep, allow_none=True)
    due = Items(Nested(DueDateSchema), most=16)
    catalogue = Str(allow_none=True)
    moves = Items(Nested(MoveSchema), most=100)
    stages = Items(Nested(StageSchema), most=50)
    order = Nested(PaymentOrderSchema, allow_none=True)
    documents = Items(Nested(IssuedDocumentSchema), most=16)
    notices = Items(Nested(NoticeState), most=1000)


class CaseLine(Schema):
    """One case of a list. `number` is null for a case from before there were any.

    `outcome`: how it ended, where `status` says no more than `closed` or `refunded`.
    """

    case = Str()
    number = Str(allow_none=True)
    version = Int()
    item = Str()
    status = Str()
    outcome = Choice(*get_args(Ending), allow_none=True)


class CaseList(Schema):
    """A page of cases; `next` is the `after` of the following page."""

    cases = Items(Nested(CaseLine), most=MOST_CASES)
    next = Str(allow_none=True)
