"""Anybody checks a document: whether it is valid now, and until when. Nothing personal."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.portal.room import Portal

NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
CODE = re.compile(r"(?=.*[A-Za-z])(?:[A-Za-z0-9]{16}|[A-Za-z0-9]{32})\Z")
"""The code beside the QR of a paper, or the id of a document: digits alone are neither."""
DASHES = re.compile(r"[\u2010-\u2015\u2212]")
STANDINGS = ("valid", "expired", "suspended", "replaced", "revoked", "unknown")
NOT_YET = "not-yet"
"""A paper that is drawn and numbered, and whose document is still being made."""
PLACES = ("/v1/verification/{}", "/v1/documents/{}/verification")
"""Where the API is asked for a number, in this order: the first answer that knows it counts."""


def routes(blp: Blueprint, portal: Portal) -> None:
    """Check a document."""

    @blp.route("/verify", methods=["GET", "POST"])
    def ask() -> str | Response:
        if request.method == "GET":
            return render_template("verify.html", number="", wrong="")
        number = typed_number(request.form.get("document", ""))
        if wrong := _wrong_with(number):
            return render_template("verify.html", number=number, wrong=wrong)
        return redirect(url_for("verification.result", document=number))

    @blp.get("/verify/<document>")
    def result(document: str) -> str:
        number = typed_number(document)
        found = look_up(portal, number) if NUMBER.match(number) else {}
        standing = worth_shown(found)
        return render_template(
            "verified.html",
            number=number,
            found=found,
            standing=standing,
            no_code=standing == "unknown" and not _has_shape(number),
            asked=portal.now().isoformat(),
        )


def typed_number(text: str) -> str:
    """What was typed, in letters of one width, without blanks."""
    same = unicodedata.normalize("NFKC", text)
    return "".join(DASHES.sub("-", same).split())


def _has_shape(number: str) -> bool:
    return bool(CODE.match(number.replace("-", "")))


def _wrong_with(number: str) -> str:
    """What cannot be right, before anybody is asked; empty where it may be a code."""
    if not number:
        return "verify-empty"
    if not NUMBER.match(number):
        return "verify-malformed"
    return "" if _has_shape(number) else "verify-no-code"


def worth_shown(found: Mapping[str, Any]) -> str:
    """What it is worth, as a word of this page: a paper that is known may not be issued yet."""
    standing = str(found.get("status", "unknown"))
    if standing == "unknown" and "what" in found:
        return NOT_YET
    return standing if standing in STANDINGS else "unknown"


def look_up(portal: Portal, document: str) -> Mapping[str, Any]:
    """What the API says of a document; empty where it knows none."""
    for place in PLACES:
        answer = portal.api.get(place.format(document))
        if answer.ok and isinstance(answer.document, Mapping):
            return answer.document
    return {}
