"""Anybody checks a document: whether it is valid now, and until when. Nothing personal."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.portal.room import Portal

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
STANDINGS = ("valid", "expired", "replaced", "revoked", "unknown")
PLACES = ("/v1/documents/{}/verification",)
"""Where the API is asked for a number, in this order: the first answer that knows it counts."""


def routes(blp: Blueprint, portal: Portal) -> None:
    """Check a document."""

    @blp.route("/verify", methods=["GET", "POST"])
    def ask() -> str | Response:
        if request.method == "GET":
            return render_template("verify.html", number="", wrong="")
        number = "".join(request.form.get("document", "").split())
        if not NUMBER.match(number):
            wrong = "verify-malformed" if number else "verify-empty"
            return render_template("verify.html", number=number, wrong=wrong)
        return redirect(url_for("verification.result", document=number))

    @blp.get("/verify/<document>")
    def result(document: str) -> str:
        found = look_up(portal, document) if NUMBER.match(document) else {}
        standing = str(found.get("status", "unknown"))
        return render_template(
            "verified.html",
            number=document,
            found=found,
            standing=standing if standing in STANDINGS else "unknown",
            asked=portal.now().isoformat(),
        )


def look_up(portal: Portal, document: str) -> Mapping[str, Any]:
    """What the API says of a document; empty where it knows none."""
    for place in PLACES:
        answer = portal.api.get(place.format(document))
        if answer.ok and isinstance(answer.document, Mapping):
            return answer.document
    return {}
