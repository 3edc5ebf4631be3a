"""One item of each template over HTTP on a real log, reactions delivered by hand."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shared.catalogue import packaged_catalogue
from shared.clock import end_of_day
from shared.config import Databases
from tests.support.by_hand import ByHand
from tests.support.http_walking import ITEMS, HttpWalk
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
TEMPLATES = {packaged_catalogue().item(item).text.template for item in ITEMS}


@pytest.fixture
def callers(databases: Databases, tmp_path: Path) -> ByHand:
    return ByHand(Path4(databases, tmp_path))


def test_every_template_is_among_them() -> None:
    assert {f"T{n:02}" for n in range(1, 12)} == TEMPLATES


@pytest.mark.parametrize("item_id", ITEMS)
def test_an_item_of_each_template_is_walked_over_http(callers: ByHand, item_id: str) -> None:
    item, world = packaged_catalogue().item(item_id), callers.path.world

    def pass_over(day: date) -> None:
        world.ahead = end_of_day(day) + timedelta(minutes=1) - datetime.now(UTC)

    walk = HttpWalk(callers, item, world.rules, pass_over=pass_over).begin()
    shown = walk.to_the_end()
    assert shown["item"] == item_id
    assert {one["state"] for one in shown["stages"]} <= {"done", "left-out"}
    progress = callers.get("notify", f"/v1/progress/{walk.case}", as_="officer", office=walk.office)
    assert progress["status"] == "closed"
    assert progress["stages"] == shown["stages"]
