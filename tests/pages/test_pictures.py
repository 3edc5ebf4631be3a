"""The pictures for docs come from the pages that tests visit: `make pictures` puts them there.

Without CASELEDGER_DOC_PICTURES they are put into build/, so that the way to each is tested too.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.pages.browsing import keep_picture, visiting
from tests.pages.pictures import MOST_BYTES, PICTURES, shrunk
from tests.pages.visits import VISITS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the pictures of this test's pages are."""
    monkeypatch.setenv("CASELEDGER_PICTURES", str(tmp_path))
    return tmp_path


def kept(taken: Path, by: str) -> None:
    """Keep the pictures of one visit for docs, each small enough."""
    folder = Path(os.environ.get("CASELEDGER_DOC_PICTURES") or ROOT / "build" / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in PICTURES.items():
        if one.by == by:
            small = shrunk((taken / f"{one.page}-zh.png").read_bytes())
            assert len(small) <= MOST_BYTES, name
            (folder / name).write_bytes(small)


def test_every_picture_has_a_way_to_it() -> None:
    assert {one.by for one in PICTURES.values()} <= {*VISITS}


@pytest.mark.parametrize("by", sorted({one.by for one in PICTURES.values()}))
def test_a_page_is_pictured(browser: Browser, at: str, taken: Path, by: str) -> None:
    with visiting(browser, at) as visitor:
        VISITS[by](visitor)
    kept(taken, by)


def test_a_picture_is_kept_where_it_is_wanted(
    browser: Browser, at: str, taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELEDGER_DOC_PICTURES", str(taken / "docs"))
    with visiting(browser, at) as visitor:
        visitor.go("/items/000-01")
        keep_picture(visitor.page, "guide-000-01", "zh")
    kept(taken, "GET /items/<item>")
    assert (taken / "docs" / "guide.png").stat().st_size > 0
