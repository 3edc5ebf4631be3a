"""Every collection that the source names has a row in the table of stores."""

import re
from pathlib import Path

from shared.vault.stores import STORES

ROOT = Path(__file__).parents[3]
NAMED = re.compile(
    r"(?:get_collection\(\s*|\b(?:log|work|views|vault|database|db)\[)\"([a-z_]+)\"", re.ASCII
)


def test_every_collection_that_the_source_names_has_a_row() -> None:
    named = {
        name
        for top in ("services", "shared", "deploy")
        for path in (ROOT / top).rglob("*.py")
        for name in NAMED.findall(path.read_text("utf-8"))
    }
    assert {"commits", "keys", "case_numbers", "channels"} <= named, (
        "the search finds what is there"
    )
    known = {place.partition(".")[2] for place in (one.place for one in STORES)}
    assert named - known == set()


def test_what_holds_nothing_of_a_person_is_left_alone_and_the_rest_says_what_is_left() -> None:
    assert all(bool(one.holds) == bool(one.erasure) for one in STORES)
    assert len({one.place for one in STORES}) == len(STORES)
