"""An item of the catalogue as data: what may be asked of it, charged for it and promised.

Nothing that is special about one item may stand in code; it is a field here, read from a file.
`ItemFile` is what a file says; `ItemText` is the same with the named defaults filled in, and says
which (`defaulted`).
"""

from typing import Annotated, Literal

import msgspec

from shared.catalogue.definition.asking import (
    Appointment,
    CheckRule,
    Choice,
    FactRule,
    MaterialRule,
    RenewalRule,
    RepresentationRule,
    SituationGroup,
)
from shared.catalogue.definition.base import Code, Data, ItemId, Silent, Text, Unknown, listed
from shared.catalogue.definition.choosing import Choices, holds
from shared.catalogue.definition.fees import FeeFile, FeeRule
from shared.catalogue.definition.outcome import (
    AcceptanceRule,
    AppealRule,
    DeliveryRule,
    LegalBasis,
    Modifier,
    Office,
    PhotoStandard,
    ResultRule,
    ReviewRule,
    SupplementRule,
)
from shared.catalogue.definition.schedule import (
    Hotlines,
    HoursRule,
    LimitRule,
    PayDayRule,
    WindowRule,
)
from shared.catalogue.definition.words import (
    LICENCE,
    Channel,
    Initiator,
    ItemType,
    Province,
    Template,
)

Edition = Annotated[int, msgspec.Meta(ge=1)]
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]


class Source(Data, frozen=True, kw_only=True):
    """Where the item stands in the printed sources: document, first and last line."""

    document: str
    lines: tuple[int, int]
    number: str = ""
    section: tuple[str, ...] = ()
    business_code: str | None = None


class InForce(Data, frozen=True, kw_only=True):
    """Since when, until when; what replaced it. Days may be printed as a year or a month."""

    since: Day | None = None
    until: Day | None = None
    replaced_by: str = ""
    note: str = ""


class Note(Data, frozen=True, kw_only=True):
    """Something wrong or odd in the source, under a code."""

    code: Code
    text: Text


class LeftOut(Data, frozen=True, kw_only=True):
    """Something the source prints and the system does not do, and why."""

    what: Text
    why: Text


