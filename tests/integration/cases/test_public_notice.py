"""A public notice over HTTP on a real log: published, shown, told, and not over before its days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.catalogue import packaged_catalogue
from shared.clock import end_of_day
from shared.config import Databases
from tests.support.by_hand import ByHand
from tests.support.http_walking import HttpWalk
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
TWICE, SUBSIDY = "003-085", "004-073"


class Noticing:
    """A case whose next step is a public notice, and the requests of its office."""

    def __init__(self, path: Path4, item: str) -> None:
        self.callers = ByHand(path)
        self.walk = HttpWalk(
            self.callers,
            packaged_catalogue().item(item),
            path.world.rules,
            pass_over=lambda day: self.pass_over(path, day),
        )
        self.walk.begin().until("step")

    @staticmethod
    def pass_over(path: Path4, day: date) -> None:
        path.world.ahead = end_of_day(day) + timedelta(minutes=1) - datetime.now(UTC)

    def post(self, action: str, body: Any, user: str = "officer") -> Any:
        path = f"/v1/reviews/{self.walk.case}/{action}"
        return self.callers.clients["review"].post(path, body, user, department=self.walk.office)

    def body(self, **changes: Any) -> dict[str, Any]:
        today = self.walk.today()
        return {
            "step": "public-notice",
            "text": "拟发放稳岗补贴\n公示期间可提出异议",
            "place": "一楼公告栏",
            "since": today.isoformat(),
            "until": (today + timedelta(days=7)).isoformat(),
            **changes,
        }

    def progress(self) -> Any:
        office = self.walk.office
        path = f"/v1/progress/{self.walk.case}"
        return self.callers.get("notify", path, as_="officer", office=office)


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def test_it_is_published_shown_and_ends_after_its_days(path: Path4) -> None:
    noticing = Noticing(path, SUBSIDY)
    outcome = {"step": "public-notice", "outcome": "passed"}
    early = noticing.post("step-outcome", outcome)
    assert (early.status_code, early.json["type"].rpartition(":")[2]) == (
        409,
        "notice-not-published",
    )
    body = noticing.body()
    done = noticing.post("public-notice", body)
    assert done.json["events"] == ["review.PublicNoticePublished", "review.StepStarted"]
    path.settle()
    (shown,) = [one for one in noticing.progress()["stages"] if one["code"] == "public-notice"]
    assert (shown["since"], shown["until"]) == (body["since"], body["until"])
    assert shown["shown"] == {"text": body["text"], "place": body["place"]}
    assert noticing.progress()["status"] == "public-notice"
    told = [one["about"] for one in noticing.progress()["notices"]]
    assert "review.PublicNoticePublished" in told
    too_early = noticing.post("step-outcome", outcome)
    assert (too_early.status_code, too_early.json["until"]) == (409, body["until"])
    assert too_early.json["type"].endswith("step-not-over")
    Noticing.pass_over(path, date.fromisoformat(body["until"]))
    assert noticing.post("step-outcome", outcome).json["events"][0] == "review.StepCompleted"


def test_an_item_with_two_notices_is_walked_to_its_end(path: Path4) -> None:
    noticing = Noticing(path, TWICE)
    noticing.walk.to_the_end()
    stages = {one["code"]: one for one in noticing.progress()["stages"]}
    first, second = stages["public-notice-acceptance"], stages["public-notice"]
    assert first["until"] < second["since"]
    assert noticing.progress()["status"] == "closed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "公示\x07"},
        {"text": "\u202e公示"},
        {"text": " \n "},
        {"text": "字" * 4001},
        {"place": "一楼\u2028\x07二楼"},
        {"place": " "},
        {"since": "2026-02-30"},
        {"until": "soon"},
        {"days": 5},
    ],
)
def test_what_is_no_text_no_place_or_no_day_is_refused(path: Path4, wrong: Any) -> None:
    noticing = Noticing(path, SUBSIDY)
    refused = noticing.post("public-notice", noticing.body(**wrong))
    assert refused.status_code == 422


def test_a_place_that_was_pasted_with_a_line_break_is_one_line(path: Path4) -> None:
    noticing = Noticing(path, SUBSIDY)
    assert noticing.post("public-notice", noticing.body(place=" 一楼\n二楼 ")).status_code == 200
    path.settle()
    (shown,) = [one for one in noticing.progress()["stages"] if one["code"] == "public-notice"]
    assert shown["shown"]["place"] == "一楼 二楼"


def test_only_an_officer_of_the_department_publishes(path: Path4) -> None:
    noticing = Noticing(path, SUBSIDY)
    for user in ("applicant", "producer", "auditor"):
        assert noticing.post("public-notice", noticing.body(), user).status_code == 403
