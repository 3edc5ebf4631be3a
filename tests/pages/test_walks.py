"""Items of eight templates on the pages, by people of their own offices, and how a case ends."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from shared.case.deciding.assemble import open_rules
from shared.catalogue import packaged_catalogue
from tests.e2e.actors import Scene, scene
from tests.e2e.system import System
from tests.pages.visits_of_cases import do, picture, send, until
from tests.pages.walking import ByPages, moved_by
from tests.support.http_walking import Answer, HttpWalk

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
GRANTED = ("003-043", "003-094", "000-09", "001-01", "003-006", "000-08", "003-051", "003-096")
REFUSED = ("000-09", "001-01")
WITHDRAWN = ("003-043", "000-09")
ASKED = "000-09"
ELSEWHERE = "officer-2@tobacco-monopoly-652300"
CLOSED = "已结案"
EXPLAINED = "书面说明"  # what the refusal says of the officer's explanation


@pytest.fixture(scope="module")
def stage(running: System) -> Iterator[Scene]:
    with scene(running) as one:
        yield one


@pytest.fixture
def pages(stage: Scene, browser: Browser, at: str) -> Iterator[ByPages]:
    with ByPages(stage, browser, at) as one:
        yield one


class RefusedWalk(HttpWalk):
    """Whoever decides says no, with every criterion unmet and an explanation."""

    def act(self, step: str, shown: Answer) -> None:
        kind = step.partition(":")[0]
        if kind not in {"proposal", "decision"}:
            super().act(step, shown)
            return
        at = f"/v1/reviews/{self.case}"
        desk = self.callers.get("review", at, as_="officer", office=self.office)
        codes = [one["code"] for one in desk["criteria"] if not one["code"].startswith("step-")]
        if kind == "proposal":
            findings = [{"criterion": code, "met": False} for code in codes]
            self._post("review", f"{at}/proposal", {"proposal": "refuse", "findings": findings})
            return
        body = {"reasons": codes, "explanation": "与所附材料不符，可补齐后重新申请。"}
        who = "officer-2" if self.item.text.review.second_person else "officer"
        self._post("review", f"{at}/refusal", body, as_=who)


def walk_of(pages: ByPages, item_id: str, kind: type[HttpWalk] = HttpWalk) -> HttpWalk:
    item = packaged_catalogue().item(item_id)
    walk = kind(pages, item, open_rules(pages.scene.settings))
    pages.counter = "" if "online" in item.text.channels else walk.office
    return walk


def ended(shown: dict[str, Any], walk: HttpWalk) -> bool:
    """Whether it is closed, or its money waits for a day of its own."""
    waits = bool(walk.item.text.paydays) and shown["status"] == "payout-scheduled"
    return waits or shown["status"] == "closed"


@pytest.mark.parametrize("item_id", GRANTED)
def test_an_item_is_applied_for_and_granted_on_the_pages(pages: ByPages, item_id: str) -> None:
    walk = walk_of(pages, item_id).begin()
    elsewhere = pages.officer(*ELSEWHERE.split("@"))
    elsewhere.go(f"/desk/{walk.case}")
    assert walk.item.text.name not in elsewhere.page.locator("main").inner_text()
    shown = walk.to_the_end()
    assert ended(shown, walk), shown["status"]
    if shown["status"] == "closed" and not pages.counter:
        until(pages.applicant(), f"/cases/{walk.case}", f'.govuk-tag:has-text("{CLOSED}")')


@pytest.mark.parametrize("item_id", REFUSED)
def test_an_item_is_refused_on_the_pages_and_the_applicant_reads_why(
    pages: ByPages, item_id: str
) -> None:
    walk = walk_of(pages, item_id, RefusedWalk).begin()
    assert walk.to_the_end()["status"] == "closed"
    if not pages.counter:
        at = pages.applicant()
        until(at, f"/cases/{walk.case}", f'.govuk-tag:has-text("{CLOSED}")')
        until(at, f"/cases/{walk.case}/messages", f'main:has-text("{EXPLAINED}")')


@pytest.mark.parametrize("item_id", WITHDRAWN)
def test_an_item_is_withdrawn_on_the_pages(pages: ByPages, item_id: str) -> None:
    walk = walk_of(pages, item_id).begin()
    at = pages.applicant()
    until(at, f"/cases/{walk.case}", f'a[href="/cases/{walk.case}/withdraw"]')
    at.go(f"/cases/{walk.case}/withdraw")
    at.page.locator("#reason").fill("改为到窗口办理")
    send(at)
    at.page.wait_for_url(f"**/cases/{walk.case}?done=withdrawal")
    assert walk.to_the_end()["status"] == "closed"


def test_an_item_is_asked_for_its_papers_once_and_goes_on(pages: ByPages) -> None:
    pages.papers = False
    walk = walk_of(pages, ASKED).begin()
    at = pages.applicant()
    until(at, f"/cases/{walk.case}", f'a[href="/cases/{walk.case}/supplement"]')
    at.go(f"/cases/{walk.case}/supplement")
    for one in at.page.locator("input[type=file]").all():
        one.set_input_files([picture()])  # type: ignore[list-item]
    moved_by(at, "upload")
    do(at, "send")
    at.page.wait_for_url(f"**/cases/{walk.case}?done=supplement")
    assert ended(walk.to_the_end(), walk)
