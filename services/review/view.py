"""A case as review shows it to officers and auditors: from its fold, without personal data."""

from typing import Any

import msgspec

from services.review.refusals import possible
from services.review.validity import open_to
from shared.case import Case, Rules, owed, status
from shared.case.deciding.stages_shown import stages_told


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
        "actions": list(possible(case)),
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
