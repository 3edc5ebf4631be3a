"""The fee of an item. A fee that is not prescribed may not be charged (R-132)."""

from typing import Literal

from shared.catalogue.definition.base import Code, Count, Data, Fen, Text
from shared.catalogue.definition.choosing import Conditional
from shared.catalogue.definition.words import RefundReason


def yuan(fen: int) -> str:
    """An amount as people read it, in yuan with two decimals, from fen: `40.00` for 4000."""
    return f"{fen // 100}.{fen % 100:02d}"


class FeeLine(Conditional, frozen=True, kw_only=True):
    """One printed amount. `per`: the source's unit (本, 付, 张, 人, 件).

    choice: lines of the same group are alternatives, and the application names one of them (object,
    grade). A line without a group is charged wherever its `when` holds. most: how many of it one
    application may order; where it says nothing, one of a line without a unit.
    """

    code: Code
    name: Text
    name_en: str = ""
    amount_fen: Fen
    per: str = ""
    choice: Code | None = None
    most: Count | None = None
    raw: str = ""


class FeeGroup(Data, frozen=True, kw_only=True):
    """The title of a group of alternative lines (`choice`)."""

    code: Code
    name: Text
    name_en: str = ""


class FeeFile(Data, frozen=True, kw_only=True):
    """The fee as a file has it.

    state: "amount" with lines and a basis; "none" where the source prints 不收费; "unknown" where
    the source is silent about the amount. An unknown fee is not chargeable, even if a basis is
    printed. choices: the titles of the groups of lines. charged: false where an amount is printed
    and was never charged (未曾收费).
    """

    state: Literal["amount", "none", "unknown"] = "unknown"
    lines: tuple[FeeLine, ...] = ()
    choices: tuple[FeeGroup, ...] = ()
    basis: str = ""
    raw: str = ""
    methods: tuple[Code, ...] = ()
    pay_within_days: Count | None = None
    refund_on: tuple[RefundReason, ...] | None = None
    charged: bool = True


class FeeRule(FeeFile, frozen=True, kw_only=True):
    """The fee with its defaults; `pay_within_days` are calendar days."""

    pay_within_days: int
    refund_on: tuple[RefundReason, ...]

    @property
    def chargeable(self) -> bool:
        """Whether the item can charge any fee."""
        return self.state == "amount" and self.charged

    @property
    def amount_fen(self) -> int | None:
        """The amount that every applicant pays, in fen; None if unknown or a choice decides."""
        if self.state == "unknown":
            return None
        if not self.chargeable:
            return 0
        if any(line.choice or line.when for line in self.lines):
            return None
        return sum(line.amount_fen for line in self.lines)
