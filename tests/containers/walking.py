"""A case walked over the published ports, by callers that wait through an outage."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from deploy.demo.client import AWAY, Client, Unexpected
from deploy.demo.story import Story, Told
from tests.containers.commands import POLL_S, Failed

PATIENCE_S = 120.0  # the longest that an outage of the stage may keep a caller waiting
FRESH_S = 600.0  # a token is used for so long


class Patient(httpx.BaseTransport):
    """Sends a request again while the service is away: each command has its own idempotency key."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            late = time.monotonic() > deadline
            try:
                response = self._inner.handle_request(request)
            except httpx.TransportError:
                if late:
                    raise
            else:
                if late or response.status_code not in AWAY:
                    return response
                response.close()
            time.sleep(POLL_S)

    def close(self) -> None:
        self._inner.close()


class Tokens:
    """Tokens of the issuer's container, one for each user."""

    def __init__(self, http: httpx.Client, address: str) -> None:
        self._http, self._address = http, address
        self._kept: dict[str, tuple[str, float]] = {}

    def __call__(self, user: str) -> str:
        token, until = self._kept.get(user, ("", 0.0))
        if time.monotonic() > until:
            answer = self._http.get(self._address, params={"as": user})
            answer.raise_for_status()
            token = answer.text
            self._kept[user] = token, time.monotonic() + FRESH_S
        return token


@contextmanager
def callers(services: Mapping[str, str], issuer: str, gateway_key: bytes) -> Iterator[Client]:
    """The services as people and the gateway see them."""
    with httpx.Client(timeout=10.0, trust_env=False, transport=Patient()) as http:
        yield Client(services, Tokens(http, issuer), gateway_key, http)


class Walk:
    """One case of 000-01, in two halves: something may break in between."""

    def __init__(self, client: Client) -> None:
        self.said: list[Told] = []
        self.story = Story(client, self.said.append)

    def begin(self) -> None:
        """Apply and pay."""
        self._step("submit", "pay")

    def end(self) -> list[str]:
        """Go on until the case is closed; the receipts of every step.

        Raises:
            Failed: it does not come to its end.
        """
        self._step("decide", "produce")
        if (status := self.story.look()["status"]) != "closed":
            raise Failed(f"Case {self.story.case} ended as {status}.")
        return self.story.receipts

    def _step(self, *names: str) -> None:
        try:
            for name in names:
                getattr(self.story, name)()
        except (Unexpected, httpx.HTTPError) as error:
            last = self.said[-1].what if self.said else "nothing"
            raise Failed(f"A case went no further than “{last}”: {error!r}.") from error
