"""Applications that somebody keeps elsewhere before they are submitted: the portal's drafts.

Their uploads stay with them, and a secret of the person seals them: who erases the person destroys
the key that it is derived from, and with it what is kept elsewhere.
"""

from typing import Any

from flask import Response

from services.intake.fields import MOST_MATERIALS
from services.intake.room import Desk
from shared.http import Blueprint, Items, Moment, Schema, Str, answered, principal, subject_refs

MOST_UPLOADS = MOST_MATERIALS


class DraftUploadsSchema(Schema):
    """The uploads that a draft names."""

    uploads = Items(
        Str(max_length=64, pattern=r"[A-Za-z0-9_-]+"), most=MOST_UPLOADS, load_default=list
    )


class DraftKeptSchema(Schema):
    """Until when these uploads stay if nothing is submitted; `gone`: those that are there no more.

    Null where the draft has none. `secret`: the person's own, 32 bytes in hex, the same each time:
    seal with it what is kept of them, and keep it nowhere beside. After an erasure it is another.
    """

    until = Moment(allow_none=True)
    gone = Items(Str(), most=MOST_UPLOADS)
    secret = Str(min_length=64, max_length=64, pattern=r"[0-9a-f]{64}")


def routes(blp: Blueprint, desk: Desk) -> None:
    """`POST /v1/drafts`."""
    room = desk.room

    @blp.post("")
    @blp.arguments(DraftUploadsSchema)
    @blp.response(200, DraftKeptSchema)
    def keep(body: dict[str, Any]) -> Response:
        """Keep the uploads of a draft for 31 days from now; say it again as it is written."""
        caller = principal()
        person = room.vault.subject_for(caller.issuer, caller.subject)
        secret = room.vault.draft_secret(person).hex()
        named = set(body["uploads"])
        stored = room.blobs.find(*named)
        mine = subject_refs()
        own = {blob for blob, ref in stored.items() if ref.owner in mine}
        until = room.unnamed.keep(own, now=room.now()) if own else None
        lost = (named - own) | room.unnamed.gone(own) | room.blobs.gone(*own)
        return answered({"until": until, "gone": sorted(lost), "secret": secret})
