"""A case as review shows it to officers and auditors: from its fold, without personal data."""

from typing import Any

import marshmallow as ma
import msgspec

from services.review.fields import MOST_CRITERIA, MOST_RESULTS
from services.review.topics import REVIEW
from services.review.validity import open_to
from shared.case import Case, Rules, owed, status
from shared.case.deciding.stages_shown import stages_told
from shared.http import Int, Items, Moment, Schema, Str


class ReviewSchema(Schema):
    """A case as it lies on the desk."""

    case = Str()
    version = Int()
    status = Str()
    item = Str()
    name = Str()
    department = Str()
    office = Str()
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
    stages = Items(ma.fields.Dict(), most=50)
    paused = Items(Str(), most=10)
    validity_open = Items(ma.fields.Dict(), most=MOST_RESULTS)


def view(case: Case, rules: Rules) -> dict[str, Any]:
    """What `GET /v1/reviews/{case}` answers, as JSON values."""
    return {
        "case": case.id,
        "version": case.version,
        "status": status(case),
        "item": case.item,
        "name": rules.item_of(case).text.name,
        "department": case.department,
        "office": case.office,
        "officer": case.officer,
        "opened_at": _plain(case.review_opened.at if case.review_opened else None),
        "criteria": _plain(case.review.criteria if case.review else ()),
        "materials": _plain(case.materials),
        "proposal": _plain(case.proposal),
        "approval": _plain(case.approval),
        "refusal": _plain(case.refusal),
        "due": _plain(case.due),
        "approaching": sorted(case.approaching),
        "missed": sorted(case.missed),
        "actions": list(REVIEW.possible(case)),
        "owed": [
            {"service": one.service, "step": one.step, "due_at": _plain(one.due_at)}
            for one in owed(case, pace=rules.pace)
        ],
        "stages": stages_told(case, rules),
        "paused": sorted(case.paused),
        "validity_open": _plain(open_to(case, rules)),
    }


def _plain(value: object) -> Any:
    return msgspec.to_builtins(value)
