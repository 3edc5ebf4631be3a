"""What is asked of notify and what it answers: shapes at the edge, no rule."""

from shared.http import Int, Items, Moment, Nested, Schema, Str

# A message has the sentences of several reasons in it, as a preview has.
MOST = 10_000


class Told(Schema):
    """One message in words."""

    about = Str()
    channel = Str()
    status = Str()
    attempts = Int()
    code = Str(allow_none=True)
    at = Moment()
    subject = Str()
    zh = Str(max_length=MOST)
    en = Str(max_length=MOST)


class Messages(Schema):
    """Everything the applicant was told about a case."""

    case = Str()
    messages = Items(Nested(Told), most=1000)
