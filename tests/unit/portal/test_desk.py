"""The desk in a browser: lists, a case, the application, and each action with the body it sends."""

import re
from typing import Any

import httpx
import pytest

from services.issuance.handover import DispatchSchema
from services.notify.words.values import CARRIERS as SAID_OF_CARRIERS
from services.portal.desk.actions import ACTIONS, CARRIERS
from services.portal.desk.lists import FILTERS, lists_of
from services.portal.forms.faults import faults_of_problem
from services.portal.session.pictures import PAGES as WITH_PICTURES
from services.portal.words.catalogue import load
from shared.security.permissions import TABLE
from tests.support.portal_applying import CASE, Applying
from tests.support.portal_cases import NUMBER, STAGES, at_case, refuses, tagged, takes
from tests.support.portal_world import PAGES

AT = f"/desk/{CASE}"
REVIEWED = {
    "case": CASE,
    "number": NUMBER,
    "version": 7,
    "status": "under-review",
    "item": "000-01",
    "name": "居民身份证的丢失补领业务",
    "department": "public-security",
    "officer": None,
    "criteria": [
        {"code": "photo", "text": "照片符合标准"},
        {"code": "step-inspection", "text": "现场检查合格"},
    ],
    "proposal": None,
    "due": [
        {
            "limit": "promised",
            "zh": "承诺办结时限",
            "en": "promised limit",
            "due": "2026-12-20",
            "drives": True,
        }
    ],
    "missed": ["promised"],
    "delays": {},
    "actions": [
        *("assignment", "visit", "step", "public-notice", "proposal", "approval", "refusal"),
        *("delay", "extension", "restart", "recomputation"),
    ],
    "stages": STAGES,
    "owed": [{"service": "review", "step": "step:inspection", "due_at": "2026-12-18T15:59:59Z"}],
    "validity_open": [
        {"result": "card", "name": "卡", "needs": ["span"], "may": ["original_until"]}
    ],
}


TAKING_IN = ["acceptance", "supplement-request", "rejection", "originals"]


@pytest.fixture
def desk(applying: Applying) -> Applying:
    applying.world.sign_in(applying.browser, "officer")
    at_case(
        applying,
        version=7,
        actions=TAKING_IN,
    )
    applying.world.said[f"/v1/reviews/{CASE}"] = tagged(REVIEWED)
    issued = {
        "case": CASE,
        "version": 7,
        "status": "under-review",
        "documents": [],
        "document": None,
        "actions": [
            *("production", "dispatch", "readiness", "handover", "unclaimed"),
            *("destruction", "record", "payout"),
        ],
        "delivery_address": None,
    }
    applying.world.said[f"/v1/issuance/{CASE}"] = tagged(issued)
    return applying


def line(**more: Any) -> dict[str, Any]:
    told = {
        "case": CASE,
        "number": NUMBER,
        "version": 7,
        "item": "000-01",
        "item_zh": "居民身份证的丢失补领业务",
        "item_en": "Reissue of a lost resident identity card",
        "status": "under-review",
        "due": {"limit": "promise", "due": "2026-12-20", "provisional": False},
        "late": True,
        "officer": None,
    }
    return {**told, **more}


def test_the_lists_ask_for_what_they_say(desk: Applying) -> None:
    desk.world.answers("/v1/worklists", {"cases": [line()], "next": "abc"})
    page = desk.open("/desk")
    for said in ("居民身份证的丢失补领业务", "2026 年 12 月 20 日 到期", "已超期", "无人承办"):
        assert said in page
    for chosen, query in (
        ("mine", "officer=staff-officer"),
        ("unassigned", "officer=none"),
        ("late", "late=true"),
    ):
        desk.open(f"/desk?list={chosen}")
        assert query in desk.world.asked[-1].url.query.decode()
    desk.open("/desk?list=late&after=abc")
    assert "after=abc" in desk.world.asked[-1].url.query.decode()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("awaiting-supplement", "等待申请人补正"),
        ("ready", "等待领取"),
        ("dispatched", "已寄出，等待送达"),
        ("submitted", "办理期限未开始计算"),
        ("produced", "现在没有期限在计算"),
    ],
)
def test_a_line_without_a_due_date_says_what_it_waits_for(
    desk: Applying, status: str, said: str
) -> None:
    waiting = line(status=status, due=None, late=False)
    desk.world.answers("/v1/worklists", {"cases": [waiting], "next": None})
    page = desk.open("/desk")
    assert said in page
    assert status == "submitted" or "未开始" not in page


