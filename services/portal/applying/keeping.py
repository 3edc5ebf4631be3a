"""The uploads of a draft: the API keeps them as long as the draft is kept here."""

import os
from datetime import timedelta

from services.portal.api import ServiceAway, TokenRefused
from services.portal.applying.drafts import FormDraft
from services.portal.room import Portal

AGAIN_AFTER = timedelta(hours=12)  # the API keeps them a day longer than a draft lasts
MOST_UPLOADS = 50
MATERIALS = "materials."


def keep_uploads(portal: Portal, token: str, draft: FormDraft) -> None:
    """Tell the API which uploads the draft names: when there are others, and twice a day.

    An API that is away is told when the draft is kept the next time.
    """
    uploads = uploads_of(draft)[:MOST_UPLOADS]
    now = portal.now()
    told = draft.kept_at is not None and now - draft.kept_at < AGAIN_AFTER
    if not uploads or (told and set(uploads) <= set(draft.kept)):
        return
    try:
        key = os.urandom(16).hex()
        answer = portal.api.post("/v1/drafts", {"uploads": uploads}, token=token, key=key)
    except (ServiceAway, TokenRefused):
        return  # what was typed is kept all the same
    if answer.ok:
        draft.kept, draft.kept_at = tuple(uploads), now


def uploads_of(draft: FormDraft) -> list[str]:
    """The uploads that a draft names."""
    found = (blobs for name, blobs in draft.typed.items() if name.startswith(MATERIALS))
    return sorted({blob for blobs in found for blob in blobs})
