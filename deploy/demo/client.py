"""The four services over HTTP as one caller sees them: tokens, keys, versions, repeats."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from shared.security import sign_callback

Answer = dict[str, Any]
REPEATS_MOST = 20
REPEAT_PAUSE_S = 0.25
AWAY = frozenset({502, 503, 504})


class Unexpected(Exception):
    """A service answered what the story does not go on from; the message is the problem's."""

    exit_code = 1


@dataclass(frozen=True)
class Client:
    """Calls the services. `token(user)` gives a bearer token; `gateway_key` signs callbacks.

    A command whose answer is 503, or lost, is repeated with its own Idempotency-Key: that is safe
    for ever, and it is what a portal does.
    """

    services: Mapping[str, str]
    token: Callable[[str], str]
    gateway_key: bytes
    http: httpx.Client

    def get(self, service: str, path: str, *, as_: str) -> Answer:
        """Read; raises Unexpected for anything but 200."""
        return self._answer(lambda: self.http.get(self._url(service, path), headers=self._as(as_)))

    def post(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any],
        *,
        as_: str,
        version: int | None = None,
    ) -> Answer:
        """Command, on the given version of a case; raises Unexpected for anything but 2xx."""
        headers = self._as(as_) | {"Idempotency-Key": uuid.uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        url = self._url(service, path)
        return self._answer(lambda: self.http.post(url, json=dict(body), headers=headers))

    def upload(self, content: bytes, *, as_: str) -> Answer:
        """Upload a picture; the answer names its blob."""
        headers = self._as(as_) | {
            "Idempotency-Key": uuid.uuid4().hex,
            "Content-Type": "image/png",
        }
        url = self._url("intake", "/v1/uploads")
        return self._answer(lambda: self.http.post(url, content=content, headers=headers))

    def callback(self, body: Mapping[str, Any]) -> Answer:
        """Say something as the payment gateway, signed as it signs."""
        content = json.dumps(dict(body)).encode("utf-8")
        message = f"demo-{uuid.uuid4().hex}"  # the same for every repeat of this message

        def call() -> httpx.Response:
            signed = sign_callback(
                self.gateway_key,
                message_id=message,
                timestamp_s=int(time.time()),
                body=content,
            )
            headers = {**signed, "Content-Type": "application/json"}
            url = self._url("intake", "/v1/payments/callbacks")
            return self.http.post(url, content=content, headers=headers)

        return self._answer(call)

    def _url(self, service: str, path: str) -> str:
        return f"{self.services[service]}{path}"

    def _as(self, user: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(user)}"}

    def _answer(self, call: Callable[[], httpx.Response]) -> Answer:
        """Call, again while the service is away; the last error is raised as it is."""
        for _ in range(REPEATS_MOST):
            try:
                response = call()
            except httpx.TransportError:
                time.sleep(REPEAT_PAUSE_S)
                continue
            if response.status_code not in AWAY:
                return _read(response)
            time.sleep(REPEAT_PAUSE_S)
        return _read(call())


def _read(response: httpx.Response) -> Answer:
    if response.is_success:
        found: Answer = response.json()
        return found
    request = response.request
    raise Unexpected(
        f"{request.method} {request.url.path}: {response.status_code} {response.text[:500]}"
    )
