"""The order to pay (缴款单) of a case: what is owed now, under which number, until when.

It follows from the case and its item alone, so nothing is stored and nothing can disagree. Its
number is the case's with the version of the event since which it holds: what ended an order makes a
fresh one (another amount was paid, the fee went back or was assessed anew, the time to pay moved).
"""

from datetime import datetime

import msgspec

from shared.case.deciding.rules import Rules, choices_of
from shared.case.state import Case
from shared.catalogue import Item
from shared.catalogue.rules.charges import charge
from shared.catalogue.rules.limits_of_item import TermError


class PaymentOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be paid. `methods` are the item's, in its order; `until` is the last moment."""

    number: str
    amount_fen: int
    name: str
    name_en: str
    methods: tuple[str, ...]
    until: datetime | None


def payment_order(case: Case, rules: Rules) -> PaymentOrder | None:
    """The order to pay that holds now; None where nothing is owed.

    None too once the case is accepted: of a fee that went back later a person says what follows.

    Raises:
        UnknownItem: this process is older than the edition that the case was submitted under.
    """
    fee = case.fee
    over = not case.open or case.accepted is not None or case.ended_as is not None
    if fee is None or case.fee_paid or over:
        return None
    item = rules.item_of(case)
    name, name_en = fee_names(case, item)
    return PaymentOrder(
        number=f"{case.number or case.id}-{_since(case)}",
        amount_fen=fee.amount_fen,
        name=name,
        name_en=name_en,
        methods=item.text.fee.methods,
        until=fee.pay_by,
    )


def _since(case: Case) -> int:
    """The version of the event that made the present order."""
    marks = [case.fee.mark if case.fee else None, case.reckoned]
    marks += [one.returned if one.accounted == "fee" else one.mark for one in case.payments]
    return max(mark.version for mark in marks if mark is not None)


def fee_names(case: Case, item: Item) -> tuple[str, str]:
    """What the fee is called, in Chinese and English: by the lines that are charged.

    Plain 费用 where the lines of the case cannot be told any more, or none has a name.
    """
    told = case.application
    if told is None:
        return "费用", "the fee"
    try:
        charged = charge(item.text, choices_of(case), options=told.options, counts=told.counts)
    except TermError:
        return "费用", "the fee"
    lines = [one.line for one in charged.lines]
    zh = "、".join(dict.fromkeys(line.name for line in lines if line.name))
    english = dict.fromkeys(line.name_en for line in lines if line.name_en)
    complete = all(line.name_en for line in lines)
    return zh or "费用", ("; ".join(english) if complete else "") or "the fee"
