"""An inspection over HTTP on a real log: pictures are taken, named, read with a trace, or gone."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from services.intake.files.unnamed import EVERY_S, sweeping
from shared.catalogue import packaged_catalogue
from shared.config import Databases
from shared.eventlog import Actor
from shared.vault import Erased
from shared.vault.unnamed import UnnamedUploads
from tests.support.by_hand import ByHand
from tests.support.casework_world import picture
from tests.support.http_walking import HttpWalk
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
HOTEL = "000-09"
PLACE = b"Xinjiang Road 1"
READER = Actor(kind="auditor", ref="staff-test")


def at_a_place() -> bytes:
    """A picture in which a camera wrote where it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = PLACE.decode()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    assert PLACE in out.getvalue()
    return out.getvalue()


class Inspecting:
    """A hotel whose inspection is next, and the requests of its office."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.path = Path4(databases, folder)
        self.world = self.path.world
        self.callers = ByHand(self.path)
        item = packaged_catalogue().item(HOTEL)
        self.walk = HttpWalk(self.callers, item, self.world.rules)
        self.walk.begin().until("step")
        self.case, self.unnamed = self.walk.case, UnnamedUploads(databases.work)

    def upload(self, content: bytes | None = None, user: str = "officer") -> Any:
        headers = self.world.headers(user, department=self.walk.office)
        return (
            self.callers.clients["intake"]
            .app.test_client()
            .post(
                f"/v1/cases/{self.case}/pictures",
                data=content or at_a_place(),
                content_type="application/octet-stream",
                headers=headers,
            )
        )

    def end(self, outcome: str, *pictures: str, **more: Any) -> Any:
        desk = self.get("review", f"/v1/reviews/{self.case}").json
        points = [
            {"point": one["point"], "met": outcome == "passed" or at > 0}
            for at, one in enumerate(desk["checklist"])
        ]
        body = {"step": "inspection", "outcome": outcome, "points": points, **more}
        return self.command("step-outcome", {**body, "pictures": list(pictures)})

    def command(self, name: str, body: Any) -> Any:
        path = f"/v1/reviews/{self.case}/{name}"
        return self.callers.clients["review"].post(
            path, body, "officer", department=self.walk.office
        )

    def get(self, service: str, path: str, user: str = "officer") -> Any:
        office = "" if user == "applicant" else self.walk.office
        return self.callers.clients[service].get(path, user, department=office)

    def sweep(self, ahead: timedelta) -> None:
        ticks = iter((0.0, EVERY_S, EVERY_S))
        sweeping(
            self.unnamed,
            self.world.opened.blobs,
            self.world.log("intake"),
            now=lambda: datetime.now(UTC) + ahead,
            monotonic=lambda: next(ticks),
        )()

    def opens(self, blob: str) -> bool:
        self.world.opened.vault.keys._cache.clear()
        try:
            self.world.opened.blobs.read(blob, reader=READER, why="test")
        except Erased:
            return False
        return True


@pytest.fixture
def at(databases: Databases, tmp_path: Path) -> Inspecting:
    return Inspecting(databases, tmp_path)


def test_a_picture_is_taken_named_and_read_by_the_desk_alone_with_a_trace(at: Inspecting) -> None:
    taken = at.upload()
    assert taken.status_code == 201, taken.json
    blob = taken.json["blob"]
    day = (at.walk.today() + timedelta(days=10)).isoformat()
    ended = at.end("rectify", blob, rectify_by=day)
    assert ended.status_code == 200, ended.json
    (outcome,) = at.get("review", f"/v1/reviews/{at.case}").json["outcomes"]
    assert [one["blob"] for one in outcome["pictures"]] == [blob]
    place = f"/v1/cases/{at.case}/pictures/{blob}"
    assert at.get("intake", place).status_code == 404, "nobody has the case"
    assert at.command("assignment", {}).status_code == 200
    read = at.get("intake", place)
    assert (read.status_code, read.content_type) == (200, "image/jpeg")
    assert PLACE not in read.data, "where it was taken is nobody's"
    assert at.get("intake", place, "applicant").status_code == 403
    assert at.get("intake", f"/v1/cases/{at.case}/materials/{blob}").status_code == 404
    assert at.get("intake", f"/v1/cases/{at.case}/pictures/nothing").status_code == 404
    told = at.get("intake", f"/v1/cases/{at.case}/readings", "applicant").json["readings"]
    mine = [one for one in told if one["classes"][0]["code"] == "note"]
    assert [one["duty"] for one in mine] == ["review"]
    assert mine[0]["classes"][0]["zh"] == "内部意见和检查照片"
    shown = at.get("intake", f"/v1/cases/{at.case}", "applicant")
    assert blob not in shown.get_data(as_text=True)
    at.sweep(timedelta(days=40))
    assert at.opens(blob), "an outcome names it"


def test_a_picture_that_no_outcome_names_is_gone_after_a_day(at: Inspecting) -> None:
    blob = at.upload().json["blob"]
    at.sweep(timedelta(hours=23))
    assert at.opens(blob)
    at.sweep(timedelta(days=1))
    assert not at.opens(blob)
    refused = at.end("passed", blob)
    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert (error["pointer"], error["code"]) == ("/pictures/0", "upload-gone")
    assert error["detail_zh"] == "照片上传后没有及时提交，已经销毁，请重新上传。"


def test_what_was_not_uploaded_for_this_inspection_is_not_named(at: Inspecting) -> None:
    material = at.get("intake", f"/v1/cases/{at.case}").json["materials"][0]["blob"]
    refused = at.end("passed", material, "nothing")
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json["errors"]] == ["/pictures/0", "/pictures/1"]
    assert "没有找到为该办件上传的这张照片" in refused.json["errors"][0]["detail_zh"]


def test_only_an_inspection_that_is_next_takes_pictures_and_no_document(at: Inspecting) -> None:
    assert at.upload(b"%PDF-1.7 made up").status_code == 415
    assert at.upload(b"no picture").status_code in {415, 422}
    assert at.upload(picture(), "applicant").status_code == 403
    blob = at.upload().json["blob"]
    assert at.end("passed", blob).status_code == 200
    late = at.upload()
    assert (late.status_code, late.json["type"].rpartition(":")[2]) == (409, "not-possible-now")
    assert late.json["detail_zh"] == "下一步骤不是现场检查，请刷新后查看。"
