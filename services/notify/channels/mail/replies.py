"""What a refusal of a mail server means: whose fault it is, and whether a repeat can help.

A 5xx says nothing by itself (RFC 5321, 4.2.1): the stage at which it came and the enhanced code
(RFC 3463) say whether the server refuses the recipient or us. In doubt the server refuses us, and
the message is tried again.
"""

import re
from typing import Literal

from services.notify.channels.message import SendFailed

Stage = Literal["greeting", "hello", "starttls", "auth", "mail", "rcpt", "data", "content"]
"""Where in the session a reply came; `content` is the reply to the end of the data."""

NO_SUCH_RECIPIENT = "recipient-refused"
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_TO_THE_RECIPIENT = frozenset({"rcpt", "data", "content"})
_PERMANENT = range(500, 600)
# X.1.n that speak of the recipient's address; 0, 7, 8 and 9 speak of the sender or of neither.
_ADDRESS_DETAILS = frozenset({1, 2, 3, 4, 6, 10})
_ADDRESS, _MAILBOX = 1, 2
# Replies to RCPT without an enhanced code that mean the recipient, after RFC 5321 and RFC 7504.
_BARE_REFUSED = frozenset({550, 551, 553, 556})
_BARE_MAILBOX = frozenset({450, 552})
# Words of servers without enhanced codes that refuse us, not the recipient, with a bare 550.
_OF_US = re.compile(
    r"relay|block|black|denied|polic|spam|auth|reputation|sender|helo|ehlo|rbl|dns|banned"
    r"|your (ip|host|server)",
    re.IGNORECASE,
)


def failure_of(stage: Stage, reply: int, text: bytes | str) -> SendFailed:
    """The failure that a reply other than success stands for.

    The text is looked at and never kept: a server may repeat the address in it.
    """
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    found = _ENHANCED.match(words.strip())
    code = _code(stage, reply, found[0] if found else "")
    if stage not in _TO_THE_RECIPIENT:
        return SendFailed(code)
    if found is None:
        return _bare(code, reply, words) if stage == "rcpt" else SendFailed(code)
    subject, detail = int(found[2]), int(found[3])
    if subject == _ADDRESS and detail in _ADDRESS_DETAILS:
        if found[1] == "5" and reply in _PERMANENT:
            return SendFailed(NO_SUCH_RECIPIENT, permanent=True)
        return SendFailed(code, fault="recipient")
    return SendFailed(code, fault="recipient" if subject == _MAILBOX else "relay")


def lost(stage: Stage) -> SendFailed:
    """The failure where the connection broke, or stayed silent, before a reply came."""
    return SendFailed(f"smtp-lost-{stage}")


def _bare(code: str, reply: int, words: str) -> SendFailed:
    """A refusal of RCPT by a server that gives no enhanced codes."""
    if reply in _BARE_REFUSED and not _OF_US.search(words):
        return SendFailed(NO_SUCH_RECIPIENT, permanent=True)
    return SendFailed(code, fault="recipient" if reply in _BARE_MAILBOX else "relay")


def _code(stage: Stage, reply: int, enhanced: str) -> str:
    """Such as `smtp-530-5.7.0-mail`; the reply to the data itself goes without its stage."""
    said = str(reply) if reply > 0 else "garbled"
    parts = ["smtp", said, enhanced, "" if stage == "content" else stage]
    return "-".join(part for part in parts if part)