def test_a_line_that_waits_for_papers_says_which_and_until_when(desk: Applying) -> None:
    asked = [{"zh": "消防安全检查合格证", "en": "Fire certificate"}, {"zh": "平面图", "en": "Plan"}]
    supplement = {"asked": asked, "until": "2026-12-14T15:59:59Z"}
    waiting = line(status="awaiting-supplement", due=None, late=False, supplement=supplement)
    desk.world.answers("/v1/worklists", {"cases": [waiting], "next": None})
    page = re.sub(r"<[^>]+>", "", desk.open("/desk"))
    assert "等待申请人在 2026 年 12 月 14 日 前补正：消防安全检查合格证；平面图" in page


def test_a_proposal_asks_for_the_condition_and_not_for_the_law_that_is_printed(
    desk: Applying,
) -> None:
    law = "《设定行政许可的决定》第三十六项"
    asked = {"asked": "申请人具备开办旅馆的条件", "asked_en": "The conditions are met"}
    criterion = {"code": "power", "text": law, **asked}
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged({**REVIEWED, "criteria": [criterion]})
    page = desk.open(f"{AT}/do/proposal")
    legend = page.split('<legend class="govuk-fieldset__legend', 1)[1].split("</legend>")[0]
    assert "申请人具备开办旅馆的条件" in legend
    assert law not in legend
    assert f"依据：{law}" in page


def test_a_grant_names_the_document_that_it_replaces(desk: Applying) -> None:
    open_ = [{"result": "card", "name": "居民身份证", "name_en": "Identity card"}]
    told = {**REVIEWED, "validity_open": [], "old_documents_open": open_}
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged(told)
    sent = takes(desk, f"/v1/reviews/{CASE}/approval")
    page = desk.open(f"{AT}/do/approval")
    assert "居民身份证：是否替换申请人原有的证照？" in page
    desk.send(**{"old.card": "no"})
    desk.open(f"{AT}/do/approval")
    desk.send(**{"old.card": "yes"})
    assert [one["body"] for one in sent] == [{}, {"old_documents": [{"result": "card"}]}]


def test_a_refusal_offers_what_the_steps_found_not_met(desk: Applying) -> None:
    steps = [
        {"code": "step-inspection", "text": "现场审查合格", "met": False},
        {"code": "step-panel", "text": "专家评审通过", "met": True},
    ]
    findings = [{"criterion": one["code"], "met": one["met"]} for one in steps]
    proposal = {"proposal": "refuse", "officer": "staff-1", "findings": findings}
    only = [one for one in REVIEWED["criteria"] if one["code"] == "photo"]
    told = {**REVIEWED, "criteria": only, "step_criteria": steps, "proposal": proposal}
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged(told)
    sent = takes(desk, f"/v1/reviews/{CASE}/refusal")
    page = desk.open(f"{AT}/do/refusal")
    assert re.findall(r'value="([a-z-]+)" checked', page) == ["step-inspection"]
    assert 'value="step-panel"' not in page
    desk.send(reasons="step-inspection")
    assert sent[0]["body"] == {"reasons": ["step-inspection"]}


@pytest.mark.parametrize("action", ["step", "public-notice"])
def test_only_the_step_that_is_owed_now_can_be_chosen(desk: Applying, action: str) -> None:
    page = desk.open(f"{AT}/do/{action}")
    assert re.findall(r'name="step"[^>]*value="([a-z-]+)"', page) == ["inspection"]


