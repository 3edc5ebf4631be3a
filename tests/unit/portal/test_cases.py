"""An applicant's own cases: what is shown, what is asked of them, and what they can do."""

import io
import re
from typing import Any, get_args

import httpx
import pytest

from services.portal.cases.case import tag_of
from services.portal.cases.reading import RUNNING
from shared.case import Status
from tests.support.portal_applying import CASE, Applying
from tests.support.portal_cases import NUMBER, at_case, progress, refuses, takes
from tests.support.portal_world import PAGES

AT = f"/cases/{CASE}"
PNG = b"\x89PNG made up"
ASKED = {
    "missing": [
        {"code": "household-register", "name": "居民户口簿"},
        {"code": "photo", "name": "照片"},
    ],
    "due_at": "2026-12-10T15:59:59.999999Z",
    "basis": "",
    "answered": False,
    "lapsed": False,
}


CHOICE = {
    **ASKED,
    "asked": [
        {
            "zh": "以下之一：（一）居民户口簿；（二）照片",
            "en": "one of these: (1) 居民户口簿; (2) 照片",
            "one_of": [[ASKED["missing"][0]], [ASKED["missing"][1]]],
        }
    ],
}
LINE = {
    "case": CASE,
    "number": NUMBER,
    "version": 2,
    "item": "000-01",
    "status": "under-review",
}


def test_my_cases_are_listed_by_name_with_what_they_stand_at(applying: Applying) -> None:
    applying.world.answers("/v1/progress", {"cases": [LINE], "next": None})
    page = applying.open("/cases")
    assert "居民身份证的丢失补领业务" in page
    assert "审查中" in page
    assert NUMBER in page


def test_with_intake_away_no_code_stands_for_a_name(applying: Applying) -> None:
    applying.world.answers("/v1/progress", {"cases": [LINE], "next": None})
    del applying.world.said["/v1/items/000-01"]
    page = applying.open("/cases")
    assert "事项名称暂时无法显示" in page
    assert "000-01" not in page


@pytest.mark.parametrize(("language", "calls"), [("zh", 0), ("en", 1)])
def test_the_item_is_asked_for_its_english_name_alone(
    applying: Applying, language: str, calls: int
) -> None:
    at_case(applying)
    applying.browser.set_cookie("language", language, domain="pages.test")
    applying.open(AT)
    assert asked(applying, "/v1/items/000-01") == calls
    assert ("Reissue of a lost resident identity card" in applying.page) == bool(calls)


def asked(applying: Applying, path: str) -> int:
    """How often a service was asked for this."""
    return [one.url.path for one in applying.world.asked].count(path)


def test_a_case_says_what_is_to_be_paid_until_when_and_what_comes_next(applying: Applying) -> None:
    at_case(applying)
    page = applying.open(AT)
    assert "请最迟在 2026 年 12 月 7 日（含当日）缴纳 40.00 元。" in page
    assert "请在期限内缴费" in page
    assert "现场检查" in page
    for link in ("messages", "application", "papers", "readings", "contact", "withdraw"):
        assert f'href="{AT}/{link}"' in page


def test_a_case_says_by_name_which_office_has_it(applying: Applying) -> None:
    office = {"name": "乌鲁木齐市天山区办证点", "name_en": "Border pass office, Tianshan District"}
    at_case(applying, responsible={"office": "public-security-650102-1", **office})
    page = applying.open(AT)
    assert "办理机关：" in page
    assert office["name"] in page
    assert "public-security-650102-1" not in page
    applying.browser.set_cookie("language", "en", domain="pages.test")
    assert "Responsible office: Border pass office, Tianshan District" in applying.open(AT)


ORIGINAL = {
    "material": "household-register",
    "name": "居民户口簿",
    "name_en": "Household register",
    "seen_at": "2026-11-20T01:00:00Z",
    "returned_at": None,
}
NOT_ACCEPTED = {
    "why": "supplement-incomplete",
    "reason": "补正后材料仍不齐全",
    "missing": [{"code": "photo", "name": "证件照片"}],
    "reasons": [],
    "legal_basis": ["《中华人民共和国行政许可法》第三十二条"],
    "remedy": {"zh": "如不服，可申请行政复议。", "en": "You may appeal."},
}


