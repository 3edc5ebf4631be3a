"""Uploads of applicants: sealed under a key of their own before they are stored.

Beside the cases, because an upload comes before the case that names it.
"""

from typing import Any

from flask import Response, request

from services.intake.room import Intake
from services.intake.schemas import UploadedSchema
from shared.case.facts.parts import Material
from shared.casework.http import seen
from shared.http import (
    Blueprint,
    FieldError,
    Problem,
    actor,
    answered,
    body_limit,
    http_command,
    not_found,
    principal,
    subject_ref,
)
from shared.http.body import raw_body
from shared.vault import BlobRef, Blobs

_BLOB_ID_CHARACTERS = 32
TYPES = ("image/jpeg", "image/png", "image/webp")


def upload_endpoints(intake: Intake) -> Blueprint:
    """`POST /v1/uploads`: the raw bytes, whose type is sniffed, never believed."""
    blp = Blueprint("uploads", __name__, url_prefix="/v1/uploads", description="Materials.")

    @blp.post("")
    @blp.response(201, UploadedSchema)
    @body_limit(intake.upload_bytes)
    def upload() -> Response:
        """Store one material; the answer names the blob that an application may refer to."""
        if request.mimetype not in {*TYPES, "application/octet-stream"}:
            raise Problem("unsupported-media-type", f"Send one of: {', '.join(TYPES)}.")
        content = raw_body()
        caller = principal()
        owner = intake.vault.subject_for(caller.issuer, caller.subject)
        command = http_command(now=intake.now(), body=content, applicant_ref=owner)
        # The id is the request's own, so that a repeat meets what it stored.
        blob_id = command.command_id.removeprefix("http:")[:_BLOB_ID_CHARACTERS]
        return answered(_told(intake.blobs.put(content, owner=owner, blob_id=blob_id)), status=201)

    return blp


def reading_endpoints(intake: Intake) -> Blueprint:
    """`GET /v1/cases/{case}/materials/{blob}`: for the applicant, the desk and auditors."""
    blp = Blueprint("materials", __name__, url_prefix="/v1/cases", description="Materials.")

    @blp.get("/<case>/materials/<blob>")
    @blp.response(200, description="The upload as it was handed in.")
    def read(case: str, blob: str) -> Response:
        """The content of a material of this case; the reading is recorded first."""
        found = [m for m in seen(intake.log, case).materials if m.blob == blob]
        if not found:
            raise not_found()
        content = intake.blobs.read(blob, reader=actor(), why=f"material of case/{case}")
        response = Response(content, content_type=found[0].media_type)
        response.headers["Content-Disposition"] = "attachment"
        return response

    return blp


def materials_of(
    blobs: Blobs, given: list[dict[str, str]], *, at: str, owner: str | None = None
) -> tuple[Material, ...]:
    """The uploads that a request names, which must be the caller's own.

    `at` is the pointer of one material, with `{}` for its place in a list.

    Raises:
        Problem: 422 naming every blob that is not there, or not the caller's.
    """
    mine = owner or subject_ref()
    found = [(one["code"], blobs.find(one["blob"])) for one in given]
    wrong = [
        FieldError(f"{at.format(n)}/blob", "no such upload of yours")
        for n, (_, ref) in enumerate(found)
        if ref is None or ref.owner != mine
    ]
    if wrong:
        raise Problem("invalid-fields", errors=wrong)
    return tuple(_material(code, ref) for code, ref in found if ref is not None)


def _material(code: str, ref: BlobRef) -> Material:
    return Material(
        code=code, blob=ref.id, sha256=ref.sha256, media_type=ref.media_type, size=ref.size
    )


def _told(ref: BlobRef) -> dict[str, Any]:
    return {
        "blob": ref.id,
        "sha256": ref.sha256,
        "media_type": ref.media_type,
        "size": ref.size,
    }