def test_a_producer_sees_what_the_case_is_and_where_it_stands(applying: Applying) -> None:
    """To whom intake and review say nothing of it, issuance says enough for a page."""
    applying.world.sign_in(applying.browser, "producer")
    issued = {
        "case": CASE,
        "version": 7,
        "number": NUMBER,
        "status": "ready",
        "item": "000-01",
        "stages": STAGES,
        "documents": [],
        "document": {"asks": "code", "tries_left": 3},
        "actions": ["handover"],
        "delivery_address": None,
    }
    applying.world.said[f"/v1/issuance/{CASE}"] = tagged(issued)
    for path in (f"/v1/cases/{CASE}", f"/v1/reviews/{CASE}"):
        refuses(applying, path, "forbidden", 403)
    page = applying.open(AT)
    for said in ("居民身份证的丢失补领业务", NUMBER, "待领取", "审批决定", "送达结果"):
        assert said in page
    assert "先承办" not in page, "a producer takes no case"


def work(step: str, desk: str, **more: Any) -> dict[str, Any]:
    due = "2026-12-03T15:59:59Z"
    return line(work={"step": step, "desk": desk, "due_at": due}, paper="card/17", **more)


def test_a_producer_sees_what_is_to_be_made_and_what_is_to_be_handed_over(
    applying: Applying,
) -> None:
    applying.world.sign_in(applying.browser, "producer")
    made = work("production", "production", status="in-production")
    applying.world.answers("/v1/worklists", {"cases": [made], "next": None})
    page = applying.open("/desk")
    assert "list=production" in applying.world.asked[-1].url.query.decode()
    for said in ("待制作和寄送", NUMBER, "证照编号 17", "2026 年 12 月 3 日 到期", "制作结果"):
        assert said in page
    assert f'href="{AT}/do/production"' in page
    assert "无人承办" not in page, "the officers' lists are not theirs"
    ready = work("handover", "hand-over", status="ready")
    kept = work("destruction", "hand-over", status="unclaimed")
    applying.world.answers("/v1/worklists", {"cases": [ready, kept], "next": None})
    page = applying.open("/desk?list=hand-over")
    assert "list=hand-over" in applying.world.asked[-1].url.query.decode()
    assert page.count(f'href="{AT}/do/handover"') == 2
    assert "请核对取件码和身份证件" in page
    assert 'href="/desk"' in page, "in the menu too"
    sent = line(work=None, paper="card/17", status="dispatched")
    applying.world.answers("/v1/worklists", {"cases": [sent], "next": None})
    page = applying.open("/desk?list=on-the-way")
    assert "list=on-the-way" in applying.world.asked[-1].url.query.decode()
    assert page.count(f'href="{AT}/do/handover"') == 1
    assert "已寄出" in page


@pytest.mark.parametrize(
    ("claims", "lists"),
    [
        ({"roles": ["officer"], "duties": ["review"]}, FILTERS),
        ({"roles": ["producer"], "duties": ["hand-over"]}, ("hand-over", "on-the-way")),
        ({"roles": ["producer"], "duties": ["produce"]}, ("production", "on-the-way")),
        ({"roles": ["producer"]}, ("production", "hand-over", "on-the-way")),
        ({"roles": ["officer"]}, (*FILTERS, "production", "hand-over", "on-the-way")),
    ],
)
def test_the_lists_are_those_of_the_duties(claims: dict[str, Any], lists: tuple[str, ...]) -> None:
    assert lists_of(claims) == lists


def test_an_applicant_has_no_desk_in_the_menu_and_none_behind_it(applying: Applying) -> None:
    assert 'href="/desk"' not in applying.open("/cases")
    refuses(applying, "/v1/worklists", "forbidden", 403)
    assert applying.browser.get("/desk", base_url=PAGES).status_code == 403


def test_a_case_lists_what_can_be_done_now(desk: Applying) -> None:
    page = desk.open(AT)
    offered = set(re.findall(rf'href="{AT}/do/([a-z-]+)"', page))
    assert offered == set(ACTIONS)
    assert 'href="/desk"' in page


def test_a_case_says_how_it_was_taken_in_and_where_the_originals_are(desk: Applying) -> None:
    at_case(
        desk,
        taken_in={"how": "present", "document": "resident-id", "at": "2026-11-30T01:00:00Z"},
        originals=[
            {
                "material": "household-register",
                "seen_at": "2026-11-30T01:05:00Z",
                "returned_at": None,
            }
        ],
    )
    page = desk.open(AT)
    for said in (
        "由窗口收件，登记于 2026 年 11 月 30 日。",
        "已查验到场人的身份证件。",
        "2026 年 11 月 30 日 核验，由窗口保管，尚未退还",
    ):
        assert said in page
    at_case(
        desk,
        taken_in={"how": "telephone", "document": None, "at": "2026-11-30T01:00:00Z"},
        originals=[
            {
                "material": "household-register",
                "seen_at": "2026-11-30T01:05:00Z",
                "returned_at": "2026-12-01T01:05:00Z",
            }
        ],
    )
    page = desk.open(AT)
    for said in ("由电话收件", "没有查验身份证件。", "2026 年 12 月 1 日 退还"):
        assert said in page
    assert "已查验" not in page


