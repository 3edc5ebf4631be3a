"""What somebody can do against a decision: by kind, by the office of the case, and in words."""

from typing import Any, get_args

import msgspec
import pytest

from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.item import ItemFile
from shared.catalogue.definition.words import RemedyKind
from shared.catalogue.files.consistency.outcomes import outcomes_right
from shared.catalogue.rules.remedies import REMEDIES, remedy_of, remedy_sentence
from tests.support.items_given import text

UNTIL = ("2027年1月9日", "9 January 2027")


def test_every_kind_has_days_a_body_a_law_and_a_sentence() -> None:
    assert set(REMEDIES) == set(get_args(RemedyKind))
    for kind, rule in REMEDIES.items():
        said = text(remedy={"kind": kind})
        found = remedy_of(said)
        assert (found.days, found.body) == (rule.days, rule.body)
        zh, en = remedy_sentence(said, found.body, *UNTIL)
        assert UNTIL[0] in zh
        assert found.body in zh
        assert UNTIL[1] in en
        assert "{" not in zh + en
        assert rule.law


def test_a_petition_is_looked_at_again_and_an_arbitration_goes_to_court() -> None:
    assert "复查" in remedy_sentence(text(remedy={"kind": "petition"}), "上一级机关", *UNTIL)[0]
    told = remedy_sentence(text(remedy={"kind": "arbitration"}), "法院", *UNTIL)[0]
    assert "提起诉讼" in told
    assert "复议" not in told
    assert remedy_of(text(remedy={"kind": "appraisal"})).days == 15


@pytest.mark.parametrize(
    ("item", "zh", "en"),
    [
        ("004-051", "再次鉴定结论为最终结论", "is final"),
        (
            "004-104",
            "可以向自治区人力资源和社会保障厅专业技术人员",
            "result on",
        ),
        ("004-105", "职称社会化评价中心申请复查或者进行投诉", "No time is set"),
        ("004-131", "如不服本行政复议决定，可于2027年1月9日前向有管辖权的人民法院", "sue at"),
        ("003-076", "向设立该法律援助机构的司法行政部门提出", "tell"),
    ],
)
def test_an_item_with_a_remedy_of_its_own_kind_says_so(item: str, zh: str, en: str) -> None:
    said = packaged_catalogue().item(item).text
    told = remedy_sentence(said, remedy_of(said).body, *UNTIL)
    assert zh in told[0]
    assert en in told[1]


def test_what_the_law_sets_no_time_for_is_not_told_as_a_limit() -> None:
    for kind in ("title", "objection"):
        zh, en = remedy_sentence(text(remedy={"kind": kind}), "某机关", *UNTIL)
        assert "未限定期限，请尽量在2027年1月9日前提出" in zh
        assert "please do so by 9 January 2027" in en


def test_a_decision_on_a_reconsideration_is_not_reconsidered() -> None:
    kind = text(remedy={"kind": "after-reconsideration"})
    assert "申请行政复议" not in remedy_sentence(kind, remedy_of(kind).body, *UNTIL)[0]
    assert remedy_of(kind).days == 15


def test_the_body_is_that_of_the_office_and_its_court_goes_with_it() -> None:
    bodies = [
        {"body": "甲县人民政府", "court": "甲县人民法院", "offices": ["east"]},
        {"body": "乙市人民政府"},
    ]
    said = text(remedy={"kind": "reconsideration", "bodies": bodies, "days": 90})
    assert remedy_of(said, "east").body == "甲县人民政府"
    assert (remedy_of(said, "west").body, remedy_of(said).days) == ("乙市人民政府", 90)
    assert "向甲县人民法院提起" in remedy_sentence(said, "甲县人民政府", *UNTIL)[0]


def test_an_edition_from_before_has_its_appeal_and_its_words() -> None:
    said = text()
    assert remedy_of(said).body == said.appeal.body
    zh, _ = remedy_sentence(said, "某机关", *UNTIL)
    assert zh == "如有异议，可于2027年1月9日前向某机关申请复议。"


CRITERION = {
    "code": "unchanged",
    "text": "户籍信息没有变更",
    "met": "您的户籍信息没有变更",
    "met_en": "Your register is unchanged",
    "unmet": "经核查，您的户籍信息已变更",
    "unmet_en": "Your register has changed",
}


def told(**more: Any) -> str:
    said = {
        "id": "004-900",
        "edition": 1,
        "offered": True,
        "source": {"document": "004", "lines": [1, 9]},
        "name": "试验事项",
        "calendar": "xinjiang",
        "template": "T05",
        **more,
    }
    file = msgspec.convert(said, ItemFile, strict=True)
    return " ".join(sentence for _, sentence in outcomes_right(file))


def test_what_a_file_says_of_its_decision_is_whole() -> None:
    fine = {"kind": "reconsideration", "raw": "可以申请行政复议"}
    assert told(review={"criteria": [CRITERION]}, remedy=fine) == ""


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"review": {"criteria": [{**CRITERION, "met": None}]}}, "does not say what is told: met."),
        (
            {"review": {"criteria": [{**CRITERION, "unmet": "户籍信息没有变更。"}]}},
            "says the opposite",
        ),
        ({"remedy": {"kind": "tax"}}, "says why it is this: inferred"),
        (
            {"remedy": {"kind": "tax", "raw": "x", "bodies": [{"body": "a"}, {"body": "b"}]}},
            "Two bodies are for every office",
        ),
        (
            {"remedy": {"kind": "tax", "raw": "x", "bodies": [{"body": "a", "offices": ["o"]}]}},
            "The item has no office 'o'",
        ),
        (
            {
                "remedy": {"kind": "tax", "raw": "x"},
                "appeal": {"body": "b", "days": 60, "basis": ["c"]},
            },
            "leave appeal out",
        ),
        (
            {"results": [{"code": "r", "name": "证", "hand_over": {"voucher": "slip"}}]},
            "no result 'slip' that is a voucher",
        ),
        ({"kept": [{"what": "case", "n": 10, "unit": "years", "after": "办结"}]}, "or is inferred"),
    ],
)
def test_what_contradicts_is_told(more: dict[str, Any], sentence: str) -> None:
    assert sentence in told(**more)
