"""Uploads of applicants: sealed under a key of their own before they are stored.

Beside the cases, because an upload comes before the case that names it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from flask import Response, request

from services.intake.room import Desk, Intake
from shared.case.facts.parts import Material
from shared.files import Measures
from shared.files.limits import ACCEPTED
from shared.http import (
    Blueprint,
    FieldError,
    Int,
    Problem,
    Schema,
    Str,
    answered,
    body_limit,
    http_command,
    principal,
    subject_refs,
)
from shared.http.body import raw_body
from shared.vault import BlobRef, Blobs

_BLOB_ID_CHARACTERS = 32
TYPES = ACCEPTED
_ANY = "application/octet-stream"
_TAKEN = {*TYPES, "image/jpg", _ANY}  # image/jpg: what some clients call a JPEG


class Handed(NamedTuple):
    """Materials that a request names, and what was measured of each picture, by its upload."""

    materials: tuple[Material, ...]
    measures: Mapping[str, Measures]


class UploadedSchema(Schema):
    """A stored upload. `width`, `height`: of a picture, upright, in pixels."""

    blob = Str()
    sha256 = Str()
    media_type = Str()
    size = Int()
    width = Int(allow_none=True)
    height = Int(allow_none=True)


class MaterialSchema(Schema):
    """A material: its code in the item, and the upload."""

    code = Str(required=True, max_length=64, pattern=r"[a-z0-9][a-z0-9-]*")
    blob = Str(required=True, max_length=64, pattern=r"[A-Za-z0-9_-]+")


def materials_of(
    room: Intake,
    given: list[dict[str, str]],
    *,
    at: str,
    case: str,
    owner: str | None = None,
) -> Handed:
    """The uploads that a request names, which must be the caller's own, or of `owner`.

    From now on they are said to be of the case. `at` is the pointer of one material, with `{}` for
    its place in a list.

    Raises:
        Problem: 422 naming every blob that is not there, gone, or not the caller's.
        VaultUnavailable.
    """
    mine = {owner} if owner else subject_refs()
    stored = room.blobs.find(*(one["blob"] for one in given))
    found = [(one["code"], stored.get(one["blob"])) for one in given]
    wrong = [
        FieldError(f"{at.format(n)}/blob", "no such upload of yours")
        for n, (_, ref) in enumerate(found)
        if ref is None or ref.owner not in mine
    ]
    wrong = wrong or _gone(room, given, at=at, case=case)
    if wrong:
        raise Problem("invalid-fields", errors=wrong)
    return handed((code, ref) for code, ref in found)


def _gone(room: Intake, given: list[dict[str, str]], *, at: str, case: str) -> list[FieldError]:
    """Say that the uploads are named; those that nobody named in time are gone."""
    named = {one["blob"] for one in given}
    if not named or room.unnamed.name(named, case, now=room.now()):
        return []
    lost = room.unnamed.gone(named) | room.blobs.gone(*named)
    return [
        FieldError(
            f"{at.format(n)}/blob",
            "This upload was not handed in in time and is gone: upload it again.",
            "upload-gone",
            "该文件上传后没有及时提交，已经销毁，请重新上传。",
        )
        for n, one in enumerate(given)
        if one["blob"] in lost
    ]


def materials_tried(blobs: Blobs, given: list[dict[str, str]]) -> Handed:
    """What a trial names: an upload of the caller's own as it is, everything else by its code."""
    named = [one["blob"] for one in given if one.get("blob")]
    stored = blobs.find(*named) if named else {}
    mine = subject_refs() if stored else frozenset()
    found = ((one["code"], stored.get(one.get("blob", ""))) for one in given)
    return handed((code, ref if ref and ref.owner in mine else None) for code, ref in found)


def handed(found: Iterable[tuple[str, BlobRef | None]]) -> Handed:
    """Each material by its code with its upload, where there is one."""
    pairs = tuple(found)
    measures = {ref.id: ref.measures for _, ref in pairs if ref and ref.measures}
    return Handed(tuple(_material(code, ref) for code, ref in pairs), measures)


def _material(code: str, ref: BlobRef | None) -> Material:
    if ref is None:
        return Material(code=code, blob="", sha256="", media_type="", size=0)
    return Material(
        code=code, blob=ref.id, sha256=ref.sha256, media_type=ref.media_type, size=ref.size
    )


def upload_body(most_bytes: int) -> dict[str, Any]:
    """What the document says of the body: the bytes of one picture or PDF, as they are."""
    binary = {"schema": {"type": "string", "format": "binary", "maxLength": most_bytes}}
    return {
        "required": True,
        "description": (
            f"The bytes of one picture or PDF, at most {most_bytes}. Their type is found out from "
            f"the bytes; the header is not believed, and {_ANY} will do."
        ),
        "content": dict.fromkeys((*TYPES, _ANY), binary),
    }


def routes(blp: Blueprint, desk: Desk) -> None:
    """`POST /v1/uploads`: the raw bytes, whose type is sniffed, never believed."""
    room = desk.room

    @blp.post("")
    @blp.doc(requestBody=upload_body(room.upload_bytes))
    @blp.response(201, UploadedSchema)
    @body_limit(room.upload_bytes)
    def upload() -> Response:
        """Store one material; the answer names the blob that an application may refer to."""
        caller = principal()
        return stored(room, lambda: room.vault.subject_for(caller.issuer, caller.subject))


def stored(room: Intake, owner_of: Callable[[], str]) -> Response:
    """Store the bytes of the request for their owner, who is asked for once they are here.

    Raises:
        Problem: 415 for a type that is none of ours.
    """
    if request.mimetype not in _TAKEN:
        raise Problem("unsupported-media-type", f"Send one of: {', '.join(TYPES)}.")
    content = raw_body()
    owner = owner_of()
    command = http_command(now=room.now(), body=content, applicant_ref=owner)
    # The id is the request's own, so that a repeat meets what it stored.
    blob_id = room.blobs.stored_as(command.command_id.removeprefix("http:")[:_BLOB_ID_CHARACTERS])
    known = room.blobs.find(blob_id)
    # Of a blob that is there the row is gone where a case has it: none is made anew.
    (room.unnamed.again if known else room.unnamed.add)(blob_id, now=room.now())
    return answered(_told(room.blobs.put(content, owner=owner, blob_id=blob_id)), status=201)


def _told(ref: BlobRef) -> dict[str, Any]:
    return {
        "blob": ref.id,
        "sha256": ref.sha256,
        "media_type": ref.media_type,
        "size": ref.size,
        "width": ref.measures.width if ref.measures else None,
        "height": ref.measures.height if ref.measures else None,
    }
