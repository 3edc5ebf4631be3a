"""An item of the catalogue as data: what may be asked of it, charged for it and promised.

Nothing that is special about one item may stand in code; it is a field here, read from a file.
"""

from typing import Literal

import msgspec

Kind = Literal["working_days", "calendar_days"]


class _Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strict: a misspelt field in a file is an error, not a silent default."""


class Source(_Data, frozen=True, kw_only=True):
    """Where the item stands in the printed sources."""

    document: str
    lines: tuple[int, int]
    business_code: str | None = None


class MaterialRule(_Data, frozen=True, kw_only=True):
    """A material of the item; `required` without a condition."""

    code: str
    name: str
    name_en: str = ""
    required: bool = True


class FeeRule(_Data, frozen=True, kw_only=True):
    """The fee in fen, with its basis. Null: the source is silent, and nothing is charged."""

    amount_fen: int | None
    basis: str
    raw: str = ""
    methods: tuple[str, ...] = ()
    pay_within_days: int = 15
    refund_on: tuple[str, ...] = ()


class LimitRule(_Data, frozen=True, kw_only=True):
    """A limit that begins with acceptance. `rank`: law, rule (working rule) or promise."""

    name: Literal["promised", "statutory"]
    raw: str
    kind: Kind
    n: int
    rank: Literal["law", "rule", "promise"]
    end: Literal["result-ready", "decision"] = "result-ready"
    warn_days: int = 3


class SupplementRule(_Data, frozen=True, kw_only=True):
    """How long the applicant has to hand in what is missing, and the basis of asking."""

    n: int
    kind: Kind
    basis: str


class AcceptanceRule(_Data, frozen=True, kw_only=True):
    """Who accepts: the system on its own (R-037), or an officer."""

    decided_by: Literal["system", "officer"]


class CriterionRule(_Data, frozen=True, kw_only=True):
    """A review criterion in the source's words; findings name its code."""

    code: str
    text: str


class ReviewRule(_Data, frozen=True, kw_only=True):
    """The criteria, and whether whoever proposes may not decide."""

    criteria: tuple[CriterionRule, ...]
    second_person: bool = False


class ResultRule(_Data, frozen=True, kw_only=True):
    """What is issued. `scheme` numbers it; `replaces` says what becomes of an older one."""

    code: str
    name: str
    name_en: str = ""
    scheme: str = ""
    replaces: Literal["nothing", "lost"] = "nothing"


class DeliveryRule(_Data, frozen=True, kw_only=True):
    """A way for the result to reach the applicant."""

    kind: Literal["post", "pickup"]
    raw: str = ""
    carrier: str | None = None
    paid_by: str | None = None


class AppealRule(_Data, frozen=True, kw_only=True):
    """Where and until when a refusal can be appealed: `days` are calendar days."""

    body: str
    days: int
    basis: tuple[str, ...]


class ItemText(_Data, frozen=True, kw_only=True):
    """An item as its file has it. `inferred` names fields the source does not print, with why."""

    id: str
    edition: int
    offered: bool
    source: Source
    name: str
    name_en: str = ""
    template: str
    item_type: str
    department: str
    department_name: str
    level: str
    audience: str
    case_kind: str = ""
    coverage: str = ""
    calendar: str | None = None
    conditions: tuple[str, ...] = ()
    legal_basis: tuple[str, ...]
    channels: tuple[str, ...]
    materials: tuple[MaterialRule, ...] | None
    fee: FeeRule
    limits: tuple[LimitRule, ...]
    supplement: SupplementRule
    acceptance: AcceptanceRule
    review: ReviewRule
    result: ResultRule
    delivery: tuple[DeliveryRule, ...]
    appeal: AppealRule
    inferred: dict[str, str] = {}
    not_offered_because: str | None = None


class Item(msgspec.Struct, frozen=True):
    """An item with the hash (SHA-256, hex) of its file's content in canonical JSON."""

    text: ItemText
    hash: str

    @property
    def id(self) -> str:
        """Its id, such as `000-01`."""
        return self.text.id

    def material(self, code: str) -> MaterialRule | None:
        """The material of that code, if the item has one."""
        return next((rule for rule in self.text.materials or () if rule.code == code), None)

    def missing(self, codes: frozenset[str]) -> tuple[MaterialRule, ...]:
        """Every required material that is not among the codes, in the source's order (R-031)."""
        return tuple(
            rule for rule in self.text.materials or () if rule.required and rule.code not in codes
        )
