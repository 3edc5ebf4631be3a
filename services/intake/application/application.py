"""An application: what it says, and what follows from that under its item, each worked out once.

Its personal values go straight into the sealed part of the event and are never seen by a decision.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.intake.application.answers import Answer, typed
from services.intake.application.parties.online import Online
from shared.case.facts.parts import (
    CHANNELS,
    Channel,
    Delivery,
    GuideAgreed,
    Material,
    Party,
    PartyRole,
)
from shared.casework.topics import CaseCommand
from shared.catalogue import Item, ItemText
from shared.catalogue.definition.asking import with_answers
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.words import ApplicantKind
from shared.catalogue.rules.charges import Charge, charge
from shared.files import Measures

# What a body says of the person, or in the words of the wire; the rest has the command's own names.
_APART = frozenset({"applicant", "delivery_address", "facts", "members", "representative"})


class SubmitCase(CaseCommand, frozen=True, kw_only=True):
    """Apply for an item. `sealed` names the personal fields that came with it.

    `variant`, `situations`, `options`: codes of the item. `counts`: how many of a fee line, by its
    code. `answers` to its questions, by code: they are compared, and stored nowhere but sealed.
    `representation`: who acts for the applicant, empty in person. `reference`: of whoever began it,
    where that is not the applicant. `office`: the code of one of the item's, empty for none.
    `child`: a guardian has to act for the applicant. `adult`: the applicant is of age by the
    number. `present`: an officer takes it in at the counter. `textless`: the phone takes no texts.
    `parties`: who applies and who acts; none for a person who applies in person.
    `number`: the case number. `guide`: the one that the applicant agreed to. `differs`: the places
    at which it names somebody else than the sign-in vouches for. `measures`: of each picture among
    the materials, by its upload. `online`: of whoever applies with an account of their own.
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
    answers: Mapping[str, Any] = {}
    representation: str = ""
    options: tuple[str, ...] = ()
    counts: Mapping[str, int] = {}
    initiated_by: str = "applicant"
    reference: str = ""
    office: str = ""
    child: bool = False
    adult: bool = False
    present: bool = False
    textless: bool = False
    parties: tuple[Party, ...] = ()
    number: str = ""
    guide: GuideAgreed | None = None
    differs: tuple[str, ...] = ()
    measures: Mapping[str, Measures] = {}
    online: Online | None = None


def submission_of(
    body: Mapping[str, Any], *, personal: Collection[str] = (), **beside: Any
) -> SubmitCase:
    """The command that a body makes: the one place where its parts get the command's names.

    `personal`: the personal fields that came with it. `beside`: what the body does not say, or
    what is known better. TypeError for a part of the body that the command does not have: nothing
    of an application is dropped in silence.
    """
    said: dict[str, Any] = {name: value for name, value in body.items() if name not in _APART}
    known: dict[str, Any] = {
        **{name: tuple(said[name]) for name in ("situations", "options") if name in said},
        "answers": body.get("facts", {}),
        "contact": tuple(name for name, field in CHANNELS.items() if field in personal),
        "sealed": tuple(personal),
        **({"guide": GuideAgreed(**said["guide"])} if "guide" in said else {}),
    }
    return SubmitCase(**(said | known | beside))


@dataclass(frozen=True)
class Application:
    """An application under its item. What follows from the two is worked out when first asked."""

    item: Item
    said: SubmitCase

    @property
    def text(self) -> ItemText:
        """What the item says."""
        return self.item.text

    @property
    def applicant(self) -> ApplicantKind:
        """What kind of applicant it is."""
        return applicant_of(self.said)

    def has(self, *roles: PartyRole) -> bool:
        """Whether somebody is named in one of these roles."""
        return any(one.role in roles for one in self.said.parties)

    @cached_property
    def choices(self) -> Choices:
        """What was chosen, as the rules of the item ask, with the answers that decide."""
        return with_answers(self.text.asked_in_order, choices_of(self.said), self.said.answers)

    @cached_property
    def answers(self) -> Mapping[str, Answer]:
        """The answers that a check can compare, as values of their questions' types."""
        return typed(self.item, self.choices, self.said.answers)

    @cached_property
    def charge(self) -> Charge:
        """What it costs. Raises `TermError` for a line that the item does not have."""
        said = self.said
        return charge(self.text, self.choices, options=said.options, counts=said.counts)


def applicant_of(cmd: SubmitCase) -> ApplicantKind:
    """What kind of applicant applies; a person where no party is named."""
    return next((one.kind for one in cmd.parties if one.role == "applicant"), "person")


def choices_of(cmd: SubmitCase) -> Choices:
    """What the application chose, as the rules of the item ask; without its answers."""
    return Choices(
        variant=cmd.variant,
        situations=frozenset(cmd.situations),
        representative=cmd.representation,
        channel=cmd.channel,
        applicant=applicant_of(cmd) if cmd.initiated_by == "applicant" else "",
    )
