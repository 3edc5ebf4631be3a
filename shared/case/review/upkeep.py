"""A step of review that is late, and a fact of review that is put right."""

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from shared.case.facts.fact import FactCorrected, Mark, StepOverdue
from shared.case.facts.parts import CHANNELS

if TYPE_CHECKING:
    from shared.case.state import Case

WhyCorrected = Literal["typing", "document-differs", "misunderstood"]
# What an officer may put right: a closed list. Each is sealed.
CORRECTABLE: frozenset[str] = frozenset({"name", "delivery_address", *CHANNELS.values()})


class ReviewStepOverdue(StepOverdue, frozen=True, kw_only=True):
    """A step that review owes is late."""

    TYPE: ClassVar[str] = "review.StepOverdue"


class ReviewFactCorrected(FactCorrected, frozen=True, kw_only=True):
    """Review puts a fact right. The right value is sealed under the name of its field.

    `old_hash`: SHA-256 (hex) of the sealed bytes that it replaces. `why` is a code.
    """

    TYPE: ClassVar[str] = "review.FactCorrected"
    SEALED: ClassVar[frozenset[str]] = CORRECTABLE
    LATER: ClassVar[frozenset[str]] = frozenset({"officer", "old_hash"})
    officer: str = ""
    old_hash: str = ""

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        """What is sealed here is the present value of its field from now on."""
        case = super().on_case(case, mark)
        if self.field not in CORRECTABLE or not self.old_hash:
            return case
        return replace(case, sealed_in={**case.sealed_in, self.field: mark.version})
