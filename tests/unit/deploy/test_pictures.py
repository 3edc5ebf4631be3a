"""Each picture in docs is one that the tests of the pages make, and is there."""

import re
from pathlib import Path

from tests.pages.pictures import FOLDER, MOST_BYTES, MOST_BYTES_TOGETHER, PICTURES

ROOT = Path(__file__).parents[3]
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


def shown(*pages: Path) -> dict[Path, str]:
    """The pictures that these pages show, with what is said of each to who cannot see it."""
    return {
        (page.parent / link).resolve(): said
        for page in pages
        for said, link in SHOWN.findall(page.read_text("utf-8"))
    }


def test_each_picture_that_docs_show_is_made_by_the_tests_and_there() -> None:
    found = shown(ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    assert {*found} == {FOLDER / name for name in PICTURES}
    assert {*FOLDER.iterdir()} == {*found}
    assert all(found.values())


def test_the_first_page_shows_a_picture_of_each_face() -> None:
    assert {one.name for one in shown(ROOT / "README.md")} == {*PICTURES}


def test_the_pictures_are_small() -> None:
    sizes = [one.stat().st_size for one in FOLDER.iterdir()]
    assert max(sizes) <= MOST_BYTES
    assert sum(sizes) <= MOST_BYTES_TOGETHER