@pytest.mark.requirement("R-033")
def test_who_is_not_accepted_sees_what_is_missing_the_remedy_and_what_to_fetch_r033(
    applying: Applying,
) -> None:
    ended = {"status": "not-accepted", "actions": [], "non_acceptance": NOT_ACCEPTED}
    at_case(applying, **ended, originals=[ORIGINAL])
    page = applying.open(AT)
    for said in ("补正后材料仍不齐全", "证件照片", "行政许可法", "行政复议", "居民户口簿", "取回"):
        assert said in page
    at_case(applying, **ended, originals=[ORIGINAL | {"returned_at": "2026-11-30T01:00:00Z"}])
    assert "原件" not in applying.open(AT)
    at_case(applying, originals=[ORIGINAL])
    assert "用完后窗口会退还给您" in applying.open(AT)


def lies_ready(applying: Applying, **voucher: Any) -> None:
    at_case(applying, status="ready", actions=[])
    told = {"asks": "code", "code": "1234 5678", "tries_left": 3, "locked": False} | voucher
    actions = ["voucher"] if told["asks"] == "code" else []
    found = {"case": CASE, "version": 2, "voucher": told, "actions": actions}
    applying.world.answers(f"/v1/issuance/{CASE}/voucher", found)


def test_a_document_that_lies_ready_is_collected_with_the_code_on_the_page_of_the_case(
    applying: Applying,
) -> None:
    lies_ready(applying)
    page = applying.open(AT)
    for said in ("您的取件码：", "1234 5678", "授权委托书", "换领新的取件码"):
        assert said in page
    applying.open(f"{AT}/voucher")
    path = f"/v1/issuance/{CASE}/voucher"
    shown, sent = applying.world.said[path], takes(applying, path)
    takes_it = applying.world.said[path]
    applying.world.said[path] = lambda request: (
        takes_it(request) if request.method == "POST" else shown(request)
    )
    page = applying.send()
    assert "已换领新的取件码" in page
    assert [(one["If-Match"], one["body"]) for one in sent] == [('"2"', {})]
    at_case(applying, status="in-production", actions=[])
    before = asked(applying, f"/v1/issuance/{CASE}/voucher")
    assert "取件码" not in applying.open(AT)
    assert asked(applying, f"/v1/issuance/{CASE}/voucher") == before, "nobody asked for a code"


@pytest.mark.parametrize(
    ("voucher", "said", "not_said"),
    [
        ({"locked": True, "tries_left": 0}, "取件码已停用", "1234 5678"),
        ({"asks": "identity", "code": None}, "不需要取件码", "换领"),
        ({"asks": "identity", "code": None, "locked": True}, "请负责人核对", "换领"),
    ],
)
def test_a_locked_code_is_not_shown_and_what_to_do_is_told(
    applying: Applying, voucher: dict[str, Any], said: str, not_said: str
) -> None:
    lies_ready(applying, **voucher)
    page = applying.open(AT)
    assert said in page
    assert not_said not in page


def test_a_new_code_that_is_refused_says_why(applying: Applying) -> None:
    lies_ready(applying)
    applying.open(f"{AT}/voucher")
    why = {"detail": "New codes were given too often.", "detail_zh": "换领取件码的次数过多。"}
    path = f"/v1/issuance/{CASE}/voucher"
    shown = applying.world.said[path]
    refused = {"type": "urn:caseledger:problem:too-many-codes", "status": 409, **why}
    applying.world.said[path] = lambda request: (
        httpx.Response(409, json=refused) if request.method == "POST" else shown(request)
    )
    assert why["detail_zh"] in applying.send()


def test_somebody_elses_case_is_no_page(applying: Applying) -> None:
    refuses(applying, f"/v1/cases/{CASE}", "not-found", 404)
    assert applying.browser.get(AT, base_url=PAGES).status_code == 404


