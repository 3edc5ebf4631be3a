"""The guide for counter and desk says each thing as the pages say it, and leaves none out."""

import re
from pathlib import Path

import pytest

from services.portal.counter.receiving import HOW
from services.portal.counter.taken import AT_ONCE, BACK, KEPT
from services.portal.desk.actions import ACTIONS
from services.portal.desk.lists import FILTERS
from services.portal.words.catalogue import load

GUIDES = sorted((Path(__file__).parents[3] / "docs" / "zh").glob("*.md"))
QUOTED = re.compile(r"「([^」]*)」")


def quoted(page: Path) -> set[str]:
    """What a guide quotes: a text may go over the end of a line."""
    return {re.sub(r"\n\s*", "", one) for one in QUOTED.findall(page.read_text("utf-8")) if one}


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_what_a_guide_quotes_is_a_text_of_the_pages(page: Path) -> None:
    said = {text["zh"] for text in load().values()}
    found = quoted(page)
    assert len(found) > 50
    assert found - said == set()


def test_the_guide_names_every_list_and_everything_that_can_be_done() -> None:
    texts = load()
    found = set[str]().union(*map(quoted, GUIDES))
    keys = [f"do-{one}" for one in ACTIONS] + [f"desk-list-{one}" for one in FILTERS]
    keys += [f"pick-{pick.words}" for pick in HOW.picks]
    keys += [f"pick-original-{one}" for one in (AT_ONCE, KEPT, BACK)]
    keys += ["counter-title", "counter-receive", "counter-begin", "counter-next", "check-submit"]
    assert {texts[key]["zh"] for key in keys} - found == set()
