"""An item of the catalogue as data: its application, its fee and its promises.

No special rule of an item stands in code; it is a field here, read from a file. `ItemFile` is the
content of a file. `ItemText` is the same with the named defaults filled in, and lists them
(`defaulted`).
"""

from typing import Annotated, Literal

import msgspec

from shared.catalogue.definition.asking import (
    Appointment,
    CheckRule,
    Choice,
    EntriesRule,
    FactRule,
    MaterialRule,
    OnlineRule,
    QuestionGroup,
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
    ChecklistRule,
    DeliveryRule,
    LegalBasis,
    Modifier,
    Office,
    PhotoStandard,
    RemedyRule,
    ResultRule,
    RetentionRule,
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
    ApplicantKind,
    Channel,
    Initiator,
    ItemType,
    Province,
    Template,
)

Edition = Annotated[int, msgspec.Meta(ge=1)]
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]


class Source(Data, frozen=True, kw_only=True):
    """The item's place in the printed sources: document, first and last line.

    at: the line of a field that is copied from one, by the field's name.
    """

    document: str
    lines: tuple[int, int]
    number: str = ""
    section: tuple[str, ...] = ()
    business_code: str | None = None
    at: dict[str, int] = msgspec.field(default_factory=dict)


class InForce(Data, frozen=True, kw_only=True):
    """The period in force and the successor. Days may be printed as a year or a month."""

    since: Day | None = None
    until: Day | None = None
    replaced_by: str = ""
    note: str = ""


class Note(Data, frozen=True, kw_only=True):
    """An error or oddity in the source, under a code."""

    code: Code
    text: Text


class LeftOut(Data, frozen=True, kw_only=True):
    """A part of the source that the system does not implement, with the reason.

    The reason stands here (`why`), or by its name in `defaults.yaml` where it holds for many items
    (`by`).
    """

    what: Text
    why: str = ""
    by: Code | None = None


class ItemFile(Data, frozen=True, kw_only=True):
    """An item as its file has it. A field that is left out is unknown: the source is silent.

    `inferred` names the fields that were inferred instead of read, each with a reason of its own.
    `inferred_by` names those that follow from a rule for many items, each with the rule's name in
    `defaults.yaml`. English names and the words of `aliases` are ours in every file and need no
    reason.
    `one_person_because`: why one officer decides alone, though a paper gets a number or money
    moves.
    """

    id: ItemId
    kind: Literal["item", "rule"] = "item"
    edition: Edition
    offered: bool | None
    not_offered_because: Text | None = None
    not_offered_because_zh: Text | None = None
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
    applicants: tuple[ApplicantKind, ...] | Unknown = "unknown"
    case_kind: str = ""
    on_site_visits: str = ""
    intermediary: str = ""
    power_source: str = ""
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
    groups: tuple[QuestionGroup, ...] = ()
    facts: tuple[FactRule, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    materials: tuple[MaterialRule, ...] | Silent = "unknown"
    materials_raw: str = ""
    channels: tuple[Channel, ...] | Unknown = "unknown"
    channels_raw: str = ""
    online: OnlineRule | None = None
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
    one_person_because: Text | None = None
    checklists: tuple[ChecklistRule, ...] = ()
    results: tuple[ResultRule, ...] | Silent = "unknown"
    delivery: tuple[DeliveryRule, ...] | Silent = "unknown"
    appeal: AppealRule | None = None
    remedy: RemedyRule | None = None
    kept: tuple[RetentionRule, ...] = ()
    rules: tuple[ItemId, ...] = ()
    statements: tuple[str, ...] = ()
    photo_standard: PhotoStandard | None = None
    left_out: tuple[LeftOut, ...] = ()
    oddities: tuple[Note, ...] = ()
    findings_ack: dict[Code, Text] = msgspec.field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    inferred: dict[str, Text] = msgspec.field(default_factory=dict)
    inferred_by: dict[str, Code] = msgspec.field(default_factory=dict)

    @property
    def with_entries(self) -> tuple[tuple[QuestionGroup, EntriesRule], ...]:
        """The groups that are filled in several times, each with how often."""
        return tuple((one, one.entries) for one in self.groups if one.entries is not None)

    @property
    def asked_once(self) -> tuple[FactRule, ...]:
        """The questions that are answered once: all but those of a group with entries."""
        several = {group.code for group, _ in self.with_entries}
        return tuple(fact for fact in self.facts if fact.group not in several)

    @property
    def asked_in_order(self) -> tuple[FactRule, ...]:
        """The same as a form asks them: those without a section first, then by sections."""
        places = {group.code: at for at, group in enumerate(self.groups, 1)}
        return tuple(sorted(self.asked_once, key=lambda fact: places.get(fact.group or "", 0)))

    def asked_in(self, group: QuestionGroup) -> tuple[FactRule, ...]:
        """The questions of one group."""
        return tuple(fact for fact in self.facts if fact.group == group.code)


def is_licence(file: ItemFile) -> bool:
    """Whether an item is a licence: by its printed type, or by its file if the name implies it."""
    return file.item_type == LICENCE if file.licence is None else file.licence


class ItemText(ItemFile, frozen=True, kw_only=True):
    """An item with its defaults. `defaulted`: the named default that filled each field.

    `inferred` has the reasons behind the names of `inferred_by` too.
    """

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
        """Whether the law on licences (行政许可法) governs the item, by its type or its file."""
        return is_licence(self)

    @property
    def legal_basis(self) -> tuple[str, ...]:
        """The legal bases as sentences, for letters; empty where the source gives none."""
        return tuple(basis.sentence() for basis in listed(self.legal_bases))

    @property
    def result(self) -> ResultRule:
        """The first result of the item, which a grant issues."""
        return self.results[0]


def called_for(rule: MaterialRule, choices: Choices) -> bool:
    """Whether a material is asked for: by its `when`, or by an answer that is sealed by now."""
    return holds(rule.when, choices) or rule.code in choices.called_for


class Item(msgspec.Struct, frozen=True):
    """An item with the hash (SHA-256, hex) of its file's content and the defaults it uses."""

    text: ItemText
    hash: str

    @property
    def id(self) -> str:
        """Its id, such as `000-01`."""
        return self.text.id

    def material(self, code: str) -> MaterialRule | None:
        """The material with that code; None if the item has no such material."""
        return next((rule for rule in listed(self.text.materials) if rule.code == code), None)

    def missing(
        self, codes: frozenset[str], choices: Choices | None = None
    ) -> tuple[MaterialRule, ...]:
        """Every required material whose code is not given, in the source's order (R-031).

        Of alternatives, one complete set is enough; if none is complete, all of them are listed. A
        shareable material is not listed (R-060): the officer finds it in the shared data, or asks
        once.
        """
        chosen = choices or Choices()
        asked = [
            rule
            for rule in listed(self.text.materials)
            if rule.required and not (rule.if_it_still_exists or rule.question)
            if called_for(rule, chosen)
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
