"""A clerical error in the record is put right: by naming it, with the reason and by whom.

A closed list of fields, all of them sealed. The old value stays sealed where it was; the event has
the hash of those sealed bytes, so that it says which value was replaced without saying what it was.
"""

import hashlib
from datetime import datetime
from typing import Any, get_args

import marshmallow as ma
from flask import Response

from services.review.assignment import has_case, must_be_assigned
from services.review.room import Desk, Review
from shared.case import Case, Fact, Rules, case_stream
from shared.case.next.position import under_review
from shared.case.review.upkeep import CORRECTABLE, ReviewFactCorrected, WhyCorrected
from shared.casework.desk import acting
from shared.casework.log import Personal
from shared.casework.schemas import DoneSchema
from shared.casework.topics import Asking, CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.eventlog import Loaded, Sealed, sealed_value
from shared.http import Blueprint, Choice, ReadBy, Schema, Text
from shared.values.reach import (
    EMAIL,
    LONGEST_EMAIL,
    LONGEST_PHONE,
    PHONE,
    read_email,
    read_phone,
)


class CorrectFact(CaseCommand, frozen=True, kw_only=True):
    """Put a field right. `type`, `old_hash`: of the event and the sealed bytes it replaces."""

    officer: str
    own_subject: str
    field: str
    why: WhyCorrected
    type: str
    old_hash: str


class NothingToCorrect(Instead):
    """The case has no value of this field that could be wrong."""

    code = "nothing-to-correct"


def can_correct(case: Case) -> bool:
    """While an officer has the case and it is not decided: before a paper bears the error."""
    return under_review(case) and case.officer is not None


def _may_correct(case: Case, asking: Asking) -> bool:
    """Whose case it is, where it has a value that could be wrong."""
    return has_case(case, asking) and not CORRECTABLE.isdisjoint(case.sealed_in)


def correct(case: Case, cmd: CorrectFact, _rules: Rules, _now: datetime) -> list[Fact]:
    """Put a field right; the new value is sealed beside the event."""
    must_allow(case, can_correct, "Corrections are made while an officer reviews the case.")
    must_not_be_own(case, cmd.own_subject)
    must_be_assigned(case, cmd.officer)
    if not cmd.old_hash:
        raise NothingToCorrect("There is no such value in the case.")
    return [
        ReviewFactCorrected(
            corrects=case.sealed_in[cmd.field],
            type=cmd.type,
            field=cmd.field,
            value=None,
            why=cmd.why,
            officer=cmd.officer,
            old_hash=cmd.old_hash,
        )
    ]


def present_value(loaded: Loaded, case: Case, field: str) -> tuple[str, str, str]:
    """The event type, the key and the hash of the sealed bytes of a field; empty where none is."""
    version = case.sealed_in.get(field, 0)
    for commit in loaded:
        for event in commit.events:
            stored = sealed_value(commit, version, field) if event.version == version else None
            if stored is not None:
                key, text = stored
                return event.type, key, hashlib.sha256(text).hexdigest()
    return "", "", ""


class CorrectionSchema(Schema):
    """The one field that is put right, with its right value, and why the record was wrong."""

    why = Choice(*get_args(WhyCorrected), required=True)
    name = Text(max_length=100)
    phone = ReadBy(read_phone, pattern=PHONE, max_length=LONGEST_PHONE)
    email = ReadBy(read_email, pattern=EMAIL, max_length=LONGEST_EMAIL)
    delivery_address = Text(max_length=300)

    @ma.validates_schema
    def _one_field(self, data: dict[str, Any], **_: Any) -> None:
        if len(CORRECTABLE & data.keys()) != 1:
            raise ma.ValidationError("Name one field that is put right.")


def routes(blp: Blueprint, desk: Desk) -> None:
    """Put a clerical error right."""

    @blp.post("/<case>/correction")
    @blp.arguments(CorrectionSchema)
    @blp.response(200, DoneSchema)
    def correct(body: dict[str, Any], case: str) -> Response:
        """Put a clerical error in the record right; the applicant is told (更正)."""
        (field,) = CORRECTABLE & body.keys()
        officer = acting()
        keys: list[str] = []

        def correction(review: Review, found: Case) -> CorrectFact:
            loaded = review.log.load(case_stream(found.id), upto_version=found.version)
            type_, key, old_hash = present_value(loaded, found, field)
            keys.append(key)
            return CorrectFact(
                field=field, why=body["why"], type=type_, old_hash=old_hash, **officer
            )

        def personal(_case: Case) -> Personal:
            return {ReviewFactCorrected.TYPE: {field: Sealed(keys[-1], body[field])}}

        return desk(case, correction, body, personal=personal)


TOPIC = Topic(
    decisions={CorrectFact: correct},
    actions={"correction": can_correct},
    offers={"correction": _may_correct},
    routes=routes,
)
