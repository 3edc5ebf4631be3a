"""The end of a case."""

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, require
from shared.case.facts.recomputed import LimitsRecomputed

if TYPE_CHECKING:
    from shared.case.state import Case


Outcome = Literal["delivered", "completed", "unclaimed", "refused", "not-accepted", "withdrawn"]


class IssuanceLimitsRecomputed(LimitsRecomputed, frozen=True, kw_only=True):
    """What issuance did began a limit of the case."""

    TYPE: ClassVar[str] = "issuance.LimitsRecomputed"


class CaseClosed(Fact, frozen=True, kw_only=True):
    """Nothing is owed any more; the stream of the case ends here."""

    TYPE: ClassVar[str] = "issuance.CaseClosed"
    outcome: Outcome

    def __post_init__(self) -> None:
        require(of=self.TYPE, outcome=self.outcome)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, closed=mark, outcome=self.outcome)
