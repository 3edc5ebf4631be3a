"""What officers send to review and get back, at the edge only."""

from typing import Any, get_args

import marshmallow as ma

from shared.case.facts.parts import StepOutcome
from shared.case.review.limits import WhyExtended
from shared.casework.http import AS_OF
from shared.clock.counting.limits import LARGEST
from shared.http import Bool, Choice, Day, Int, Items, Moment, Nested, Schema, Str

CODE = r"[a-z0-9][a-z0-9-]*"
STAFF_ID = r"[A-Za-z0-9][A-Za-z0-9_.:-]*"
MOST_CRITERIA = 50
MOST_RESULTS = 20
MOST_SPAN = max(LARGEST["calendar_days"], LARGEST["months"], LARGEST["years"])


class NothingSchema(Schema):
    """A command that says everything by its address; its body is `{}`."""


class FindingSchema(Schema):
    """Met or not: a flag, never what a document says."""

    criterion = Str(required=True, max_length=64, pattern=CODE)
    met = Bool(required=True)


class ProposalSchema(Schema):
    """A finding on each criterion, and what follows; the note is sealed."""

    proposal = Choice("approve", "refuse", required=True)
    findings = Items(Nested(FindingSchema), least=1, most=MOST_CRITERIA, required=True)
    note = Str(max_length=2000, lines=True)


class SpanSchema(Schema):
    """A length of time."""

    n = Int(minimum=1, maximum=MOST_SPAN, required=True)
    unit = Choice("calendar_days", "months", "years", required=True)

    @ma.validates_schema
    def _as_long_as_there_is(self, data: dict[str, Any], **_: Any) -> None:
        most = LARGEST[data["unit"]]
        if data["n"] > most:
            raise ma.ValidationError(f"must be between 1 and {most}", "n")


class ValiditySchema(Schema):
    """How long one result is valid, as far as its item leaves that to the officer.

    `original_until` is the last day of the document that it stands in for, `authority_changed`
    whether another authority issues it than issued that one.
    """

    result = Str(required=True, max_length=64, pattern=CODE)
    span = Nested(SpanSchema)
    original_until = Day()
    authority_changed = Bool()


class ApprovalSchema(Schema):
    """What `validity_open` of the case asks for; empty where nothing is left open."""

    validity = Items(Nested(ValiditySchema), most=MOST_RESULTS, load_default=list)


class RefusalSchema(Schema):
    """The criteria that are not met; the basis is the item's own unless another is cited.

    `explanation`, the officer's own words to the applicant, is sealed.
    """

    reasons = Items(Str(max_length=64, pattern=CODE), least=1, most=MOST_CRITERIA, required=True)
    legal_basis = Items(Str(max_length=1000, pattern=r".*\S.*"), most=20, load_default=list)
    explanation = Str(max_length=2000, lines=True)


class StepSchema(Schema):
    """A step of the procedure, by its code."""

    step = Str(required=True, max_length=64, pattern=CODE)


class OutcomeSchema(StepSchema):
    """What came of it; the basis of a refusal that follows is the item's own unless cited.

    `note`, the officer's own words, is sealed.
    """

    outcome = Choice(*get_args(StepOutcome), required=True)
    legal_basis = Items(Str(max_length=1000, pattern=r".*\S.*"), most=20, load_default=list)
    note = Str(max_length=2000, lines=True)


class ExtensionSchema(Schema):
    """Which limit, who approved it (a staff id), and why; the explanation is sealed."""

    limit = Str(required=True, max_length=64, pattern=CODE)
    approved_by = Str(required=True, max_length=64, pattern=STAFF_ID)
    reason = Choice(*get_args(WhyExtended), required=True)
    explanation = Str(max_length=2000, lines=True)


class RestartSchema(Schema):
    """Which limit, and the rule that begins it anew."""

    limit = Str(required=True, max_length=64, pattern=CODE)
    rule = Str(required=True, max_length=200, pattern=r".*\S.*")


class AsOfSchema(Schema):
    """Which state of the case: up to a version, or up to a time."""

    as_of = Str(max_length=40, pattern=AS_OF)


class ReceiptSchema(Schema):
    """With it anybody can demand proof that the commit is in the log."""

    stream = Str()
    first_version = Int()
    hash = Str()


class DoneSchema(Schema):
    """The answer to every command."""

    case = Str()
    version = Int()
    events = Items(Str(), most=20)
    receipt = Nested(ReceiptSchema, allow_none=True)


class ReviewSchema(Schema):
    """A case as it lies on the desk."""

    case = Str()
    version = Int()
    status = Str()
    item = Str()
    name = Str()
    department = Str()
    office = Str()
    officer = Str(allow_none=True)
    opened_at = Moment(allow_none=True)
    criteria = Items(ma.fields.Dict(), most=MOST_CRITERIA)
    materials = Items(ma.fields.Dict(), most=200)
    proposal = ma.fields.Dict(allow_none=True)
    approval = ma.fields.Dict(allow_none=True)
    refusal = ma.fields.Dict(allow_none=True)
    due = Items(ma.fields.Dict(), most=10)
    approaching = Items(Str(), most=10)
    missed = Items(Str(), most=10)
    actions = Items(Str(), most=10)
    owed = Items(ma.fields.Dict(), most=50)
    stages = Items(ma.fields.Dict(), most=50)
    paused = Items(Str(), most=10)
    validity_open = Items(ma.fields.Dict(), most=MOST_RESULTS)
