"""The portal as a client of the published HTTP API: one call, and what can become of it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from services.portal.addresses import service_of

TIMEOUT_S = 8.0  # a command may take 4 s on the other side
UNAUTHENTICATED, NOT_FOUND, FIRST_OF_SERVER = 401, 404, 500
# Parts of a path come from the addresses of pages: one that is no plain word is asked of nobody.
_PATH = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._~-]*)+")
PROBLEM = "urn:caseledger:problem:"


class ServiceAway(Exception):
    """A service does not answer, or says that it cannot now."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


class TokenRefused(Exception):
    """The access token is not, or no more, believed."""


@dataclass(frozen=True)
class ApiAnswer:
    """What a service said. `etag` is the version for the next command, with its quotes."""

    status: int
    document: Any
    etag: str = ""

    @property
    def ok(self) -> bool:
        """Whether it did what was asked."""
        return self.status < 400  # noqa: PLR2004 - the first status of an error

    @property
    def problem(self) -> str:
        """The name of the problem; empty where there is none."""
        kind = self.document.get("type", "") if isinstance(self.document, Mapping) else ""
        return str(kind).removeprefix(PROBLEM) if not self.ok else ""


class Api:
    """Calls the services; `addresses` are theirs."""

    def __init__(self, addresses: Mapping[str, str], client: httpx.Client | None = None) -> None:
        self._addresses = addresses
        self._client = client or httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)

    def get(self, path: str, *, token: str = "", **query: str | None) -> ApiAnswer:
        """Read.

        Raises:
            ServiceAway: it does not answer, or with an error of its own.
            TokenRefused: the token is not believed.
        """
        return self._call(
            "GET", path, token, params={name: value for name, value in query.items() if value}
        )

    def post(
        self, path: str, body: Any, *, token: str = "", key: str = "", version: str = ""
    ) -> ApiAnswer:
        """Ask or command. `key`: the idempotency key; `version`: for `If-Match`, with its quotes.

        Raises:
            ServiceAway: it does not answer, or with an error of its own.
            TokenRefused: the token is not believed.
        """
        headers = {"Idempotency-Key": key, "If-Match": version}
        given = {name: value for name, value in headers.items() if value}
        return self._call("POST", path, token, json=body, headers=given)

    def upload(
        self, content: bytes, *, token: str, sitting: str = "", inspected: str = ""
    ) -> ApiAnswer:
        """Give one picture; its type is found out from its bytes, and a repeat stores it once.

        `sitting`: of the person at a counter to whom it belongs, where it is not the caller's own.
        `inspected`: the case of whose inspection it is one.

        Raises:
            ServiceAway: it does not answer, or with an error of its own.
            TokenRefused: the token is not believed.
        """
        headers = {
            "Content-Type": "application/octet-stream",
            "Idempotency-Key": hashlib.sha256(sitting.encode() + content).hexdigest()[:32],
        }
        if not sitting:
            path = f"/v1/cases/{inspected}/pictures" if inspected else "/v1/uploads"
            return self._call("POST", path, token, content=content, headers=headers)
        return self._call(
            "POST",
            "/v1/counter/scans",
            token,
            content=content,
            headers=headers,
            params={"sitting": sitting},
        )

    def rows(self, item: str, section: str, content: bytes, *, token: str) -> ApiAnswer:
        """Have a spreadsheet read as the entries of a section; nothing of it is kept.

        Raises:
            ServiceAway: it does not answer, or with an error of its own.
            TokenRefused: the token is not believed.
        """
        return self._call(
            "POST",
            f"/v1/items/{item}/rows",
            token,
            content=content,
            headers={"Content-Type": "application/octet-stream"},
            params={"section": section},
        )

    def content(self, path: str, *, token: str, **query: str) -> tuple[str, bytes]:
        """The bytes of a file with their type; no type where it is not for this reader.

        Raises:
            ServiceAway: it does not answer, or with an error of its own.
            TokenRefused: the token is not believed.
        """
        found = self._asked("GET", path, token, params=query)
        return (
            (found.headers.get("Content-Type", ""), found.content)
            if found.is_success
            else ("", b"")
        )

    def _call(self, method: str, path: str, token: str, **options: Any) -> ApiAnswer:
        found = self._asked(method, path, token, **options)
        return ApiAnswer(found.status_code, _document(found), found.headers.get("ETag", ""))

    def _asked(self, method: str, path: str, token: str, **options: Any) -> httpx.Response:
        if not _PATH.fullmatch(path):  # another address, or none: `..`, `?`, `#`
            return httpx.Response(NOT_FOUND)
        service = service_of(path)
        headers = dict(options.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            found = self._client.request(
                method, f"{self._addresses[service]}{path}", headers=headers, **options
            )
        except httpx.HTTPError as error:
            raise ServiceAway(service) from error
        if found.status_code >= FIRST_OF_SERVER:
            raise ServiceAway(service)
        if found.status_code == UNAUTHENTICATED and token:
            raise TokenRefused
        return found


def _document(found: httpx.Response) -> Any:
    """The JSON of an answer; anything else is empty."""
    if "json" not in found.headers.get("Content-Type", ""):
        return {}
    try:
        return found.json()
    except ValueError:
        return {}
