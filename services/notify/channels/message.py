"""A message on its way out, and what a channel's provider has to do with it.

A message id is derived from the notice, so that a repeat (at least once, never zero) carries the
same one and a receiver can drop it.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from services.notify.words.table import Words

Fault = Literal["recipient", "relay"]
"""Whose fault a failure is: the recipient's address, or whatever stands between us and it."""


class SendFailed(Exception):
    """A message was not taken.

    `permanent`: the recipient does not exist, so that no repeat can succeed. In doubt a failure is
    the relay's and the message is tried again.
    """

    def __init__(self, code: str, *, permanent: bool = False, fault: Fault | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.fault: Fault = fault or ("recipient" if permanent else "relay")


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
