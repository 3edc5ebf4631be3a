"""What officers send to review and get back, at the edge only."""

import marshmallow as ma

from shared.http import Bool, Choice, Int, Items, Moment, Nested, Schema, Str
from shared.http.casework import AS_OF

CODE = r"[a-z0-9][a-z0-9-]*"
MOST_CRITERIA = 50


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


class RefusalSchema(Schema):
    """The criteria that are not met; the basis is the item's own unless another is cited.

    `explanation`, the officer's own words to the applicant, is sealed.
    """

    reasons = Items(Str(max_length=64, pattern=CODE), least=1, most=MOST_CRITERIA, required=True)
    legal_basis = Items(Str(max_length=1000, pattern=r".*\S.*"), most=20, load_default=list)
    explanation = Str(max_length=2000, lines=True)


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
