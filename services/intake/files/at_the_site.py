"""Pictures of an inspection: uploaded at the desk for the case, and read by its officers alone.

They are sealed as the applicant's, so that an erasure takes them; the applicant is not shown them,
but each reading. Those that no outcome of an inspection names are gone after a day.
"""

from typing import Any

from flask import Response

from services.intake.files.uploads import UploadedSchema, stored, upload_body
from services.intake.room import Desk
from shared.case.next.position import to_be_visited
from shared.casework.desk import acting
from shared.casework.http import seen
from shared.casework.reading.caller import must_be_entitled
from shared.casework.reading.routes import ReasonSchema
from shared.casework.topics import must_allow, must_not_be_own
from shared.files.limits import PICTURES
from shared.http import Blueprint, Problem, actor, body_limit, not_found
from shared.http.body import raw_body
from shared.security.data_classes import DataClass

_CLASS = frozenset({DataClass.NOTE})
_PDF = b"%PDF-"
PICTURE = {
    "description": "The picture, made anew without what a camera wrote beside it.",
    "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in PICTURES},
}


def routes(blp: Blueprint, desk: Desk) -> None:
    """`POST /v1/cases/{case}/pictures`: the raw bytes; and reading one that an outcome names."""
    room = desk.room

    @blp.post("/<case>/pictures")
    @blp.doc(requestBody=upload_body(room.upload_bytes))
    @blp.response(201, UploadedSchema)
    @body_limit(room.upload_bytes)
    def take(case: str) -> Response:
        """Store one picture of the inspection that is next; its outcome names the blob."""
        found = seen(room.log, case)
        must_not_be_own(found, acting()["own_subject"])
        must_allow(found, to_be_visited, "No inspection is next.")
        if not found.subject:
            raise Problem("invalid-fields", "A case that nobody applied for takes no pictures.")
        return stored(room, lambda: _owner(found.subject), case=found.id)

    @blp.get("/<case>/pictures/<blob>")
    @blp.arguments(ReasonSchema, location="query")
    @blp.doc(responses={200: PICTURE})
    def read(query: dict[str, Any], case: str, blob: str) -> Response:
        """The content of a picture of an inspection; the reading is recorded first."""
        found = seen(room.log, case)
        named = [one for one in found.pictures if one.blob == blob]
        if not named:
            raise not_found()
        may = must_be_entitled(found, now=room.now(), reason=query.get("reason", ""), to=_CLASS)
        content = room.blobs.read(
            blob,
            reader=actor(),
            why=f"picture of case/{case}",
            read_as=may.read_as(*_CLASS),
            data_class=DataClass.NOTE,
            anew=True,
        )
        response = Response(content, content_type=named[0].media_type)
        response.headers["Content-Disposition"] = "attachment"
        return response


def _owner(subject: str) -> str:
    """Whose it is. Asked once the bytes are here: a PDF is no picture."""
    if raw_body().startswith(_PDF):
        raise Problem("unsupported-media-type", "Send a picture, not a PDF.")
    return subject
