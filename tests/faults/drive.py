"""Cases in flight: each from the upload to the closing, whatever breaks in between.

A caller as careful as the manual asks: every command has its own Idempotency-Key and is repeated
with it until the answer is definite; after 412 it looks again and decides anew. What was asked
and told is recorded in the history.
"""

import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from deploy.demo import people
from shared.config import Secrets
from shared.security import sign_callback
from shared.security.local_issuer import LocalIssuer
from tests.faults.history import Call, History, Result
from tests.faults.stack import Stack
from tests.support.waiting import eventually

ANSWERED = frozenset({200, 201})
AWAY = frozenset({429, 502, 503, 504})
STALE = 412
PAUSE_S = 0.3
CASE_S = 300.0
REQUEST_S = 12.0
CASES_IN_FLIGHT = 20
CASES = int(os.environ.get("CASELEDGER_FAULT_CASES", CASES_IN_FLIGHT))


class Stuck(Exception):
    """A case that does not get on; the message says where."""


@dataclass
class Caller:
    """Everybody who acts on the cases, with their tokens."""

    services: Mapping[str, str]
    history: History
    gateway_key: bytes
    tokens: Mapping[str, str]
    deadline: float
    http: httpx.Client

    def look(self, case: str) -> dict[str, Any]:
        """The case as the log has it; asked until it is told."""
        url = f"{self.services['intake']}/v1/cases/{case}"
        while True:
            response = self._try(
                lambda: self.http.get(url, headers={"Authorization": self.tokens["applicant"]})
            )
            if response is not None and response.status_code in ANSWERED:
                found: dict[str, Any] = response.json()
                return found
            if response is not None and response.status_code not in AWAY:
                raise Stuck(f"{case}: looking gives {response.status_code} {response.text[:200]}")
            self._wait(f"{case} cannot be looked at")

    def until(self, case: str, status: str) -> None:
        """Look until the machines have brought the case so far."""
        while (found := self.look(case)["status"]) != status:
            self._wait(f"{case} is {found}, not {status}")

    def command(
        self,
        action: str,
        url: str,
        body: Any,
        *,
        as_: str,
        case: str = "",
        versioned: bool = False,
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        """One command until its definite answer."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        while True:
            headers = {
                "Authorization": self.tokens[as_],
                "Content-Type": content_type,
                "Idempotency-Key": uuid.uuid4().hex,
            }
            if versioned:
                headers["If-Match"] = f'"{self.look(case)["version"]}"'
            key = headers["Idempotency-Key"]
            response = self._definite(
                action, case, key, url, content=content, headers=partial(dict, headers)
            )
            if response.status_code != STALE:
                return self._read(action, response)

    def callback(self, case: str, *, transaction: str = "", once: bool = False) -> None:
        """The gateway says that the fee was paid, again and again with one message id.

        `once`: it does not repeat the message, whatever comes of it.
        """
        transaction = transaction or uuid.uuid4().hex[:16]
        body = {
            "kind": "payment",
            "case": case,
            "transaction": transaction,
            "amount": people.FEE,
            "method": "alipay",
        }
        content = json.dumps(body).encode()

        def signed() -> dict[str, str]:
            stamps = sign_callback(
                self.gateway_key,
                message_id=f"fault-{case}-{transaction}",
                timestamp_s=int(time.time()),
                body=content,
            )
            return {**stamps, "Content-Type": "application/json"}

        url = f"{self.services['intake']}/v1/payments/callbacks"
        if once:
            self._try(lambda: self.http.post(url, content=content, headers=signed()))
            self.history.add(Call(transaction, "pay", case, "unknown", 0))
            return
        self._read(
            "pay", self._definite("pay", case, transaction, url, content=content, headers=signed)
        )

    def _definite(
        self,
        action: str,
        case: str,
        key: str,
        url: str,
        *,
        content: bytes,
        headers: Callable[[], Mapping[str, str]],
    ) -> httpx.Response:
        """The same request until it is answered by what the log knows; recorded."""
        while True:
            response = self._try(
                lambda: self.http.post(url, content=content, headers=dict(headers()))
            )
            if response is not None and response.status_code not in AWAY:
                self._note(action, case, key, response)
                return response
            try:
                self._wait(f"{action} of {case or 'a new case'} gets no definite answer")
            except Stuck:
                self.history.add(Call(key, action, case, "unknown", 0))
                raise

    def _note(self, action: str, case: str, key: str, response: httpx.Response) -> None:
        status = response.status_code
        result: Result = "ok" if status in ANSWERED else "unknown" if status >= 500 else "fail"
        said = response.json() if result == "ok" else {}
        receipt = (said.get("receipt") or {}).get("hash", "")
        where = case or str(said.get("case", ""))
        self.history.add(
            Call(key, action, where, result, status, receipt, int(said.get("version") or 0))
        )

    def _read(self, action: str, response: httpx.Response) -> dict[str, Any]:
        if response.status_code not in ANSWERED:
            raise Stuck(f"{action}: {response.status_code} {response.text[:300]}")
        found: dict[str, Any] = response.json()
        return found

    def _try(self, call: Callable[[], httpx.Response]) -> httpx.Response | None:
        try:
            return call()
        except httpx.TransportError:
            return None

    def _wait(self, why: str) -> None:
        if time.monotonic() > self.deadline:
            raise Stuck(why)
        time.sleep(PAUSE_S)

    def carry(self) -> str:
        """One case through all its steps."""
        case = self.submit()
        self.callback(case)
        self.decide(case)
        self.produce(case)
        return case

    def submit(self) -> str:
        """The portal uploads the register and applies."""
        return self.apply(self.application(self.upload()))

    def upload(self) -> str:
        """The household register; its blob."""
        stored = self.command(
            "upload",
            f"{self.services['intake']}/v1/uploads",
            people.household_register(),
            as_="portal",
            content_type="image/png",
        )
        return str(stored["blob"])

    def application(self, blob: str) -> dict[str, Any]:
        """What the portal sends to apply."""
        return {
            "item": people.ITEM,
            "delivery": "post",
            "delivery_address": people.ADDRESS,
            "applicant": dict(people.APPLICANT),
            "materials": [{"code": "household-register", "blob": blob}],
            "declared": True,
            "facts": dict(people.FACTS),
        }

    def apply(self, body: dict[str, Any]) -> str:
        """The application; the case that it makes."""
        url = f"{self.services['intake']}/v1/cases"
        return str(self.command("submit", url, body, as_="portal")["case"])

    def decide(self, case: str) -> None:
        """The officer takes the case, finds, approves."""
        self.until(case, "under-review")
        self._step("review", "reviews", case, "assignment", {}, as_="officer")
        findings = [{"criterion": code, "met": True} for code in self._criteria(case)]
        proposal = {"proposal": "approve", "findings": findings}
        self._step("review", "reviews", case, "proposal", proposal, as_="officer")
        self._step("review", "reviews", case, "approval", {}, as_="officer-2")

    def produce(self, case: str) -> None:
        """The producer makes and delivers the card; the machine closes the case."""
        self.until(case, "in-production")
        dispatch = {"carrier": "ems", "tracking": "DEMO000000000"}
        delivered = {"outcome": "delivered", "to": "applicant"}
        for step, body in (
            ("production", {"outcome": "produced"}),
            ("dispatch", dispatch),
            ("handover", delivered),
        ):
            self._step("issuance", "issuance", case, step, body, as_="producer")
        self.until(case, "closed")

    def _criteria(self, case: str) -> list[str]:
        url = f"{self.services['review']}/v1/reviews/{case}"
        headers = {"Authorization": self.tokens["officer"]}
        while True:
            response = self._try(lambda: self.http.get(url, headers=headers))
            if response is not None and response.status_code in ANSWERED:
                return [one["code"] for one in response.json()["criteria"]]
            self._wait(f"the desk of {case} cannot be read")

    def _step(
        self, service: str, path: str, case: str, step: str, body: Mapping[str, Any], *, as_: str
    ) -> None:
        url = f"{self.services[service]}/v1/{path}/{case}/{step}"
        self.command(step, url, dict(body), as_=as_, case=case, versioned=True)


def caller(stack: Stack, *, within_s: float = CASE_S) -> Caller:
    """Somebody who may do everything that the path needs."""
    secrets = Secrets.load(stack.settings.secrets_dir)
    issuer = LocalIssuer(stack.settings.secrets_dir)
    users = ("applicant", "portal", "officer", "officer-2", "producer")
    return Caller(
        services=stack.services,
        history=stack.history,
        gateway_key=secrets.gateway_keys[0],
        tokens={user: f"Bearer {issuer.issue(user)}" for user in users},
        deadline=time.monotonic() + within_s,
        http=httpx.Client(
            timeout=REQUEST_S,
            limits=httpx.Limits(max_connections=40, max_keepalive_connections=0),
        ),
    )


@dataclass
class Flight:
    """Cases under way."""

    history: History
    threads: list[threading.Thread] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    def after(self, more: int) -> None:
        """Wait until so many more commands (of twenty cases' 180) are answered, or all are."""
        wanted = len(self.history.calls) + more * CASES // CASES_IN_FLIGHT
        eventually(lambda: len(self.history.calls) >= wanted or self.landed, CASE_S)

    @property
    def landed(self) -> bool:
        """Whether no case is under way any more."""
        return not any(thread.is_alive() for thread in self.threads)

    def land(self) -> None:
        """Wait for all of them."""
        for thread in self.threads:
            thread.join(CASE_S + 60)
        assert not self.stuck, "\n".join(["I10 cases that do not get on:", *self.stuck])


@contextmanager
def flying(stack: Stack, cases: int = CASES, *, within_s: float = CASE_S) -> Iterator[Flight]:
    """So many cases in flight during the block; at its end each must be closed."""
    one, flight = caller(stack, within_s=within_s), Flight(stack.history)

    def carry() -> None:
        try:
            flight.closed.append(one.carry())
        except Exception as error:  # noqa: BLE001 - each is a finding of its own
            flight.stuck.append(f"{type(error).__name__}: {error}")

    flight.threads = [threading.Thread(target=carry, daemon=True) for _ in range(cases)]
    for thread in flight.threads:
        thread.start()
    try:
        yield flight
        flight.land()
    finally:
        for thread in flight.threads:
            thread.join(CASE_S + 60)
        one.http.close()
