"""A portal whose intake is the real one as far as its items go; what is submitted is kept here."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.portal.applying.drafts import DraftOwner, Drafts, FormDraft
from shared.security.local_issuer import ISSUER
from tests.support.portal_world import PAGES, SECRET, World

TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
HIDDEN = re.compile(r'name="(version|key|guide)" value="([^"]+)"')
CASE = "01b2c3d4e5f60718293a4b5c6d7e8f90"


@dataclass
class Applying:
    """A browser at the portal; `cases` are the applications that came in, with their keys."""

    world: World
    browser: FlaskClient
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    uploads: list[bytes] = field(default_factory=list)
    kept: list[list[str]] = field(default_factory=list)
    page: str = ""
    at: str = ""

    @property
    def owner(self) -> DraftOwner:
        """Whose drafts they are, as the portal knows the person."""
        return DraftOwner(f"{ISSUER}\0local-applicant", SECRET)

    def draft(self, about: str = "000-01") -> FormDraft:
        """The draft as it is kept."""
        found = self._drafts().load(self.owner, about, now=self.world.clock[0])
        assert found
        return found

    def keep(self, draft: FormDraft) -> None:
        """Keep a draft as it is now."""
        self._drafts().save(self.owner, draft, now=self.world.clock[0])

    def _drafts(self) -> Drafts:
        return Drafts(self.world.drafts, b"k" * 32)  # type: ignore[arg-type]

    def open(self, path: str) -> str:
        """Open a page, through every redirect."""
        return self._landed(self.browser.get(path, base_url=PAGES, follow_redirects=True))

    def agree(self, item: str) -> str:
        """Read the guide of an item and agree to it: the first page that is to be answered."""
        self.open(f"/items/{item}")
        return self.send(f"/items/{item}/agreement")

    def send(self, path: str = "", do: str = "continue", **typed: Any) -> str:
        """Send the form of the page that is open, with what was typed."""
        token = TOKEN.search(self.page)
        assert token, self.page[:400]
        hidden = dict(HIDDEN.findall(self.page))
        hidden = {name: text.replace("&#34;", '"') for name, text in hidden.items()}
        data = {**hidden, **typed, "token": token[1], "do": do}
        return self._landed(
            self.browser.post(path or self.at, data=data, base_url=PAGES, follow_redirects=True)
        )

    def too_late(self, user: str = "applicant", **typed: Any) -> str:
        """Send the form of the page after the token's end, and sign in again: the page after it."""
        token = TOKEN.search(self.page)
        assert token
        path = self.at
        self.world.later(timedelta(hours=2))
        asked = self.browser.post(path, data={**typed, "token": token[1]}, base_url=PAGES)
        assert asked.location == f"/sign-in?back={path}"
        self.world.clock[0] -= timedelta(hours=2)  # the provider's new token is of now
        assert self.world.sign_in(self.browser, user, back=path).location == path
        return self.open(path)

    def _landed(self, answer: TestResponse) -> str:
        self.page = answer.get_data(as_text=True)
        self.at = answer.request.path
        assert answer.status_code == 200, (self.at, answer.status_code, self.page[-600:])
        return self.page


def passed_to(app: Flask, bearer: Callable[[], str]) -> Callable[[httpx.Request], httpx.Response]:
    """Answers as this service does, for a user of its own issuer."""

    def answer(request: httpx.Request) -> httpx.Response:
        kept = ("if-none-match", "content-type")
        headers = {name: text for name, text in request.headers.items() if name in kept}
        found = app.test_client().open(
            request.url.raw_path.decode(),
            method=request.method,
            data=request.content,
            headers={**headers, "Authorization": f"Bearer {bearer()}"},
        )
        return httpx.Response(found.status_code, content=found.data, headers=dict(found.headers))

    return answer


def takes_applications(applying: Applying) -> None:
    """Intake takes whatever is submitted, once a key."""

    def submit(request: httpx.Request) -> httpx.Response:
        key = request.headers["Idempotency-Key"]
        applying.cases.setdefault(key, json.loads(request.content))
        return httpx.Response(201, json={"case": CASE, "version": 2, "events": [], "receipt": None})

    def upload(request: httpx.Request) -> httpx.Response:
        applying.uploads.append(request.content)
        if not request.content.startswith(b"\x89PNG"):
            why = {"detail": "Two pages; one at most.", "detail_zh": "文件有两页，最多一页。"}
            problem = {
                "type": "urn:caseledger:problem:unreadable-upload",
                "status": 422,
                "errors": [{"pointer": "", "code": "pages", **why}],
            }
            return httpx.Response(422, json=problem)
        told = {"blob": f"blob-{len(applying.uploads)}", "media_type": "image/png", "size": 1}
        return httpx.Response(201, json=told)

    def keep(request: httpx.Request) -> httpx.Response:
        if uploads := json.loads(request.content)["uploads"]:
            applying.kept.append(uploads)
        return httpx.Response(200, json={"until": None, "gone": [], "secret": SECRET.hex()})

    applying.world.said["/v1/cases"] = submit
    applying.world.said["/v1/drafts"] = keep
    applying.world.said["/v1/uploads"] = upload
