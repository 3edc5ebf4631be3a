"""What the gateway says to intake: the question what is owed, and messages, both signed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from deploy.embedded.gateway.books import Entry
from shared.security import sign_callback

OK, NOT_FOUND = 200, 404
# Sending again changes nothing about these (docs/how-to/send-a-payment-callback.md).
FINAL = frozenset({NOT_FOUND, 409, 422})


class IntakeAway(Exception):
    """Intake gives no answer, or none that this gateway understands."""


@dataclass(frozen=True)
class ToIntake:
    """Intake's two routes for a gateway; `at` is its address, `now_s` a clock in seconds."""

    at: str
    key: bytes
    http: httpx.Client
    now_s: Callable[[], float]

    def asked(self, case: str, number: str, *, message: str) -> dict[str, Any] | None:
        """`state` and `order` of `POST /v1/payments/orders`; None where there is no such order.

        Raises:
            IntakeAway: nothing is known.
        """
        body = msgspec.json.encode({"case": case, "order": number})
        answer = self._post("/v1/payments/orders", message, body)
        if answer is None or answer.status_code not in {OK, *FINAL}:
            raise IntakeAway
        found: dict[str, Any] | None = answer.json() if answer.status_code == OK else None
        return found

    def told(self, entry: Entry) -> int | None:
        """Send a message: the status that ends it, None where it is to be sent again."""
        answer = self._post("/v1/payments/callbacks", entry.message, entry.body)
        if answer is None or not (answer.is_success or answer.status_code in FINAL):
            return None
        return answer.status_code

    def _post(self, path: str, message: str, body: bytes) -> httpx.Response | None:
        signed = sign_callback(
            self.key, message_id=message, timestamp_s=int(self.now_s()), body=body
        )
        headers = {**signed, "Content-Type": "application/json"}
        try:
            return self.http.post(f"{self.at}{path}", content=body, headers=headers)
        except httpx.RequestError:
            return None
