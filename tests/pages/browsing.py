"""A browser on the running portal, and what is looked for on each page that it comes to."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "pages"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
WIDE, NARROW = {"width": 1180, "height": 900}, {"width": 320, "height": 640}
TIMEOUT_MS = 15_000
# What a Chinese page may say in Latin letters: at most twenty words, each for a reason.
LATIN = frozenset(
    {
        "English",  # the switch to the other language names itself
        "EMS",  # the postal service's own name
        "APP",  # as the printed sources write it
        "PDF",  # a kind of file, as everybody calls it
        "A",  # a hall of an office, as its address has it
        "B",  # another hall, and a building, as their addresses have it
    }
)
# A word of letters alone: not a part of a number, a code or an address.
_WORD = re.compile(r"(?<![A-Za-z0-9_.@/-])[A-Za-z]+(?![A-Za-z0-9_.@/-])")


def chromium() -> str | None:
    """Where the machine's Chromium is."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Chromium, ended afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Somebody in front of a browser; `said` is what the browser's console reported."""

    page: Page
    at: str
    language: str = "zh"
    script: bool = True
    said: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open an address of the portal."""
        self.page.goto(f"{self.at}{path}")

    def sign_in(self, name: str, *, back: str = "/") -> None:
        """Sign in as one of the made-up people, through the provider's page."""
        self.go(f"/sign-in?back={back}")
        self.page.get_by_role("link", name=name, exact=True).click()

    def press(self, label: str) -> None:
        """Press the button that has this text, and have the page that follows whole."""
        self.page.get_by_role("button", name=label).click()
        self.page.wait_for_load_state()

    def follow(self, label: str) -> None:
        """Follow the link that has this text."""
        self.page.get_by_role("link", name=label, exact=True).first.click()
        self.page.wait_for_load_state()

    def fill(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(label, exact=True).first.fill(text)

    @property
    def path(self) -> str:
        """Where the browser is, as an address of the portal."""
        return self.page.url.removeprefix(self.at)

    def looked(self, name: str, *, status_is_error: bool = False) -> None:
        """Look at the page that is shown: everything that must hold on every page."""
        page = self.page
        page.wait_for_load_state()
        page.locator("h1").first.wait_for()
        assert page.locator("h1").count() == 1, "one heading of the first level"
        errors = [one for one in self.said if not (status_is_error and "status of" in one)]
        assert errors == [], f"{name}: the console says {errors}"
        if not self.script:
            return
        assert (wrong := violations(page)) == [], f"{name}: axe finds {wrong}"
        if self.language == "zh":
            text = page.locator("body").inner_text()
            foreign = set(_WORD.findall(text)) - LATIN
            assert foreign == set(), f"{name}: a Chinese page says {foreign}"
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{name}: {over} px scroll sideways at 320 px"
        assert (wrong := violations(page)) == [], f"{name}: at 320 px axe finds {wrong}"
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        keep_picture(page, name, self.language)


def tab_to_selector(page: Page, selector: str, *, most: int = 80) -> None:
    """Press Tab until what has the focus is this."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab does not come to {selector}")


def violations(page: Page) -> list[str]:
    """What axe finds, with every rule that it has switched on for WCAG 2.2 AA and good practice."""
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{one['id']}: {one['help']} ({', '.join(str(n['target']) for n in one['nodes'])})"
        for one in found["violations"]
    ]


def keep_picture(page: Page, name: str, language: str) -> None:
    """Keep a picture of the page, in the folder that CASELEDGER_PICTURES names or in build/."""
    folder = Path(os.environ.get("CASELEDGER_PICTURES") or PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}-{language}.png", full_page=True)


def keep_sheet(paper: bytes, name: str, language: str) -> None:
    """Keep a picture of the first page of a paper, where those of the pages are."""
    folder = Path(os.environ.get("CASELEDGER_PICTURES") or PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = pypdfium2.PdfDocument(paper)[0].render(scale=1.5).to_pil()
    drawn.save(folder / f"{name}-{language}.png")


@contextmanager
def visiting(
    browser: Browser, at: str, *, language: str = "zh", script: bool = True
) -> Iterator[Visitor]:
    """A browser of its own, without a cookie of anybody before."""
    context = browser.new_context(java_script_enabled=script, viewport=WIDE)  # type: ignore[arg-type]
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    visitor = Visitor(page, at, language, script)

    def say(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            visitor.said.append(message.text)

    page.on("console", say)
    page.on("pageerror", lambda error: visitor.said.append(str(error)))
    try:
        if language != "zh":
            visitor.go(f"/language/{language}?back=/")
        yield visitor
    finally:
        context.close()