def test_what_is_not_possible_now_leads_back_to_the_case(desk: Applying) -> None:
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged({**REVIEWED, "actions": []})
    desk.open(f"{AT}/do/proposal")
    assert desk.at == AT
    assert desk.browser.get(f"{AT}/do/nothing", base_url=PAGES).status_code == 404


DAY = {"since.year": "2026", "since.month": "12", "since.day": "1"}
VISIT = {"day.year": "2026", "day.month": "12", "day.day": "2"}
BODIES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("acceptance", {}, {}),
    (
        "supplement-request",
        {"missing": "household-register"},
        {"missing": [{"code": "household-register", "name": "居民户口簿"}]},
    ),
    (
        "rejection",
        {"grounds": ["not-needed", "repeated"], "explanation": "已办"},
        {"grounds": ["not-needed", "repeated"], "explanation": "已办"},
    ),
    ("originals", {"originals.seen": "household-register"}, {"seen": ["household-register"]}),
    ("assignment", {}, {}),
    (
        "visit",
        {"step": "inspection", **VISIT, "since": "09:30", "until": "11:00", "office": ""},
        {"step": "inspection", "day": "2026-12-02", "since": "09:30", "until": "11:00"},
    ),
    (
        "step",
        {"step": "inspection", "outcome": "passed", "note": ""},
        {"step": "inspection", "outcome": "passed"},
    ),
    (
        "public-notice",
        {"step": "inspection", "text": "公示", "place": "大厅", **DAY},
        {"step": "inspection", "text": "公示", "place": "大厅", "since": "2026-12-01"},
    ),
    (
        "delay",
        {"limit": "promised", "reason": "workload", "explanation": "人手不足"},
        {"limit": "promised", "reason": "workload", "explanation": "人手不足"},
    ),
    (
        "extension",
        {"limit": "promised", "approved_by": "staff-9", "reason": "complex", "explanation": ""},
        {"limit": "promised", "approved_by": "staff-9", "reason": "complex"},
    ),
    (
        "restart",
        {"limit": "promised", "rule": "《测试规定》第一条"},
        {"limit": "promised", "rule": "《测试规定》第一条"},
    ),
    ("recomputation", {}, {}),
    (
        "proposal",
        {"criterion.photo": "yes", "proposal": "approve"},
        {"findings": [{"criterion": "photo", "met": True}], "proposal": "approve"},
    ),
    (
        "approval",
        {"validity.card.years": "10"},
        {"validity": [{"result": "card", "span": {"n": 10, "unit": "years"}}]},
    ),
    (
        "refusal",
        {"reasons": "photo", "explanation": "照片模糊"},
        {"reasons": ["photo"], "explanation": "照片模糊"},
    ),
    ("production", {"outcome": "produced"}, {"outcome": "produced"}),
    (
        "dispatch",
        {"carrier": "sf-express", "tracking": "EX123456"},
        {"carrier": "sf-express", "tracking": "EX123456"},
    ),
    ("readiness", {"office": "一号窗口"}, {"office": "一号窗口"}),
    (
        "handover",
        {"outcome": "delivered", "to": "applicant"},
        {"outcome": "delivered", "to": "applicant"},
    ),
    ("unclaimed", {"office": "一号窗口"}, {"office": "一号窗口"}),
    ("destruction", {}, {}),
    (
        "record",
        {"stage": "decision", "outcome": "recorded", "reference": ""},
        {"stage": "decision", "outcome": "recorded"},
    ),
    (
        "payout",
        {"outcome": "failed", "failure": "other"},
        {"outcome": "failed", "failure": "other"},
    ),
]


