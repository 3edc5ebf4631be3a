"""What is done at the desk: the page of each action on a case or on one of its documents."""

from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.portal.applying.sitting import DO, Person, posted
from services.portal.applying.uploads import taken_out, took_in
from services.portal.cases.commanding import commanded, fresh_key, why_not
from services.portal.desk.actions import ACTIONS, DeskAction
from services.portal.desk.case import AtDesk, desk_case
from services.portal.desk.documents import ON_DOCUMENT
from services.portal.forms.faults import InputFault
from services.portal.forms.filling import unreadable
from services.portal.forms.parts import NOTHING, FormPage, Typed
from services.portal.room import Portal
from services.portal.session.forms import kept_form

TAKE_OUT, UPLOAD = "take-out", "upload"


class Deed(NamedTuple):
    """An action, whether it can be done now, on which version of what, and at which address."""

    name: str
    action: DeskAction
    possible: bool
    version: str
    path: str


def routes(blp: Blueprint, portal: Portal) -> None:
    """The page of each action, and its form; `document` in the address: the one it is done to."""

    @blp.get("/desk/<case>/do/<action>")
    def act(case: str, action: str) -> str | Response:
        return _shown(desk_case(portal, case), action, kept_form(), [])

    @blp.post("/desk/<case>/do/<action>")
    def acted(case: str, action: str) -> str | Response:
        found, said, token = desk_case(portal, case), posted(), Person.here(portal).token
        deed = _deed(found, action)
        page = _page(deed, found)
        do, _, what = request.form.get(DO, "").partition(":")
        if do == TAKE_OUT:
            name, _, blob = what.partition(":")
            taken_out(said, name, blob)
        refused = took_in(portal.api, token, page, said, inspected=case)
        if do in {TAKE_OUT, UPLOAD} or refused:
            return _shown(found, action, said, refused)
        wrong = unreadable(page, said)
        if wrong:
            faults = [InputFault(page.key, name, NOTHING, code) for name, code in wrong.items()]
            return _shown(found, action, said, faults)
        body = deed.action.sends(page.inputs, said)
        answer = commanded(portal, deed.path, body, token)
        if answer.ok:
            return redirect(url_for("desk.case", case=case, done=action))
        return _shown(desk_case(portal, case), action, said, why_not(answer, page, body))


def _deed(found: AtDesk, name: str) -> Deed:
    """An action by its name; 404 for one that there is not, or on a document of another case."""
    case = found.document["case"]
    if name in ACTIONS:
        action = ACTIONS[name]
        path = f"/v1/{action.path.format(case=case)}"
        return Deed(name, action, name in found.possible, found.version, path)
    asked = request.args.get("document", "")
    held = next((one for one in found.document["documents"] if one["document"] == asked), None)
    if name not in ON_DOCUMENT or held is None:
        abort(404)
    action = ON_DOCUMENT[name]
    path = f"/v1/{action.path.format(document=asked)}"
    return Deed(name, action, name in held["actions"], f'"{held["version"]}"', path)


def _page(deed: Deed, found: AtDesk) -> FormPage:
    """The inputs of an action on this case, as a page."""
    inputs = deed.action.asks(found.document)
    return FormPage(key=deed.name, inputs=inputs, words=f"do-{deed.name}")


def _shown(found: AtDesk, name: str, typed: Typed, faults: list[InputFault]) -> str | Response:
    deed = _deed(found, name)
    if not deed.possible and not faults:
        return redirect(url_for("desk.case", case=found.document["case"]))
    return render_template(
        "desk/act.html",
        case=found.document,
        version=deed.version,
        key=fresh_key(),
        page=_page(deed, found),
        action=name,
        typed=typed or _proposed(name, found),
        faults=faults,
        about=request.args.get("document", ""),
    )


def _proposed(name: str, found: AtDesk) -> Typed:
    """What is chosen at first: a refusal begins with what its proposal found not to be met."""
    proposal = found.document.get("proposal")
    if name == "refusal" and proposal:
        unmet = (one["criterion"] for one in proposal.get("findings", ()) if not one["met"])
        return {"reasons": tuple(unmet)}
    return {}
