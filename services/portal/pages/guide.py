"""The guide of an item: what it is, what it needs, what it costs, how long it takes, who does it.

To apply is to have read it. Which edition was agreed to goes with the application (R-015).
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.portal.room import Portal
from services.portal.session.forms import agree_to

NOT_FOUND = 404
FIRST = "first"  # in the address of somebody who came to apply
# What the guide lists, and a source may be silent about.
LISTS = (
    "legal_bases",
    "steps",
    "conditions",
    "materials",
    "offices",
    "limits",
    "results",
    "delivery",
)


def routes(blp: Blueprint, portal: Portal) -> None:
    """Read the guide, and agree to it."""

    @blp.get("/items/<item>")
    def guide(item: str) -> str:
        found = guide_of(portal, item)
        return render_template(
            "guide.html", item=found, first=FIRST in request.args, **guide_beside(found)
        )

    @blp.post("/items/<item>/agreement")
    def agree(item: str) -> Response:
        found = guide_of(portal, item)
        agree_to(found["id"], found["content_hash"])
        return redirect(url_for("applying.begin", item=found["id"]))


def guide_of(portal: Portal, item: str) -> dict[str, Any]:
    """An item with its defaults; 404 where there is none.

    Where a source says nothing, the definition has `unknown` or `none` in place of a list: here the
    list is empty. `materials_unknown`: nobody printed what is needed, which is not the same as
    nothing. What the form asks as a question is no paper. `ways`: how the result can be had.
    """
    answer = portal.api.get(f"/v1/items/{item}")
    if not answer.ok:
        abort(NOT_FOUND)
    found: dict[str, Any] = answer.document
    silent = {name for name in LISTS if isinstance(found[name], str)}
    said = found["hotlines"] if isinstance(found["hotlines"], dict) else {}
    whole = {**found, **dict.fromkeys(silent, ())}
    return {
        **whole,
        "hotlines": said,
        "materials": [one for one in whole["materials"] if not one.get("question")],
        "materials_unknown": found["materials"] == "unknown",
        "ways": list(dict.fromkeys(one["kind"] for one in whole["delivery"])),
    }


def guide_beside(item: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a guide shows beside the item: the fee's lines, and the times told."""
    times = [one for one in item["limits"] if is_told(one)]
    return {"fee": fee_lines(item), "times": times}


def fee_lines(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of the fee, each with its amount in yuan."""
    lines = item["fee"]["lines"] if item["fee"]["charged"] else ()
    return [{**line, "yuan": in_yuan(line["amount_fen"])} for line in lines]


def in_yuan(fen: int) -> str:
    """An amount in yuan, with two places."""
    return f"{fen // 100}.{fen % 100:02d}"


def is_told(limit: Mapping[str, Any]) -> bool:
    """Whether an applicant is told this limit: how long the authority may take for the decision."""
    return limit["rank"] in {"promise", "law"} and limit.get("party", "authority") == "authority"