def test_every_action_is_in_the_table_below() -> None:
    assert [action for action, _, _ in BODIES] == list(ACTIONS)


@pytest.mark.parametrize(("action", "typed", "body"), BODIES)
def test_an_action_sends_what_was_filled_in(
    desk: Applying, action: str, typed: dict[str, Any], body: dict[str, Any]
) -> None:
    path = "/v1/" + ACTIONS[action].path.format(case=CASE)
    sent = takes(desk, path)
    desk.open(f"{AT}/do/{action}")
    page = desk.send(**typed)
    assert desk.at == AT
    assert "已办理：" in page
    (one,) = sent
    assert one["body"] == body
    assert one["If-Match"] == '"7"'


def test_a_carrier_has_the_same_name_at_the_desk_and_in_the_message(desk: Applying) -> None:
    texts = {code: load()[f"pick-carrier-{code}"] for code in CARRIERS}
    named = {code: (text["zh"], text["en"]) for code, text in texts.items()}
    # Its message keeps the words in which it was told before.
    assert named == {**SAID_OF_CARRIERS, "ems": ("邮政特快专递", "EMS")}
    page = desk.open(f"{AT}/do/dispatch")
    assert re.findall(r'name="carrier"[^>]*value="([a-z-]+)"', page) == list(CARRIERS)
    schema = DispatchSchema()
    assert all(not schema.validate({"carrier": one, "tracking": "EX12"}) for one in CARRIERS)


def ready(desk: Applying, asks: str) -> None:
    """A document that lies ready, and is collected with what it asks for."""
    issued = {
        "case": CASE,
        "version": 7,
        "status": "ready",
        "documents": [],
        "document": {"asks": asks, "tries_left": 3},
        "actions": ["handover"],
        "delivery_address": None,
    }
    desk.world.said[f"/v1/issuance/{CASE}"] = tagged(issued)


@pytest.mark.parametrize("asks", ["code", "identity"])
def test_what_is_collected_asks_for_the_code_and_for_who_came(desk: Applying, asks: str) -> None:
    ready(desk, asks)
    sent = takes(desk, f"/v1/issuance/{CASE}/handover")
    page = desk.open(f"{AT}/do/handover")
    assert ("取件码" in page) == (asks == "code")
    assert 'name="outcome"' not in page
    card = {"id_kind": "resident-id", "last_four": "123x"}
    code = {"voucher": "1234 5678"} if asks == "code" else {}
    desk.send(to="representative", authorisation_seen="yes", **card, **code)
    (one,) = sent
    assert one["body"] == {
        "outcome": "delivered",
        "to": "representative",
        "identity": {"kind": "resident-id", "last_four": "123x"},
        "authorisation_seen": True,
        **code,
    }


def test_a_wrong_code_is_told_in_words_and_the_desk_can_try_again(desk: Applying) -> None:
    ready(desk, "code")
    said = "取件码不正确，还可以再试2次。"
    path = f"/v1/issuance/{CASE}/handover"
    refuses(desk, path, "voucher-refused", 409, detail="The code is wrong.", detail_zh=said)
    desk.open(f"{AT}/do/handover")
    page = desk.send(to="applicant", voucher="00000000", id_kind="passport", last_four="1234")
    assert said in page
    assert 'name="voucher"' in page


def test_what_did_not_come_off_is_no_test_that_was_not_passed(desk: Applying) -> None:
    for action, said, not_said in (
        ("production", "未成功", "未通过"),
        ("payout", "未成功", "未通过"),
        ("step", "未通过", "未成功"),
    ):
        page = desk.open(f"{AT}/do/{action}").split('name="outcome"', 1)[1].split("</fieldset>")[0]
        assert said in page
        assert not_said not in page


def test_a_paper_is_named_by_the_number_that_is_printed(desk: Applying) -> None:
    serial = "resident-card/KP1/7"
    paper = {"document": "d0c0", "number": serial, "printed": "20260000078", "standing": "valid"}
    issued = {"case": CASE, "version": 8, "status": "produced", "documents": [paper], "actions": []}
    desk.world.said[f"/v1/issuance/{CASE}"] = tagged(issued)
    page = desk.open(AT)
    assert "编号 20260000078 · 有效" in page
    assert "resident-card" not in page


