"""An inspection at the desk: a finding on each point, what is to be put right until when, again."""

import json
import re
from io import BytesIO
from typing import Any

import httpx

from tests.support.portal_applying import CASE, Applying
from tests.support.portal_cases import STAGES, at_case, refuses, tagged, takes
from tests.support.portal_world import PAGES
from tests.unit.portal.test_desk import AT, REVIEWED, desk

__all__ = ["desk"]
POINTS = [
    {"point": "doors", "text": "客房的门、窗符合防盗要求", "text_en": "Doors are secure"},
    {"point": "storage", "text": "设有物品保管柜", "text_en": ""},
]
NEXT = {
    "step": "inspection",
    "outcomes": ["passed", "failed", "rectify"],
    "findings_demanded": True,
    "pictures": True,
}
FOUND = {
    "step": "inspection",
    "outcome": "rectify",
    "officer": "staff-1",
    "points": [{**POINTS[0], "met": True}, {**POINTS[1], "met": False}],
    "rectify_by": "2026-12-12",
    "votes": [],
    "at": "2026-12-02T02:00:00Z",
}
BY = {"rectify_by.year": "2026", "rectify_by.month": "12", "rectify_by.day": "12"}
OUTCOME = f"/v1/reviews/{CASE}/step-outcome"


def inspecting(desk: Applying, **more: Any) -> None:
    """The inspection is next, with its checklist."""
    told = {**REVIEWED, "checklist": POINTS, "next_step": NEXT, "outcomes": [], **more}
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged(told)


def test_each_point_is_found_on_and_what_is_not_met_has_a_last_day(desk: Applying) -> None:
    inspecting(desk)
    sent = takes(desk, OUTCOME)
    page = desk.open(f"{AT}/do/step")
    for said in (
        "客房的门、窗符合防盗要求",
        "说明：设有物品保管柜",
        "整改期限（需要整改的）",
        "申请人可以看到。",
        "全部符合的才能通过",
    ):
        assert said in page
    said = {"step": "inspection", "outcome": "rectify", **BY}
    page = desk.send(**said, **{"point.doors": "met"})
    assert sent == [], "a point without a finding is told before anything is sent"
    assert "请选择" in page
    found = {"point.doors": "met", "point.storage": "unmet", "remark.storage": "缺保管柜"}
    desk.send(**said, **found, explanation="请添置保管柜", note="复查")
    (one,) = sent
    assert one["body"] == {
        "step": "inspection",
        "outcome": "rectify",
        "points": [
            {"point": "doors", "met": True},
            {"point": "storage", "met": False, "remarks": "缺保管柜"},
        ],
        "rectify_by": "2026-12-12",
        "explanation": "请添置保管柜",
        "note": "复查",
    }


def test_what_review_refuses_is_told_in_its_words_and_nothing_typed_is_lost(desk: Applying) -> None:
    inspecting(desk)
    zh = "检查清单上有不符合的，须写明整改期限"
    refuses(desk, OUTCOME, "rectify-by-impossible", 409, detail="Name the day.", detail_zh=zh)
    desk.open(f"{AT}/do/step")
    found = {"point.doors": "met", "point.storage": "unmet", "remark.storage": "缺保管柜"}
    page = desk.send(step="inspection", outcome="rectify", **found)
    assert zh in page
    assert "缺保管柜" in page


def test_rectifying_ends_in_one_way_and_shows_what_was_not_met(desk: Applying) -> None:
    retry = {"step": "rectification", "outcomes": ["passed"], "findings_demanded": False}
    inspecting(desk, checklist=[], next_step=retry, outcomes=[FOUND])
    page = desk.open(f"{AT}/do/step")
    assert "未通过" not in page
    assert "整改期限（" not in page
    for said in ("现场检查", "2026 年 12 月 2 日：需要整改", "设有物品保管柜"):
        assert said in page


def test_the_next_inspection_and_the_case_show_the_earlier_findings(desk: Applying) -> None:
    inspecting(desk, outcomes=[FOUND])
    for path in (AT, f"{AT}/do/step", f"{AT}/do/visit", f"{AT}/do/proposal"):
        page = desk.open(path)
        for said in ("检查情况", "设有物品保管柜</span>：不符合", "整改期限：2026 年 12 月 12 日"):
            assert said in page, path


