"""Which stored commits nobody can ever believe were set aside, and why (docs/adr/0016).

A forged commit stays in the log as evidence. The record names it by the hash of what is stored, so
that readers pass over that document and no other. TYPE strings and fields are on disk and on the
wire. They never change.
"""

from typing import ClassVar

from shared.case.facts.fact import Fact

CATEGORY = "aside"
AUTHORITY = "aside"


def aside_stream(number: int) -> str:
    """`aside/<n>`: one command's records, at most some hundred."""
    return f"{CATEGORY}/{number}"


class CommitSetAside(Fact, frozen=True, kw_only=True):
    """A stored commit is passed over by every reader: its signature does not verify.

    `first_version` is the version that it stands at, 0 where that is no number from 1 on. `hash` is
    the SHA-256 (hex) of the stored document. `key` is the key id that it names where no key had it,
    "" else: no key may get that id afterwards.
    """

    TYPE: ClassVar[str] = "admin.CommitSetAside"
    stream: str
    first_version: int
    hash: str
    key: str
    why: str
