"""What a clerk did for somebody: an application taken in, originals seen and returned."""

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, kept_whole, require
from shared.case.facts.parts import Part

if TYPE_CHECKING:
    from shared.case.state import Case

HowTaken = Literal["present", "telephone"]


class Original(Part, frozen=True, kw_only=True):
    """The original of a material: when a clerk saw it last, and when it was given back.

    `returned` is null while the office keeps it.
    """

    material: str
    seen: Mark
    returned: Mark | None = None


class CaseTakenIn(Fact, frozen=True, kw_only=True):
    """An officer took the application in for somebody present, or on the telephone.

    `document`: the kind of the identity document that the officer saw, empty where none was; its
    number stands sealed with the submission. `officer`: a staff id.
    """

    TYPE: ClassVar[str] = "intake.CaseTakenIn"
    how: HowTaken
    document: str
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, officer=self.officer)
        if self.how == "telephone" and self.document:
            raise ValueError(f"{self.TYPE}: nobody sees a document on the telephone")

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, taken_in=kept_whole(self, mark))


class OriginalsSeen(Fact, frozen=True, kw_only=True):
    """An officer saw the originals of these materials, and has them in hand until their return."""

    TYPE: ClassVar[str] = "intake.OriginalsSeen"
    materials: tuple[str, ...]
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, materials=self.materials, officer=self.officer)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        others = tuple(one for one in case.originals if one.material not in self.materials)
        seen = (Original(material=code, seen=mark) for code in self.materials)
        return replace(case, originals=(*others, *seen))


class OriginalsReturned(Fact, frozen=True, kw_only=True):
    """The originals of these materials were given back."""

    TYPE: ClassVar[str] = "intake.OriginalsReturned"
    materials: tuple[str, ...]
    officer: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, materials=self.materials, officer=self.officer)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        originals = tuple(
            replace(one, returned=mark) if one.material in self.materials else one
            for one in case.originals
        )
        return replace(case, originals=originals)
