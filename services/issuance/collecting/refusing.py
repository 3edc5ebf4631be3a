"""A wrong try is recorded, and then answered as a refusal: built from its commit, repeats too."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.issuance.room import Desk
from shared.case import case_stream
from shared.case.issuance.handover import VoucherRefused
from shared.case.issuance.production import MOST_WRONG
from shared.casework.log import case_of
from shared.casework.offers import offered
from shared.eventlog import Commit
from shared.http import Problem, etag

REFUSED = "refused"


def refused_try(commit: Commit) -> Mapping[str, Any]:
    """What a commit says was shown wrongly; nothing where the document was given away."""
    found = (event.data for event in commit.events if event.type == VoucherRefused.TYPE)
    data = next(found, None)
    return {} if data is None else {REFUSED: {"showed": data["showed"], "wrong": data["wrong"]}}


def given_or_refused(desk: Desk, case: str, done: Response) -> Response:
    """The answer of the command, or the problem that its commit is about.

    Raises:
        Problem: 409 for a wrong try, with the tries that are left and the new version.
    """
    told = done.get_json()
    refused = told.get(REFUSED)
    if refused is None:
        return done
    found = case_of(desk.room.log.load(case_stream(case)))
    left = max(0, MOST_WRONG - int(refused["wrong"]))
    raise Problem(
        "refused",
        (
            f"The code is wrong. Tries that are left: {left}."
            if refused["showed"] == "code"
            else f"This is not the identity document of the holder. Tries that are left: {left}."
        )
        if left
        else (
            "The code is wrong. It is locked now: a new one, or a head of the office."
            if refused["showed"] == "code"
            else "This is not the holder's document. The code is locked now: a head of the office."
        ),
        code="voucher-refused",
        showed=refused["showed"],
        tries_left=left,
        version=told["version"],
        actions=offered(desk.topics, found, desk.room.rules, desk.room.now()),
        headers={"ETag": etag(told["version"])},
    )
