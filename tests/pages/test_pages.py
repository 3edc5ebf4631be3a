"""Every page of the portal is visited, and looked at as a person with any tool would meet it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from services.portal.words.catalogue import LANGUAGES
from tests.pages.browsing import LATIN, Visitor, visiting
from tests.pages.visits import NO_PAGES, VISITS, said
from tests.support.portal_world import World, portal_world

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    yield from portal_world(tmp_path, monkeypatch)


def test_the_visits_are_the_routes_of_the_portal(world: World) -> None:
    routes = {
        f"{method} {rule.rule}"
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {*VISITS, *NO_PAGES} - {"GET /<path>"} == routes
    assert len(LATIN) <= 20


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("route", VISITS)
def test_a_page_is_visited(browser: Browser, at: str, route: str, language: str) -> None:
    with visiting(browser, at, language=language) as visitor:
        VISITS[route](visitor)


@pytest.mark.parametrize("route", VISITS)
def test_a_page_needs_no_script(browser: Browser, at: str, route: str) -> None:
    with visiting(browser, at, script=False) as visitor:
        VISITS[route](visitor)


def test_with_the_keyboard_alone_one_finds_an_item_and_checks_a_document(
    browser: Browser, at: str
) -> None:
    with visiting(browser, at) as visitor:
        page = visitor.page
        visitor.go("/")
        page.keyboard.press("Tab")
        assert focused(visitor) == said(visitor, "layout-skip")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")  # from the beginning of the main part: its first field
        page.keyboard.type("shenfenzheng")
        page.keyboard.press("Enter")
        page.wait_for_url("**/items?q=shenfenzheng")
        tab_to(visitor, page.locator(".portal-found a").first.inner_text())
        page.keyboard.press("Enter")
        page.wait_for_url("**/items/*")
        tab_to(visitor, said(visitor, "verify-title"))
        page.keyboard.press("Enter")
        page.wait_for_url("**/verify")
        tab_to(visitor, "")
        page.keyboard.type("d0c0" * 8)
        page.keyboard.press("Enter")
        page.wait_for_url("**/verify/*")


def focused(visitor: Visitor) -> str:
    """The text of what has the focus."""
    found: str = visitor.page.evaluate("document.activeElement.innerText || ''")
    return found.strip()


def tab_to(visitor: Visitor, text: str, *, most: int = 60) -> None:
    """Press Tab until what has this text has the focus; an empty text: a field to type in."""
    page = visitor.page
    for _ in range(most):
        page.keyboard.press("Tab")
        tag = page.evaluate("document.activeElement.tagName")
        if (focused(visitor) == text) if text else (tag == "INPUT"):
            return
    raise AssertionError(f"Tab does not come to {text!r}")


YELLOW = "rgb(255, 221, 0)"
LOOK = (
    "(() => { const one = document.activeElement, s = getComputedStyle(one);"
    " return `${one.tagName} ${s.outlineColor} ${s.boxShadow} ${s.backgroundColor}` })()"
)


def test_what_has_the_focus_is_seen(browser: Browser, at: str) -> None:
    with visiting(browser, at) as visitor:
        visitor.go("/")
        for _ in range(8):
            visitor.page.keyboard.press("Tab")
            shown = visitor.page.evaluate(LOOK)
            assert YELLOW in shown, shown