class ItemFile(Data, frozen=True, kw_only=True):
    """An item as its file has it. A field that is left out is unknown: the source is silent.

    `inferred` names the fields that were inferred instead of read, with why.
    """

    id: ItemId
    kind: Literal["item", "rule"] = "item"
    edition: Edition
    offered: bool | None
    not_offered_because: Text | None = None
    source: Source
    name: Text
    name_en: str = ""
    aliases: tuple[Text, ...] = ()
    summary: str = ""
    item_type: ItemType = "unknown"
    item_type_raw: str = ""
    licence: bool | None = None
    department: Code | Unknown = "unknown"
    department_name: str = ""
    level: str = ""
    audience: str = ""
    case_kind: str = ""
    on_site_visits: str = ""
    coverage: str = ""
    calendar: Province
    initiated_by: Initiator | None = None
    initiated_raw: str = ""
    in_force: InForce = InForce()
    same_service_as: tuple[ItemId, ...] = ()
    legal_bases: tuple[LegalBasis, ...] | Unknown = "unknown"
    template: Template = ""
    modifiers: tuple[Modifier, ...] = ()
    steps: tuple[str, ...] | Unknown = "unknown"
    variants: tuple[Choice, ...] = ()
    situations: tuple[SituationGroup, ...] = ()
    conditions: tuple[str, ...] | Silent = "unknown"
    facts: tuple[FactRule, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    materials: tuple[MaterialRule, ...] | Silent = "unknown"
    materials_raw: str = ""
    channels: tuple[Channel, ...] | Unknown = "unknown"
    channels_raw: str = ""
    appointment: Appointment = Appointment()
    representation: tuple[RepresentationRule, ...] | Silent = "unknown"
    offices: tuple[Office, ...] | Unknown = "unknown"
    hours: HoursRule | Unknown = "unknown"
    hotlines: Hotlines | Unknown = "unknown"
    fee: FeeFile = FeeFile()
    limits: tuple[LimitRule, ...] | Silent = "unknown"
    windows: tuple[WindowRule, ...] = ()
    paydays: tuple[PayDayRule, ...] = ()
    applicant_deadlines: tuple[LimitRule, ...] = ()
    renewals: tuple[RenewalRule, ...] = ()
    acceptance: AcceptanceRule | None = None
    supplement: SupplementRule | None = None
    review: ReviewRule | Unknown = "unknown"
    results: tuple[ResultRule, ...] | Silent = "unknown"
    delivery: tuple[DeliveryRule, ...] | Silent = "unknown"
    appeal: AppealRule | None = None
    rules: tuple[ItemId, ...] = ()
    statements: tuple[str, ...] = ()
    photo_standard: PhotoStandard | None = None
    left_out: tuple[LeftOut, ...] = ()
    oddities: tuple[Note, ...] = ()
    findings_ack: dict[Code, Text] = msgspec.field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    inferred: dict[str, Text] = msgspec.field(default_factory=dict)


def is_licence(file: ItemFile) -> bool:
    """Whether an item is a licence: its printed type says so, or its file where the name does."""
    return file.item_type == LICENCE if file.licence is None else file.licence


class ItemText(ItemFile, frozen=True, kw_only=True):
    """An item with its defaults. `defaulted`: which named default filled which field."""

    initiated_by: Initiator
    channels: tuple[Channel, ...]
    fee: FeeRule
    limits: tuple[LimitRule, ...]
    acceptance: AcceptanceRule
    supplement: SupplementRule
    review: ReviewRule
    results: tuple[ResultRule, ...]
    delivery: tuple[DeliveryRule, ...]
    appeal: AppealRule
    defaulted: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def by_licence_law(self) -> bool:
        """Whether the law on licences (行政许可法) governs it: by its type, or as its file says."""
        return is_licence(self)

    @property
    def legal_basis(self) -> tuple[str, ...]:
        """The legal bases as sentences, for letters; empty where the source gives none."""
        return tuple(basis.sentence() for basis in listed(self.legal_bases))

    @property
    def result(self) -> ResultRule:
        """The first result: what a grant is for."""
        return self.results[0]


class Item(msgspec.Struct, frozen=True):
    """An item with the hash (SHA-256, hex) of what its file says and the defaults it used."""

    text: ItemText
    hash: str

    @property
    def id(self) -> str:
        """Its id, such as `000-01`."""
        return self.text.id

    def material(self, code: str) -> MaterialRule | None:
        """The material of that code, if the item has one."""
        return next((rule for rule in listed(self.text.materials) if rule.code == code), None)

    def missing(
        self, codes: frozenset[str], choices: Choices | None = None
    ) -> tuple[MaterialRule, ...]:
        """Every required material that is not among the codes, in the source's order (R-031).

        Of alternatives, one complete set is enough; where there is none, all of them are named.
        What data sharing has is not asked for (R-060): whoever looks finds it, or asks once.
        """
        chosen = choices or Choices()
        asked = [
            rule
            for rule in listed(self.text.materials)
            if rule.required and not rule.if_it_still_exists and holds(rule.when, chosen)
        ]
        sets: dict[str, dict[str, list[str]]] = {}
        for rule in asked:
            if rule.one_of:
                group = sets.setdefault(rule.one_of, {})
                group.setdefault(rule.alternative or rule.code, []).append(rule.code)
        there = codes | {rule.code for rule in asked if rule.shareable}
        met = {
            group
            for group, alternatives in sets.items()
            if any(there.issuperset(alternative) for alternative in alternatives.values())
        }
        return tuple(rule for rule in asked if rule.code not in there and rule.one_of not in met)
