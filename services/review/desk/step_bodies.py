"""The bodies of the commands on a step, and what of them is sealed."""

from collections.abc import Mapping
from typing import Any, get_args

import marshmallow as ma
import msgspec

from services.review.desk.site_pictures import MOST_PICTURES, UPLOAD
from shared.case import Case
from shared.case.facts.parts import StepOutcome
from shared.case.review.steps import StepCompleted
from shared.casework.log import Personal
from shared.casework.schemas import CODE, MOST_SHOWN, STAFF_ID
from shared.eventlog import Sealed
from shared.http import Bool, Choice, Day, Items, Nested, Problem, Schema, Str, Text
from shared.http.public_text import PublicStr
from shared.vault import subject_stream

MOST_POINTS, MOST_VOTES = 50, 30


class StepSchema(Schema):
    """A step of the procedure, by its code."""

    step = Str(required=True, max_length=64, pattern=CODE)


class PointSchema(Schema):
    """What was found on a point of the checklist, perhaps in words, which the applicant reads."""

    point = Str(required=True, max_length=64, pattern=CODE)
    met = Bool(required=True)
    remarks = Text(max_length=500, lines=True)


class VoteSchema(Schema):
    """How a member of the panel (a staff id) voted."""

    member = Str(required=True, max_length=64, pattern=STAFF_ID)
    vote = Choice("for", "against", "abstained", required=True)


class OutcomeSchema(StepSchema):
    """What came of it; the basis of a refusal that follows is the item's own unless cited.

    `points`: a finding on each point of the checklist, perhaps with a remark. `rectify_by`: the
    last day to put right what is not met. `votes`: of a panel. `pictures`: of an inspection, each
    uploaded for this case before. `explanation`, the officer's words to the applicant, `note`,
    those for the desk, and the remarks are sealed.
    """

    outcome = Choice(*get_args(StepOutcome), required=True)
    legal_basis = Items(PublicStr(max_length=1000), most=20, load_default=list)
    points = Items(Nested(PointSchema), most=MOST_POINTS, load_default=list)
    rectify_by = Day(load_default=None)
    votes = Items(Nested(VoteSchema), most=MOST_VOTES, load_default=list)
    pictures = Items(Str(max_length=64, pattern=UPLOAD), most=MOST_PICTURES, load_default=list)
    explanation = Text(max_length=2000, lines=True)
    note = Text(max_length=2000, lines=True)

    @ma.validates_schema
    def _each_point_once(self, data: dict[str, Any], **_: Any) -> None:
        codes = [one["point"] for one in data["points"]]
        if len(codes) != len(set(codes)):
            raise ma.ValidationError("A point is found on once.", "points")


class PublicNoticeSchema(StepSchema):
    """A public notice: its words, where it hangs or is posted, its first day and its last.

    Text and place are public and stay in the log for ever: what must not stay is not written here.
    `until` may be left out where the item prints the number of days.
    """

    text = PublicStr(contacts=True, required=True, max_length=MOST_SHOWN, lines=True)
    place = PublicStr(contacts=True, required=True, max_length=500)
    since = Day(required=True)
    until = Day(load_default=None)


def words_at_step(case: Case, body: Mapping[str, Any]) -> Personal:
    """What the officer says to the applicant, in all and on single points, to be sealed."""
    said = {name: body[name] for name in ("explanation", "note") if name in body}
    if remarks := {one["point"]: one["remarks"] for one in body["points"] if "remarks" in one}:
        said["remarks"] = msgspec.json.encode(remarks).decode()
    if said and not case.subject:
        raise Problem("invalid-fields", "This case has no applicant whose key could seal words.")
    key = subject_stream(case.subject)
    sealed = {name: Sealed(key, text) for name, text in said.items()}
    return {StepCompleted.TYPE: sealed} if sealed else {}
