"""A message as a mail: seven bits a byte on every line, whatever its words are.

The text is base64, so that no server needs to offer 8BITMIME. An address in another script needs
SMTPUTF8 for what stands before its @ alone: the domain has a spelling in ASCII (RFC 5891).
"""

from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from services.notify.channels.message import Message, SendFailed


@dataclass(frozen=True)
class Letter:
    """One mail with its envelope; `utf8`: the recipient's address needs SMTPUTF8."""

    sender: str
    to: str = field(repr=False)
    content: bytes = field(repr=False)
    utf8: bool


def letter_of(message: Message, *, sender: str) -> Letter:
    """The mail that carries a message.

    Raises:
        SendFailed: the address can be in no mail.
    """
    to = _in_ascii_where_possible(message.to)
    mail = EmailMessage()
    try:
        mail["To"] = to
    except ValueError:  # a line break in an address never becomes a header
        raise _bad_address() from None
    mail["From"] = sender
    mail["Subject"] = message.words.subject
    mail["Message-ID"] = f"<{message.id}>"
    mail["Date"] = format_datetime(message.at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{message.words.zh}\n\n{message.words.en}\n", cte="base64")
    utf8 = not to.isascii()
    lines = policy.SMTPUTF8 if utf8 else policy.SMTP
    return Letter(parseaddr(sender)[1], to, mail.as_bytes(policy=lines), utf8)


def _in_ascii_where_possible(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise _bad_address() from None


def _bad_address() -> SendFailed:
    return SendFailed("bad-address", permanent=True)