@pytest.mark.parametrize("case", ["..", "%2e%2e", "a%3Fb", "%23a", "%01", "a%0Ab", "é"])
@pytest.mark.parametrize("page", ["", "/messages", "/withdraw", "/state"])
def test_an_address_that_is_none_of_a_case_is_no_page(
    applying: Applying, case: str, page: str
) -> None:
    asked = len(applying.world.asked)
    answer = applying.browser.get(f"/cases/{case}{page}", base_url=PAGES)
    assert answer.status_code == 404
    assert len(applying.world.asked) == asked


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [("forbidden", 403, "您没有查看这一页的权限"), ("erased", 410, "内容已按规定删除")],
)
def test_why_a_page_is_not_shown_is_told(
    applying: Applying, name: str, status: int, said: str
) -> None:
    refuses(applying, f"/v1/cases/{CASE}/application", name, status)
    answer = applying.browser.get(f"{AT}/application", base_url=PAGES)
    assert (answer.status_code, said in answer.text) == (status, True)


def test_with_progress_away_the_case_is_shown_and_says_so(applying: Applying) -> None:
    at_case(applying)
    del applying.world.said[f"/v1/progress/{CASE}"]
    page = applying.open(AT)
    assert "现在不能查询进度和通知" in page
    assert "40.00" in page


def test_a_poll_is_answered_304_until_something_changed(applying: Applying) -> None:
    found = at_case(applying)
    tag = re.search(r'data-tag="([0-9a-f]+)"', applying.open(AT))
    assert tag
    headers = {"If-None-Match": f'"{tag[1]}"'}
    poll = applying.browser.get(f"{AT}/state", base_url=PAGES, headers=headers)
    assert poll.status_code == 304
    applying.world.answers(f"/v1/progress/{CASE}", progress({**found, "version": 3}))
    poll = applying.browser.get(f"{AT}/state", base_url=PAGES, headers=headers)
    assert poll.status_code == 200
    assert poll.headers["ETag"] == f'"{tag_of(progress({**found, "version": 3}))}"'


def test_a_withdrawal_is_sent_on_the_version_that_was_shown(applying: Applying) -> None:
    at_case(applying)
    sent = takes(applying, f"/v1/cases/{CASE}/withdrawal")
    applying.open(f"{AT}/withdraw")
    page = applying.send(reason="不办了")
    assert applying.at == AT
    assert "申请已经撤回" in page
    (one,) = sent
    assert (one["body"], one["If-Match"]) == ({"reason": "不办了"}, '"2"')
    assert re.fullmatch("[0-9a-f]{32}", one["Idempotency-Key"])


def test_a_case_that_changed_meanwhile_says_so_and_keeps_what_was_typed(applying: Applying) -> None:
    at_case(applying)
    refuses(applying, f"/v1/cases/{CASE}/withdrawal", "stale-version", 412)
    applying.open(f"{AT}/withdraw")
    page = applying.send(reason="不办了")
    assert "办件刚刚有了变化" in page
    assert "不办了" in page


def test_a_command_without_version_or_key_is_not_sent(applying: Applying) -> None:
    at_case(applying)
    page = applying.open(f"{AT}/withdraw")
    token = page.split('name="token" value="')[1].split('"')[0]
    said = {"token": token, "version": '"2" or', "key": "x"}
    answer = applying.browser.post(f"{AT}/withdraw", data=said, base_url=PAGES)
    assert answer.status_code == 400


def test_the_contact_is_changed_in_what_was_filled_in_alone(applying: Applying) -> None:
    at_case(applying)
    sent = takes(applying, f"/v1/cases/{CASE}/contact")
    applying.open(f"{AT}/contact")
    assert "请至少填写一项" in applying.send()
    applying.send(phone=" 13900002222 ", email="")
    assert [one["body"] for one in sent] == [{"phone": "13900002222"}]
    wrong = {
        "pointer": "/phone",
        "code": "phone-unknown",
        "detail": "No.",
        "detail_zh": "没有这样的号码。",
    }
    refuses(applying, f"/v1/cases/{CASE}/contact", "invalid-fields", 422, errors=[wrong])
    applying.open(f"{AT}/contact")
    page = applying.send(phone="110")
    assert 'id="phone-error"' in page
    assert "没有这样的号码。" in page
    assert 'value="110"' in page


