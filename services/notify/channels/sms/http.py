"""Text messages through a provider's port over HTTP: the status decides whether one was taken.

What the port speaks stands in docs/how-to/send-text-messages.md. Providers differ: what stands
between us and one translates.
"""

import http.client
import json
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from services.notify.channels.message import Message, SendFailed
from services.notify.channels.tls import trust
from shared.config import Secrets, Settings, SettingsError

TIMEOUT_S = 10.0
ANSWER_BYTES_MOST = 64 * 1024
TOKEN_FILE = "sms.token"  # noqa: S105 - the name of the file
UNKNOWN_NUMBER = "unknown-number"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_TAKEN = range(200, 300)
# What may speak of the message itself; every other status speaks of us or of the provider.
_OF_THE_MESSAGE = frozenset({400, 404, 410, 422})


class _Said(msgspec.Struct):
    """What we read of an answer: the provider's reference, or its code."""

    reference: str = ""
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Port:
    """Where the provider listens, and the token it knows us by; the token shows in no repr."""

    host: str
    port: int
    path: str
    token: str = field(repr=False)
    context: ssl.SSLContext | None

    def connection(self, timeout_s: float) -> http.client.HTTPConnection:
        """A connection that is not open yet."""
        if self.context is None:
            return http.client.HTTPConnection(self.host, self.port, timeout=timeout_s)
        return http.client.HTTPSConnection(
            self.host, self.port, timeout=timeout_s, context=self.context
        )


def port_of(settings: Settings) -> Port:
    """The port of the settings, `CASELEDGER_SMS_URL`.

    Raises:
        SettingsError: it is no address, the token or the file of certificates is missing, or the
            token would go over a network in the clear.
    """
    try:
        place = urlsplit(settings.sms_url)
        host, port = place.hostname or "", place.port
    except ValueError:
        host, port, place = "", None, urlsplit("")
    if place.scheme not in {"http", "https"} or not host or place.username is not None:
        raise SettingsError("CASELEDGER_SMS_URL must be an https address without a user.")
    if place.scheme == "http" and host not in _LOOPBACK:
        raise SettingsError(
            "CASELEDGER_SMS_URL must begin with https: numbers and the token are never sent in "
            "the clear, but to this machine."
        )
    encrypted = place.scheme == "https"
    return Port(
        host=host,
        port=port or (443 if encrypted else 80),
        path=(place.path or "/") + (f"?{place.query}" if place.query else ""),
        token=Secrets(settings.secrets_dir).line(TOKEN_FILE),
        context=trust(settings.sms_ca, "CASELEDGER_SMS_CA") if encrypted else None,
    )


class HttpTextMessages:
    """Hands each text message to the provider's port, in a request of its own."""

    name = "sms-http"

    def __init__(self, port: Port, *, timeout_s: float = TIMEOUT_S) -> None:
        self._port = port
        self._timeout_s = timeout_s

    def send(self, message: Message) -> str:
        """Send one message; the provider's reference of it, or else its own id."""
        link = self._port.connection(self._timeout_s)
        try:
            answer = self._asked(link, message)
            said = _said(answer)
        finally:
            link.close()
        if answer.status in _TAKEN:
            return said.reference or message.id
        if answer.status in _OF_THE_MESSAGE and said.code == UNKNOWN_NUMBER:
            raise SendFailed(UNKNOWN_NUMBER, permanent=True)
        raise SendFailed(f"sms-{answer.status}")

    def _asked(
        self, link: http.client.HTTPConnection, message: Message
    ) -> http.client.HTTPResponse:
        """The answer's status line and headers have come; its body may still be on its way."""
        body = {
            "id": message.id,
            "to": message.to,
            "text": message.words.zh,
            "at": message.at.isoformat(),
        }
        headers = {
            "Authorization": f"Bearer {self._port.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": message.id,
        }
        try:
            link.request("POST", self._port.path, json.dumps(body).encode("ascii"), headers)
            return link.getresponse()
        except ssl.SSLError:
            raise SendFailed("sms-tls") from None
        except ConnectionRefusedError:
            raise SendFailed("sms-away") from None
        except (OSError, http.client.HTTPException):  # whether it was taken is not known
            raise SendFailed("sms-lost") from None


def _said(answer: http.client.HTTPResponse) -> _Said:
    """What the body says; nothing where it does not come or is something else."""
    try:
        return msgspec.json.decode(answer.read(ANSWER_BYTES_MOST), type=_Said)
    except (OSError, http.client.HTTPException, msgspec.MsgspecError, UnicodeError):
        return _Said()
