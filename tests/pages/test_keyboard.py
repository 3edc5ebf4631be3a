"""With the keyboard alone somebody applies and submits, and an officer begins at the counter."""

import pytest
from playwright.sync_api import Browser

from tests.pages.browsing import Visitor, tab_to_selector, visiting
from tests.pages.test_pages import tab_to
from tests.pages.visits_of_cases import CARD, NUMBER

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
NEIGHBOUR, OFFICER = "李四", "王警官"
GO_ON = 'button[value="continue"]:not(.portal-enter)'


def typed(at: Visitor, selector: str, text: str) -> None:
    """Come to a field by Tab and type into it."""
    tab_to_selector(at.page, selector)
    at.page.keyboard.type(text)


def at_page(at: Visitor, key: str) -> None:
    """Wait for the page of the form with this key."""
    at.page.wait_for_url(f"**/{key}")
    at.page.wait_for_load_state()


def test_a_case_is_applied_for_and_submitted_with_the_keyboard_alone(
    browser: Browser, at: str
) -> None:
    with visiting(browser, at) as visitor:
        keys = visitor.page.keyboard
        visitor.go(f"/items/{CARD}")
        tab_to_selector(visitor.page, 'form[action$="/agreement"] button')
        keys.press("Enter")
        visitor.page.wait_for_url("**/authorize?**")
        tab_to(visitor, NEIGHBOUR)
        keys.press("Enter")
        at_page(visitor, "facts-lost-on")
        for part, value in (("year", "2026"), ("month", "11"), ("day", "28")):
            typed(visitor, f'[name="facts.lost-on.{part}"]', value)
        keys.press("Enter")
        at_page(visitor, "facts-online-conditions")
        tab_to_selector(visitor.page, '[name="facts.household-in-xinjiang"]')
        keys.press("Space")
        tab_to_selector(visitor.page, '[name="facts.register-changed"]')
        keys.press("ArrowDown")
        assert visitor.page.locator('[name="facts.register-changed"][value="no"]').is_checked()
        keys.press("Enter")
        at_page(visitor, "applicant")
        tab_to_selector(visitor.page, "#applicant-name")  # who is verified is filled in
        assert visitor.page.locator("#applicant-name").input_value() == NEIGHBOUR
        keys.press("Enter")
        at_page(visitor, "contact")
        typed(visitor, "#applicant-phone", "13900001111")
        keys.press("Enter")
        at_page(visitor, "acting")
        tab_to_selector(visitor.page, '[name="representation"]')
        keys.press("Space")
        keys.press("Enter")
        visitor.page.wait_for_url("**/materials-*")
        tab_to_selector(visitor.page, GO_ON)  # what is missing is asked for once
        keys.press("Enter")
        at_page(visitor, "address")
        typed(visitor, "#delivery_address", "样例街1号")
        tab_to_selector(visitor.page, GO_ON)
        keys.press("Enter")
        at_page(visitor, "check")
        tab_to_selector(visitor.page, "#declared")
        keys.press("Space")
        tab_to_selector(visitor.page, "main form[novalidate] button")
        keys.press("Enter")
        at_page(visitor, "submitted")


def test_an_officer_receives_somebody_at_the_counter_with_the_keyboard_alone(
    browser: Browser, at: str
) -> None:
    with visiting(browser, at) as visitor:
        keys = visitor.page.keyboard
        visitor.go("/counter")
        visitor.page.wait_for_url("**/authorize?**")
        tab_to(visitor, OFFICER)
        keys.press("Enter")
        at_page(visitor, "counter")
        tab_to_selector(visitor.page, '[name="how"]')
        keys.press("Space")
        tab_to_selector(visitor.page, '[name="document.id_kind"]')
        keys.press("ArrowDown")
        typed(visitor, "#document-id_number", NUMBER)
        keys.press("Enter")
        at_page(visitor, "items")
        typed(visitor, "#q", "居住地址变更")
        keys.press("Enter")
        visitor.page.wait_for_url("**/counter/items?q=*")
        tab_to_selector(visitor.page, ".portal-found a")
        keys.press("Enter")
        visitor.page.wait_for_url("**/counter/items/*")
        tab_to_selector(visitor.page, "main form button")
        keys.press("Enter")
        visitor.page.wait_for_url("**/counter/form/*")
