"""The shapes that every service's API has: what a command answers, and which state is asked for."""

import marshmallow as ma

from shared.casework.http import AS_OF
from shared.http import Choice, Day, Int, Items, Nested, Schema, Str

CODE = r"[a-z0-9][a-z0-9-]*"
MOST_SHOWN = 4000  # characters of one public text of a step
STAFF_ID = r"[A-Za-z0-9][A-Za-z0-9_.:-]*"


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


class DocumentDoneSchema(Schema):
    """The answer to every command on a document; the version is the document's own."""

    document = Str()
    version = Int()
    events = Items(Str(), most=20)
    receipt = Nested(ReceiptSchema, allow_none=True)


class NothingSchema(Schema):
    """A command that says everything by its address; its body is `{}`."""


class VisitSchema(Schema):
    """An arranged inspection; `office` null: at the premises of the application."""

    day = Day()
    since = Str()
    until = Str()
    office = Str(allow_none=True)


class UnmetSchema(Schema):
    """A point of a checklist that is not met."""

    text = Str(max_length=500)
    text_en = Str(min_length=0, max_length=500)


class ResponsibleSchema(Schema):
    """An office: its code and names, and its region (GB/T 2260)."""

    office = Str()
    name = Str()
    name_en = Str()
    region = Str()
    region_name = Str()
    region_name_en = Str()


class StageSchema(Schema):
    """A stage of the procedure, its names, and whether it is done, present or still to come.

    A step that has days of its own says from when until when, and what is public about it.
    """

    code = Str()
    zh = Str()
    en = Str()
    state = Choice("done", "now", "to-come", "left-out")
    since = Day()
    until = Day()
    visit = Nested(VisitSchema)
    unmet = Items(Nested(UnmetSchema), most=50)
    by = Day()
    shown = ma.fields.Dict(keys=Str(), values=Str(max_length=MOST_SHOWN, lines=True))
