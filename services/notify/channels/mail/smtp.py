"""Mail through an SMTP server: the reply to the data decides whether it was taken.

Everything before that reply is a failure that is tried again, unless the server says that there is
no such recipient. Nothing after it counts: a server may end a session as it likes.
"""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, TypeVar, get_args

from services.notify.channels.mail.letter import Letter, letter_of
from services.notify.channels.mail.replies import Stage, failure_of, lost
from services.notify.channels.message import Message, SendFailed
from services.notify.channels.tls import trust
from shared.config import Secrets, Settings, SettingsError

SMTP_TIMEOUT_S = 5.0
GOODBYE_S = 1.0
PASSWORD_FILE = "smtp.password"  # noqa: S105 - the name of the file
Tls = Literal["offered", "required", "implicit"]
"""`offered`: encrypted where the server offers it; `implicit`: from the first byte (port 465)."""

_SUCCESS = range(200, 300)
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class SignIn:
    """Who we are for the server; the password shows in no repr."""

    user: str
    password: str = field(repr=False)


def provider(settings: Settings) -> "Mail | None":
    """The server of the settings; None where none is set.

    Raises:
        SettingsError: the settings would send a password in the clear, name a way of encryption
            that there is not or a file of certificates that cannot be read, or the password is
            missing.
    """
    if not settings.smtp:
        return None
    found = [mode for mode in get_args(Tls) if mode == settings.smtp_tls]
    if not found:
        known = ", ".join(get_args(Tls))
        raise SettingsError(f"CASELEDGER_SMTP_TLS is {settings.smtp_tls!r}: give {known}.")
    return Mail(
        settings.smtp,
        sender=settings.mail_from,
        tls=found[0],
        context=trust(settings.smtp_ca, "CASELEDGER_SMTP_CA"),
        sign_in=_sign_in(settings),
    )


def _sign_in(settings: Settings) -> SignIn | None:
    if not settings.smtp_user:
        return None
    if settings.smtp_tls == "offered":
        raise SettingsError(
            "CASELEDGER_SMTP_USER needs CASELEDGER_SMTP_TLS to be required or implicit: "
            "a password is never sent in the clear."
        )
    if not settings.smtp_user.isascii():
        raise SettingsError("CASELEDGER_SMTP_USER must be ASCII: SMTP sends nothing else.")
    return SignIn(settings.smtp_user, Secrets(settings.secrets_dir).line(PASSWORD_FILE))


class Mail:
    """Hands mail to one SMTP server, a connection a mail."""

    name = "smtp"

    def __init__(
        self,
        server: str,
        *,
        sender: str,
        tls: Tls = "offered",
        context: ssl.SSLContext | None = None,
        sign_in: SignIn | None = None,
        timeout_s: float = SMTP_TIMEOUT_S,
    ) -> None:
        host, _, port = server.rpartition(":")
        self._host, self._port = host, int(port)
        self._sender = sender
        self._tls = tls
        self._context = context or ssl.create_default_context()
        self._sign_in = sign_in
        self._timeout_s = timeout_s

    def send(self, message: Message) -> str:
        """Send one mail; its Message-ID is the reference."""
        letter = letter_of(message, sender=self._sender)
        server = self._greeted()
        try:
            self._introduce(server)
            _hand_over(server, letter)
        finally:
            _leave(server)
        return message.id

    def _greeted(self) -> smtplib.SMTP:
        """A connection whose server has greeted us."""
        try:
            if self._tls == "implicit":
                return smtplib.SMTP_SSL(
                    self._host, self._port, timeout=self._timeout_s, context=self._context
                )
            return smtplib.SMTP(self._host, self._port, timeout=self._timeout_s)
        except smtplib.SMTPResponseException as error:
            raise failure_of("greeting", error.smtp_code, error.smtp_error) from None
        except ssl.SSLError:
            raise SendFailed("smtp-tls") from None
        except OSError as error:  # no connection, or one that ended before the greeting
            raise SendFailed("smtp-away") from error

    def _introduce(self, server: smtplib.SMTP) -> None:
        """Say who we are, encrypt, sign in: in this order."""
        _asked("hello", server.ehlo_or_helo_if_needed)
        encrypted = self._tls == "implicit"
        if not encrypted and server.has_extn("starttls"):
            _asked("starttls", lambda: server.starttls(context=self._context))
            _asked("hello", server.ehlo_or_helo_if_needed)
            encrypted = True
        if self._tls == "required" and not encrypted:
            raise SendFailed("smtp-tls-not-offered")
        if self._sign_in is None:
            return
        if not encrypted:  # the settings forbid it; this line makes sure of it
            raise SendFailed("smtp-password-in-the-clear")
        user, password = self._sign_in.user, self._sign_in.password
        _asked("auth", lambda: server.login(user, password))


def _hand_over(server: smtplib.SMTP, letter: Letter) -> None:
    """The envelope and the mail; returns when the server has taken it."""
    options = _options(server, letter)
    _taken("mail", _asked("mail", lambda: server.mail(letter.sender, options)))
    _taken("rcpt", _asked("rcpt", lambda: server.rcpt(letter.to)))
    _taken("content", _asked("data", lambda: server.data(letter.content)))


def _taken(stage: Stage, answer: tuple[int, bytes]) -> None:
    reply, text = answer
    if reply not in _SUCCESS:
        raise failure_of(stage, reply, text)


def _options(server: smtplib.SMTP, letter: Letter) -> list[str]:
    """What MAIL says besides the sender: only what the server has offered."""
    options = []
    if server.has_extn("size"):
        most = server.esmtp_features["size"]
        if most.isdecimal() and 0 < int(most) < len(letter.content):
            raise SendFailed("smtp-too-large")
        options.append(f"SIZE={len(letter.content)}")
    if letter.utf8:
        if not server.has_extn("smtputf8"):
            raise SendFailed("smtp-utf8-not-offered")
        options.append("SMTPUTF8")
        if server.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
    return options


def _asked(stage: Stage, ask: Callable[[], Answer]) -> Answer:
    """What the server answers at a stage; every error of the library as our own."""
    try:
        return ask()
    except smtplib.SMTPResponseException as error:
        raise failure_of(stage, error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPServerDisconnected:
        raise lost(stage) from None
    except smtplib.SMTPException:  # it offers no way to sign in that we know
        raise SendFailed(f"smtp-{stage}-not-offered") from None
    except ssl.SSLError:
        raise SendFailed("smtp-tls") from None
    except OSError:
        raise lost(stage) from None


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye and hang up; nothing that is answered to it changes what happened."""
    with suppress(OSError):  # the library's errors are OSErrors too
        if server.sock is not None:
            server.sock.settimeout(GOODBYE_S)
        server.quit()
    server.close()
