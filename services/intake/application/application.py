"""An application as a decision sees it: what is applied for and how, without personal data.

Its personal values go straight into the sealed part of the event and are never seen by a decision.
"""

from collections.abc import Mapping
from datetime import date

from shared.case.facts.parts import Channel, Delivery, Material
from shared.casework.topics import CaseCommand
from shared.catalogue.definition.choosing import Choices


class SubmitCase(CaseCommand, frozen=True, kw_only=True):
    """Apply for an item. `sealed` names the personal fields that came with it.

    `variant`, `situations`, `options`: codes of the item. `counts`: how many of a fee line, by its
    code. `answers` to its questions, by code: they are compared, and stored nowhere but sealed.
    `representation`: who acts for the applicant, empty in person. `reference`: of whoever began it,
    where that is not the applicant. `office`: the code of one of the item's, empty for none.
    """

    item: str
    channel: str
    delivery: Delivery
    contact: tuple[Channel, ...]
    materials: tuple[Material, ...]
    sealed: tuple[str, ...]
    declared: bool
    subject: str
    portal: str
    variant: str = ""
    situations: tuple[str, ...] = ()
    answers: Mapping[str, int | bool | date | str] = {}
    representation: str = ""
    options: tuple[str, ...] = ()
    counts: Mapping[str, int] = {}
    initiated_by: str = "applicant"
    reference: str = ""
    office: str = ""


def choices_of(cmd: SubmitCase) -> Choices:
    """What the application chose, as the rules of the item ask."""
    return Choices(
        variant=cmd.variant,
        situations=frozenset(cmd.situations),
        representative=cmd.representation,
        channel=cmd.channel,
    )
