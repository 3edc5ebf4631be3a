"""Everybody who uses a running system, over HTTP: the demo's story, and raw calls with answers."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.demo import people
from deploy.demo.client import Client
from deploy.demo.story import Story
from deploy.embedded.home import Home, State
from shared.config import Databases, Secrets, Settings, connect
from shared.security import sign_callback
from shared.security.local_issuer import LocalIssuer
from tests.e2e.system import System
from tests.support.made_up import vouching

REQUEST_S = 15.0


@dataclass
class Scene:
    """A running system with its users. `urls`: every address that was asked for."""

    system: System
    settings: Settings
    secrets: Secrets
    databases: Databases
    services: Mapping[str, str]
    http: httpx.Client
    urls: list[str] = field(default_factory=list)

    def token(self, user: str, **claims: Any) -> str:
        """An access token of a local user, with claims replaced."""
        issuer = LocalIssuer(
            self.secrets.folder, issuer=self.settings.issuer, audience=self.settings.audience
        )
        return issuer.issue(user, **claims)

    def story(
        self,
        subject: str = "local-applicant",
        *,
        applicant: Mapping[str, str] = people.APPLICANT,
        address: str = people.ADDRESS,
        picture: bytes | None = None,
    ) -> Story:
        """The demo's story, told of the person whose token says `sub`."""

        def token(user: str) -> str:
            person = {"sub": subject, **vouching({"applicant": applicant})}
            return self.token(user, **(person if user in {"applicant", "portal"} else {}))

        client = Client(self.services, token, self.secrets.gateway_keys[0], self.http)
        content = people.household_register() if picture is None else picture
        return Story(client, _nobody, applicant=applicant, address=address, picture=content)

    def get(self, service: str, path: str, *, as_: str, **claims: Any) -> httpx.Response:
        """Read as a local user (or as nobody: an empty name)."""
        return self.http.get(self.services[service] + path, headers=self._bearer(as_, claims))

    def post(
        self,
        service: str,
        path: str,
        content: bytes,
        *,
        as_: str,
        headers: Mapping[str, str] | None = None,
        **claims: Any,
    ) -> httpx.Response:
        """Command as a local user, with the headers that a good command has unless replaced."""
        sent = {
            "Content-Type": "application/json",
            "Idempotency-Key": uuid.uuid4().hex,
            "If-Match": '"1"',
            **self._bearer(as_, claims),
            **(headers or {}),
        }
        return self.http.post(self.services[service] + path, content=content, headers=sent)

    def callback(
        self, content: bytes, *, at: float, path: str = "/v1/payments/callbacks"
    ) -> httpx.Response:
        """Say or ask something as the payment gateway, rightly signed."""
        signed = sign_callback(
            self.secrets.gateway_keys[0],
            message_id=uuid.uuid4().hex,
            timestamp_s=int(at),
            body=content,
        )
        return self.post("intake", path, content, as_="", headers=signed)

    def _bearer(self, user: str, claims: Mapping[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(user, **claims)}"} if user else {}


@contextmanager
def scene(one: System) -> Iterator[Scene]:
    """The users of a system that runs."""
    home = Home(one.home)
    state = State.read(home)
    assert state is not None
    settings = Settings.from_env(
        one.environ
        | {
            "CASELEDGER_LOG_URI": state.mongo_uri,
            "CASELEDGER_KAFKA_SERVERS": state.kafka_servers,
        }
    )
    databases = connect(settings, appname="tests")
    urls: list[str] = []
    hooks: dict[str, list[Callable[..., Any]]] = {"request": [lambda r: urls.append(str(r.url))]}
    with httpx.Client(timeout=REQUEST_S, trust_env=False, event_hooks=hooks) as http:
        try:
            secrets = Secrets.load(settings.secrets_dir)
            yield Scene(one, settings, secrets, databases, state.services, http, urls)
        finally:
            databases.close()


def _nobody(_told: object) -> None:
    """The story is told to nobody."""
