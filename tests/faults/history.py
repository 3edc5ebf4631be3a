"""What the clients of a fault test did and were told: the only witness outside the system."""

import threading
from dataclasses import dataclass, field
from typing import Literal

Result = Literal["ok", "fail", "unknown"]


@dataclass(frozen=True)
class Call:
    """One command as its caller saw it, over all its retries with one Idempotency-Key.

    `case` is empty where the caller never learned it. `receipt` is the commit's hash of an `ok`.
    """

    key: str
    action: str
    case: str
    result: Result
    status: int
    receipt: str = ""
    version: int = 0


@dataclass
class History:
    """Calls of many client threads, in the order in which they ended."""

    calls: list[Call] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    def ok(self) -> list[Call]:
        return [call for call in self.calls if call.result == "ok"]

    def cases(self) -> list[str]:
        return sorted({call.case for call in self.calls if call.case})
