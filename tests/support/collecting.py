"""What is shown at the desk by whoever collects a document with its code."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from shared.case import Rules
from shared.catalogue import Catalogue, Item
from shared.catalogue.definition.outcome import DeliveryRule
from tests.support.given import rules as packaged_rules

DELIVERED = {"outcome": "delivered", "to": "applicant"}


def with_pickup() -> Rules:
    """The rules, with an identity card that can be collected too."""
    card = packaged_rules().catalogue.item("000-01")
    ways = (*card.text.delivery, DeliveryRule(kind="pickup"))
    item = Item(replace(card.text, delivery=ways), hash=card.hash)
    return replace(packaged_rules(), catalogue=Catalogue([item], version="test"))


def shown_for(asks: str | None, code: Callable[[], str], number: str) -> dict[str, Any]:
    """The body of a hand-over: what the document asks for is shown.

    `code` is asked for where one is needed; without a `number` somebody acts for the holder.
    """
    if asks is None:
        return dict(DELIVERED)
    body: dict[str, Any] = dict(DELIVERED)
    if number:
        body["identity"] = {"kind": "resident-id", "last_four": number[-4:]}
    else:
        body["identity"] = {"kind": "passport", "last_four": "0001"}
        body |= {"to": "unit", "authorisation_seen": True}
    if asks == "code":
        body["voucher"] = code()
    return body