def test_what_was_typed_too_late_is_there_after_the_sign_in(applying: Applying) -> None:
    at_case(applying)
    applying.open(f"{AT}/withdraw")
    assert "不办了" in applying.too_late(reason="不办了")
    assert "不办了" not in applying.open(f"{AT}/withdraw")
    applying.open(f"{AT}/contact")
    assert 'value="13900002222"' in applying.too_late(phone="13900002222")
    applying.open(f"{AT}/contact")
    assert "13900002222" not in applying.too_late("neighbour", phone="13900002222")


def test_the_request_is_answered_once_with_all_pictures(applying: Applying) -> None:
    at_case(applying, status="awaiting-supplement", supplement=ASKED, actions=["supplement"])
    sent = takes(applying, f"/v1/cases/{CASE}/supplement")
    page = applying.open(AT)
    assert "请最迟在 2026 年 12 月 10 日（含当日）补齐" in page
    applying.open(f"{AT}/supplement")
    assert "请先上传要补正的材料" in applying.send(do="send")
    assert not sent
    picture: Any = (io.BytesIO(PNG), "a.png")
    before = asked(applying, f"/v1/cases/{CASE}")
    page = applying.send(do="upload", **{"materials.household-register": picture})
    assert asked(applying, f"/v1/cases/{CASE}") == before + 1
    assert "还没有上传：" in page
    assert "照片" in page.split("还没有上传：")[1][:80]
    at_case(applying, status="submitted", supplement={**ASKED, "answered": True})
    at_case(applying, status="awaiting-supplement", supplement=ASKED, actions=["supplement"])
    page = applying.send(do="send")
    assert "补正材料已经提交" in page
    materials = [{"code": "household-register", "blob": "blob-1"}]
    assert [one["body"] for one in sent] == [{"materials": materials}]
    assert not applying.world.drafts.kept


@pytest.mark.requirement("R-031")
def test_of_alternatives_one_is_asked_for(applying: Applying) -> None:
    at_case(applying, status="awaiting-supplement", supplement=CHOICE, actions=["supplement"])
    takes(applying, f"/v1/cases/{CASE}/supplement")
    assert applying.open(AT).count(CHOICE["asked"][0]["zh"]) == 1
    page = applying.open(f"{AT}/supplement")
    assert page.count(CHOICE["asked"][0]["zh"]) == 2  # beside each of the two inputs
    picture: Any = (io.BytesIO(PNG), "a.png")
    page = applying.send(do="upload", **{"materials.photo": picture})
    assert "还没有上传：" not in page
    assert "补正材料已经提交" in applying.send(do="send")


def test_a_refusal_says_its_reasons_and_the_appeal(applying: Applying) -> None:
    refusal = {
        "reasons": [{"criterion": "x", "text": "照片不符合标准", "text_en": "The photo is wrong"}],
        "legal_basis": ["《居民身份证法》"],
        "appeal_body": "某市人民政府",
        "appeal_deadline": "2027-01-29",
        "remedy": {"zh": "可于2027年1月29日（含当日）前向某市人民政府申请行政复议。", "en": "Ask."},
        "explained": False,
    }
    at_case(applying, status="refused", refusal=refusal, actions=[])
    page = applying.open(AT)
    assert "办理人员的说明" not in page
    for said in ("照片不符合标准", "《居民身份证法》", "2027年1月29日（含当日）", "某市人民政府"):
        assert said in page


def test_the_reasons_lead_to_the_explanation_of_the_officer(applying: Applying) -> None:
    reasons = [{"criterion": "x", "text": "照片不符合标准", "text_en": "The photo is wrong"}]
    at_case(applying, status="refused", refusal={"reasons": reasons, "explained": True})
    assert re.search(rf'href="{AT}/application#words">\s*查看办理人员的说明</a>', applying.open(AT))


