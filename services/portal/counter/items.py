"""What somebody at the counter wants: an item of the officer's authority, and its guide."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.portal.applying.sitting import Person
from services.portal.counter.reception import (
    NAME,
    NoReception,
    NotAtCounter,
    Reception,
    channel_for,
)
from services.portal.faults import NOT_FOUND
from services.portal.faults import page as problem
from services.portal.pages.guide import FIRST, guide_beside, guide_of
from services.portal.pages.search import items_found
from services.portal.room import Portal
from services.portal.session.forms import visitor
from services.portal.session.signing_in import claims_of


def routes(blp: Blueprint, portal: Portal) -> None:
    """Find an item, read its guide to the person, and begin."""

    @blp.get("/counter/items")
    def items() -> str:
        claims = claims_of(Person.here(portal).token)
        reception = Reception.here()
        authority = str(claims.get("authority") or claims.get("department") or "")
        text = request.args.get("q", "").strip()
        after = request.args.get("after", "")
        found, refused = items_found(portal, text, after, department=authority)
        return render_template(
            "counter/items.html", text=text, found=found, refused=refused, reception=reception
        )

    @blp.get("/counter/items/<item>")
    def guide(item: str) -> str:
        Person.here(portal)
        reception, found = Reception.here(), guide_of(portal, item)
        _must_be_offered(reception, item, found["channels"])
        return render_template(
            "counter/guide.html", item=found, first=FIRST in request.args, **guide_beside(found)
        )

    @blp.post("/counter/items/<item>")
    def agree(item: str) -> Response:
        Person.here(portal)
        reception, found = Reception.here(), guide_of(portal, item)
        _must_be_offered(reception, item, found["channels"])
        reception.begin(found["id"], found["content_hash"])
        return redirect(url_for("counter.form"))


def _must_be_offered(reception: Reception, item: str, channels: list[str]) -> None:
    if not channel_for(reception.how, channels):
        raise NotAtCounter(item, 200)


def not_at_counter(error: NotAtCounter) -> Response:
    """The page that says that this is not applied for here."""
    if error.status == NOT_FOUND:
        return problem("not-found", NOT_FOUND)
    content = render_template("counter/not_here.html", item=error.item)
    return Response(content, status=200, content_type="text/html")


def nobody_served(_error: NoReception) -> Response:
    """Back to where somebody is received; a second click comes to what the first one took in."""
    served = visitor().get(NAME) or {}
    return redirect(url_for("counter.taken" if served.get("case") else "counter.start"))
