"""After an application was taken in: originals, the receipt on paper, and who is next."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.portal.applying.sitting import Person, posted
from services.portal.cases.commanding import commanded, fresh_key, why_not
from services.portal.cases.reading import Gathered
from services.portal.counter.reception import NoReception, Reception
from services.portal.forms.faults import InputFault
from services.portal.forms.parts import NOTHING, Bilingual, FormInput, FormPage, Pick, Typed
from services.portal.room import Portal
from services.portal.session.forms import kept_form

AT_ONCE, KEPT, BACK = "given-back", "kept", "back"
RECEIPT = "receipt"


def routes(blp: Blueprint, portal: Portal) -> None:
    """Show what was taken in, record originals, and print the receipt."""

    @blp.get("/counter/taken")
    def taken() -> str:
        return _shown(portal, "counter/taken.html")

    @blp.get("/counter/receipt")
    def receipt() -> str:
        return _shown(portal, "counter/receipt.html")

    @blp.get("/counter/originals")
    def originals() -> str:
        return _shown(portal, "counter/originals.html", typed=kept_form())

    @blp.post("/counter/originals")
    def recorded() -> str | Response:
        token, case, said = Person.here(portal).token, _case(), posted()
        body = originals_body(said)
        if not any(body.values()):
            wrong = [InputFault("", "", NOTHING, "originals-none")]
            return _shown(portal, "counter/originals.html", typed=said, faults=wrong)
        answer = commanded(portal, f"/v1/cases/{case}/originals", body, token)
        if answer.ok:
            return redirect(url_for("counter.taken"))
        faults = why_not(answer)
        return _shown(portal, "counter/originals.html", typed=said, faults=faults)


def _case() -> str:
    """The case that was taken in for the person who is served.

    Raises:
        NoReception: there is none.
    """
    case = Reception.here().case
    if not case:
        raise NoReception
    return case


def originals_page(case: Mapping[str, Any], item: Mapping[str, Any]) -> FormPage:
    """For each paper that the item asks for: was its original seen, and does the office keep it."""
    asked = item.get("materials") or ()
    listed = [one for one in asked if not one.get("question")] if isinstance(asked, list) else []
    held = {one["material"] for one in case["originals"] if not one["returned_at"]}
    return FormPage(
        key="originals",
        inputs=tuple(
            FormInput(
                name=f"originals.{one['code']}",
                kind="one",
                pointer=f"/originals/{one['code']}",
                title=Bilingual(one["name"], one.get("name_en") or ""),
                picks=_picks(BACK) if one["code"] in held else _picks(AT_ONCE, KEPT),
                code=one["code"],
            )
            for one in listed
        ),
        words="originals",
    )


def _picks(*codes: str) -> tuple[Pick, ...]:
    return tuple(Pick(code, NOTHING, words=f"original-{code}") for code in codes)


def originals_body(said: Typed) -> dict[str, list[str]]:
    """What was seen and what was given back, as the API takes it."""
    chosen = {name.partition(".")[2]: texts[-1] for name, texts in said.items() if texts}
    return {
        "seen": [code for code, one in chosen.items() if one in {AT_ONCE, KEPT}],
        "returned": [code for code, one in chosen.items() if one in {AT_ONCE, BACK}],
    }


def _shown(portal: Portal, template: str, **beside: Any) -> str:
    """A page about the case, with what intake and issuance say of it."""
    gathered = Gathered(portal, Person.here(portal).token)
    reception, case = Reception.here(), _case()
    found = gathered.needed(f"/v1/cases/{case}")
    item = gathered.wanted(f"/v1/items/{found.document['item']}", "intake") or {}
    papers = gathered.wanted(f"/v1/issuance/{case}/papers", "issuance") or {}
    listed = papers.get("papers", ())
    return render_template(
        template,
        case=found.document,
        item=item,
        version=found.etag,
        key=fresh_key(),
        reception=reception,
        page=originals_page(found.document, item),
        paper=next((one for one in listed if one["kind"] == RECEIPT), None),
        away=gathered.away,
        today=portal.now().isoformat(),
        **{"faults": [], "typed": {}, **beside},
    )
