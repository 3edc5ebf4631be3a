"""The ends of a case that are walked in a browser, item by item, and what an item cannot come to.

An item of each of the eleven templates, and a second one of cards. Whether an end can be reached is
read from the item's own procedure; `WITHOUT` says the same in words, and is held against it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from services.intake.application.application import choices_of
from services.intake.application.checking import lacking
from shared.case import Rules
from shared.catalogue import packaged_catalogue
from shared.catalogue.rules.procedure import NUMBERED, granted
from tests.support.http_walking import HttpWalk

GRANTED, REFUSED, WITHDRAWN, ASKED = ENDS = ("granted", "refused", "withdrawn", "asked")
ITEMS_WALKED = (
    "003-043",
    "003-094",
    "004-005",
    "000-09",
    "000-01",
    "001-01",
    "003-006",
    "000-08",
    "003-051",
    "003-096",
    "004-049",
    "004-129",
)
_NO_LIST = "its source prints no list of papers, so that nothing can be missing from it"
_NO_NUMBER = "what it gives carries no number of ours, so that there is nothing to revoke"
WITHOUT: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("003-043", ASKED): _NO_LIST,
        ("003-094", ASKED): _NO_LIST,
        ("003-006", ASKED): _NO_LIST,
        ("003-051", ASKED): _NO_LIST,
        ("003-096", ASKED): _NO_LIST,
        ("003-094", "revoked"): _NO_NUMBER,
        ("003-006", "revoked"): _NO_NUMBER,
        ("000-08", "revoked"): _NO_NUMBER,
        ("004-049", "revoked"): _NO_NUMBER,
        ("004-129", "revoked"): _NO_NUMBER,
    }
)
"""An item and an end that its procedure does not have, and why."""


def walked() -> tuple[tuple[str, str], ...]:
    """Every item with every end that it can come to."""
    cells = ((item_id, end) for item_id in ITEMS_WALKED for end in ENDS)
    return tuple(cell for cell in cells if cell not in WITHOUT)


def impossible(item_id: str, rules: Rules) -> frozenset[tuple[str, str]]:
    """The ends that the procedure of this item does not have, as the rules know them."""
    item = packaged_catalogue().item(item_id)
    walk = HttpWalk(_Nobody(), item, rules)
    choices = choices_of(walk.wish())
    stages = {stage.code for stage in walk.procedure().stages}
    found = {GRANTED, REFUSED, WITHDRAWN} if "decision" not in stages else set()
    if not lacking(item, choices, frozenset()):
        found.add(ASKED)
    results = granted(item.text, choices)
    if not any(one.kind in NUMBERED and not one.temporary_of for one in results):
        found.add("revoked")
    return frozenset((item_id, end) for end in found)


class _Nobody:
    """Nobody uses a system here: the procedure is read alone."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"nobody is asked for {name}")
