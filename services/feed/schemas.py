"""What is asked of the feed, and what it answers: shapes at the edge, no rule."""

from shared.http import Int, Items, Moment, Nested, QueryInt, Schema, Str

MOST_POSITIONS = 200
# A commit is refused above this size (shared.eventlog).
MOST_BODY = 256 * 1024


class LaneHead(Schema):
    """A lane and its last position."""

    lane = Int()
    head = Int()


class Lanes(Schema):
    """All lanes of the log."""

    lanes = Items(Nested(LaneHead), most=4096)


class FeedQuery(Schema):
    """Which positions: those after `after`, at most `limit`."""

    after = QueryInt(load_default=0)
    limit = QueryInt(minimum=1, maximum=MOST_POSITIONS, load_default=50)


class FeedEntry(Schema):
    """One commit at its position. `body` is the exact text that `hash` (SHA-256) covers."""

    position = Int()
    stream = Str()
    first_version = Int()
    last_version = Int()
    hash = Str()
    body = Str(max_length=MOST_BODY, lines=True)
    sequenced_at = Moment()


class Feed(Schema):
    """A piece of a lane; `head` is its last position, as of this answer."""

    lane = Int()
    head = Int()
    records = Items(Nested(FeedEntry), most=MOST_POSITIONS)
