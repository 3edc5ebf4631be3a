"""The applicant takes the application back."""

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark

if TYPE_CHECKING:
    from shared.case.state import Case


class CaseWithdrawn(Fact, frozen=True, kw_only=True):
    """The applicant withdrew, before a decision. Their words, if any, are sealed."""

    TYPE: ClassVar[str] = "intake.CaseWithdrawn"
    SEALED: ClassVar[frozenset[str]] = frozenset({"reason"})
    status: str

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, withdrawn=mark)
