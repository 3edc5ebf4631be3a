"""What is missing is told everywhere as the message tells it: of alternatives, one is enough."""

import pytest

from services.intake.view import view
from services.issuance.papers.drawn.content import HolderData, PaperMatter
from services.issuance.papers.drawn.kinds import content_of
from services.notify.words.reasons import supplement_words
from shared.case.deciding.materials_said import asked_at_once
from shared.case.facts.parts import Missing
from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.base import listed
from tests.support.given import START, rules
from tests.support.walking import Walk

PERMIT = packaged_catalogue().item("001-02")
IDENTITY = "以下之一：（一）有效居民身份证；（二）户口簿；（三）临时身份证；（四）其他合法有效证明"
DWELLING = "（六）住所已确认（是/否）"
TOGETHER = "（二）1年以上用人合同和缴纳6个月以上社会保险证明"


@pytest.fixture(scope="module")
def walk() -> Walk:
    """An application for a residence permit by work, without any paper, up to the one request."""
    found = Walk(PERMIT, rules(), START)
    found.submit(materials=())
    found.until("supplement")
    return found


@pytest.mark.requirement("R-031")
@pytest.mark.requirement("R-059")
def test_the_case_says_which_papers_are_alternatives(walk: Walk) -> None:
    told = view(walk.case, walk.rules)["supplement"]
    assert [one["code"] for one in told["missing"]] == [
        one.code for one in walk.case.supplement.fact.missing
    ]
    choices = [one for one in told["asked"] if len(one["one_of"]) > 1]
    assert IDENTITY in [one["zh"] for one in choices]
    assert any(one["zh"].endswith(DWELLING) for one in choices)
    assert choices[0]["en"].startswith("one of these: (1) ")
    papers = [paper for one in told["asked"] for each in one["one_of"] for paper in each]
    assert sorted(one["code"] for one in papers) == sorted(one["code"] for one in told["missing"])


@pytest.mark.requirement("R-031")
def test_the_paper_lists_a_choice_as_one_entry(walk: Walk) -> None:
    stated = PaperMatter(case=walk.case, item=PERMIT, at=START)
    paper = content_of("supplement-request", stated, HolderData(name="测试甲"))
    assert IDENTITY in paper.listed
    assert "户口簿" not in paper.listed
    assert len(paper.listed) < len(walk.case.supplement.fact.missing)
    assert paper.before[1] == "现一次性告知需要补正的全部内容（写明“以下之一”的，任选一项补交）："


def test_papers_of_one_alternative_go_together() -> None:
    missing = [
        Missing(code=one.code, name=one.name)
        for one in listed(PERMIT.text.materials)
        if one.one_of == "employment-proof"
    ]
    (only,) = asked_at_once(missing, PERMIT)
    assert only.zh.endswith(TOGETHER)
    assert [len(each) for each in only.one_of] == [1, 2]
    assert supplement_words(missing, PERMIT)[0] == only.zh.replace("以下之一", "以下材料之一")


def test_what_is_no_choice_is_told_by_itself() -> None:
    """One of several alternatives asked for alone, and what an officer names, are needed."""
    missing = [Missing(code="household-register", name="户口簿"), Missing(code="x", name="平面图")]
    told = asked_at_once(missing, PERMIT)
    assert [(one.zh, one.alternatives) for one in told] == [("平面图", False), ("户口簿", False)]
