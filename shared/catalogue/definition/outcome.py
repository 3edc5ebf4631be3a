"""From acceptance to appeal: how an item is accepted, reviewed, issued, delivered and appealed."""

from typing import Annotated, ClassVar, Literal

import msgspec

from shared.catalogue.definition.base import Code, Count, Data, ItemId, Text
from shared.catalogue.definition.choosing import Conditional
from shared.catalogue.definition.words import DeliveryKind, ModifierKind, RemedyKind, ResultKind
from shared.clock import Span, Validity

Param = str | int | bool | tuple[str | dict[str, str], ...]


class LegalBasis(Data, frozen=True, kw_only=True):
    """A law or document that the item rests on, in the edition the source cites (R-003, R-012)."""

    name: Text
    edition: str = ""
    article: str = ""
    text: str = ""

    def sentence(self) -> str:
        """The citation for a letter: name, edition, article and text."""
        edition = f"（{self.edition}）" if self.edition else ""
        text = f"：{self.text}" if self.text else ""
        return f"{self.name}{edition}{self.article}{text}"


class SupplementRule(Data, frozen=True, kw_only=True):
    """The applicant's time to hand in missing materials, and the legal basis for the request."""

    n: Count
    kind: Literal["working_days", "calendar_days"]
    basis: Text


class AcceptanceRule(Data, frozen=True, kw_only=True):
    """How applications are accepted: by the system automatically (R-037), or by an officer."""

    decided_by: Literal["system", "officer"]


class CriterionRule(Data, frozen=True, kw_only=True):
    """A review criterion in the source's words; findings name its code.

    met, unmet: what the applicant is told where it is met, and where it is not: a whole sentence
    without its closing mark.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"met", "met_en", "unmet", "unmet_en"})
    code: Code
    text: Text
    met: Text | None = None
    met_en: Text | None = None
    unmet: Text | None = None
    unmet_en: Text | None = None


class ReviewRule(Data, frozen=True, kw_only=True):
    """The criteria, and whether the officer who proposes a decision is barred from deciding.

    decided_by: by the system, where the source prints that what passes the checks of the form is
    saved at once: then there is nothing for an officer to look at (R-038).
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"decided_by"})

    criteria: tuple[CriterionRule, ...]
    second_person: bool = False
    decided_by: Literal["system"] | None = None


class PointRule(Conditional, frozen=True, kw_only=True):
    """One point that an inspection looks at, in words that say what is right."""

    code: Code
    text: Text
    text_en: str = ""


class ChecklistRule(Data, frozen=True, kw_only=True):
    """What the inspection of one step looks at, point by point."""

    step: Code
    points: tuple[PointRule, ...]


class ValidityRule(Data, frozen=True, kw_only=True):
    """How long a result is valid.

    span or long_term; neither where the source prints no length (`raw` quotes the source). at_most:
    the span is a maximum. choices: the possible lengths, of which the case selects one (6 years, 10
    years). reissue: the validity of a new copy (R-170, R-171).
    """

    raw: str = ""
    span: Span | None = None
    long_term: bool = False
    at_most: bool = False
    choices: tuple[Span, ...] = ()
    reissue: Literal["original", "original-unless-authority-changed", "anew"] | None = None

    def rule(self) -> Validity | None:
        """The rule in the clock's terms; None where no length is printed."""
        if self.span is None and not self.long_term:
            return None
        return Validity(span=self.span, at_most=self.at_most)


class HandOverRule(Data, frozen=True, kw_only=True):
    """How a result is handed over. `voucher`: the code of the voucher that is given back for it.

    identity: whoever collects it shows an identity document. by_others: somebody else may collect
    it with an authorisation and both documents.
    """

    identity: bool = True
    by_others: bool = True
    voucher: Code | None = None
    raw: str = ""


class RetentionRule(Data, frozen=True, kw_only=True):
    """How long a part of a case is kept, counted from an event. `raw` quotes the source."""

    what: Literal["case", "answers", "documents", "result"]
    n: Count
    unit: Literal["days", "months", "years"]
    after: Text
    raw: str = ""


