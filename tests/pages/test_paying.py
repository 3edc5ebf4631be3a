"""The gateway to try with is looked at as the portal's pages are, and paid at by keyboard alone."""

import pytest
from playwright.sync_api import Browser, expect

from deploy.embedded.gateway.app import texts
from services.portal.words.catalogue import LANGUAGES
from tests.pages.browsing import Visitor, tab_to_selector, visiting
from tests.pages.visits import said
from tests.pages.visits_of_cases import APPLICANT, submitted, to_the_check

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

GATEWAY = 10  # its port above the portal's


def at_the_gateway(visitor: Visitor, key: str) -> str:
    """A text of the gateway in the visitor's language."""
    return texts()[key][visitor.language]


def to_the_order(visitor: Visitor) -> str:
    """A new case that waits for its fee, and the page to pay at; the case."""
    to_the_check(visitor)
    case = submitted(visitor)
    visitor.go(f"/cases/{case}")
    visitor.page.get_by_role("button", name=said(visitor, "fee-go")).click()
    expect(visitor.page.locator("h1")).to_have_text(at_the_gateway(visitor, "order-title"))
    return case


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_order_is_paid_by_keyboard_and_the_case_is_shown_as_paid(
    browser: Browser, at: str, language: str
) -> None:
    with visiting(browser, at, language=language) as visitor:
        case = to_the_order(visitor)
        visitor.looked("pay")
        tab_to_selector(visitor.page, "#method-1")
        visitor.page.keyboard.press("Space")
        visitor.page.keyboard.press("Enter")  # the form's first button: pay
        visitor.page.wait_for_url(f"**/cases/{case}")
        paid = said(visitor, "fee-paid", amount="40.00")
        expect(visitor.page.locator("main")).to_contain_text(paid)
        base = int(at.rpartition(":")[2])
        visitor.page.goto(f"http://127.0.0.1:{base + GATEWAY}/")
        expect(visitor.page.locator("main")).to_contain_text(
            at_the_gateway(visitor, "told-recorded")
        )
        visitor.looked("pay-everything")


def test_who_chooses_no_way_to_pay_is_told_so_without_a_script_too(
    browser: Browser, at: str
) -> None:
    with visiting(browser, at, script=False) as visitor:
        case = to_the_order(visitor)
        visitor.press(at_the_gateway(visitor, "order-pay"))
        told = at_the_gateway(visitor, "order-no-method")
        expect(visitor.page.locator("#method-error")).to_have_text(told)
        visitor.page.locator("#method-2").check()
        visitor.press(at_the_gateway(visitor, "order-pay"))
        visitor.page.wait_for_url(f"**/cases/{case}")
        visitor.go("/cases")
        assert APPLICANT in visitor.page.locator("header").inner_text()
