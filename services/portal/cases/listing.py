"""My cases and my drafts."""

from flask import Blueprint, render_template, request

from services.portal.api import ServiceAway
from services.portal.applying.sitting import Person
from services.portal.cases.reading import Gathered
from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """List them."""

    @blp.get("/cases")
    def mine() -> str:
        person = Person.here(portal)
        gathered = Gathered(portal, person.token)
        after = request.args.get("after", "")
        found = gathered.wanted("/v1/progress", "notify", limit="50", after=after or None)
        cases = found["cases"] if found else []
        return render_template(
            "cases/mine.html",
            cases=cases,
            names=gathered.names_of({one["item"] for one in cases}),
            following=found["next"] if found else None,
            drafts=_items(portal, person, gathered),
            away=gathered.away,
            came_before=request.args.get("done") == "before",
        )


def _items(portal: Portal, person: Person, gathered: Gathered) -> list[object]:
    """The drafts of applications; those of an answer to a request stand at their case."""
    try:
        owner = person.owner
    except ServiceAway:
        gathered.away.append("intake")
        return []
    drafts = portal.drafts.of(owner, now=portal.now())
    return [one for one in drafts if not one.about.startswith("case/")]
