"""How one comes to each page of the portal: a table of its routes. A route without a row is red.

A visit does what a person does, and looks at each page on the way. `by` names what it does with:
the labels are those of the Chinese and of the English page.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from services.portal.words.catalogue import load
from tests.pages.browsing import Visitor
from tests.pages.collecting import VISITS_OF_COLLECTING
from tests.pages.visits_of_cases import (
    NO_PAGES_OF_CASES,
    NUMBER,
    VISITS_OF_CASES,
    case_of_the_card,
    until,
)
from tests.pages.visits_of_the_counter import NO_PAGES_OF_THE_COUNTER, VISITS_OF_THE_COUNTER

Visit = Callable[[Visitor], None]
TEXTS = load()
APPLICANT = "张三"
CARD = "000-01"


def said(at: Visitor, key: str, **values: object) -> str:
    """A text of the portal in the visitor's language."""
    return TEXTS[key][at.language].format(**values)


def start(at: Visitor) -> None:
    at.go("/")
    at.looked("start")


def documents(at: Visitor) -> None:
    at.go("/docs")
    at.looked("docs")


def language(at: Visitor) -> None:
    at.go("/verify")
    other = "en" if at.language == "zh" else "zh"
    at.follow(TEXTS["layout-other-language"][at.language])
    assert at.path == "/verify"
    at.language = other
    at.looked("verify")


def search(at: Visitor) -> None:
    at.go("/")
    at.fill(said(at, "search-label"), "shenfenzheng")
    at.press(said(at, "search-button"))
    assert at.path == "/items?q=shenfenzheng"
    found = at.page.locator(".portal-found")
    assert found.count() > 1
    at.looked("search")


def states(at: Visitor) -> None:
    at.go("/")
    at.follow(said(at, "start-states"))
    assert at.path == "/states"
    at.looked("states")


def guide(at: Visitor) -> None:
    for item in (CARD, "000-09"):
        at.go(f"/items?q={item}")
        at.go(f"/items/{item}")
        assert at.page.locator("main li").count() > 1
        at.looked(f"guide-{item}")


def no_page(at: Visitor) -> None:
    at.go("/none")
    assert at.page.locator("h1").inner_text() == said(at, "problem-not-found-title")
    at.looked("not-found", status_is_error=True)


def verification(at: Visitor) -> None:
    at.go("/verify")
    at.looked("verify")
    at.press(said(at, "verify-button"))
    assert said(at, "verify-empty") in at.page.locator(".govuk-error-summary").inner_text()
    at.looked("verify-wrong")


def verified(at: Visitor) -> None:
    at.go("/verify")
    at.fill(said(at, "verify-label"), "d0c0" * 8)
    at.press(said(at, "verify-button"))
    assert at.path == f"/verify/{'d0c0' * 8}"
    assert at.page.locator("h1").inner_text() == said(at, "verified-unknown-title")
    at.looked("verified-unknown")


def asking(at: Visitor) -> None:
    at.go("/standing")
    at.looked("standing-ask")
    at.press(said(at, "ask-button"))
    assert said(at, "ask-number-empty") in at.page.locator(".govuk-error-summary").inner_text()
    at.looked("standing-wrong")


def number_of_the_card(at: Visitor) -> str:
    """The number of the applicant's case, once intake's worker has seen its submission."""
    before = said(at, "status-submitted")
    until(at, f"/cases/{case_of_the_card(at)}", f'.govuk-tag:not(:text-is("{before}"))')
    caption = at.page.locator(".govuk-caption-l").inner_text()
    return "".join(one for one in caption if one.isdigit())


def asked(at: Visitor) -> None:
    """Somebody without a sign-in asks about a case that was submitted a moment ago."""
    number = number_of_the_card(at)
    at.press(said(at, "layout-sign-out"))
    at.go("/standing")
    at.fill(said(at, "ask-number"), number)
    at.fill(said(at, "ask-end"), NUMBER[-4:])
    at.press(said(at, "ask-button"))
    assert at.page.locator("h1").inner_text() == said(at, "standing-title")
    assert number not in at.page.url
    at.looked("standing")


def sign_in(at: Visitor) -> None:
    at.go("/verify")
    at.page.get_by_role("link", name=said(at, "layout-sign-in"), exact=True).click()
    assert "/authorize" in at.page.url
    assert at.page.locator("h1").count() == 1
    at.page.get_by_role("link", name=APPLICANT, exact=True).click()
    assert at.path == "/verify"
    assert APPLICANT in at.page.locator("header").inner_text()
    at.looked("signed-in")


def sign_in_failed(at: Visitor) -> None:
    at.go("/sign-in/back?code=x&state=y")
    assert at.page.locator("h1").inner_text() == said(at, "sign-in-failed-title")
    at.looked("sign-in-failed", status_is_error=True)


def sign_out(at: Visitor) -> None:
    at.sign_in(APPLICANT)
    at.press(said(at, "layout-sign-out"))
    assert at.page.locator("h1").inner_text() == said(at, "signed-out-title")
    at.looked("signed-out")
    at.go("/")
    assert APPLICANT not in at.page.locator("header").inner_text()


VISITS: Mapping[str, Visit] = MappingProxyType(
    {
        "GET /": start,
        "GET /docs": documents,
        "GET /language/<chosen>": language,
        "GET /items": search,
        "GET /items/<item>": guide,
        "GET /verify": verification,
        "POST /verify": verified,
        "GET /verify/<document>": verified,
        "GET /states": states,
        "GET /standing": asking,
        "POST /standing": asked,
        "GET /sign-in": sign_in,
        "GET /sign-in/back": sign_in_failed,
        "POST /sign-out": sign_out,
        "GET /<path>": no_page,
        **VISITS_OF_CASES,
        **VISITS_OF_THE_COUNTER,
        **VISITS_OF_COLLECTING,
    }
)
"""Each route of the portal and a visit that comes through it."""

NO_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "GET /livez": "for whoever runs the process",
        "GET /readyz": "the same",
        "GET /static/<path:filename>": "what the pages are made of: each visit asks for it",
        **NO_PAGES_OF_CASES,
        **NO_PAGES_OF_THE_COUNTER,
    }
)
"""Routes that nobody visits, each with the reason."""
