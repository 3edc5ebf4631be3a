"""The readings of a case, for its applicant and auditors: who, when, what and why; no values."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.intake.room import Desk
from shared.case import Case, case_stream, document_stream
from shared.case.reading.reasons import PURPOSES, REASONS, Said
from shared.casework.http import seen
from shared.http import Blueprint, Bool, Items, Moment, Nested, Schema, Str, acting_role, answered
from shared.http.plain import time_of
from shared.security import Role
from shared.security.data_classes import CLASSES, SEALED_FIELDS, DataClass

MOST = 500
# The duty of a reader whose row is from before rows named one.
_DUTY_OF_KIND: Mapping[str, str] = {
    "applicant": "apply",
    "portal": "apply",
    "officer": "review",
    "producer": "produce",
    "auditor": "audit",
    "system": "tell",
}
Row = Mapping[str, Any]


class SaidSchema(Schema):
    """A code in Chinese and in English."""

    code = Str()
    zh = Str()
    en = Str()


class OneReadingSchema(Schema):
    """One reading. `reader` and `portal` are for an auditor alone; `why`: the reason, if any."""

    at = Moment()
    duty = Str()
    office = Str(allow_none=True)
    classes = Items(Nested(SaidSchema), most=len(DataClass))
    why = Nested(SaidSchema)
    with_reason = Bool()
    reader = Str(allow_none=True)
    portal = Str(allow_none=True)


class ReadingsSchema(Schema):
    """The newest readings of a case first; `more`: there are older ones."""

    case = Str()
    readings = Items(Nested(OneReadingSchema), most=MOST)
    more = Bool()


def routes(blp: Blueprint, desk: Desk) -> None:
    """Who read this case."""

    @blp.get("/<case>/readings")
    @blp.response(200, ReadingsSchema)
    def readings(case: str) -> Response:
        """Who read the personal data of this case, when, of which classes and why."""
        found = seen(desk.room.log, case)
        rows = desk.room.vault.readings(_streams(found), found.uploads, most=MOST + 1)
        audits = acting_role() is Role.AUDITOR  # of an own case they are the applicant
        told = [_told(row, audits=audits) for row in rows[:MOST]]
        return answered({"case": case, "readings": told, "more": len(rows) > MOST})


def _streams(case: Case) -> list[str]:
    document = [document_stream(case.document.id)] if case.document else []
    return [case_stream(case.id), *document]


def _told(row: Row, *, audits: bool) -> dict[str, Any]:
    """One reading: the applicant is told the office, an auditor the reader too."""
    duty = row.get("duty") or _DUTY_OF_KIND.get(str(row["reader_kind"]), "unknown")
    reason = row.get("reason") or ""
    said = REASONS.get(reason) or PURPOSES.get(duty) or PURPOSES["unknown"]
    return {
        "at": time_of(row["at"]),
        "duty": duty,
        "office": row.get("office") or None,
        "classes": [_said(one, _words_of(one)) for one in _classes(row)],
        "why": _said(reason or duty, said),
        "with_reason": bool(reason),
        "reader": str(row["reader"]) if audits else None,
        "portal": row.get("portal") if audits else None,
    }


def _said(code: str, said: Said) -> dict[str, str]:
    return {"code": code, "zh": said.zh, "en": said.en}


def _words_of(name: str) -> Said:
    meaning = CLASSES[DataClass(name)]
    return Said(meaning.zh, meaning.en)


def _classes(row: Row) -> list[str]:
    """The classes that a row lists; of an older row, that of the one value it is about."""
    if row.get("classes"):
        return [str(one) for one in row["classes"]]
    place = str(row["place"])
    if place.startswith("blob/"):
        return [DataClass.DOCUMENT]
    field = "/".join(place.split("/")[3:])  # after category, id and version
    return [SEALED_FIELDS[field]] if field in SEALED_FIELDS else []
