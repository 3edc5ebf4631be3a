"""A portal in one process, a provider with made-up people, and services that answer as told."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from pymongo.errors import ServerSelectionTimeoutError
from werkzeug.test import Client

from deploy.embedded.provider.app import build as build_provider
from deploy.embedded.provider.codes import Codes
from services.portal.addresses import SERVICES
from services.portal.api import Api
from services.portal.app import build
from services.portal.applying.drafts import Drafts
from services.portal.room import Portal
from services.portal.session.signing_in import OpenIdClient
from services.portal.session.store import Sessions
from services.portal.words.catalogue import load
from shared.config import Settings
from shared.security.local_issuer import LocalIssuer

PAGES = "http://pages.test"
PROVIDER = "http://provider.test"
SECRET = b"s" * 32  # what the API tells to seal the drafts of whoever asks
ADDRESSES = {service: f"http://{service}.test" for service in SERVICES}


class Rows:
    """A collection of sessions in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.away = False

    def find_one(self, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
        self._asked()
        return self.kept.get(wanted["_id"])

    def update_one(
        self, wanted: Mapping[str, Any], change: Mapping[str, Any], *, upsert: bool
    ) -> None:
        self._asked()
        assert upsert
        self.kept[wanted["_id"]] = {"_id": wanted["_id"], **change["$set"]}

    def delete_one(self, wanted: Mapping[str, Any]) -> None:
        self._asked()
        self.kept.pop(wanted["_id"], None)

    def find(self, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        self._asked()
        return [row for row in self.kept.values() if wanted.items() <= row.items()]

    def _asked(self) -> None:
        if self.away:
            raise ServerSelectionTimeoutError("away")


@dataclass
class World:
    """What a test holds: `said` is what each service answers, `asked` what it was asked."""

    app: Flask
    provider: Client
    rows: Rows
    clock: list[datetime]
    drafts: Rows
    said: dict[str, Callable[[httpx.Request], httpx.Response]] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def later(self, span: timedelta) -> None:
        self.clock[0] += span

    def answers(self, path: str, document: Any, *, status: int = 200) -> None:
        """A service answers this path with this document."""
        self.said[path] = lambda _request: httpx.Response(status, json=document)

    def sign_in(self, browser: FlaskClient, user: str = "applicant", back: str = "/") -> Any:
        """Go through the provider as one of its people; the answer after the last redirect."""
        to_provider = browser.get("/sign-in", query_string={"back": back}, base_url=PAGES)
        assert to_provider.status_code == 302
        query = urlsplit(to_provider.location).query
        assert self.provider.get(f"/authorize?{query}").status_code == 200
        chosen = self.provider.get(f"/people/{user}?{query}")
        assert chosen.status_code == 302
        parts = urlsplit(chosen.headers["Location"])
        return browser.get(f"{parts.path}?{parts.query}", base_url=PAGES)


class ToProvider(requests.adapters.BaseAdapter):
    """Carries what Authlib asks to the provider's app."""

    def __init__(self, provider: Client) -> None:
        super().__init__()
        self._provider = provider

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        found = self._provider.open(
            f"{parts.path}?{parts.query}",
            method=request.method or "GET",
            data=request.body,
            headers=list(request.headers.items()),
        )
        answer = requests.Response()
        answer.status_code, answer.url = found.status_code, request.url or ""
        answer.headers.update(dict(found.headers))
        answer.raw = io.BytesIO(found.data)
        answer.request = request
        return answer

    def close(self) -> None:
        """Nothing is open."""


def portal_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The portal over memory; no socket is opened."""
    settings = Settings.from_env(
        {
            "CASELEDGER_HOME": str(tmp_path),
            "CASELEDGER_MODE": "embedded",
            "CASELEDGER_PAGES": PAGES,
            "CASELEDGER_SIGN_IN": f"{PROVIDER}/.well-known/openid-configuration",
        }
    )
    issuer = LocalIssuer(settings.secrets_dir)
    issuer.create()
    provider = Client(build_provider(settings, issuer, Codes(lambda: 0.0)))
    monkeypatch.setattr(requests.Session, "get_adapter", lambda *_a, **_k: ToProvider(provider))
    clock = [datetime.now(UTC)]
    rows, drafts = Rows(), Rows()
    sessions = Sessions(rows)  # type: ignore[arg-type]
    world: World

    def answer(request: httpx.Request) -> httpx.Response:
        world.asked.append(request)
        told = world.said.get(request.url.path)
        if told is None:
            raise httpx.ConnectError("away")
        return told(request)

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        portal = Portal(
            api=Api(ADDRESSES, client),
            sign_in=OpenIdClient(settings, lambda: clock[0]),
            sessions=sessions,
            drafts=Drafts(drafts, b"k" * 32),  # type: ignore[arg-type]
            now=lambda: clock[0],
        )
        world = World(build(settings, portal, load()), provider, rows, clock, drafts)
        world.answers("/v1/drafts", {"until": None, "gone": [], "secret": SECRET.hex()})
        yield world
