"""Anybody asks where a case stands, by its number and the end of an identity document.

The answer is shown on the answer to the form itself: neither half is ever part of an address.
"""

import re

from flask import Blueprint, render_template, request

from services.portal.room import Portal

NUMBER = re.compile(r"[0-9]{20}\Z", re.ASCII)
END = re.compile(r"[0-9A-Za-z]{4}\Z", re.ASCII)
PLACE = "/v1/cases/standing"
CLOSED = "too-many-requests"


def routes(blp: Blueprint, portal: Portal) -> None:
    """Ask where a case stands."""

    @blp.get("/standing")
    def ask() -> str:
        return _form("", {})

    @blp.post("/standing")
    def answer() -> str:
        number = "".join(request.form.get("number", "").split())
        end = "".join(request.form.get("identity_end", "").split())
        if wrong := _wrong(number, end):
            return _form(number, wrong)
        found = portal.api.post(PLACE, {"number": number, "identity_end": end})
        if not found.ok:
            why = "ask-closed" if found.problem == CLOSED else "ask-unknown"
            return _form(number, {"number": why})
        return render_template(
            "standing.html", standing=found.document, asked=portal.now().isoformat()
        )


def _wrong(number: str, end: str) -> dict[str, str]:
    """What cannot be right, by field: every field at once, and nobody is asked."""
    wrong = {}
    if not NUMBER.match(number):
        wrong["number"] = "ask-number-wrong" if number else "ask-number-empty"
    if not END.match(end):
        wrong["identity_end"] = "ask-end-wrong" if end else "ask-end-empty"
    return wrong


def _form(number: str, wrong: dict[str, str]) -> str:
    """The form again: the number as it was typed, the end of the document never."""
    return render_template("ask.html", number=number, wrong=wrong)
