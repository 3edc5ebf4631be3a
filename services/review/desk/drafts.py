"""A draft of a proposal: the desk's own, sealed under the applicant's key, gone after 30 days.

It is no event of the case. An erasure leaves it unreadable, and it is read by whoever may read the
notes of the desk, with a record of the reading.
"""

from typing import Any

import msgspec
from flask import Response

from services.review.assignment import must_be_assigned
from services.review.desk.draft_store import KEPT_FOR, KeptDraft
from services.review.room import Review
from services.review.topics import REVIEW
from services.review.verdict import MOST_CRITERIA, FindingSchema, can_propose
from shared.casework.desk import staff_id
from shared.casework.http import folded, loaded_case
from shared.casework.offers import for_caller
from shared.casework.reading.caller import must_be_entitled
from shared.casework.topics import must_allow
from shared.eventlog import Sealed
from shared.http import (
    Blueprint,
    Choice,
    Items,
    Moment,
    Nested,
    Problem,
    Schema,
    Str,
    Text,
    actor,
    answered,
    not_found,
)
from shared.http.plain import time_of
from shared.security.data_classes import DataClass
from shared.vault import subject_stream

_NOTE = frozenset({DataClass.NOTE})


class DraftSchema(Schema):
    """What an officer thinks of proposing; all of it may be left out, and nothing is checked."""

    proposal = Choice("approve", "refuse")
    findings = Items(Nested(FindingSchema), most=MOST_CRITERIA)
    explanation = Text(max_length=2000, lines=True)
    note = Text(max_length=2000, lines=True)


class KeptDraftSchema(DraftSchema):
    """A draft as it was kept: by whom, when, and until when it is there."""

    case = Str()
    officer = Str()
    at = Moment()
    until = Moment()


def draft_routes(blp: Blueprint, review: Review) -> None:
    """Keep and read the draft of a proposal."""

    @blp.post("/<case>/draft")
    @blp.arguments(DraftSchema)
    @blp.response(200, KeptDraftSchema)
    def keep(body: dict[str, Any], case: str) -> Response:
        """Keep a draft of the proposal in place of the one before; the case is not changed."""
        found, officer = folded(loaded_case(review.log, case), None), staff_id()
        with for_caller(REVIEW, found, review.rules, review.now()):
            must_allow(found, can_propose, "There is nothing to propose now.")
            must_be_assigned(found, officer)
        if not found.subject:
            raise Problem("invalid-fields", "This case has no applicant whose key could seal it.")
        value = Sealed(subject_stream(found.subject), msgspec.json.encode(body).decode())
        draft = KeptDraft(
            officer=officer,
            key_ref=value.key_ref,
            sealed=review.vault.seal_beside(found.id, value),
            at=review.now(),
        )
        review.drafts.keep(found.id, draft)
        return answered({**body, **_kept(found.id, draft)})

    @blp.get("/<case>/draft")
    @blp.response(200, KeptDraftSchema)
    def show(case: str) -> Response:
        """Read the draft, with a trace; 404 where there is none, or it is not the caller's."""
        found, now = folded(loaded_case(review.log, case), None), review.now()
        may = must_be_entitled(found, now=now, to=_NOTE)
        draft = review.drafts.find(found.id, now)
        if draft is None or found.decided:
            raise not_found()
        read_as = may.read_as(DataClass.NOTE)
        text = review.vault.reveal_beside(
            found.id,
            draft.key_ref,
            draft.sealed,
            reader=actor(),
            read_as=read_as,
        )
        return answered({**msgspec.json.decode(text), **_kept(found.id, draft)})


def _kept(case: str, draft: KeptDraft) -> dict[str, str]:
    until = draft.at + KEPT_FOR
    times = {"at": time_of(draft.at), "until": time_of(until)}
    return {"case": case, "officer": draft.officer, **times}
