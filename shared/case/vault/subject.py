"""What the vault writes, all of it on `subject/<ref>`: a person's key, and that it was destroyed.

TYPE strings and fields are on disk and on the wire. They never change.
"""

from typing import ClassVar, Literal

from shared.case.facts.fact import Fact


class SubjectRegistered(Fact, frozen=True, kw_only=True):
    """A person was seen for the first time and has a key. `key` names it; who it is stands nowhere.

    The reference in the stream's name is random; the way to it from a token is kept in the vault.
    """

    TYPE: ClassVar[str] = "vault.SubjectRegistered"
    key: str


class ErasureOrdered(Fact, frozen=True, kw_only=True):
    """Somebody with the right to do so ordered that this person's data be erased."""

    TYPE: ClassVar[str] = "vault.ErasureOrdered"
    reason: Literal["request"]


class SubjectErased(Fact, frozen=True, kw_only=True):
    """No process can hold a key of this person any more.

    `late_keys`: keys that a process with an old cache made after the order, destroyed as well.
    """

    TYPE: ClassVar[str] = "vault.SubjectErased"
    late_keys: int
