"""The open cases of an office, by due date."""

from flask import Blueprint, render_template, request

from services.portal.applying.sitting import Person
from services.portal.cases.reading import Gathered
from services.portal.room import Portal
from services.portal.session.signing_in import claims_of

FILTERS = ("all", "mine", "unassigned", "late")


def routes(blp: Blueprint, portal: Portal) -> None:
    """List them."""

    @blp.get("/desk")
    def lists() -> str:
        token = Person.here(portal).token
        chosen = request.args.get("list", FILTERS[0])
        gathered = Gathered(portal, token)
        after = request.args.get("after")
        query = _query(chosen, token)
        found = gathered.needed("/v1/worklists", limit="50", after=after, **query).document
        return render_template(
            "desk/lists.html",
            chosen=chosen,
            filters=FILTERS,
            cases=found["cases"],
            following=found["next"],
        )


def _query(chosen: str, token: str) -> dict[str, str]:
    if chosen == "mine":
        return {"officer": str(claims_of(token).get("staff_id") or "none")}
    return {"unassigned": {"officer": "none"}, "late": {"late": "true"}}.get(chosen, {})
