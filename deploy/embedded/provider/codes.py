"""Authorization codes that were given out: each for one minute, one challenge and one use."""

import base64
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

LASTS_S = 60.0
MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What a code stands for."""

    person: str
    client: str
    redirect_uri: str
    challenge: str
    nonce: str
    until: float


class Codes:
    """The codes in memory; `now_s` is a clock in seconds."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._given: dict[str, Granted] = {}

    @property
    def until(self) -> float:
        """When a code that is given now ends."""
        return self._now_s() + LASTS_S

    def give(self, granted: Granted) -> str:
        """A new code."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            now = self._now_s()
            alive = {code: one for code, one in self._given.items() if one.until > now}
            self._given = dict(list(alive.items())[-MOST + 1 :]) | {code: granted}
        return code

    def take(self, code: str, *, verifier: str, client: str, redirect_uri: str) -> Granted | None:
        """What the code stands for, once; None where anything about it is wrong."""
        with self._lock:
            found = self._given.pop(code, None)
        if found is None or found.until <= self._now_s():
            return None
        same = (found.client, found.redirect_uri) == (client, redirect_uri)
        proven = hmac.compare_digest(challenge_of(verifier), found.challenge)
        return found if same and proven else None


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode("utf-8")).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
