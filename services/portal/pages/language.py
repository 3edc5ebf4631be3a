"""The switch between Chinese and English."""

from datetime import timedelta

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from services.portal.room import Portal
from services.portal.session.signing_in import START, local
from services.portal.words.catalogue import COOKIE, LANGUAGES

LASTS = timedelta(days=365)


def routes(blp: Blueprint, portal: Portal) -> None:
    """Choose a language."""
    del portal

    @blp.get("/language/<chosen>")
    def choose(chosen: str) -> Response:
        if chosen not in LANGUAGES:
            abort(404)
        answer = redirect(local(request.args.get("back", START)))
        answer.set_cookie(COOKIE, chosen, max_age=LASTS, httponly=True, samesite="Lax")
        return answer
