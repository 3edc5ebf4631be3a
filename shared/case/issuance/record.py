"""Results that are no document of ours: recorded, taken back, handed over."""

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, require
from shared.case.facts.parts import Delivery
from shared.case.issuance.handover import To

if TYPE_CHECKING:
    from shared.case.state import Case


Recorded = Literal["recorded", "surrendered", "not-existing"]


class ResultRecorded(Fact, frozen=True, kw_only=True):
    """A stage after the decision that makes no document of ours: recorded, or taken back (R-174).

    `result` is the item's code of what was recorded; `reference` its number in the register that
    keeps it, if it has one: never a person's.
    """

    TYPE: ClassVar[str] = "issuance.ResultRecorded"
    stage: str
    result: str
    outcome: Recorded
    officer: str
    reference: str = ""

    def __post_init__(self) -> None:
        require(of=self.TYPE, stage=self.stage, officer=self.officer)

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        written = case.written | {self.result} if self.result else case.written
        return replace(case, recorded={**case.recorded, self.stage: mark}, written=written)


class ResultHandedOver(Fact, frozen=True, kw_only=True):
    """A recorded result (a slip, a letter) reached somebody."""

    TYPE: ClassVar[str] = "issuance.ResultHandedOver"
    to: To
    way: Delivery

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(case, handed_over=mark)
