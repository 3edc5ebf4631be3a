from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.catalogue import packaged_catalogue
from tests.support.made_up import numbered, vouching
from tests.support.portal_applying import Applying, passed_to, takes_applications
from tests.support.portal_world import World, portal_world
from tests.unit.intake.test_items_api import World as IntakeWorld
from tests.unit.intake.test_items_api import world_of

# Who is typed on the pages, and for whom the sign-in vouches towards intake.
TYPED = {"applicant": {"name": "张𠮷·样例", "id_number": numbered("650102", "19900101")}}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    yield from portal_world(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> IntakeWorld:
    return world_of(tmp_path_factory.mktemp("intake"), packaged_catalogue())


@pytest.fixture
def applying(world: World, intake: IntakeWorld) -> Applying:
    answer = passed_to(intake.app, lambda: intake.issuer.issue("applicant", **vouching(TYPED)))
    for item in ("000-01", "000-09", "000-13", "000-24", "003-023"):
        for end in ("", "/form", "/check"):
            world.said[f"/v1/items/{item}{end}"] = answer
    world.answers("/v1/progress", {"cases": [], "next": None})
    browser = world.browser()
    world.sign_in(browser)
    found = Applying(world, browser)
    takes_applications(found)
    return found
