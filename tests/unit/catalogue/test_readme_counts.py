"""What the README says of the number of items is what the catalogue has."""

import re
from pathlib import Path

from shared.catalogue import packaged_catalogue

README = Path(__file__).parents[3] / "README.md"


def test_the_readme_counts_the_items_right() -> None:
    catalogue = packaged_catalogue()
    offered = [item for item in catalogue.items() if item.text.offered is True]
    applied = [item for item in offered if item.text.initiated_by == "applicant"]
    said = re.search(
        r"(\d+) items of five official documents can be applied for, (\d+) more begin .*"
        r"\((\d+) are offered\)",
        README.read_text("utf-8"),
    )
    assert said is not None
    counts = (len(applied), len(offered) - len(applied), len(offered))
    assert tuple(map(int, said.groups())) == counts
