"""Pictures of an inspection: uploaded for the case beforehand, and named by its outcome.

Intake stores them, sealed for the applicant; the upload's id begins with the case it is for.
"""

from collections.abc import Sequence

from services.review.room import Review
from shared.case import Case
from shared.case.facts.parts import SitePicture, Stage
from shared.casework.topics import Instead
from shared.http import FieldError, Problem
from shared.vault.blobs import of_case

MOST_PICTURES = 20
UPLOAD = r"[A-Za-z0-9_-]+"


class PicturesImpossible(Instead):
    """Pictures are taken at an inspection alone."""

    code = "pictures-impossible"


def must_be_taken_there(stage: Stage, pictures: Sequence[SitePicture]) -> None:
    """PicturesImpossible for a step that is no inspection: that nothing is put right after."""
    if pictures and not stage.retry:
        raise PicturesImpossible("Pictures go with an inspection alone.")


def pictures_named(review: Review, case: Case, uploads: Sequence[str]) -> tuple[SitePicture, ...]:
    """The pictures that a request names; from now on they are said to be of the case.

    Raises:
        Problem: 422 naming each that was not uploaded for this case, or that is gone.
        VaultUnavailable.
    """
    if not uploads:
        return ()
    named = list(dict.fromkeys(uploads))
    stored = review.blobs.find(*named)
    unknown = [
        at
        for at, one in enumerate(uploads)
        if one not in stored or not of_case(one, case.id) or stored[one].owner != case.subject
    ]
    if unknown:
        said = "No such picture was uploaded for this case."
        raise Problem(
            "invalid-fields", errors=[FieldError(f"/pictures/{n}", said) for n in unknown]
        )
    if not review.unnamed.name(named, case.id, now=review.now()):
        lost = review.unnamed.gone(named) | review.blobs.gone(*named)
        wrong = [
            FieldError(f"/pictures/{at}", "This picture is gone: upload it again.", "upload-gone")
            for at, one in enumerate(uploads)
            if one in lost
        ]
        if wrong:
            raise Problem("invalid-fields", errors=wrong)
    return tuple(
        SitePicture(blob=ref.id, sha256=ref.sha256, media_type=ref.media_type, size=ref.size)
        for ref in (stored[one] for one in named)
    )
