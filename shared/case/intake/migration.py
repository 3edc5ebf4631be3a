"""An open case moves to another edition of its item (docs/adr/0009)."""

from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, require
from shared.case.facts.parts import DueDate, Held, Pin, Stage
from shared.case.facts.recomputed import with_limits

if TYPE_CHECKING:
    from shared.case.state import Case


class CaseMigrated(Fact, frozen=True, kw_only=True):
    """An operator moved the open case to a newer edition of its item; no right became less.

    `changes`: what is other for this case, in sentences; none: nothing but the edition. `kept`:
    what the case keeps of the former edition, and by which rule. `stages`: the procedure from now
    on, where it is another one. `due`, `ends`: the limits as they are now, once it is accepted.
    `reason`: the operator's, without a person's name.
    """

    TYPE: ClassVar[str] = "intake.CaseMigrated"
    from_pin: Pin
    to_pin: Pin
    changes: tuple[str, ...]
    kept: tuple[Held, ...]
    stages: tuple[Stage, ...]
    due: tuple[DueDate, ...]
    ends: dict[str, str]
    reason: str

    def __post_init__(self) -> None:
        require(of=self.TYPE, reason=self.reason.strip())

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        case = replace(
            case,
            moves=(*case.moves, Moved(self, mark)),
            procedure=self.stages or case.procedure,
            ends=self.ends,
        )
        return with_limits(case, self.due, mark)


class Moved(msgspec.Struct, frozen=True):
    """A move to a newer edition of the item, and when."""

    fact: CaseMigrated
    mark: Mark
