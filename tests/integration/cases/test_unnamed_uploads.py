"""Uploads that no application, supplement or draft names are gone after a day; a named one never.

The uploads are made over HTTP on a real log; the sweeping has a clock of its own, ahead.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake.files.unnamed import EVERY_S, UnnamedUploads, sweeping
from shared.config import Databases
from shared.eventlog import Actor
from shared.vault import Erased
from tests.support.casework_world import Client, picture
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
READER = Actor(kind="auditor", ref="staff-test")
DAY = timedelta(days=1)


class Office:
    """Intake over HTTP, and the sweeping of its worker."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.world = Path4(databases, folder).world
        self.intake = Client(self.world, self.world.intake())
        self.unnamed = UnnamedUploads(databases.work)
        self.rows = databases.work["unnamed_uploads"]

    def sweep(self, ahead: timedelta) -> None:
        ticks = iter((0.0, EVERY_S, EVERY_S))
        sweeping(
            self.unnamed,
            self.world.opened.blobs,
            self.world.log("intake"),
            now=lambda: datetime.now(UTC) + ahead,
            monotonic=lambda: next(ticks),
        )()

    def upload(self, colour: str = "white", user: str = "applicant", **more: str) -> str:
        answer = self.intake.upload(picture(colour), user, **more)
        assert answer.status_code == 201, answer.json
        blob: str = answer.json["blob"]
        return blob

    def apply(self, *blobs: str) -> Any:
        given = [{"code": "household-register", "blob": blob} for blob in blobs]
        return self.intake.post(
            "/v1/cases", {**self.intake.application(complete=False), "materials": given}
        )

    def keep(self, *blobs: str, user: str = "applicant") -> Mapping[str, Any]:
        answer = self.intake.post("/v1/drafts", {"uploads": list(blobs)}, user)
        assert answer.status_code == 200, answer.json
        told: Mapping[str, Any] = answer.json
        return told

    def opens(self, blob: str) -> bool:
        self.world.opened.vault.keys._cache.clear()
        try:
            self.world.opened.blobs.read(blob, reader=READER, why="test")
        except Erased:
            return False
        return True


@pytest.fixture
def office(databases: Databases, tmp_path: Path) -> Office:
    return Office(databases, tmp_path)


def test_an_upload_that_nobody_names_is_gone_after_a_day_and_can_be_sent_again(
    office: Office,
) -> None:
    key = {"Idempotency-Key": "the-same-picture"}
    blob = office.upload(**key)
    office.sweep(DAY - timedelta(minutes=1))
    assert office.opens(blob)
    office.sweep(DAY)
    assert not office.opens(blob)
    assert office.rows.count_documents({}) == 0
    refused = office.apply(blob)
    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert (error["code"], error["pointer"]) == ("upload-gone", "/materials/0/blob")
    assert "请重新上传" in error["detail_zh"]
    again = office.upload(**key)
    assert again == f"{blob}-1"
    assert office.upload(**key) == again, "a repeat is one upload"
    assert office.apply(again).status_code == 201
    office.sweep(40 * DAY)
    assert office.opens(again)


def test_an_upload_that_an_application_has_stays(office: Office) -> None:
    blob, other = office.upload(), office.upload("red")
    assert office.apply(blob).status_code == 201
    office.sweep(3 * DAY)
    assert (office.opens(blob), office.opens(other)) == (True, False)
    assert office.rows.count_documents({}) == 0
    office.sweep(400 * DAY)
    assert office.opens(blob)
    assert office.apply(blob).status_code == 201, "one that stays can be named again"


def test_an_upload_that_a_case_has_stays_when_its_file_is_sent_again(office: Office) -> None:
    key = {"Idempotency-Key": "the-same-file"}
    blob = office.upload(**key)
    assert office.apply(blob).status_code == 201
    office.sweep(3 * DAY)
    assert office.upload(**key) == blob
    office.sweep(9 * DAY)
    assert office.opens(blob)


def test_a_file_that_is_sent_again_begins_its_day_anew(office: Office) -> None:
    key = {"Idempotency-Key": "the-same-file"}
    blob = office.upload(**key)
    office.rows.update_one({"_id": blob}, {"$set": {"until": datetime.now(UTC)}})
    assert office.upload(**key) == blob
    office.sweep(DAY - timedelta(minutes=1))
    assert office.opens(blob)


def test_an_upload_that_was_named_and_not_taken_goes_a_day_later(office: Office) -> None:
    blob = office.upload()
    case = office.apply(office.upload("red")).json["case"]
    body = {"material": {"code": "unheard-of", "blob": blob}}
    assert office.intake.post(f"/v1/cases/{case}/materials", body).status_code == 409
    assert office.rows.find_one({"_id": blob})["cases"] == [case]  # type: ignore[index]
    office.sweep(DAY - timedelta(minutes=1))
    assert office.opens(blob)
    office.sweep(DAY + timedelta(minutes=1))
    assert not office.opens(blob)


def test_an_upload_of_one_case_that_another_refused_stays(office: Office) -> None:
    blob = office.upload()
    assert office.apply(blob).status_code == 201
    other = office.apply(office.upload("red")).json["case"]
    body = {"material": {"code": "unheard-of", "blob": blob}}
    assert office.intake.post(f"/v1/cases/{other}/materials", body).status_code == 409
    office.sweep(3 * DAY)
    assert office.opens(blob)


def test_an_upload_that_is_added_to_a_case_stays(office: Office) -> None:
    case, blob = office.apply().json["case"], office.upload()
    body = {"material": {"code": "household-register", "blob": blob}}
    assert office.intake.post(f"/v1/cases/{case}/materials", body).status_code == 200
    office.sweep(3 * DAY)
    assert office.opens(blob)


def test_a_draft_keeps_its_uploads_as_long_as_it_lasts(office: Office) -> None:
    blob, other = office.upload(), office.upload("red")
    assert office.keep(blob)["until"]
    told = office.keep(other, user="neighbour")
    assert (told["until"], told["gone"]) == (None, [other]), "it is none of theirs"
    office.sweep(30 * DAY)
    assert (office.opens(blob), office.opens(other)) == (True, False)
    assert office.keep(blob, other)["gone"] == [other]
    office.sweep(32 * DAY)
    assert not office.opens(blob)


@pytest.mark.parametrize("how", ["named", "kept"])
def test_an_upload_that_is_named_while_it_is_looked_at_stays(office: Office, how: str) -> None:
    blob = office.upload()
    (row,) = office.unnamed.over(now=datetime.now(UTC) + DAY)
    if how == "named":
        assert office.apply(blob).status_code == 201
    else:
        office.keep(blob)
    assert not office.unnamed.end(row)
    assert office.opens(blob)


def test_whoever_names_an_upload_that_is_going_is_told(office: Office) -> None:
    blob = office.upload()
    (row,) = office.unnamed.over(now=datetime.now(UTC) + DAY)
    assert office.unnamed.end(row)
    assert office.opens(blob), "its key is there for a moment more"
    assert office.apply(blob).json["errors"][0]["code"] == "upload-gone"


def test_an_upload_from_before_there_were_rows_is_not_swept(office: Office) -> None:
    blob = office.upload()
    office.rows.delete_many({})
    office.sweep(400 * DAY)
    assert office.opens(blob)
    assert office.apply(blob).status_code == 201
