"""An inspection on the pages: arranged, found point by point with pictures, put right by a day."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.e2e.actors import Scene, scene
from tests.e2e.system import System
from tests.pages.browsing import Visitor
from tests.pages.test_walks import walk_of
from tests.pages.visits_of_cases import do, picture, send, until
from tests.pages.walking import ByPages, fill, until_offered
from tests.support.http_walking import HttpWalk

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
HOTEL = "000-09"


@pytest.fixture(scope="module")
def stage(running: System) -> Iterator[Scene]:
    with scene(running) as one:
        yield one


@pytest.fixture
def pages(stage: Scene, browser: Browser, at: str) -> Iterator[ByPages]:
    with ByPages(stage, browser, at) as one:
        yield one


def acted(at: Visitor, walk: HttpWalk, action: str) -> None:
    """Send the form of an action, and be led back to the case."""
    send(at)
    at.page.wait_for_url(f"**/desk/{walk.case}?done={action}")


def test_what_is_not_met_is_pictured_put_right_by_a_day_and_looked_at_again(pages: ByPages) -> None:
    walk = walk_of(pages, HOTEL)
    walk.until("step")
    at, case = pages.officer("officer", walk.office), walk.case
    until_offered(at, case, "visit")
    at.go(f"/desk/{case}/do/visit")
    at.looked("desk-visit")
    day = walk.today() + timedelta(days=1)
    fill(at, {"step": "inspection", "day": day.isoformat(), "since": "09:30", "until": "11:00"})
    acted(at, walk, "visit")
    at.go(f"/desk/{case}/do/step")
    at.looked("desk-step")
    at.page.locator("#pictures").set_input_files([picture(), picture()])  # type: ignore[list-item]
    do(at, "upload")
    at.looked("desk-step-pictures")
    by = (day + timedelta(days=10)).isoformat()
    fill(at, {"step": "inspection", "outcome": "rectify", "rectify_by": by})
    for one in at.page.locator('[name^="point."][value="unmet"]').all():
        one.check()
    acted(at, walk, "step")
    at.looked("desk-case-findings")
    mine = pages.applicant()
    until(mine, f"/cases/{case}", 'main:has-text("以下要求尚未达到，请整改：")')
    mine.looked("case-rectification")
    until_offered(at, case, "step")
    at.go(f"/desk/{case}/do/step")
    at.looked("desk-step-rectified")
    fill(at, {"step": "rectification", "outcome": "passed"})
    acted(at, walk, "step")
    until_offered(at, case, "assignment")
    at.go(f"/desk/{case}/do/assignment")
    acted(at, walk, "assignment")
    link = at.page.locator('a[href*="of=inspection"]').first.get_attribute("href")
    shown = at.page.context.request.get(f"{pages.at}{link}")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
