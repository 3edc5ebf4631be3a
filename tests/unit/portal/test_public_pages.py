"""What everybody may see: search, guide, verification; Chinese first."""

import json
import re
from typing import Any, get_args

import pytest

from services.portal.pages.guide import in_yuan
from services.portal.pages.verification import STANDINGS
from services.portal.words.catalogue import load
from shared.case import Ending
from tests.support.portal_world import PAGES, World

CARD: dict[str, Any] = {
    "id": "000-01",
    "version": "2026.11.21",
    "content_hash": "ab" * 32,
    "name": "居民身份证的丢失补领业务",
    "name_en": "Reissue of a lost resident identity card",
    "summary": "",
    "offered": True,
    "department_name": "公安机关",
    "audience": "自然人",
    "coverage": "新疆户籍居民",
    "fee": {
        "state": "amount",
        "charged": True,
        "lines": [{"name": "居民身份证工本费", "name_en": "Card", "amount_fen": 4005, "per": "张"}],
    },
    "limits": [
        {"rank": "promise", "kind": "period", "n": 15, "unit": "working_days", "raw": "15个工作日"},
        {"rank": "law", "kind": "same_day", "raw": ""},
        {"rank": "internal", "kind": "period", "n": 5, "unit": "working_days", "raw": "内部"},
        {
            "rank": "law",
            "kind": "period",
            "n": 3,
            "unit": "months",
            "raw": "申请人的",
            "party": "applicant",
        },
    ],
    "results": [{"name": "居民身份证", "name_en": "Resident identity card"}],
    "materials": [
        {
            "name": "居民户口簿",
            "name_en": "Household register",
            "condition": None,
            "required": True,
        },
        {"name": "照片", "name_en": "Photograph", "condition": None, "required": False},
        {"name": "联系电话", "condition": None, "required": True, "question": True},
    ],
    "delivery": [{"kind": "post"}, {"kind": "pickup"}, {"kind": "post"}],
    "conditions": ["（一）新疆户籍居民"],
    "steps": ["阅读网上办理须知。"],
    "offices": [{"name": "", "raw": "", "address": "互联网", "phones": []}],
    "hotlines": {"consult": [{"label": "公安厅", "numbers": ["0991-0000000"]}]},
    "legal_bases": [{"name": "《中华人民共和国居民身份证法》", "article": "第七条", "text": ""}],
}
LINE = {**CARD, "aliases": ["lost identity card"]}
DOCUMENT = "d0c0" * 8


def english(world: World) -> Any:
    browser = world.browser()
    browser.get("/language/en")
    return browser


