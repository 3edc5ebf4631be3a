"""The officer's work over HTTP on a real log: given up, put right, previewed, told."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review.desk.draft_store import DraftStore, KeptDraft
from shared.config import Databases
from tests.integration.cases.test_review_api import finding
from tests.support.casework_world import APPLICANT
from tests.support.given import CRITERIA
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
RIGHT_NAME = "阿依古丽·买买提"
EXPLANATION = "经核查，上次办证后户籍信息已变更，请持居民户口簿到户籍地派出所办理"


class OnTheDesk:
    """A paid case under review, and what its officers and its applicant ask."""

    def __init__(self, path: Path4) -> None:
        self.path = path
        self.case = path.submitted()
        path.paid(self.case)
        self.review = path.client("review")
        self.intake = path.client("intake")

    def post(self, action: str, body: Any, user: str = "officer", **headers: str) -> Any:
        return self.review.post(f"/v1/reviews/{self.case}/{action}", body, user, **headers)

    def show(self) -> Any:
        return self.review.get(f"/v1/reviews/{self.case}", "officer").json

    def draft(self, user: str = "officer") -> Any:
        return self.review.get(f"/v1/reviews/{self.case}/draft", user)

    def application(self, user: str = "officer") -> Any:
        at, client = ("reviews", self.review) if user != "applicant" else ("cases", self.intake)
        return client.get(f"/v1/{at}/{self.case}/application", user)

    def told(self, about: str) -> list[str]:
        """What the applicant was told of an event, in Chinese, once for each channel."""
        self.path.settle()
        shown = self.path.client("notify").get(f"/v1/notices/{self.case}", "applicant").json
        return [one["zh"] for one in shown["messages"] if one["about"] == about]


@pytest.fixture
def desk(databases: Databases, tmp_path: Path) -> OnTheDesk:
    return OnTheDesk(Path4(databases, tmp_path))


def test_a_case_is_released_taken_and_passed_on_and_only_its_officer_reads_it(
    desk: OnTheDesk,
) -> None:
    desk.post("assignment", {})
    assert desk.application().status_code == 200
    version = desk.show()["version"]
    released = desk.post("release", {"reason": "absence", "note": "休假"})
    assert released.json["events"] == ["review.CaseReleased"]
    assert desk.application().status_code == 404
    assert desk.show()["officer"] is None
    late = desk.post(
        "passing-on",
        {"reason": "workload", "to": "staff-officer-2"},
        "officer",
        **{"If-Match": f'"{version}"'},
    )
    assert late.status_code == 412
    desk.post("assignment", {})
    passed = desk.post("passing-on", {"reason": "workload", "to": "staff-officer-2"})
    assert passed.json["events"] == ["review.CasePassedOn"]
    assert desk.application().status_code == 404
    assert desk.application("officer-2").status_code == 200
    stored = desk.path.databases.log["commits"].find()
    assert all("休假".encode() not in row["body"] for row in stored)
    assert desk.told("review.CasePassedOn") == []


def test_a_name_is_put_right_for_the_desk_and_the_applicant_who_is_told(desk: OnTheDesk) -> None:
    desk.post("assignment", {})
    assert desk.application().json["applicant"]["name"] == APPLICANT["name"]
    done = desk.post("correction", {"name": RIGHT_NAME, "why": "document-differs"})
    assert done.json["events"] == ["review.FactCorrected"]
    for user in ("officer", "applicant"):
        found = desk.application(user).json["applicant"]
        assert found["name"] == RIGHT_NAME
        assert found["phone"] == APPLICANT["phone"]
    (shown,) = desk.show()["corrections"]
    assert (shown["field"], shown["why"], shown["value"]) == ("name", "document-differs", None)
    assert len(shown["old_hash"]) == 64
    told = desk.told("review.FactCorrected")
    assert told
    assert all("姓名（名称）有误，已予更正" in one for one in told)
    assert not any(RIGHT_NAME in one or APPLICANT["name"] in one for one in told)
    stored = desk.path.databases.log["commits"].find()
    assert all(RIGHT_NAME.encode() not in row["body"] for row in stored)


def test_the_preview_of_a_refusal_is_what_the_applicant_is_told_and_reads(desk: OnTheDesk) -> None:
    desk.post("assignment", {})
    body = {"findings": finding(True, False), "explanation": EXPLANATION}
    before = desk.show()["version"]
    preview = desk.post("preview", body)
    assert (preview.status_code, preview.json["decision"]) == (200, "refuse")
    assert desk.show()["version"] == before
    desk.post("proposal", {"proposal": "refuse", "findings": finding(True, False)})
    refusal = {"reasons": [CRITERIA[1]], "explanation": EXPLANATION}
    assert desk.post("refusal", refusal, "officer-2").status_code == 200
    told = desk.told("review.CaseRefused")
    assert told
    assert set(told) == {preview.json["zh"]}
    words = desk.application("applicant").json["words"]
    assert [one["text"] for one in words if one["kind"] == "explanation"] == [EXPLANATION]
    assert EXPLANATION not in preview.json["zh"]


@pytest.mark.parametrize("user", ["officer-elsewhere", "applicant", "producer", "auditor"])
def test_nobody_else_previews_or_corrects(desk: OnTheDesk, user: str) -> None:
    desk.post("assignment", {})
    for action, body in (
        ("preview", {"findings": finding(True, True)}),
        ("correction", {"name": RIGHT_NAME, "why": "typing"}),
    ):
        assert desk.post(action, body, user).status_code in {403, 404}


DRAFT = {"proposal": "refuse", "findings": finding(True, False), "note": "待核实户籍变更日期"}


def test_a_draft_is_the_desks_own_sealed_and_gone_after_its_days(desk: OnTheDesk) -> None:
    desk.post("assignment", {})
    assert desk.draft().status_code == 404
    kept = desk.post("draft", DRAFT)
    assert kept.status_code == 200
    version = desk.show()["version"]
    assert desk.post("draft", {**DRAFT, "explanation": EXPLANATION}).status_code == 200
    assert desk.show()["version"] == version, "a draft is no event of the case"
    shown = desk.draft().json
    assert {name: shown[name] for name in DRAFT} == DRAFT
    assert (shown["explanation"], shown["officer"]) == (EXPLANATION, "staff-officer")
    rows = str(list(desk.path.databases.work["desk_drafts"].find()))
    assert desk.case in rows
    assert DRAFT["note"] not in rows
    readings = desk.intake.get(f"/v1/cases/{desk.case}/readings").json["readings"]
    assert any("note" in str(one["classes"]) for one in readings)
    desk.path.world.ahead = timedelta(days=31)
    assert desk.draft().status_code == 404
    assert list(desk.path.databases.work["desk_drafts"].find()) == []


def test_a_draft_that_is_kept_sweeps_the_old_ones_by_their_age(desk: OnTheDesk) -> None:
    drafts, rows = DraftStore(desk.path.databases.work), desk.path.databases.work["desk_drafts"]
    drafts.ensure_indexes()
    desk.post("assignment", {})
    now = desk.path.now()
    drafts.keep("another", KeptDraft("staff-1", "subject/x", b"sealed", now))
    desk.path.world.ahead = timedelta(days=31)
    assert desk.draft().status_code == 404
    assert [one["_id"] for one in rows.find()] == ["another"], "a reading sweeps nothing else"
    assert desk.post("draft", DRAFT).status_code == 200
    assert [one["_id"] for one in rows.find()] == [desk.case]
    plan = repr(rows.find({"at": {"$lt": now}}).explain()["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan


def test_whoever_has_the_case_has_its_draft_and_nobody_else(desk: OnTheDesk) -> None:
    desk.post("assignment", {})
    assert desk.post("draft", DRAFT, "officer-2").status_code == 409
    desk.post("draft", DRAFT)
    assert desk.draft("officer-2").status_code == 404
    assert desk.draft("applicant").status_code == 403
    desk.post("passing-on", {"reason": "workload", "to": "staff-officer-2"})
    assert desk.draft().status_code == 404
    assert desk.draft("officer-2").json["note"] == DRAFT["note"]
    desk.post("proposal", {"proposal": "refuse", "findings": finding(True, False)}, "officer-2")
    refusal = {"reasons": [CRITERIA[1]], "explanation": EXPLANATION}
    assert desk.post("refusal", refusal).status_code == 200
    assert desk.draft("officer-2").status_code == 404


def test_a_draft_says_nothing_that_a_proposal_could_not(desk: OnTheDesk) -> None:
    desk.post("assignment", {})
    for wrong in ({"proposal": "wait"}, {"note": "\x07"}, {"more": 1}):
        assert desk.post("draft", wrong).status_code == 422
    assert desk.post("draft", {}).status_code == 200
