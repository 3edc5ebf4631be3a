"""What the API does for a draft: it keeps its uploads as long, and tells what seals it."""

import os
from datetime import timedelta

from services.portal.api import ApiAnswer, ServiceAway, TokenRefused
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
        answer = _told(portal, token, uploads)
    except (ServiceAway, TokenRefused):
        return  # what was typed is kept all the same
    if answer.ok:
        draft.kept, draft.kept_at = tuple(uploads), now


def secret_of(portal: Portal, token: str) -> str:
    """The secret that seals the drafts of whoever has this token, in hex.

    Raises:
        ServiceAway: intake does not tell it. TokenRefused.
    """
    answer = _told(portal, token, [])
    if not answer.ok:
        raise ServiceAway("intake")
    secret: str = answer.document["secret"]
    return secret


def _told(portal: Portal, token: str, uploads: list[str]) -> ApiAnswer:
    key = os.urandom(16).hex()
    return portal.api.post("/v1/drafts", {"uploads": uploads}, token=token, key=key)


def uploads_of(draft: FormDraft) -> list[str]:
    """The uploads that a draft names."""
    found = (blobs for name, blobs in draft.typed.items() if name.startswith(MATERIALS))
    return sorted({blob for blobs in found for blob in blobs})
