"""Texts of a command that stay in the log in plain for ever: nothing of a person may be in them.

What people write is sealed, or a code. What cannot be either (a law that is cited, where a notice
hangs) is one of these; a test lists them all with the reason. Numbers of identity documents are
refused, and where no office gives its contact either, telephone numbers and mail addresses. Names
cannot be told from other words: the list of reasons is for that.
"""

import re
from typing import Any

import marshmallow as ma

from shared.http.fields import Text, described

PUBLIC = "x-public"
_IDENTITY = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[0-9]{3}[0-9Xx](?![0-9])"
)
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_MAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")


class PublicStr(Text):
    """A text that is stored in plain. `contacts`: it may have a telephone number or an address."""

    def __init__(self, *, contacts: bool = False, max_length: int, **kwargs: Any) -> None:
        described(kwargs, **{PUBLIC: True})
        super().__init__(max_length=max_length, **kwargs)
        self._contacts = contacts

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if found := personal_in(text, contacts=self._contacts):
            raise ma.ValidationError(f"this text is stored in plain: leave out the {found}")
        return text


def personal_in(text: str, *, contacts: bool) -> str:
    """What of a person a text has in it; empty where nothing is found."""
    if _IDENTITY.search(text):
        return "number of an identity document"
    if contacts:
        return ""
    if _MOBILE.search(text):
        return "telephone number"
    return "mail address" if _MAIL.search(text) else ""
