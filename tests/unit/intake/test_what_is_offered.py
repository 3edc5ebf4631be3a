"""What intake offers is what the item knows: no material where it asks for none."""

import pytest

from services.intake.topics import INTAKE
from shared.casework.topics import Asking
from shared.catalogue import Item
from shared.catalogue.definition.base import listed
from tests.support.given import START, rules
from tests.support.walking import Walk, open_at

ITEMS = [item for item in rules().catalogue.items() if item.text.offered]


def an_item(*, asks: bool) -> Item:
    """The first for which somebody applies, and that asks for materials or for none."""
    return next(
        item
        for item in ITEMS
        if item.text.initiated_by == "applicant" and bool(listed(item.text.materials)) is asks
    )


@pytest.mark.parametrize("asks", [True, False])
def test_materials_and_originals_are_offered_where_the_item_asks_for_any(*, asks: bool) -> None:
    item = an_item(asks=asks)
    walk = Walk(item, rules(), open_at(item, rules(), START))
    walk.submit()
    asking = Asking(staff="", duties=frozenset(), rules=rules(), now=walk.now)
    offered = set(INTAKE.offerable(walk.case, asking))
    assert offered & {"materials", "originals"} == ({"materials", "originals"} if asks else set())
    assert {"withdrawal", "contact"} <= offered
