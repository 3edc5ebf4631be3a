"""How the applicant can be reached."""

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark
from shared.case.facts.parts import CHANNELS, Channel

if TYPE_CHECKING:
    from shared.case.state import Case


class ContactChanged(Fact, frozen=True, kw_only=True):
    """How to reach the applicant changed; the values are sealed."""

    TYPE: ClassVar[str] = "intake.ContactChanged"
    SEALED: ClassVar[frozenset[str]] = frozenset({*CHANNELS.values(), "delivery_address"})
    contact: tuple[Channel, ...]
    sealed: tuple[str, ...]

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        sealed_in = {**case.sealed_in, **dict.fromkeys(self.sealed, mark.version)}
        return replace(case, contact=self.contact, sealed_in=sealed_in)
