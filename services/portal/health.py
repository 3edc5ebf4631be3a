"""Is the portal alive, and is it ready."""

import pymongo
from flask import Blueprint, jsonify
from pymongo.errors import PyMongoError
from werkzeug.wrappers import Response

from services.portal.session.store import Sessions

TIMEOUT_S = 1.0
AWAY = 503


def health(sessions: Sessions) -> Blueprint:
    """The routes. Without its database nobody can sign in: not ready, though pages are served."""
    blp = Blueprint("health", __name__)

    @blp.get("/livez")
    def livez() -> Response:
        return jsonify(status="alive")

    @blp.get("/readyz")
    def readyz() -> Response:
        try:
            with pymongo.timeout(TIMEOUT_S):
                sessions.ping()
        except PyMongoError:
            answer = jsonify(status="unready", sessions="away")
            answer.status_code = AWAY
            return answer
        return jsonify(status="ready", sessions="ok")

    return blp