PaperTemplate = Literal["licence", "letter", "slip"]
# What can be asked to stand on a paper; `fact:<code>` is the answer to a question of the item.
PaperField = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(authority|title|holder|item|case-number|number|since|until|day|code"
        r"|fact:[a-z0-9-]+)$"
    ),
]


class PaperRule(Data, frozen=True, kw_only=True):
    """How a result is put on paper. `must_show`: what has to stand on it, beside what always does.

    template: a licence with seal and number, a letter, or the slip by which a card is made; none:
    by the kind of the result.
    """

    template: PaperTemplate | None = None
    must_show: tuple[PaperField, ...] = ()


class ResultRule(Conditional, frozen=True, kw_only=True):
    """A result that the item issues. `scheme` numbers it; `replaces`: the fate of an older one.

    temporary_of: the code of the result for which this result stands in until it is produced.
    paper: how it is put on paper. number_format: how its number is printed over the stored serial,
    with `{year}`, `{serial:6}` (six digits) and `{check}`; none: the serial.
    renewed_by: the item by which the holder renews the result before it expires (R-092); the
    `renewals` of that item state from when on. hand_over: what is looked at when it is collected.
    """

    LATER: ClassVar[frozenset[str]] = frozenset(
        {"renewed_by", "hand_over", "paper", "number_format"}
    )
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
    hand_over: HandOverRule | None = None
    paper: PaperRule | None = None
    number_format: str | None = None
    raw: str = ""

    @property
    def must_show(self) -> tuple[PaperField, ...]:
        """What the item demands on the paper of this result."""
        return self.paper.must_show if self.paper is not None else ()


class DeliveryRule(Conditional, frozen=True, kw_only=True):
    """A way to deliver the result to the applicant. `paid_by`: the party that pays the postage."""

    kind: DeliveryKind
    raw: str = ""
    carrier: str | None = None
    paid_by: Literal["recipient", "authority", "in-the-fee"] | None = None


class AppealRule(Data, frozen=True, kw_only=True):
    """The place and time limit of an appeal against a refusal: `days` are calendar days."""

    body: str
    days: int
    basis: tuple[str, ...]


class RemedyBody(Data, frozen=True, kw_only=True):
    """Where a remedy is asked for: `offices` names the item's offices for which it holds."""

    body: Text
    court: str = ""
    offices: tuple[Code, ...] = ()


class RemedyRule(Data, frozen=True, kw_only=True):
    """What somebody can do against a decision: its kind, and the bodies by the office of the case.

    bodies: the first that names the office of the case holds, else the one that names none; where
    there is none, the kind's own words. days: as the item prints them; null: the kind's.
    """

    kind: RemedyKind
    bodies: tuple[RemedyBody, ...] = ()
    days: Count | None = None
    raw: str = ""


class PhotoStandard(Data, frozen=True, kw_only=True):
    """What a photograph has to be; a material follows it that names its reference (`standard`).

    colour: as the decoder names it, RGB for 24 bit. most_bytes: how large the file may be. look:
    what an officer sees, and no machine.
    """

    LATER: ClassVar[frozenset[str]] = frozenset({"colour", "most_bytes", "look", "look_en"})

    reference: str = ""
    width_px: int | None = None
    height_px: int | None = None
    colour: Literal["RGB"] | None = None
    most_bytes: Annotated[int, msgspec.Meta(ge=1024)] | None = None
    look: str | None = None
    look_en: str | None = None
    raw: str = ""


class Office(Data, frozen=True, kw_only=True):
    """A place that serves the item; `does` is empty where the source does not state its tasks.

    code: the name of the office in applications and cases; null: printed, but not selectable.
    limit_variant: the variant of the limits that holds here ("remote"). limit_days: the office's
    own number, where the variant is a maximum; null: the maximum (R-087).
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
        """The office's display name: its name, else its address, else the source's words."""
        return self.name or self.region or self.raw or self.code or ""


class Modifier(Data, frozen=True, kw_only=True):
    """A change to the template's stages; the procedures define the `params` of each kind."""

    kind: ModifierKind
    raw: str = ""
    params: dict[str, Param] = msgspec.field(default_factory=dict)