@pytest.mark.parametrize(
    "action", ["step", "proposal", "refusal", "dispatch", "supplement-request"]
)
def test_an_action_with_nothing_filled_in_is_not_sent(desk: Applying, action: str) -> None:
    sent = takes(desk, "/v1/" + ACTIONS[action].path.format(case=CASE))
    desk.open(f"{AT}/do/{action}")
    page = desk.send()
    assert "请先更正以下内容" in page
    assert not sent


def test_every_action_has_a_route_of_the_api() -> None:
    rows = {
        (row.service, row.rule) for row in TABLE if row.method == "POST" and "{case}" in row.rule
    }
    for action in ACTIONS.values():
        assert (action.service, f"/v1/{action.path}") in rows


@pytest.mark.parametrize("page", ["", "/do/proposal", "/do/approval", "/do/refusal"])
def test_what_was_proposed_is_shown_where_it_is_decided(desk: Applying, page: str) -> None:
    found = [{"criterion": "photo", "met": True}, {"criterion": "step-visit", "met": False}]
    proposal = {"proposal": "refuse", "officer": "officer-7", "findings": found}
    steps = [{"code": "step-visit", "text": "上门核实合格", "met": False}]
    reviewed = {**REVIEWED, "proposal": proposal, "step_criteria": steps}
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged(reviewed)
    said = re.sub("<[^>]+>", "", desk.open(f"{AT}{page}"))
    for words in ("拟不予批准", "officer-7", "照片符合标准：符合", "上门核实合格：不符合"):
        assert words in said


def test_a_refusal_begins_with_what_the_proposal_found(desk: Applying) -> None:
    proposal = {
        "proposal": "refuse",
        "findings": [{"criterion": "photo", "met": False}],
    }
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged({**REVIEWED, "proposal": proposal})
    page = desk.open(f"{AT}/do/refusal")
    assert re.search(r'value="photo" checked', page)
    assert "不符合" in desk.open(AT)


def test_a_refusal_shows_beside_each_criterion_what_will_be_sent(desk: Applying) -> None:
    told = {"unmet": "照片不符合制证标准", "unmet_en": "the photo does not meet the standard"}
    criteria = [{**REVIEWED["criteria"][0], **told}]
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged({**REVIEWED, "criteria": criteria})
    page = desk.open(f"{AT}/do/refusal")
    assert re.search(r"govuk-checkboxes__hint[^>]*>.*照片不符合制证标准。", page)
    assert "照片符合标准" in page


def test_what_an_officer_typed_too_late_is_there_after_the_sign_in(desk: Applying) -> None:
    desk.open(f"{AT}/do/refusal")
    page = desk.too_late("officer", reasons="photo", explanation="照片模糊")
    assert re.search(r'value="photo" checked', page)
    assert "照片模糊" in page


def test_the_own_case_and_a_stranger_are_told_why_not(desk: Applying) -> None:
    for name, said in (("own-case", "这是您本人的申请"), ("forbidden", "您没有办理这一步的权限")):
        refuses(desk, f"/v1/reviews/{CASE}/assignment", name, 403)
        desk.open(f"{AT}/do/assignment")
        assert said in desk.send()


def test_a_refusal_of_the_rules_is_told_in_its_own_words(desk: Applying) -> None:
    said = {"detail": "The next step is panel.", "detail_zh": "下一步骤与此不同，请刷新后查看。"}
    refuses(desk, f"/v1/reviews/{CASE}/assignment", "step-not-next", 409, **said)
    desk.open(f"{AT}/do/assignment")
    page = desk.send()
    assert "下一步骤与此不同，请刷新后查看。" in page
    assert "办件目前的状态不能这样办理" not in page
    stale = {"detail": "The case is at version 3, not 2.", "detail_zh": "目前为第3版。"}
    refuses(desk, f"/v1/reviews/{CASE}/assignment", "stale-version", 412, **stale)
    desk.open(f"{AT}/do/assignment")
    assert "办件刚刚有了变化" in desk.send()


