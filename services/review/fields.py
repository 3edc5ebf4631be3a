"""What the bodies of several topics have in common."""

from shared.clock.counting.limits import LARGEST
from shared.http import Schema

CODE = r"[a-z0-9][a-z0-9-]*"


STAFF_ID = r"[A-Za-z0-9][A-Za-z0-9_.:-]*"


MOST_CRITERIA = 50


MOST_RESULTS = 20


MOST_SPAN = max(LARGEST["calendar_days"], LARGEST["months"], LARGEST["years"])


class NothingSchema(Schema):
    """A command that says everything by its address; its body is `{}`."""
