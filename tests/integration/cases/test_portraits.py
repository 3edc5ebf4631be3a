"""A portrait over HTTP: its measures are kept with the upload, and held against the standard."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.config import Databases
from tests.integration.cases.test_counter import DOCUMENT, PERSON
from tests.support.answers_given import as_body
from tests.support.path_world import Path4
from tests.support.walking import application

pytestmark = pytest.mark.mongo
ITEM = "001-08"


def photographed(size: tuple[int, int] = (358, 441)) -> bytes:
    """A portrait in more bytes than its standard wants, which is stored in fewer."""
    colours = [Image.effect_noise(size, 60) for _ in range(3)]
    file = io.BytesIO()
    Image.merge("RGB", colours).save(file, "PNG")
    return file.getvalue()


def jpeg(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "JPEG")
    return file.getvalue()


class Desk:
    """An installation with a person, and an officer at a counter who serves them."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.path = Path4(databases, folder)
        self.intake = self.path.client("intake")
        told = {"how": "present", "document": DOCUMENT}
        opened = self.intake.post("/v1/counter/sittings", told, "officer")
        assert opened.status_code in {200, 201}, opened.json
        self.sitting = opened.json["sitting"]

    def scan(self, content: bytes) -> Any:
        return self.intake.app.test_client().post(
            f"/v1/counter/scans?sitting={self.sitting}",
            data=content,
            content_type="image/jpeg",
            headers=self.path.world.headers("officer"),
        )

    def applied(self, blob: str) -> Any:
        """The answer to an application at the counter with this upload."""
        rules = self.path.rules
        wish = application(rules.catalogue.item(ITEM), rules, datetime.now(UTC))
        body = {
            "item": ITEM,
            "sitting": self.sitting,
            "delivery": wish.delivery,
            "applicant": PERSON,
            "declared": True,
            "materials": [{"code": "own-picture", "blob": blob}],
            "situations": list(wish.situations),
            "facts": as_body(wish.answers),
        }
        body |= {"variant": wish.variant} if wish.variant else {}
        return self.intake.post("/v1/counter/applications", body, "officer")


def faults_of(answer: Any) -> list[tuple[str, str]]:
    return [(one["code"], one["pointer"]) for one in answer.json.get("faults", ())]


@pytest.mark.requirement("R-143")
def test_a_photograph_of_400_by_300_is_refused_with_what_it_measures_and_what_is_wanted(
    databases: Databases, tmp_path: Path
) -> None:
    desk = Desk(databases, tmp_path)
    stored = desk.scan(jpeg(400, 300)).json
    assert (stored["width"], stored["height"]) == (400, 300)
    refused = desk.applied(stored["blob"])
    assert refused.status_code == 409, refused.json
    assert faults_of(refused) == [("photo-standard", "/materials/0")]
    (fault,) = refused.json["faults"]
    assert "宽 400 像素、高 300 像素" in fault["detail_zh"]
    assert "宽 358 像素、高 441 像素" in fault["detail_zh"]
    assert "400 pixels wide and 300 high" in fault["detail"]
    taken = desk.applied(desk.scan(jpeg(358, 441)).json["blob"])
    assert taken.status_code == 201, taken.json


def test_a_portrait_is_measured_as_it_came_and_not_as_it_is_stored(
    databases: Databases, tmp_path: Path
) -> None:
    desk = Desk(databases, tmp_path)
    content = photographed()
    stored = desk.scan(content).json
    assert stored["size"] < 150 * 1024 < stored["received"]["size"] == len(content)
    refused = desk.applied(stored["blob"])
    assert faults_of(refused) == [("photo-standard", "/materials/0")]
    assert f"{-(-len(content) // 1024)} 千字节" in refused.json["faults"][0]["detail_zh"]


def test_a_check_looks_at_an_upload_of_the_callers_own_alone(
    databases: Databases, tmp_path: Path
) -> None:
    desk = Desk(databases, tmp_path)
    own = desk.intake.upload(jpeg(400, 300)).json["blob"]
    body = {"channel": "counter", "materials": [{"code": "own-picture", "blob": own}]}
    for user, wanted in (("applicant", ["photo-standard"]), ("neighbour", [])):
        told = desk.intake.post(f"/v1/items/{ITEM}/check", body, user).json["refused"]
        assert [one["code"] for one in told if "materials" in one["pointer"]] == wanted


def test_an_upload_from_before_measures_were_kept_is_taken(
    databases: Databases, tmp_path: Path
) -> None:
    desk = Desk(databases, tmp_path)
    blob = desk.scan(jpeg(400, 300)).json["blob"]
    databases.log["blobs.files"].update_many({}, {"$unset": {"metadata.measured": ""}})
    taken = desk.applied(blob)
    assert taken.status_code == 201, taken.json
