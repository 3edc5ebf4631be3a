"""The order to pay as every service's answers have it: one shape, and where it is paid."""

from typing import Any

from shared.case import Case, Rules
from shared.case.deciding.orders import payment_order
from shared.catalogue import UnknownItem
from shared.catalogue.definition.fees import yuan
from shared.http import Items, Moment, Money, Schema, Str
from shared.http.plain import plain

MOST_METHODS = 16


class PaymentOrderSchema(Schema):
    """What is to be paid, under which number, how, where and until when.

    `pay_at`: the gateway's page for this order, null where the installation names none.
    """

    number = Str()
    amount = Money()
    name = Str()
    name_en = Str()
    methods = Items(Str(), most=MOST_METHODS)
    pay_at = Str(max_length=2000, allow_none=True)
    until = Moment(allow_none=True)


def order_shown(case: Case, rules: Rules, pay_url: str) -> dict[str, Any] | None:
    """The order to pay that holds now, as JSON values; null where nothing is owed.

    `pay_url`: the address of the gateway's pages; an order is at `<address>/<case>/<number>`. Null
    too where this process is older than the edition that the case was submitted under.
    """
    try:
        order = payment_order(case, rules)
    except UnknownItem:
        return None
    if order is None:
        return None
    return {
        "number": order.number,
        "amount": yuan(order.amount_fen),
        "name": order.name,
        "name_en": order.name_en,
        "methods": list(order.methods),
        "pay_at": f"{pay_url.rstrip('/')}/{case.id}/{order.number}" if pay_url else None,
        "until": plain(order.until),
    }
