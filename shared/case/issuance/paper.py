"""A paper that was signed, on `paper/<id>`: what it is of, and the hash of the sealed file."""

from datetime import date
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, Recorded, kept_whole, require

# What a paper is. "result" is one that the item issues; the others go with each case.
PaperKind = Literal[
    "receipt",
    "supplement-request",
    "acceptance",
    "non-acceptance",
    "grant",
    "refusal",
    "slip",
    "result",
]


class PaperSigned(Fact, frozen=True, kw_only=True):
    """On `paper/<id>`: the paper was drawn, signed and stored sealed, once.

    `of_version`: the version of the case whose event it states. `result` and `document`: which
    result of the item it is, and its issued document, where it is one. `blob` is the stored file,
    `sha256` the hash of its sealed bytes, `key` the id of the key that signed what its QR says.
    `holder`, sealed, is the masked name.
    """

    TYPE: ClassVar[str] = "issuance.PaperSigned"
    SEALED: ClassVar[frozenset[str]] = frozenset({"holder"})
    case: str
    paper: PaperKind
    of_version: int
    item: str
    day: date
    blob: str
    sha256: str
    size: int
    key: str
    result: str = ""
    document: str = ""
    number: str = ""

    def __post_init__(self) -> None:
        require(of=self.TYPE, case=self.case, blob=self.blob, sha256=self.sha256, key=self.key)

    def on_paper(self, paper: "SignedPaper", mark: Mark) -> "SignedPaper":
        return replace(paper, signed=kept_whole(self, mark))


class SignedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """`paper/<id>` as its events tell it; without `signed` there is no such paper."""

    id: str = ""
    version: int = 0
    signed: Recorded[PaperSigned] | None = None
