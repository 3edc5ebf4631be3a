"""Limits at the desk, and what is done with a document that somebody holds."""

from typing import Any

import pytest

from services.notify.words.of_issuance import _ENDORSEMENTS, _REASONS
from services.notify.words.values import LATE as LATE_TOLD
from services.notify.words.values import REASONS as LENGTHENED_TOLD
from services.portal.desk.asked.limits import LATE, LENGTHENED
from services.portal.desk.documents import ENDORSEMENTS, ON_DOCUMENT, REASONS
from services.portal.words.catalogue import load
from tests.support.portal_applying import CASE, Applying
from tests.support.portal_cases import refuses, tagged, takes
from tests.support.portal_world import PAGES
from tests.unit.portal.test_desk import AT, REVIEWED, desk

__all__ = ["desk"]
PAPER = "d" * 32
HELD = {
    "document": PAPER,
    "version": 3,
    "result": "card",
    "number": "card/17",
    "valid_since": "2026-11-30",
    "valid_until": None,
    "issued": True,
    "standing": "valid",
    "endorsements": [
        {"endorsement": "annual-review", "at": "2026-11-01T02:00:00Z", "until": "2027-11-01"}
    ],
    "actions": [*ON_DOCUMENT],
}


def holding(desk: Applying, **more: Any) -> None:
    """A document of the case that its holder keeps."""
    issued = {
        "case": CASE,
        "version": 7,
        "status": "closed",
        "documents": [{**HELD, **more}],
        "document": None,
        "actions": [],
        "delivery_address": None,
    }
    desk.world.said[f"/v1/issuance/{CASE}"] = tagged(issued)


def test_the_reasons_at_the_desk_are_the_words_of_the_messages() -> None:
    texts = load()
    for words, told in (
        ({code: f"pick-why-{code}" for code in LENGTHENED}, LENGTHENED_TOLD),
        (
            {**{code: f"pick-why-{code}" for code in LATE}, "other": "pick-why-late-other"},
            LATE_TOLD,
        ),
        ({code: f"pick-revoked-{code}" for code in REASONS}, _REASONS),
        ({code: f"pick-endorsement-{code}" for code in ENDORSEMENTS}, _ENDORSEMENTS),
    ):
        assert {code: texts[key]["zh"] for code, key in words.items()} == {
            code: zh for code, (zh, _) in told.items()
        }


@pytest.mark.requirement("R-088")
def test_a_missed_limit_without_a_reason_stands_first_and_its_page_says_why(desk: Applying) -> None:
    page = desk.open(AT)
    assert "下列期限已经超期，还没有说明原因：" in page
    asked = page.index("下列期限已经超期")
    assert asked < page.index("可以办理"), "before everything else that can be done"
    assert "承诺办结时限" in page[asked : page.index("可以办理")]
    sent = takes(desk, f"/v1/reviews/{CASE}/delay")
    page = desk.open(f"{AT}/do/delay")
    assert "原因和您的说明会告知申请人" in page
    desk.send(limit="promised", reason="other")
    assert sent[0]["body"] == {"limit": "promised", "reason": "other"}
    given = {"delays": {"promised": "other"}, "actions": ["proposal"]}
    desk.world.said[f"/v1/reviews/{CASE}"] = tagged({**REVIEWED, **given})
    assert "还没有说明原因" not in desk.open(AT)


def test_what_review_refuses_of_an_extension_is_told_in_its_words(desk: Applying) -> None:
    zh = "延长期限须由另一名工作人员批准，请填写其他批准人。"
    path = f"/v1/reviews/{CASE}/extension"
    refuses(desk, path, "second-person-needed", 409, detail="Somebody else.", detail_zh=zh)
    desk.open(f"{AT}/do/extension")
    page = desk.send(limit="promised", approved_by="staff-1", reason="complex")
    assert zh in page


BASIS = {"ground": "decision", "reason": "obtained-by-deceit"}
BODIES: list[tuple[str, dict[str, str], dict[str, Any]]] = [
    (
        "endorsement",
        {
            "endorsement": "address-changed",
            "until.year": "2027",
            "until.month": "1",
            "until.day": "2",
        },
        {"endorsement": "address-changed", "until": "2027-01-02"},
    ),
    ("suspension", {"explanation": "来电"}, {"ground": "lost", "explanation": "来电"}),
    ("reinstatement", {"explanation": ""}, {}),
    (
        "revocation",
        {**BASIS, "legal_basis": " 《行政许可法》第六十九条\n\n《测试规定》第一条 "},
        {**BASIS, "legal_basis": ["《行政许可法》第六十九条", "《测试规定》第一条"]},
    ),
]


@pytest.mark.parametrize(("action", "typed", "body"), BODIES, ids=[one[0] for one in BODIES])
def test_a_document_is_dealt_with_on_its_own_version(
    desk: Applying, action: str, typed: dict[str, str], body: dict[str, Any]
) -> None:
    holding(desk)
    at = f"{AT}/do/{action}?document={PAPER}"
    assert f'href="{at}"' in desk.open(AT)
    sent = takes(desk, f"/v1/documents/{PAPER}/{action}")
    page = desk.open(at)
    assert "编号 17" in page
    page = desk.send(path=at, **typed)
    assert "已办理：" in page
    (one,) = sent
    assert one["body"] == body
    assert one["If-Match"] == '"3"'


def test_every_action_on_a_document_is_in_the_table_above() -> None:
    assert [action for action, _, _ in BODIES] == list(ON_DOCUMENT)


def test_what_was_endorsed_is_shown_and_what_is_not_possible_is_not_offered(desk: Applying) -> None:
    holding(desk, actions=["revocation"])
    page = desk.open(AT)
    assert "年度审验已办理 · 2026 年 11 月 1 日 · 有效期至 2027 年 11 月 1 日" in page
    assert "登记挂失" not in page
    desk.open(f"{AT}/do/suspension?document={PAPER}")
    assert desk.at == AT
    for elsewhere in (f"{AT}/do/revocation", f"{AT}/do/revocation?document={'e' * 32}"):
        assert desk.browser.get(elsewhere, base_url=PAGES).status_code == 404
