"""The common ground of a definition's parts: strictness, codes, and the three states of a field.

A source can print a list, print that there is none (无, 不收费), or be silent. Silence is written
`unknown`, which is also the meaning of a field that a file leaves out. It is never an empty list.
"""

from typing import Annotated, ClassVar, Literal, TypeVar

import msgspec

T = TypeVar("T")
Unknown = Literal["unknown"]
Silent = Literal["none", "unknown"]

Text = Annotated[str, msgspec.Meta(min_length=1)]
Code = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="kebab-case English")
]
ItemId = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{3}-(R?[0-9]{1,3})$", description="such as 000-01 or 001-R1")
]
Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Fen = Annotated[int, msgspec.Meta(ge=0, le=100_000_000, description="hundredths of a yuan")]


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strict: a misspelt field in a file is an error, not a silent default.

    `LATER` names fields that were added after cases had been pinned to items. Such a field is left
    out of the hash while a default leaves it null, so the hashes of the items that use the default
    stay the same.
    """

    LATER: ClassVar[frozenset[str]] = frozenset()


def listed(value: tuple[T, ...] | str) -> tuple[T, ...]:
    """The entries of a field with three states; empty for both `none` and `unknown`."""
    return () if isinstance(value, str) else value
