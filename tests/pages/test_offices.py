"""146 offices on a page of the counter: one is chosen with the keyboard, and without a script."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from tests.pages.browsing import Visitor, tab_to_selector, visiting
from tests.pages.visits_of_cases import do
from tests.pages.visits_of_the_counter import fill_in_any, received, to_the_key

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
PASS = "000-24"
POINT, CALLED = "public-security-650102-1", "乌鲁木齐市天山区办证点"
GO_ON = 'button[value="continue"]:not(.portal-enter)'


def at_the_offices(at: Visitor) -> None:
    """Somebody is received for a border pass, and everything before the office is answered."""
    received(at)
    at.go(f"/counter/items/{PASS}")
    at.page.locator("main form button").last.click()
    at.page.wait_for_url("**/counter/form/**")
    to_the_key(at, "facts-journey")
    fill_in_any(at)
    for end in ("period-from", "period-to"):  # a journey lies ahead
        at.page.locator(f'[name="facts.{end}.year"]').fill(str(datetime.now(UTC).year + 1))
    do(at, "continue")
    at.page.wait_for_url(lambda url: not url.endswith("/facts-journey"))
    to_the_key(at, "office")


def test_an_office_is_chosen_from_the_list_with_the_keyboard_alone(
    browser: Browser, at: str
) -> None:
    with visiting(browser, at) as visitor:
        at_the_offices(visitor)
        visitor.looked("counter-offices")
        listed = visitor.page.locator("#office")
        assert listed.locator("optgroup").count() == 16
        assert listed.locator("option").count() == 147
        tab_to_selector(visitor.page, "#office")
        for _ in range(3):
            visitor.page.keyboard.press("ArrowDown")
        assert listed.input_value() == POINT
        tab_to_selector(visitor.page, GO_ON)
        visitor.page.keyboard.press("Enter")
        visitor.page.wait_for_url("**/counter/check")
        assert CALLED in visitor.page.locator("main").inner_text()


def test_without_a_script_the_list_is_sent_like_any_answer(browser: Browser, at: str) -> None:
    with visiting(browser, at, script=False) as visitor:
        at_the_offices(visitor)
        visitor.page.locator("#office").select_option(POINT)
        do(visitor, "continue")
        visitor.page.wait_for_url("**/counter/check")
        assert CALLED in visitor.page.locator("main").inner_text()
