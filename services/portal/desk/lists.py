"""The open cases of an office, by due date: the lists of the visitor's duties."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request

from services.portal.applying.sitting import Person
from services.portal.cases.reading import Gathered
from services.portal.room import Portal
from services.portal.session.signing_in import claims_of

FILTERS = ("all", "mine", "unassigned", "late")
# What is made, and what is given away: each a duty's own list.
OF_DUTY: Mapping[str, str] = {"production": "produce", "hand-over": "hand-over"}
ON_THE_WAY = "on-the-way"  # for whoever has one of these duties
MADE = (*OF_DUTY, ON_THE_WAY)


def routes(blp: Blueprint, portal: Portal) -> None:
    """List them."""

    @blp.get("/desk")
    def lists() -> str:
        token = Person.here(portal).token
        filters = lists_of(claims_of(token))
        asked = request.args.get("list", "")
        chosen = asked if asked in filters else filters[0]
        gathered = Gathered(portal, token)
        after = request.args.get("after")
        query = _query(chosen, token)
        found = gathered.needed("/v1/worklists", limit="50", after=after, **query).document
        return render_template(
            "desk/making.html" if chosen in MADE else "desk/lists.html",
            chosen=chosen,
            filters=filters,
            giving="hand-over" in filters,
            counts=found.get("counts") or {},
            cases=found["cases"],
            following=found["next"],
        )


def lists_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The lists of somebody whose token says this; a token without duties has those of its role.

    An officer has those of the office, and those of the duties to make and to hand over.
    """
    roles = claims.get("roles") or ()
    duties = claims.get("duties") or tuple(OF_DUTY.values())
    own = tuple(name for name, duty in OF_DUTY.items() if duty in duties)
    own = (*own, ON_THE_WAY) if own else ()
    return (*FILTERS, *own) if "officer" in roles or not own else own


def _query(chosen: str, token: str) -> dict[str, str]:
    if chosen in MADE:
        return {"list": chosen}
    if chosen == "mine":
        return {"officer": str(claims_of(token).get("staff_id") or "none")}
    return {"unassigned": {"officer": "none"}, "late": {"late": "true"}}.get(chosen, {})
