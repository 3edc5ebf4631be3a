"""The first fact of a `subject/<ref>`: the person is known and has a key.

TYPE strings and fields are on disk and on the wire. They never change: the type says `vault`,
which wrote it before the registrar had a key of its own.
"""

from typing import ClassVar

from shared.case.facts.fact import Fact


class SubjectRegistered(Fact, frozen=True, kw_only=True):
    """A person was seen for the first time and has a key. `key` names it; who it is stands nowhere.

    The reference in the stream's name is random; the way to it from a token is kept in the vault.
    """

    TYPE: ClassVar[str] = "vault.SubjectRegistered"
    key: str