def test_the_applicant_sees_when_somebody_comes_and_what_is_to_be_put_right(
    applying: Applying,
) -> None:
    visit = {"day": "2026-12-02", "since": "09:30", "until": "11:00", "office": None}
    unmet = [{"text": "设有物品保管柜", "text_en": ""}]
    again = {"code": "rectification", "zh": "整改", "en": "Rectification", "state": "now"}
    at_case(
        applying,
        stages=[
            {**STAGES[1], "visit": visit},
            {**again, "unmet": unmet, "by": "2026-12-12"},
        ],
    )
    page = applying.open(f"/cases/{CASE}")
    for said in (
        "现场检查时间：2026 年 12 月 2 日 09:30 至 11:00，地点：申请的场所",
        "以下要求尚未达到，请整改：",
        "设有物品保管柜",
        "整改期限：2026 年 12 月 12 日 24 时前",
    ):
        assert said in page


PICTURES = f"/v1/cases/{CASE}/pictures"


def taking(desk: Applying, *answers: httpx.Response) -> list[httpx.Request]:
    """Intake answers each upload in turn."""
    given, asked = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return given.pop(0)

    desk.world.said[PICTURES] = answer
    return asked


def stored(blob: str) -> httpx.Response:
    return httpx.Response(201, json={"blob": blob, "media_type": "image/png", "size": 1})


def test_pictures_are_uploaded_one_by_one_kept_and_named_by_the_outcome(desk: Applying) -> None:
    inspecting(desk)
    asked = taking(desk, stored("c-1"), stored("c-2"), stored("c-3"))
    sent = takes(desk, OUTCOME)
    desk.open(f"{AT}/do/step")
    found = {"point.doors": "met", "point.storage": "met", "outcome": "passed"}
    said = {"step": "inspection", **found}
    page = desk.send(do="upload", pictures=(BytesIO(b"one"), "a.png"), **said)
    assert sent == []
    assert "图片 1" in page
    assert re.search(r'value="met" checked', page), "what was chosen stays"
    files = [(BytesIO(b"two"), "b.png")]
    page = desk.send(do="upload", pictures=["c-1", *files], **said)
    assert re.findall(r'name="pictures" value="(c-.)"', page) == ["c-1", "c-2"]
    page = desk.send(do="take-out:pictures:c-1", pictures=["c-1", "c-2"], **said)
    assert re.findall(r'name="pictures" value="(c-.)"', page) == ["c-2"]
    last = [(BytesIO(b"three"), "c.png")]
    desk.send(do="send", pictures=["c-2", *last], **said)
    (one,) = sent
    assert one["body"]["pictures"] == ["c-2", "c-3"]
    assert [one.content for one in asked] == [b"one", b"two", b"three"]


def test_what_is_no_picture_is_told_beside_the_input_and_nothing_is_recorded(
    desk: Applying,
) -> None:
    inspecting(desk)
    zh = "检查照片须为图片，请换用图片后重新上传。"
    problem = {"type": "urn:caseledger:problem:unsupported-media-type", "detail_zh": zh}
    headers = {"Content-Type": "application/problem+json"}
    taking(desk, httpx.Response(415, content=json.dumps(problem), headers=headers))
    sent = takes(desk, OUTCOME)
    desk.open(f"{AT}/do/step")
    page = desk.send(do="send", step="inspection", pictures=(BytesIO(b"%PDF-"), "a.pdf"))
    assert zh in page
    assert sent == []


def test_the_desk_opens_a_picture_of_an_inspection(desk: Applying) -> None:
    picture = {"blob": f"{CASE}-1", "sha256": "0", "media_type": "image/png", "size": 1}
    inspecting(desk, outcomes=[{**FOUND, "pictures": [picture]}])
    page = desk.open(AT)
    found = re.search(r'href="([^"]*of=inspection)"', page)
    assert found
    assert "照片 1" in page
    content = httpx.Response(200, content=b"png", headers={"Content-Type": "image/png"})
    desk.world.said[f"{PICTURES}/{CASE}-1"] = lambda _request: content
    answer = desk.browser.get(found[1], base_url=PAGES)
    assert (answer.content_type, answer.data) == ("image/png", b"png")