def test_the_last_day_is_said_while_the_time_runs_and_no_more(applying: Applying) -> None:
    due = [{"limit": "promised", "zh": "承诺办结时限", "due": "2026-12-20", "drives": True}]
    assert {*get_args(Status)} > RUNNING
    for status in get_args(Status):
        at_case(applying, status=status, due=due)
        assert ("2026 年 12 月 20 日" in applying.open(AT)) == (status in RUNNING), status


def test_what_lapsed_without_a_decision_says_why(applying: Applying) -> None:
    lapsed = {"why": "incomplete", "reason": "材料未在期限内补齐", "missing": []}
    at_case(applying, status="not-accepted", non_acceptance=lapsed)
    assert "材料未在期限内补齐" in applying.open(AT)


def test_messages_readings_and_the_own_application_are_shown(applying: Applying) -> None:
    at_case(applying)
    message = {
        "about": "x",
        "channel": "phone",
        "status": "sent",
        "at": "2026-11-30T01:00:00Z",
        "zh": "您的申请已收到。",
        "en": "Received.",
        "subject": "s",
        "attempts": 1,
        "code": None,
    }
    applying.world.answers(f"/v1/notices/{CASE}", {"case": CASE, "messages": [message]})
    page = applying.open(f"{AT}/messages")
    assert "您的申请已收到。" in page
    assert "2026 年 11 月 30 日 09:00" in page
    reading = {
        "at": "2026-11-30T01:00:00Z",
        "duty": "review",
        "office": None,
        "classes": [{"code": "identity", "zh": "身份信息", "en": "Identity"}],
        "why": {"code": "review", "zh": "审查", "en": "Review"},
        "with_reason": False,
        "reader": None,
        "portal": None,
    }
    found = {"case": CASE, "readings": [reading], "more": False}
    applying.world.answers(f"/v1/cases/{CASE}/readings", found)
    page = applying.open(f"{AT}/readings")
    assert "身份信息" in page
    assert "审查" in page


@pytest.mark.parametrize("path", ["/cases", AT, f"{AT}/withdraw", "/apply/000-01", "/desk"])
def test_nobody_sees_any_of_it_without_signing_in(applying: Applying, path: str) -> None:
    answer = applying.world.browser().get(path, base_url=PAGES)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


def test_every_status_of_a_case_has_its_words(applying: Applying) -> None:

    for status in get_args(Status):
        at_case(applying, status=status, version=2)
        applying.open(AT)


def test_a_document_that_was_reported_lost_is_shown_so(applying: Applying) -> None:
    found = at_case(applying, status="delivered", actions=[])
    paper = {"document": "d0c0", "number": "card/KP1", "standing": "suspended", "valid_until": None}
    applying.world.answers(f"/v1/progress/{CASE}", progress(found, documents=[paper]))
    page = applying.open(AT)
    assert "已挂失" in page
    assert "编号 KP1<" in page


def test_a_service_that_answers_nothing_sensible_is_away(applying: Applying) -> None:
    at_case(applying)
    applying.world.said[f"/v1/cases/{CASE}"] = lambda _request: httpx.Response(502)
    assert applying.browser.get(AT, base_url=PAGES).status_code == 503


ENDED = [
    ("refused", "不予批准", "理由和救济途径见下"),
    ("not-accepted", "不予受理", "可以重新申请"),
    ("withdrawn", "已撤回", "可以重新申请"),
    ("completed", "已批准并办结", "已经结束"),
    ("saved", "已办结：内容已保存", "已保存"),
]


@pytest.mark.parametrize(("outcome", "word", "more"), ENDED)
def test_how_a_case_ended_is_said_on_its_page_and_in_the_list(
    applying: Applying, outcome: str, word: str, more: str
) -> None:
    at_case(applying, status="closed", outcome=outcome, actions=[])
    page = applying.open(AT)
    assert f"办理结果：{word}" in page
    assert more in page
    line = {**LINE, "status": "closed", "outcome": outcome}
    applying.world.answers("/v1/progress", {"cases": [line], "next": None})
    assert word in applying.open("/cases")
