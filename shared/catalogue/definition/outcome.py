"""How an item is decided and what comes of it: acceptance, review, result, delivery, appeal."""

from typing import ClassVar, Literal

import msgspec

from shared.catalogue.definition.base import Code, Count, Data, ItemId, Text
from shared.catalogue.definition.choosing import Conditional
from shared.catalogue.definition.words import DeliveryKind, ModifierKind, ResultKind
from shared.clock import Span, Validity

Param = str | int | bool | tuple[str | dict[str, str], ...]


class LegalBasis(Data, frozen=True, kw_only=True):
    """A law or document the item rests on, in the edition the source cites (R-003, R-012)."""

    name: Text
    edition: str = ""
    article: str = ""
    text: str = ""

    def sentence(self) -> str:
        """As a letter quotes it: name, edition, article and text."""
        edition = f"（{self.edition}）" if self.edition else ""
        text = f"：{self.text}" if self.text else ""
        return f"{self.name}{edition}{self.article}{text}"


class SupplementRule(Data, frozen=True, kw_only=True):
    """How long the applicant has to hand in what is missing, and the basis of asking."""

    n: Count
    kind: Literal["working_days", "calendar_days"]
    basis: Text


class AcceptanceRule(Data, frozen=True, kw_only=True):
    """Who accepts: the system on its own (R-037), or an officer."""

    decided_by: Literal["system", "officer"]


class CriterionRule(Data, frozen=True, kw_only=True):
    """A review criterion in the source's words; findings name its code."""

    code: Code
    text: Text


class ReviewRule(Data, frozen=True, kw_only=True):
    """The criteria, and whether whoever proposes may not decide."""

    criteria: tuple[CriterionRule, ...]
    second_person: bool = False


class ValidityRule(Data, frozen=True, kw_only=True):
    """How long a result is valid.

    span, or long_term, or neither where the source prints no length (`raw` says what it prints).
    at_most: the span is a maximum. choices: the lengths among which something decides (6 years,
    10 years). reissue: what a new copy's validity is (R-170, R-171).
    """

    raw: str = ""
    span: Span | None = None
    long_term: bool = False
    at_most: bool = False
    choices: tuple[Span, ...] = ()
    reissue: Literal["original", "original-unless-authority-changed", "anew"] | None = None

    def rule(self) -> Validity | None:
        """As the clock reads it; None where no length is printed."""
        if self.span is None and not self.long_term:
            return None
        return Validity(span=self.span, at_most=self.at_most)


class ResultRule(Conditional, frozen=True, kw_only=True):
    """What is issued. `scheme` numbers it; `replaces` says what becomes of an older one.

    temporary_of: the code of the result that this one stands in for until it is made. renewed_by:
    the item by which its holder renews it before it expires (R-092); that item's own `renewals`
    say from when on.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"renewed_by"})
    code: Code
    name: Text
    name_en: str = ""
    kind: ResultKind = "document"
    scheme: str = ""
    validity: ValidityRule | Literal["unknown"] = "unknown"
    replaces: Literal["nothing", "lost", "old"] = "nothing"
    sample: str = ""
    temporary_of: Code | None = None
    renewed_by: ItemId | None = None
    raw: str = ""


class DeliveryRule(Conditional, frozen=True, kw_only=True):
    """A way for the result to reach the applicant. `paid_by`: who pays the postage."""

    kind: DeliveryKind
    raw: str = ""
    carrier: str | None = None
    paid_by: Literal["recipient", "authority", "in-the-fee"] | None = None


class AppealRule(Data, frozen=True, kw_only=True):
    """Where and until when a refusal can be appealed: `days` are calendar days."""

    body: str
    days: int
    basis: tuple[str, ...]


class PhotoStandard(Data, frozen=True, kw_only=True):
    """What a photograph must be, where the item prints one."""

    reference: str = ""
    width_px: int | None = None
    height_px: int | None = None
    raw: str = ""


class Office(Data, frozen=True, kw_only=True):
    """A place that serves the item; `does` is empty where the source does not say what.

    code: what an application and a case name it by; null: it is printed and not chosen.
    limit_variant: the variant of the limits that holds here ("remote"). limit_days: the number
    that it set for itself, where the variant is a maximum; null: the maximum (R-087).
    """

    code: Code | None = None
    name: str = ""
    region: str = ""
    address: str = ""
    phones: tuple[str, ...] = ()
    rooms: str = ""
    does: tuple[Literal["consult", "accept", "decide", "hand-over"], ...] = ()
    limit_variant: str = ""
    limit_days: Count | None = None
    raw: str = ""

    @property
    def label(self) -> str:
        """What people call it: its name, else where it is, else the source's words."""
        return self.name or self.region or self.raw or self.code or ""


class Modifier(Data, frozen=True, kw_only=True):
    """Something that changes the template's stages; which `params` a kind has, procedures say."""

    kind: ModifierKind
    raw: str = ""
    params: dict[str, Param] = msgspec.field(default_factory=dict)
