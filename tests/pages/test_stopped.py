"""Real processes stand still under the pages: each says what still works, and keeps what was typed.

A process is stopped as by SIGSTOP: it is there and answers nothing, which is worse than being gone.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from deploy.embedded.home import Home, State
from services.portal.words.catalogue import load
from tests.e2e.system import System
from tests.pages.browsing import Visitor, visiting
from tests.pages.visits_of_cases import CARD, at_the_desk, case_of_the_card, send, until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
SLOW_MS = 90_000  # a page asks several services, each for as long as it may take
PHONE = "13900003333"
LOG, KAFKA = "mongo", "kafka"
GOES_ON = "照常"
WORDS = load()
# What stands still, and the pages on which that is told; `{case}` is one of the applicant's.
OF_THE_APPLICANT = {
    "intake-web": ("/items", f"/items/{CARD}", "/cases/{case}", "/cases/{case}/contact"),
    "issuance-web": ("/cases/{case}/papers", "/verify/abcdefghijklmnop"),
    "notify-web": ("/cases", "/cases/{case}"),
    LOG: ("/cases", "/cases/{case}", "/cases/{case}/papers", "/verify/abcdefghijklmnop"),
}
OF_THE_DESK = {
    "intake-web": ("/desk/{case}", "/counter"),
    "review-web": ("/desk/{case}",),
    "notify-web": ("/desk",),
    LOG: ("/desk", "/desk/{case}", "/counter"),
}


@contextmanager
def standing_still(running: System, name: str) -> Iterator[None]:
    """A process of the system, or one of its servers, does nothing during the block."""
    group = _group_of(running, name)
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def _group_of(running: System, name: str) -> int:
    """The process group: each process of the launcher has its own."""
    state = State.read(Home(running.home))
    assert state is not None
    (pid,) = (one.pid for one in state.processes if one.name == name)
    assert pid
    return pid


@pytest.fixture
def somebody(browser: Browser, at: str) -> Iterator[Visitor]:
    with visiting(browser, at) as visitor:
        visitor.page.set_default_timeout(SLOW_MS)
        yield visitor


def each_says_what_goes_on(at: Visitor, paths: tuple[str, ...], case: str) -> None:
    for path in paths:
        at.go(path.format(case=case))
        main = at.page.locator("main").inner_text()
        assert GOES_ON in main, f"{path}: {main}"


@pytest.mark.parametrize("name", OF_THE_APPLICANT)
def test_a_page_of_the_applicant_says_what_still_works(
    running: System, somebody: Visitor, name: str
) -> None:
    case = case_of_the_card(somebody)
    until(somebody, f"/cases/{case}", f'a[href="/cases/{case}/messages"]')
    with standing_still(running, name):
        each_says_what_goes_on(somebody, OF_THE_APPLICANT[name], case)
    until(somebody, f"/cases/{case}", f'a[href="/cases/{case}/messages"]')


@pytest.mark.parametrize("name", OF_THE_DESK)
def test_a_page_of_the_desk_says_what_still_works(
    running: System, somebody: Visitor, name: str
) -> None:
    case = at_the_desk(somebody)
    until(somebody, f"/desk/{case}", f'a[href="/desk/{case}/application"]')
    with standing_still(running, name):
        each_says_what_goes_on(somebody, OF_THE_DESK[name], case)
    until(somebody, "/desk?list=unassigned", f'a[href="/desk/{case}"]')


@pytest.mark.parametrize("name", ["intake-web", LOG])
def test_what_was_typed_is_kept_and_sent_again_with_one_button(
    running: System, somebody: Visitor, name: str
) -> None:
    case = case_of_the_card(somebody)
    typed(somebody, case)
    with standing_still(running, name):
        send(somebody)
        again = somebody.page.get_by_role("button", name=WORDS["problem-again"]["zh"])
        again.wait_for()
        assert GOES_ON in somebody.page.locator("main").inner_text()
    until_it_answers(somebody, case)


def typed(at: Visitor, case: str) -> None:
    """A new telephone number stands in the form, and is not sent yet."""
    until(at, f"/cases/{case}/contact", "#phone")
    at.page.locator("#phone").fill(PHONE)


def until_it_answers(at: Visitor, case: str) -> None:
    """Press the button of the page until what was typed is taken."""
    done = f"{at.at}/cases/{case}?done=contact"
    for _ in range(5):
        with at.page.expect_navigation():
            at.page.get_by_role("button", name=WORDS["problem-again"]["zh"]).click()
        if at.page.url == done:
            return
    raise AssertionError(f"it is not taken: {at.page.locator('main').inner_text()}")


@pytest.mark.parametrize("name", [KAFKA, "projection"])
def test_without_the_read_model_a_command_is_taken_and_the_page_says_what_comes_later(
    running: System, somebody: Visitor, name: str
) -> None:
    case = case_of_the_card(somebody)
    typed(somebody, case)
    with standing_still(running, name):
        send(somebody)
        somebody.page.wait_for_url(f"**/cases/{case}?done=contact")
        main = somebody.page.locator("main").inner_text()
        assert WORDS["case-behind"]["zh"] in main, main
    until(somebody, f"/cases/{case}", f'main:not(:has-text("{WORDS["case-behind"]["zh"]}"))')