def test_what_is_wrong_with_a_statement_is_told_in_both_languages(desk: Applying) -> None:
    wrong = {"result": "card", "code": "stated-twice", "text": "It is stated twice."}
    faults = [{**wrong, "detail_zh": "同一结果的有效期写了两次，请只保留一次。"}]
    refuses(desk, f"/v1/reviews/{CASE}/assignment", "validity-wrong", 409, faults=faults)
    desk.open(f"{AT}/do/assignment")
    page = desk.send()
    assert "同一结果的有效期写了两次" in page
    (fault,) = faults_of_problem({"faults": faults}, (), {})
    assert fault.said.en == "It is stated twice."


def test_the_application_is_read_with_its_pictures(desk: Applying) -> None:
    read = {
        "title": "居民身份证的丢失补领业务",
        "title_en": "Reissue",
        "applicant": {"name": "张𠮷", "id_kind": None, "id_number": "6501", "phone": None},
        "representative": None,
        "members": [],
        "chosen": [{"of": "situation", "code": "x", "title": "租赁经营", "title_en": "Rented"}],
        "facts": [
            {"title": "客房数", "title_en": "", "value": 60, "unit": "间", "type": "integer"}
        ],
        "documents": [{"code": "register", "title": "户口簿", "title_en": "", "blob": "b1"}],
        "prerequisites": [
            {"material": "register", "finding": "held", "number": "17", "zh": "就是", "en": "e"},
            {"material": "other", "finding": "not-found", "number": None, "zh": "无此", "en": "e"},
        ],
        "words": [
            {"kind": "note", "of": None, "at": "2026-11-30T01:00:00Z", "text": "备注"},
            {"kind": "remark", "of": "消防通道", "at": "2026-11-30T01:00:00Z", "text": "堆放杂物"},
        ],
    }
    desk.world.answers(f"/v1/reviews/{CASE}/application", read)
    page = desk.open(f"{AT}/application")
    for said in (
        "张𠮷",
        "6501",
        "租赁经营",
        "客房数",
        "60",
        "备注",
        "检查要点的说明",
        "消防通道",
        "堆放杂物",
        "登记相符</strong> · 编号 17",
        "无此",
    ):
        assert said in page
    assert page.index('id="words"') < page.index("备注")  # where a link to the words leads
    picture = httpx.Response(200, content=b"png", headers={"Content-Type": "image/png"})
    desk.world.said[f"/v1/cases/{CASE}/materials/b1"] = lambda _request: picture
    shown = desk.browser.get(f"{AT}/pictures/b1", base_url=PAGES)
    assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/png", b"png")


def test_who_may_not_read_yet_is_told_what_to_do(desk: Applying) -> None:
    refuses(desk, f"/v1/reviews/{CASE}/application", "not-found", 404)
    assert "先由您承办" in desk.open(f"{AT}/application")


def test_a_pdf_is_given_to_keep_and_is_not_shown_at_our_address(desk: Applying) -> None:
    page = httpx.Response(200, content=b"%PDF-", headers={"Content-Type": "application/pdf"})
    desk.world.said[f"/v1/cases/{CASE}/materials/b1"] = lambda _request: page
    given = desk.browser.get(f"{AT}/pictures/b1", base_url=PAGES)
    assert (given.status_code, given.mimetype, given.data) == (200, "application/pdf", b"%PDF-")
    assert given.headers["Content-Disposition"].startswith("attachment")


def test_nothing_but_a_picture_is_shown_as_one(desk: Applying) -> None:
    page = httpx.Response(200, content=b"<script>", headers={"Content-Type": "text/html"})
    desk.world.said[f"/v1/cases/{CASE}/materials/b1"] = lambda _request: page
    assert desk.browser.get(f"{AT}/pictures/b1", base_url=PAGES).status_code == 404


def test_the_pages_that_take_pictures_are_there(desk: Applying) -> None:
    assert set(desk.world.app.view_functions) >= WITH_PICTURES


def test_a_producer_who_learns_no_item_has_a_heading(desk: Applying) -> None:
    """Issuance tells no item, and the other services tell the producer nothing."""
    desk.world.sign_in(desk.browser, "producer")
    for path in (f"/v1/cases/{CASE}", f"/v1/reviews/{CASE}"):
        refuses(desk, path, "forbidden", 403)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", desk.open(AT), re.DOTALL)
    assert heading
    assert re.sub(r"<[^>]+>", "", heading[1]).strip() == "办件"
