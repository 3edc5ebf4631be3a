"""The two ways a message leaves: mail by SMTP, text messages through a provider's port.

A message id is derived from the notice, so that a repeat (at least once, never zero) carries the
same one and a receiver can drop it.
"""

import hashlib
import json
import os
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from services.notify.words.table import Words

SMTP_TIMEOUT_S = 5.0
PERMANENT = range(500, 600)


class SendFailed(Exception):
    """The provider did not take a message. `permanent`: it would not take it next time either."""

    def __init__(self, code: str, *, permanent: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


@dataclass(frozen=True)
class Message:
    """One message on its way out; where it goes never shows in a repr."""

    id: str
    to: str = field(repr=False)
    words: Words
    at: datetime


class Provider(Protocol):
    """Takes a message or raises SendFailed; `name` is recorded with what was sent."""

    @property
    def name(self) -> str: ...

    def send(self, message: Message) -> str:
        """Hand a message over; the provider's reference of it."""
        ...


def message_id(notice: str, installation: str) -> str:
    """The id of a notice's message, on every attempt: 128 bits of the notice's own id."""
    digest = hashlib.sha256(f"notice|{notice}".encode()).hexdigest()[:32]
    return f"{digest}@{installation}"


class Mail:
    """Mail through an SMTP server, encrypted where the server offers it."""

    name = "smtp"

    def __init__(self, server: str, *, sender: str, timeout_s: float = SMTP_TIMEOUT_S) -> None:
        host, _, port = server.rpartition(":")
        self._host, self._port = host, int(port)
        self._sender = sender
        self._timeout_s = timeout_s

    def send(self, message: Message) -> str:
        """Send one mail; its Message-ID is the reference."""
        mail = self._mail(message)
        try:
            with smtplib.SMTP(self._host, self._port, timeout=self._timeout_s) as server:
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            permanent = all(code in PERMANENT for code in codes)
            raise SendFailed("recipient-refused", permanent=permanent) from None
        except smtplib.SMTPResponseException as error:
            permanent = error.smtp_code in PERMANENT
            raise SendFailed(f"smtp-{error.smtp_code}", permanent=permanent) from None
        except (smtplib.SMTPException, OSError) as error:
            raise SendFailed("smtp-away") from error
        return message.id

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        try:
            mail["To"] = message.to
        except ValueError:  # a line break in an address never becomes a header
            raise SendFailed("bad-address", permanent=True) from None
        mail["From"] = self._sender
        mail["Subject"] = message.words.subject
        mail["Message-ID"] = f"<{message.id}>"
        mail["Date"] = format_datetime(message.at)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{message.words.zh}\n\n{message.words.en}\n")
        return mail


class FileTextMessages:
    """Stands for a provider of text messages: one JSON line a message, in a file of mode 0600.

    The file holds real numbers, as the provider would get them: it is for a laptop and for tests.
    """

    name = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message) -> str:
        """Append one line, durably: {id, to, text, at}."""
        line = json.dumps(
            {
                "id": message.id,
                "to": message.to,
                "text": message.words.zh,
                "at": message.at.isoformat(),
            },
            ensure_ascii=False,
        )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, f"{line}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise SendFailed("provider-away") from error
        return message.id
