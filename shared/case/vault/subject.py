"""What the vault writes, all of it on `subject/<ref>`: that a person's key was destroyed.

TYPE strings and fields are on disk and on the wire. They never change.
"""

from typing import ClassVar, Literal

from shared.case.facts.fact import Fact


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
