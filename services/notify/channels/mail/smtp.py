"""Mail through an SMTP server, encrypted where the server offers it."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from services.notify.channels.message import Message, SendFailed
from shared.config import Settings

SMTP_TIMEOUT_S = 5.0
PERMANENT = range(500, 600)


def provider(settings: Settings) -> "Mail | None":
    """The server of the settings; None where none is set."""
    return Mail(settings.smtp, sender=settings.mail_from) if settings.smtp else None


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
