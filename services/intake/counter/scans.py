"""Uploads at the desk: sealed for the person who is served, whose they are from then on."""

from typing import Any

from flask import Response

from services.intake.counter.sittings import HANDLE, sitting_of
from services.intake.files.uploads import UploadedSchema, stored, upload_body
from services.intake.room import Desk, Intake
from shared.casework.desk import staff_id
from shared.http import Blueprint, Schema, Str, body_limit, not_found


class ScanQuery(Schema):
    """Whose it is."""

    sitting = Str(required=True, max_length=32, pattern=HANDLE)


def routes(blp: Blueprint, desk: Desk) -> None:
    """`POST /v1/counter/scans`: the raw bytes, whose type is sniffed, never believed."""
    room = desk.room

    @blp.post("/scans")
    @blp.arguments(ScanQuery, location="query")
    @blp.doc(requestBody=upload_body(room.upload_bytes))
    @blp.response(201, UploadedSchema)
    @body_limit(room.upload_bytes)
    def scan(query: dict[str, Any]) -> Response:
        """Store one material for the person of a sitting; the application names the blob."""
        staff_id()
        return stored(room, lambda: _owner(room, query["sitting"]))


def _owner(room: Intake, handle: str) -> str:
    sitting = sitting_of(room, handle)
    if sitting is None:
        raise not_found()
    return sitting.ref
