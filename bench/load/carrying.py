"""One made-up person's case of item 000-01, carried over HTTP by those who take its steps.

A case is looked at no more often than a patient portal would look, because every look costs the
system work; how many requests a case takes is counted.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.demo import people
from deploy.demo.client import Answer, Client, Unexpected
from shared.security.local_issuer import LocalIssuer

WAIT_S = 120.0
POLL_S = 0.5
CHANNELS = ("email", "phone")
NOTICES_A_CASE = 7
NOTICES_UNTIL_REVIEW = 3
STALE = ": 412 "


@dataclass(frozen=True)
class Person:
    """A made-up applicant with a sign-in of their own and one way to be told, e-mail or phone."""

    number: int
    run: str

    @property
    def subject(self) -> str:
        """Who the token says this is."""
        return f"load-{self.run}-{self.number}"

    @property
    def channel(self) -> str:
        """How the person is told: every other one by mail."""
        return CHANNELS[self.number % len(CHANNELS)]

    @property
    def applicant(self) -> dict[str, str]:
        """What the application says of the person."""
        given = people.APPLICANT
        return {name: given[name] for name in ("name", "id_number", self.channel)}


@dataclass
class Carried:
    """What became of a case, in milliseconds; `posted_at` is of the monotonic clock."""

    case: str = ""
    post_ms: float = 0.0
    posted_at: float = 0.0
    whole_ms: float = 0.0
    requests: int = 0


@dataclass(frozen=True)
class Callers:
    """Everybody who calls: their tokens, the services' addresses, one pool of connections."""

    services: dict[str, str]
    issuer: LocalIssuer
    gateway_key: bytes
    http: httpx.Client
    picture: bytes = field(default_factory=people.household_register)
    staff: dict[str, str] = field(default_factory=dict)

    def client(self, person: Person) -> Client:
        """The services as this person's portal and the staff call them."""
        own: dict[str, str] = {}

        def token(user: str) -> str:
            tokens = own if user in {"portal", "applicant"} else self.staff
            if user not in tokens:
                claims = {"sub": person.subject} if tokens is own else {}
                tokens[user] = self.issuer.issue(user, ttl_s=6 * 3600, **claims)
            return tokens[user]

        return Client(self.services, token, self.gateway_key, self.http)


class Carrier:
    """Carries one case; `submitted(carried)` is called between its POST and what follows."""

    def __init__(
        self,
        callers: Callers,
        person: Person,
        submitted: Callable[[Carried], None] = lambda _: None,
    ) -> None:
        self._client = callers.client(person)
        self._picture = callers.picture
        self._person = person
        self._submitted = submitted
        self.carried = Carried()

    def to_the_end(self) -> Carried:
        """Take every step until the case is closed.

        Raises:
            Unexpected: a service refuses, or a machine's step does not come in time.
        """
        began = time.monotonic()
        version = self.to_the_desk()
        desk = self._get("review", f"/v1/reviews/{self.carried.case}", as_="officer")
        findings = [{"criterion": one["code"], "met": True} for one in desk["criteria"]]
        version = self._review("proposal", {"proposal": "approve", "findings": findings}, version)
        self._review("approval", {}, version, as_="officer-2")
        version = self._until("in-production")
        version = self._issuance("production", {"outcome": "produced"}, version)
        sent = {"carrier": "ems", "tracking": "DEMO000000000"}
        version = self._issuance("dispatch", sent, version)
        self._issuance("handover", {"outcome": "delivered", "to": "applicant"}, version)
        self._until("closed")
        self.carried.whole_ms = (time.monotonic() - began) * 1000
        return self.carried

    def to_the_desk(self) -> int:
        """Apply, pay, and let an officer take the case: it is open then, with its limits running.

        Returns the version of the case.
        """
        self._submit()
        payment = {
            "kind": "payment",
            "case": self.carried.case,
            "transaction": f"load-{uuid.uuid4().hex[:16]}",
            "amount": people.FEE,
            "method": "alipay",
        }
        self.carried.requests += 1
        self._client.callback(payment)
        return self._review("assignment", {}, self._until("under-review"))

    def _submit(self) -> None:
        self.carried.requests += 2
        stored = self._client.upload(self._picture, as_="portal")
        body = {
            "item": people.ITEM,
            "delivery": "post",
            "delivery_address": people.ADDRESS,
            "applicant": self._person.applicant,
            "materials": [{"code": "household-register", "blob": stored["blob"]}],
            "declared": True,
            "facts": dict(people.FACTS),
        }
        began = time.monotonic()
        done = self._client.post("intake", "/v1/cases", body, as_="portal")
        self.carried.posted_at = time.monotonic()
        self.carried.post_ms = (self.carried.posted_at - began) * 1000
        self.carried.case = done["case"]
        self._submitted(self.carried)

    def _until(self, status: str) -> int:
        """Look until the case has the status; its version then."""
        deadline = time.monotonic() + WAIT_S
        while True:
            time.sleep(POLL_S)
            shown = self._look()
            if shown["status"] == status:
                return int(shown["version"])
            if time.monotonic() > deadline:
                raise Unexpected(f"Case {self.carried.case} is {shown['status']}, not {status}.")

    def _look(self) -> Answer:
        return self._get("intake", f"/v1/cases/{self.carried.case}", as_="applicant")

    def _get(self, service: str, path: str, *, as_: str) -> Answer:
        self.carried.requests += 1
        return self._client.get(service, path, as_=as_)

    def _review(
        self, step: str, body: dict[str, Any], version: int, *, as_: str = "officer"
    ) -> int:
        path = f"/v1/reviews/{self.carried.case}/{step}"
        return self._on("review", path, body, as_=as_, version=version)

    def _issuance(self, step: str, body: dict[str, Any], version: int) -> int:
        path = f"/v1/issuance/{self.carried.case}/{step}"
        return self._on("issuance", path, body, as_="producer", version=version)

    def _on(self, service: str, path: str, body: dict[str, Any], *, as_: str, version: int) -> int:
        """A command on a version; a case that moved meanwhile is looked at and asked again."""
        while True:
            self.carried.requests += 1
            try:
                done = self._client.post(service, path, body, as_=as_, version=version)
            except Unexpected as refused:
                if STALE not in str(refused):
                    raise
                version = int(self._look()["version"])
            else:
                return int(done["version"])
