"""The limit of a POST: a bare Flask route that verifies the same token and inserts one document."""

import os
import uuid
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from shared.config import Settings, connect
from shared.config.databases import DURABLE
from shared.eventlog.store import INDEXES, partial
from shared.security import TokenVerifier, key_source


def create() -> Flask:
    """The app that gunicorn runs."""
    settings = Settings.from_env(os.environ)
    verifier = TokenVerifier(
        key_source(settings.jwks), issuer=settings.issuer, audience=settings.audience
    )
    collection = connect(settings).log.get_collection("bare", write_concern=DURABLE)
    for name, (keys, unique) in INDEXES.items():
        wanted = [(key, 1) for key in keys]
        collection.create_index(wanted, name=name, unique=unique, **partial(name))
    payload = Path(os.environ["BENCH_DOCUMENT"]).read_bytes()
    app = Flask("bare")

    @app.post("/v1/cases")
    def post() -> Any:
        verifier.verify(request.headers["Authorization"].removeprefix("Bearer "))
        body = request.get_json()
        name = uuid.uuid4().hex
        collection.insert_one(
            {"stream": name, "first_version": 1, "command_id": name, "lane": 0, "body": payload}
        )
        return Response(f'{{"item":"{body["item"]}"}}', 201, content_type="application/json")

    @app.get("/livez")
    def live() -> Any:
        return "ok"

    return app
