"""What officers and systems do at intake, over HTTP: accept, ask, reject, and begin a case.

No rule lives here. A case that nobody applied for has no applicant: nothing personal comes with it,
and nobody is told anything.
"""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.intake.api import authority_of, case_id_of
from services.intake.commands import AcceptCase, RejectApplication, RequestSupplement, SubmitCase
from services.intake.commands import Command as Wish
from services.intake.decisions import decide
from services.intake.room import Intake
from services.intake.schemas import (
    AcceptanceSchema,
    DoneSchema,
    InitiationSchema,
    RejectionSchema,
    RequestSchema,
)
from shared.case import Case, case_stream
from shared.case.facts.parts import Missing
from shared.case.intake.acceptance import CaseNotAccepted
from shared.casework.http import on_case
from shared.casework.log import case_of, drafts
from shared.eventlog import Sealed
from shared.http import Blueprint, Problem, answer, http_command, principal, subject_ref
from shared.security import Role
from shared.vault import subject_stream


def desk_endpoints(intake: Intake) -> Blueprint:
    """The routes of an officer of intake, on a case of the department."""
    blp = Blueprint("acceptance", __name__, url_prefix="/v1/cases", description="Acceptance.")

    @blp.post("/<case>/acceptance")
    @blp.arguments(AcceptanceSchema)
    @blp.response(200, DoneSchema)
    def accept(body: dict[str, Any], case: str) -> Response:
        """Accept a complete application (受理), for an office of the item."""
        return _on(intake, case, AcceptCase(office=body.get("office", ""), **_acting()), {})

    @blp.post("/<case>/supplement-request")
    @blp.arguments(RequestSchema)
    @blp.response(200, DoneSchema)
    def request_supplement(body: dict[str, Any], case: str) -> Response:
        """Ask once for everything that is missing or not in legal form (一次性告知补正)."""
        missing = tuple(Missing(**one) for one in body["missing"])
        return _on(intake, case, RequestSupplement(missing=missing, **_acting()), {})

    @blp.post("/<case>/rejection")
    @blp.arguments(RejectionSchema)
    @blp.response(200, DoneSchema)
    def reject(body: dict[str, Any], case: str) -> Response:
        """Do not accept, with grounds, legal basis and the way to appeal (不予受理)."""
        wish = RejectApplication(
            grounds=tuple(body["grounds"]), legal_basis=tuple(body["legal_basis"]), **_acting()
        )
        return _on(intake, case, wish, body)

    return blp


def initiation_endpoints(intake: Intake) -> Blueprint:
    """`POST /v1/initiations`: begin a case of an item that nobody applies for."""
    blp = Blueprint("initiations", __name__, url_prefix="/v1/initiations", description="Begun.")

    @blp.post("")
    @blp.arguments(InitiationSchema)
    @blp.response(201, DoneSchema)
    def initiate(body: dict[str, Any]) -> Response:
        """Begin a case on pushed data, by the authority itself, or from an outside system."""
        return _initiate(intake, body)

    return blp


def _acting() -> dict[str, str]:
    """The officer of the token; a token without a staff id is nobody's at this desk."""
    officer = principal().staff_id
    if officer is None:
        raise Problem("forbidden", "The token names no staff id.")
    return {"officer": officer, "own_subject": subject_ref() or ""}


def _on(intake: Intake, case_id: str, wish: Wish, body: Mapping[str, Any]) -> Response:
    now = intake.now()

    def decided(case: Case) -> Any:
        facts = decide(case, wish, intake.rules, now)
        sealed = {}
        if "explanation" in body:
            text = Sealed(subject_stream(case.subject), body["explanation"])
            sealed = {CaseNotAccepted.TYPE: {"explanation": text}}
        return drafts(facts, sealed)

    return on_case(intake.log, case_id, http_command(now=now), decided)


def _initiate(intake: Intake, body: Mapping[str, Any]) -> Response:
    """Under the id that its request has: a repeat meets its own first commit."""
    now, case_id = intake.now(), case_id_of(intake)
    authority = authority_of(intake, body["item"])
    caller = principal()
    if not caller.has(Role.SERVICE) and caller.department != authority:
        raise Problem("forbidden", "The item is another department's.")
    wish = SubmitCase(
        item=body["item"],
        channel="counter",
        delivery=body["delivery"],
        contact=(),
        materials=(),
        sealed=(),
        declared=False,
        subject="",
        portal=caller.portal or "",
        variant=body.get("variant", ""),
        situations=tuple(body["situations"]),
        initiated_by=body["initiated_by"],
        reference=body["reference"],
        office=body.get("office", ""),
    )
    outcome = intake.log.execute(
        case_stream(case_id),
        http_command(now=now, authority=authority),
        lambda loaded: drafts(decide(case_of(loaded), wish, intake.rules, now)),
        probably_new=True,
    )
    return answer(outcome, case=case_id, status=201, location=f"/v1/cases/{case_id}")
