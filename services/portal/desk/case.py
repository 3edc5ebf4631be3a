"""One case at the desk: its state, what was stated, its papers, and what can be done now."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from services.portal.api import ServiceAway
from services.portal.applying.sitting import Person
from services.portal.cases.reading import Gathered
from services.portal.desk.actions import ACTIONS
from services.portal.desk.asked.limits import unexplained
from services.portal.desk.documents import ON_DOCUMENT
from services.portal.room import Portal

PDF = "application/pdf"
INSPECTION = "inspection"  # whose pictures are no materials
PICTURES = ("image/jpeg", "image/png", "image/webp", PDF)


@dataclass(frozen=True)
class AtDesk:
    """What the services say of a case to the desk: `document` with all of it, and who may what.

    `reviewing`: review tells of it, so that the visitor is one of those who can take it.
    """

    document: dict[str, Any]
    version: str
    possible: tuple[str, ...]
    away: list[str]
    reviewing: bool = True


def routes(blp: Blueprint, portal: Portal) -> None:
    """Show it and read it."""

    @blp.get("/desk/<case>")
    def case(case: str) -> str:
        found = desk_case(portal, case)
        done = request.args.get("done", "")
        return render_template(
            "desk/case.html",
            case=found.document,
            found=found,
            done=done if done in {*ACTIONS, *ON_DOCUMENT} else "",
            unexplained=unexplained(found.document) if "delay" in found.possible else [],
            on_document=ON_DOCUMENT,
        )

    @blp.get("/desk/<case>/application")
    def application(case: str) -> str:
        gathered = Gathered(portal, Person.here(portal).token)
        service, path = _reader(portal)
        read = gathered.wanted(f"/v1/{path}/{case}/application", service)
        if gathered.away:
            raise ServiceAway(service)
        return render_template("desk/application.html", case=case, read=read)

    @blp.get("/desk/<case>/pictures/<blob>")
    def picture(case: str, blob: str) -> Response:
        of = "pictures" if request.args.get("of") == INSPECTION else "materials"
        kind, content = portal.api.content(
            f"/v1/cases/{case}/{of}/{blob}", token=Person.here(portal).token
        )
        if kind not in PICTURES:
            abort(404)
        response = Response(content, content_type=kind)
        if kind == PDF:  # opened by a program of its own, not on our address
            response.headers["Content-Disposition"] = "attachment; filename=document.pdf"
        return response


def _reader(portal: Portal) -> tuple[str, str]:
    """Which service gives the application to this duty, and its address there."""
    roles = portal.sign_in.person().get("roles", ())
    return ("review", "reviews") if "officer" in roles else ("issuance", "issuance")


def desk_case(portal: Portal, case: str) -> AtDesk:
    """What intake, review and issuance say of a case, in one document."""
    gathered = Gathered(portal, Person.here(portal).token)
    taken_in = gathered.wanted(f"/v1/cases/{case}", "intake") or {}
    reviewed = gathered.wanted(f"/v1/reviews/{case}", "review") or {}
    issued = gathered.wanted(f"/v1/issuance/{case}", "issuance") or {}
    newest = max((taken_in, reviewed, issued), key=lambda one: one.get("version", 0))
    if not newest:
        if gathered.away:
            raise ServiceAway(gathered.away[0])
        abort(404)
    item = newest.get("item") or taken_in.get("item") or issued.get("item") or ""
    text = gathered.wanted(f"/v1/items/{item}", "intake") if item else None
    document = {
        "criteria": [],
        "validity_open": [],
        "number": issued.get("number"),
        "stages": issued.get("stages", []),
        "item": item,
        **taken_in,
        **reviewed,
        "documents": issued.get("documents", []),
        "document": issued.get("document"),
        "delivery_address": issued.get("delivery_address"),
        "status": newest["status"],
        "case": case,
        "item_text": text or {},
    }
    possible = {*taken_in.get("actions", ()), *reviewed.get("actions", ())}
    possible |= {*issued.get("actions", ())}
    return AtDesk(
        document,
        f'"{newest["version"]}"',
        tuple(one for one in ACTIONS if one in possible),
        gathered.away,
        bool(reviewed),
    )
