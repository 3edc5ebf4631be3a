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
NOTHING_MORE: Mapping[str, Any] = {"materials": [], "complete": True}


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
    address: str = people.ADDRESS
    picture: bytes = field(default_factory=people.household_register)
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
        body = {
            "item": people.ITEM,
            "delivery": "post",
            "delivery_address": self.address,
            "applicant": dict(self.applicant),
            "materials": [self._uploaded()] if with_material else [],
            "declared": True,
            "facts": dict(people.FACTS),
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

    def supplement(self, *, complete: bool = True) -> None:
        """The portal answers the one request: with what was asked for, or that nothing comes."""
        self.until("awaiting-supplement", who="system", what="asks for what is missing")
        answer: Mapping[str, Any] = NOTHING_MORE
        if complete:
            answer = {"materials": [self._uploaded()]}
        self._intake("supplement", answer, "answers the request")

    def withdraw(self, reason: str = "") -> None:
        """The applicant takes the application back, over the portal."""
        self._intake("withdrawal", {"reason": reason} if reason else {}, "withdraws")

    def refund(self) -> None:
        """The gateway gives back what was ordered back, and the case is closed by itself."""
        payment = self.awaited(_ordered_back, "no refund is ordered")
        body = {
            "kind": "refund",
            "case": self.case,
            "transaction": f"back-{payment['transaction']}",
            "payment": payment["transaction"],
            "amount": people.FEE,
        }
        done = self.client.callback(body)
        self._done("payment gateway", f"gives {people.FEE} yuan back", done)
        self.until("closed", who="system", what="closes the case")

    def decide(
        self, *, approve: bool = True, explanation: str = "", decider: str = "officer-2"
    ) -> None:
        """An officer takes the case and finds on each criterion; a second one decides."""
        self.until("under-review", who="system", what="accepts it and opens the review")
        self._review("assignment", {}, "takes the case")
        desk = self.client.get("review", f"/v1/reviews/{self.case}", as_="officer")
        findings = [{"criterion": one["code"], "met": approve} for one in desk["criteria"]]
        proposal = {"proposal": "approve" if approve else "refuse", "findings": findings}
        self._review("proposal", proposal, f"finds on {len(findings)} criteria")
        if approve:
            self._review("approval", {}, "approves", as_=decider)
        else:
            reasons = [one["criterion"] for one in findings]
            words = {"explanation": explanation} if explanation else {}
            self._review("refusal", {"reasons": reasons, **words}, "refuses", as_=decider)

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
        found = self.awaited(
            lambda case: case if case["status"] == status else None, f"not {status}", wait_s
        )
        self._say(who, what, status)
        return found

    def awaited(
        self, condition: Callable[[Answer], Answer | None], lacking: str, wait_s: float = WAIT_S
    ) -> Answer:
        """Look at the case until the condition gives something; that.

        Raises:
            Unexpected: when it does not come in time.
        """
        deadline = time.monotonic() + wait_s
        while True:
            case = self.look()
            found = condition(case)
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise Unexpected(f"Case {self.case} is {case['status']}: {lacking}.")
            time.sleep(POLL_S)

    def look(self) -> Answer:
        """The case as its log has it."""
        return self.client.get("intake", f"/v1/cases/{self.case}", as_="applicant")

    def _uploaded(self) -> dict[str, str]:
        """The household register, uploaded: as an application names it."""
        stored = self.client.upload(self.picture, as_="portal")
        self._say("portal", f"uploads the household register ({stored['size']} bytes)", "")
        return {"code": "household-register", "blob": stored["blob"]}

    def _intake(self, step: str, body: Mapping[str, Any], what: str) -> None:
        path = f"/v1/cases/{self.case}/{step}"
        self._on("intake", path, body, as_="portal", what=what)

    def _review(
        self, step: str, body: Mapping[str, Any], what: str, *, as_: str = "officer"
    ) -> None:
        path = f"/v1/reviews/{self.case}/{step}"
        self._on("review", path, body, as_=as_, what=what)

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


def _ordered_back(case: Answer) -> Answer | None:
    """The payment that the gateway was told to give back."""
    payments = case["fee"]["payments"]
    return next((one for one in payments if one["refund_ordered"]), None)
