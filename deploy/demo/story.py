"""The path of item 000-01 from upload to closing, each step by whoever takes it.

Machines take the steps in between (acceptance, opening the review, numbering, ordering the
production, closing); the story waits for the state that the next person needs to see.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.demo import people
from deploy.demo.client import Answer, Client, Unexpected

WAIT_S = 45.0
POLL_S = 0.05


@dataclass(frozen=True)
class Told:
    """One thing that happened: who did what, which events, how the case stands, when (seconds)."""

    who: str
    what: str
    status: str
    seconds: float
    events: tuple[str, ...] = ()
    receipt: str = ""


Tell = Callable[[Told], None]


@dataclass
class Story:
    """Carries one case. `case` is its id once it is submitted, `receipts` the hashes it got."""

    client: Client
    tell: Tell
    applicant: Mapping[str, str] = field(default_factory=lambda: people.APPLICANT)
    case: str = ""
    receipts: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def run(self) -> str:
        """Take every step to the end of the case; its id.

        Raises:
            Unexpected: when a service refuses, or a step of a machine does not come in time.
        """
        self.submit()
        self.pay()
        self.decide()
        self.produce()
        return self.case

    def submit(self, *, with_material: bool = True) -> str:
        """The portal uploads the household register and applies for the applicant."""
        materials = []
        if with_material:
            stored = self.client.upload(people.household_register(), as_="portal")
            materials.append({"code": "household-register", "blob": stored["blob"]})
            self._say("portal", f"uploads the household register ({stored['size']} bytes)", "")
        body = {
            "item": people.ITEM,
            "delivery": "post",
            "delivery_address": people.ADDRESS,
            "applicant": dict(self.applicant),
            "materials": materials,
            "declared": True,
        }
        done = self.client.post("intake", "/v1/cases", body, as_="portal")
        self.case = done["case"]
        self._done("portal", "applies for a new identity card", done)
        return self.case

    def pay(self) -> None:
        """The gateway says that 40 yuan came; a complete and paid case is accepted by itself."""
        body = {
            "kind": "payment",
            "case": self.case,
            "transaction": f"demo-{uuid.uuid4().hex[:16]}",
            "amount": people.FEE,
            "method": "alipay",
        }
        done = self.client.callback(body)
        self._done("payment gateway", f"confirms {people.FEE} yuan", done)

    def decide(self, *, approve: bool = True) -> None:
        """The officer takes the case, finds on each criterion, and decides."""
        self.until("under-review", who="system", what="accepts it and opens the review")
        self._review("assignment", {}, "takes the case")
        desk = self.client.get("review", f"/v1/reviews/{self.case}", as_="officer")
        findings = [{"criterion": one["code"], "met": approve} for one in desk["criteria"]]
        proposal = {"proposal": "approve" if approve else "refuse", "findings": findings}
        self._review("proposal", proposal, f"finds on {len(findings)} criteria")
        if approve:
            self._review("approval", {}, "approves")
        else:
            reasons = [one["criterion"] for one in findings]
            self._review("refusal", {"reasons": reasons}, "refuses")

    def produce(self) -> None:
        """The producer makes the card, gives it to the carrier, and records the delivery."""
        self.until("in-production", who="system", what="numbers the card and orders it")
        self._issuance("production", {"outcome": "produced"}, "makes the card")
        dispatch = {"carrier": "ems", "tracking": "DEMO000000000"}
        self._issuance("dispatch", dispatch, "gives it to the post")
        delivered = {"outcome": "delivered", "to": "applicant"}
        self._issuance("handover", delivered, "records the delivery")
        self.until("closed", who="system", what="closes the case")

    def until(self, status: str, *, who: str, what: str, wait_s: float = WAIT_S) -> Answer:
        """Wait until the case, read from its log, has the status; tell it then."""
        deadline = time.monotonic() + wait_s
        while True:
            found = self.look()
            if found["status"] == status:
                self._say(who, what, status)
                return found
            if time.monotonic() > deadline:
                raise Unexpected(f"Case {self.case} is {found['status']}, not {status}.")
            time.sleep(POLL_S)

    def look(self) -> Answer:
        """The case as its log has it."""
        return self.client.get("intake", f"/v1/cases/{self.case}", as_="applicant")

    def _review(self, step: str, body: Mapping[str, Any], what: str) -> None:
        path = f"/v1/reviews/{self.case}/{step}"
        self._on("review", path, body, as_="officer", what=what)

    def _issuance(self, step: str, body: Mapping[str, Any], what: str) -> None:
        path = f"/v1/issuance/{self.case}/{step}"
        self._on("issuance", path, body, as_="producer", what=what)

    def _on(self, service: str, path: str, body: Mapping[str, Any], *, as_: str, what: str) -> None:
        """A command on the version that the person sees; looked at again when it moved."""
        version = self.look()["version"]
        done = self.client.post(service, path, body, as_=as_, version=version)
        self._done(as_, what, done)

    def _done(self, who: str, what: str, done: Mapping[str, Any]) -> None:
        receipt = (done.get("receipt") or {}).get("hash", "")
        if receipt:
            self.receipts.append(receipt)
        self._say(who, what, self.look()["status"], tuple(done["events"]), receipt)

    def _say(
        self, who: str, what: str, status: str, events: tuple[str, ...] = (), receipt: str = ""
    ) -> None:
        seconds = time.monotonic() - self.began
        self.tell(Told(who, what, status, seconds, events, receipt))
