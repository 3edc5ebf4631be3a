"""One case at the desk: its state, what was stated, its papers, and what can be done now."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from services.portal.api import ServiceAway
from services.portal.applying.sitting import DO, Person, posted
from services.portal.applying.uploads import taken_out, took_in
from services.portal.cases.commanding import commanded, fresh_key, why_not
from services.portal.cases.reading import Gathered
from services.portal.desk.actions import ACTIONS, DeskAction
from services.portal.forms.faults import InputFault
from services.portal.forms.filling import unreadable
from services.portal.forms.parts import NOTHING, FormPage, Typed
from services.portal.room import Portal
from services.portal.session.forms import kept_form

PDF = "application/pdf"
INSPECTION = "inspection"  # whose pictures are no materials
TAKE_OUT, UPLOAD = "take-out", "upload"
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
    """Show it, read it, and act on it."""
    _doing(blp, portal)

    @blp.get("/desk/<case>")
    def case(case: str) -> str:
        found = desk_case(portal, case)
        done = request.args.get("done", "")
        return render_template(
            "desk/case.html", case=found.document, found=found, done=done if done in ACTIONS else ""
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


def _doing(blp: Blueprint, portal: Portal) -> None:
    """The page of each action, and its form."""

    @blp.get("/desk/<case>/do/<action>")
    def act(case: str, action: str) -> str | Answered:
        return _shown(desk_case(portal, case), case, action, kept_form(), [])

    @blp.post("/desk/<case>/do/<action>")
    def acted(case: str, action: str) -> str | Answered:
        found, said = desk_case(portal, case), posted()
        known = _known(action)
        page = action_page(action, known, found)
        do, _, what = request.form.get(DO, "").partition(":")
        if do == TAKE_OUT:
            taken_out(said, *what.split(":", 1))
        refused = took_in(portal.api, Person.here(portal).token, page, said, inspected=case)
        if do in {TAKE_OUT, UPLOAD} or refused:
            return _shown(found, case, action, said, refused)
        wrong = unreadable(page, said)
        if wrong:
            faults = [InputFault(page.key, name, NOTHING, code) for name, code in wrong.items()]
            return _shown(found, case, action, said, faults)
        body = known.sends(page.inputs, said)
        path = f"/v1/{known.path.format(case=case)}"
        answer = commanded(portal, path, body, Person.here(portal).token)
        if answer.ok:
            return redirect(url_for("desk.case", case=case, done=action))
        return _shown(desk_case(portal, case), case, action, said, why_not(answer, page, body))


def _reader(portal: Portal) -> tuple[str, str]:
    """Which service gives the application to this duty, and its address there."""
    roles = portal.sign_in.person().get("roles", ())
    return ("review", "reviews") if "officer" in roles else ("issuance", "issuance")


def _known(action: str) -> DeskAction:
    found = ACTIONS.get(action)
    if found is None:
        abort(404)
    return found


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


def action_page(action: str, known: DeskAction, found: AtDesk) -> FormPage:
    """The inputs of an action on this case, as a page."""
    return FormPage(key=action, inputs=known.asks(found.document), words=f"do-{action}")


def _shown(
    found: AtDesk, case: str, action: str, typed: Typed, faults: list[InputFault]
) -> str | Answered:
    page = action_page(action, _known(action), found)
    if action not in found.possible and not faults:
        return redirect(url_for("desk.case", case=case))
    return render_template(
        "desk/act.html",
        case=found.document,
        version=found.version,
        key=fresh_key(),
        page=page,
        action=action,
        typed=typed or _proposed(action, found),
        faults=faults,
    )


def _proposed(action: str, found: AtDesk) -> Typed:
    """What is chosen at first: a refusal begins with what its proposal found not to be met."""
    proposal = found.document.get("proposal")
    if action == "refusal" and proposal:
        unmet = (one["criterion"] for one in proposal.get("findings", ()) if not one["met"])
        return {"reasons": tuple(unmet)}
    return {}
