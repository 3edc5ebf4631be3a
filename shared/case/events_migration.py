"""What intake writes when an open case moves to another edition of its item (docs/adr/0009)."""

from typing import ClassVar

from shared.case.base import Fact, require
from shared.case.parts import DueDate, Held, Pin, Stage


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
