"""The application as it came in, and what was added to it unasked."""

from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec.structs import replace

from shared.case.facts.fact import Fact, Mark, kept_whole
from shared.case.facts.parts import (
    CHANNELS,
    Channel,
    Checked,
    Delivery,
    GuideAgreed,
    Material,
    Party,
    Pin,
    Stage,
)
from shared.security.data_classes import ANSWER_CLASSES, ANSWERS, answers_field

if TYPE_CHECKING:
    from shared.case.state import Case


class CaseSubmitted(Fact, frozen=True, kw_only=True):
    """The applicant applied (R-036, R-040), at an `office` of the item where it names some.

    An incomplete application may be submitted. What was chosen: `variant`, `situations`, `options`
    and `counts` of the fee, `representation` (empty: in person); `checks` has outcomes; the answers
    are sealed, by their class of data (older cases: all as `answers`). `initiated_by`: where it was
    not the applicant but an authority, another department's data or an outside system, under their
    `reference`. `stages` is the procedure; none: the path of the first item.
    `number`: the case number (业务流水号); none: from before. `parties`: who applies and who acts;
    none: the account itself, as a person. `guide`: the one that the applicant agreed to; null where
    the portal did not say. `called_for`: the materials that an answer calls for.
    """

    TYPE: ClassVar[str] = "intake.CaseSubmitted"
    LATER: ClassVar[frozenset[str]] = frozenset(
        {
            "variant",
            "situations",
            "options",
            "checks",
            "representation",
            "initiated_by",
            "reference",
            "stages",
            "office",
            "counts",
            "parties",
            "number",
            "guide",
            "called_for",
        }
    )
    SEALED: ClassVar[frozenset[str]] = frozenset(
        {
            "name",
            "id_kind",
            "id_number",
            "representative",
            "members",
            *CHANNELS.values(),
            "delivery_address",
            ANSWERS,
            *(answers_field(one) for one in ANSWER_CLASSES),
        }
    )
    item: str
    pin: Pin
    department: str
    subject: str
    portal: str
    channel: str
    delivery: Delivery
    contact: tuple[Channel, ...]
    materials: tuple[Material, ...]
    sealed: tuple[str, ...]
    variant: str = ""
    situations: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    checks: tuple[Checked, ...] = ()
    representation: str = ""
    initiated_by: str = "applicant"
    reference: str = ""
    stages: tuple[Stage, ...] = ()
    office: str = ""
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    parties: tuple[Party, ...] = ()
    number: str = ""
    guide: GuideAgreed | None = None
    called_for: tuple[str, ...] = ()

    def on_case(self, case: "Case", mark: Mark) -> "Case":
        return replace(
            case,
            submission=kept_whole(self, mark),
            materials=self.materials,
            contact=self.contact,
            sealed_in=dict.fromkeys(self.sealed, mark.version),
        )


class MaterialAttached(Fact, frozen=True, kw_only=True):
    """A material was added before acceptance, without being asked for."""

    TYPE: ClassVar[str] = "intake.MaterialAttached"
    material: Material

    def on_case(self, case: "Case", _: Mark) -> "Case":
        return replace(case, materials=_with(case.materials, (self.material,)))


def _with(materials: tuple[Material, ...], new: tuple[Material, ...]) -> tuple[Material, ...]:
    """A newer material of the same code stands beside the older one: nothing is lost.

    One upload may be several papers, each under its own code.
    """
    known = {(one.code, one.blob) for one in materials}
    return (*materials, *(one for one in new if (one.code, one.blob) not in known))