def form_token(page: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_a_search_asks_for_what_is_offered_and_leads_to_the_guide(world: World) -> None:
    world.answers("/v1/items", {"total": 1, "items": [LINE], "next": None})
    page = world.browser().get("/items?q=身份证").text
    assert dict(world.asked[0].url.params) == {"offered": "true", "limit": "20", "q": "身份证"}
    assert 'href="/items/000-01"' in page
    assert "居民身份证的丢失补领业务" in page
    assert "Reissue of a lost resident identity card" in english(world).get("/items?q=card").text


def test_a_search_goes_on_on_the_next_page_and_says_when_nothing_is_found(world: World) -> None:
    world.answers("/v1/items", {"total": 30, "items": [LINE], "next": "000-20"})
    assert "q=%E8%AF%81&amp;after=000-20" in world.browser().get("/items?q=证").text
    world.answers("/v1/items", {"total": 0, "items": [], "next": None})
    assert "请换一个说法" in world.browser().get("/items?q=无").text


def test_a_search_that_is_too_long_asks_nobody(world: World) -> None:
    answer = world.browser().get("/items", query_string={"q": "长" * 101})
    assert "不超过一百个字" in answer.text
    assert world.asked == []


def test_the_api_refuses_a_text_and_the_page_says_what_to_do(world: World) -> None:
    world.answers("/v1/items", {"type": "urn:caseledger:problem:invalid-fields"}, status=422)
    assert "无法查找" in world.browser().get("/items?q=x").text


def test_the_guide_says_what_is_needed_what_it_costs_and_how_long_it_takes(world: World) -> None:
    world.answers("/v1/items/000-01", CARD)
    page = world.browser().get("/items/000-01").text
    for told in ("居民户口簿", "照片（可以不提交）", "40.05 元（每张）", "15个工作日", "当日办结"):
        assert told in page
    for told in ("新疆户籍居民", "阅读网上办理须知", "0991-0000000", "第七条"):
        assert told in page
    ways = "邮寄、" + load()["delivery-pickup"]["zh"]
    assert ways in re.sub(r"\s", "", page), "each way in which the result can be had, once"
    assert "联系电话" not in page, "a question is no paper"
    assert "内部" not in page
    assert "申请人的" not in page
    assert "15 working days" in english(world).get("/items/000-01").text


def test_a_fee_that_is_not_charged_or_not_known_is_said_so(world: World) -> None:
    for state, told in (("none", "不收费"), ("unknown", "未公布的不收取")):
        fee = {"state": state, "charged": True, "lines": []}
        world.answers("/v1/items/000-01", {**CARD, "fee": fee})
        assert told in world.browser().get("/items/000-01").text
    assert in_yuan(100000) == "1000.00"


def test_an_item_that_is_not_there_is_a_page_that_says_so(world: World) -> None:
    world.answers("/v1/items/999-99", {"type": "urn:caseledger:problem:not-found"}, status=404)
    assert world.browser().get("/items/999-99").status_code == 404
    assert world.browser().get("/items/..%2fcases").status_code == 404


def test_an_item_that_is_not_offered_has_no_button(world: World) -> None:
    world.answers("/v1/items/000-01", {**CARD, "offered": False})
    page = world.browser().get("/items/000-01").text
    assert "/agreement" not in page
    assert "到办理地点咨询" in page
    why = {"not_offered_because": "It is no service.", "not_offered_because_zh": "不属于服务。"}
    world.answers("/v1/items/000-01", {**CARD, "offered": False, **why})
    page = world.browser().get("/items/000-01").text
    assert why["not_offered_because_zh"] in page
    assert why["not_offered_because"] not in page
    assert "到办理地点咨询" not in page


def test_who_agrees_to_the_guide_comes_to_the_form(world: World) -> None:
    world.answers("/v1/items/000-01", CARD)
    browser = world.browser()
    token = form_token(browser.get("/verify", base_url=PAGES).text)
    answer = browser.post("/items/000-01/agreement", base_url=PAGES, data={"token": token})
    assert (answer.status_code, answer.location) == (302, "/apply/000-01")


NOT_FOUND = {"type": "urn:caseledger:problem:not-found"}


def test_a_paper_is_found_by_its_code_with_what_is_printed_on_it(world: World) -> None:
    said = {
        "what": "旅馆业特种行业许可证",
        "holder": "张*",
        "number": "旅许2026-1",
        "by": "公安机关",
        "status": "revoked",
        "since": "2026-11-30",
    }
    world.answers("/v1/verification/AB12-CD34", said)
    page = world.browser().get("/verify/AB12-CD34").text
    for told in (
        "已作废",
        "旅馆业特种行业许可证",
        "张*",
        "旅许2026-1",
        "公安机关",
        "2026 年 11 月 30 日",
    ):
        assert told in page


def checked(world: World, number: str) -> Any:
    browser = world.browser()
    token = form_token(browser.get("/verify", base_url=PAGES).text)
    data = {"token": token, "document": number}
    return browser.post("/verify", base_url=PAGES, data=data)


@pytest.mark.parametrize("standing", STANDINGS)
def test_a_document_is_checked_without_signing_in(world: World, standing: str) -> None:
    said = {"document": DOCUMENT, "status": standing, "kind": "identity-card"}
    world.answers(f"/v1/verification/{DOCUMENT}", NOT_FOUND, status=404)
    world.answers(f"/v1/documents/{DOCUMENT}/verification", {**said, "valid_until": "2030-01-31"})
    answer = checked(world, f" {DOCUMENT[:16]} {DOCUMENT[16:]} ")
    assert answer.location == f"/verify/{DOCUMENT}"
    page = world.browser().get(answer.location).text
    titles = {
        "valid": "这份证照有效",
        "expired": "已过期",
        "suspended": "已挂失",
        "replaced": "取代",
        "revoked": "已作废",
        "unknown": "查不到",
    }
    assert titles[standing] in page
    assert "2030 年 1 月 31 日" in page
    assert "identity-card" not in page


def test_a_paper_whose_document_is_still_being_made_is_not_called_forged(world: World) -> None:
    said = {"code": "ABCD-EFGH-IJKL-MNOP", "what": "旅馆业特种行业许可证", "holder": "张*"}
    world.answers(f"/v1/verification/{DOCUMENT[:16]}", {**said, "status": "unknown"})
    page = world.browser().get(f"/verify/{DOCUMENT[:16]}").text
    for told in ("这份证照还没有发出", "旅馆业特种行业许可证", "portal-standing--bad"):
        assert told in page
    assert "伪造" not in page


def test_a_number_that_cannot_be_one_is_said_beside_its_field(world: World) -> None:
    for number, told in (("", "请输入证照上的核验编号"), ("编号一", "只含字母、数字和短横线")):
        page = checked(world, number).text
        assert page.count(told) == 2
        assert 'href="#document"' in page
    assert world.asked == []


@pytest.mark.parametrize(
    "typed", ["ABCD-EFGH-IJKL-MNOP", "ａｂｃｄ－ｅｆｇｈ　ijkl mnop", "abcd—efgh—ijkl—mnop"]
)
def test_a_code_may_be_typed_as_it_likes(world: World, typed: str) -> None:
    answer = checked(world, typed)
    assert answer.status_code == 302
    assert answer.location.isascii()
    assert answer.location.replace("-", "").lower() == "/verify/abcdefghijklmnop"


@pytest.mark.parametrize("number", ["20260000014", "1", "2026113065000000", "AB12-CD34"])
def test_a_number_that_is_no_code_is_not_called_forged(world: World, number: str) -> None:
    page = checked(world, number).text
    assert page.count("这不是核验编号") == 2
    assert "二维码的旁边" in page
    assert world.asked == []
    unknown = {"document": number, "status": "unknown", "kind": None, "valid_until": None}
    world.answers(f"/v1/verification/{number}", NOT_FOUND, status=404)
    world.answers(f"/v1/documents/{number}/verification", unknown)
    page = world.browser().get(f"/verify/{number}").text
    assert "这不是核验编号" in page
    assert "伪造" not in page


def test_a_number_that_the_api_does_not_know_is_no_error(world: World) -> None:
    for place in (f"/v1/verification/{DOCUMENT}", f"/v1/documents/{DOCUMENT}/verification"):
        world.answers(place, NOT_FOUND, status=404)
    answer = world.browser().get(f"/verify/{DOCUMENT}")
    assert answer.status_code == 200
    assert "可能是伪造的" in answer.text


def test_with_a_service_away_the_page_says_what_still_works(world: World) -> None:
    assert "核验证照照常" in world.browser().get("/items?q=x").text
    assert "提交申请和查询进度照常" in world.browser().get(f"/verify/{DOCUMENT}").text


CASE_NUMBER = "20261130650000000012"
STANDING = {
    "number": CASE_NUMBER,
    "status": "awaiting-supplement",
    "open": True,
    "stage": {"zh": "受理", "en": "Acceptance"},
    "until": "2026-12-10",
    "provisional": False,
}


def stands(world: World, number: str, end: str) -> Any:
    browser = world.browser()
    token = form_token(browser.get("/standing", base_url=PAGES).text)
    data = {"token": token, "number": number, "identity_end": end}
    return browser.post("/standing", base_url=PAGES, data=data)


def test_a_case_is_asked_about_without_signing_in(world: World) -> None:
    world.answers("/v1/cases/standing", STANDING)
    answer = stands(world, f" {CASE_NUMBER[:8]} {CASE_NUMBER[8:]} ", " 123x ")
    (asked,) = world.asked
    assert json.loads(asked.content) == {"number": CASE_NUMBER, "identity_end": "123x"}
    assert "authorization" not in asked.headers
    for told in ("待补正", "受理", "2026 年 12 月 10 日", "请登录后查看缺少什么", CASE_NUMBER):
        assert told in answer.text
    assert 'value="123x"' not in answer.text


@pytest.mark.parametrize(
    ("problem", "status", "told"),
    [("not-found", 404, "没有查到"), ("too-many-requests", 429, "试错太多")],
)
def test_why_nothing_is_told_is_said_beside_the_number(
    world: World, problem: str, status: int, told: str
) -> None:
    said = {"type": f"urn:caseledger:problem:{problem}"}
    world.answers("/v1/cases/standing", said, status=status)
    answer = stands(world, CASE_NUMBER, "1239")
    assert answer.text.count(told) == 2
    assert 'value="1239"' not in answer.text
    assert CASE_NUMBER in answer.text


def test_what_cannot_be_right_is_said_at_once_and_nobody_is_asked(world: World) -> None:
    page = stands(world, "123", "").text
    assert page.count("业务流水号是二十位数字") == 2
    assert page.count("请输入身份证件号码的后四位") == 2
    assert world.asked == []


@pytest.mark.parametrize("status", sorted(key[7:] for key in load() if key.startswith("status-")))
def test_every_status_says_what_to_do_and_points_to_nothing_that_is_not_there(
    world: World, status: str
) -> None:
    world.answers("/v1/cases/standing", {**STANDING, "status": status, "stage": None})
    page = stands(world, CASE_NUMBER, "1239").text
    assert load()[f"status-{status}"]["zh"] in page
    for pointing in ("见下", "以下"):
        assert pointing not in page


@pytest.mark.parametrize("outcome", get_args(Ending))
def test_how_a_case_ended_is_told_to_who_asks_by_its_number(world: World, outcome: str) -> None:
    ended = {"status": "closed", "outcome": outcome, "stage": None, "open": False}
    world.answers("/v1/cases/standing", {**STANDING, **ended})
    page = stands(world, CASE_NUMBER, "1239").text
    assert load()[f"outcome-{outcome}"]["zh"] in page
    assert "已结案" not in page
    assert "见下" not in page
