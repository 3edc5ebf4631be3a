"""What stands on a signed paper is true: why it was refused, what can be done, and what came."""

from datetime import date
from typing import get_args

import msgspec
import pytest

from services.intake.acceptance.accepting import SettleCase
from services.intake.topics import INTAKE
from services.issuance.papers.drawn.content import (
    HolderData,
    PaperContent,
    PaperIncomplete,
    PaperMatter,
    must_stand,
    paper_title,
)
from services.issuance.papers.drawn.kinds import content_of
from services.issuance.papers.making import answer_words
from services.issuance.papers.sheets import sheets_of
from services.review.topics import REVIEW
from services.review.verdict import RefuseCase
from shared.case import Case, Fact
from shared.case.facts.parts import Criterion, Reason
from shared.case.intake.counter import OriginalsReturned, OriginalsSeen
from shared.case.intake.submission import MaterialAttached
from shared.case.intake.supplement import SupplementProvided
from shared.case.issuance.paper import PaperKind
from shared.case.reading.cells import CELLS
from shared.case.reading.stage import ReadingStage
from shared.case.review.assignment import ReviewOpened
from shared.case.review.verdict import CaseRefused
from shared.catalogue import Item, packaged_catalogue
from shared.catalogue.definition.asking import Choice, FactRule
from shared.catalogue.definition.choosing import When
from shared.catalogue.definition.outcome import PaperRule, RemedyRule, ResultRule
from shared.catalogue.definition.words import QuestionType, RemedyKind
from shared.catalogue.rules.remedies import remedy_of
from shared.clock import local_day
from shared.security.data_classes import DataClass
from shared.security.duties import Duty
from tests.support import histories as h
from tests.support.given import (
    CRITERIA,
    START,
    asked,
    assessed,
    given,
    history,
    paid,
    proposed,
    register,
    submitted,
    under_review,
)

CARD = packaged_catalogue().item("000-01")
NOBODY = HolderData(name="测试甲")
OFFICER = {"officer": "staff-2", "own_subject": ""}


def paper(kind: PaperKind, case: Case, item: Item = CARD) -> PaperContent:
    return content_of(kind, PaperMatter(case=case, item=item, at=START), NOBODY)


def refused(*facts: Fact) -> Case:
    return history(*h.submitted(), *h.paid(), *h.accepted(), *facts)


def refusal(body: str = "复议机关", *reasons: Reason) -> CaseRefused:
    (made,) = h.refused()
    assert isinstance(made, CaseRefused)
    grounds = reasons or made.reasons
    return msgspec.structs.replace(made, appeal_body=body, reasons=grounds)


def test_a_refusal_says_the_sentence_of_the_item_and_never_its_opposite() -> None:
    before = (*under_review(), proposed(True, False))
    command = RefuseCase(reasons=(CRITERIA[1],), explained=True, **OFFICER)
    fact = given(*before).when(REVIEW.decide, command).fact
    rule = next(one for one in CARD.text.review.criteria if one.code == CRITERIA[1])
    assert rule.unmet
    assert paper("refusal", history(*before, fact)).listed == (f"{rule.unmet}。",)


def test_a_criterion_without_a_sentence_is_said_not_to_be_met() -> None:
    step = Criterion(code="step-inspection", text="现场审查合格")
    opened = ReviewOpened(department=h.DEPARTMENT, criteria=(step,))
    failed = refusal("复议机关", Reason(criterion=step.code, text=step.text))
    assert paper("refusal", refused(opened, failed)).listed == ("现场审查不合格。",)


@pytest.mark.parametrize("kind", get_args(RemedyKind))
def test_a_refusal_says_what_can_be_done_by_the_kind_of_remedy(kind: RemedyKind) -> None:
    item = msgspec.structs.replace(
        CARD, text=msgspec.structs.replace(CARD.text, remedy=RemedyRule(kind=kind))
    )
    body = remedy_of(item.text).body
    fact = msgspec.structs.replace(refusal(body), appeal_deadline=date(2027, 1, 20))
    told = "".join(paper("refusal", refused(fact), item).after)
    by = "请尽量在" if kind in {"title", "objection"} else "可于"
    assert f"{by}2027年1月20日（含当日）前" in told
    assert body in told
    assert ("申请行政复议" in told) is (kind in {"reconsideration", "tax", "final", "objection"})
    assert ("本行政复议决定" in told) is (kind == "after-reconsideration")
    assert ("复查" in told) is (kind in {"petition", "final", "title"})
    assert ("再次鉴定" in told) is (kind in {"appraisal", "final"})


def test_an_arbitration_goes_to_court_and_to_nobody_else() -> None:
    item = packaged_catalogue().item("004-129")
    told = "".join(paper("refusal", refused(refusal(remedy_of(item.text).body)), item).after)
    assert "（含当日）前向有管辖权的人民法院提起诉讼。" in told
    assert "复议" not in told


def test_a_receipt_lists_what_came_with_the_application_alone() -> None:
    later = msgspec.structs.replace(register("b2"), code="later")
    case = history(submitted(), MaterialAttached(material=later))
    assert len(case.materials) == len(submitted().materials) + 1
    content = paper("receipt", case)
    assert content.listed == ("居民户口簿",)
    assert ("收到的材料", "1种") in content.rows


@pytest.mark.requirement("R-030")
def test_a_complete_application_has_its_receipt_and_then_the_letter_of_its_acceptance() -> None:
    """What is drawn, before it is: no font is needed to see that the letter is there."""
    before, after = (*h.submitted(), *h.paid()), (*h.submitted(), *h.paid(), *h.accepted())
    assert kinds_of(history(*before)) == ["receipt"]
    case = history(*after)
    assert kinds_of(case) == ["receipt", "acceptance"]
    (letter,) = (one for one in sheets_of(case, (), {}) if one.kind == "acceptance")
    assert Duty.APPLY in letter.duties
    said = content_of("acceptance", letter.stated(case, CARD), NOBODY)
    assert (said.title, said.holder) == ("受理通知书", "测试甲")
    assert said.before == (f"您申请办理的“{CARD.text.name}”，经审查符合受理条件，予以受理。",)
    driving = (
        next(one for one in case.acceptance.fact.due if one.drives) if case.acceptance else None
    )
    assert driving is not None
    assert driving.due is not None
    day = local_day(letter.at)
    assert ("受理日期", f"{day.year}年{day.month}月{day.day}日") in said.rows
    due = driving.due
    until = f"{due.year}年{due.month}月{due.day}日（含当日）前办结"
    assert ("办理期限", until) in said.rows


@pytest.mark.requirement("R-030")
def test_where_something_is_missing_it_is_asked_for_and_no_acceptance_is_written() -> None:
    case = history(submitted(complete=False), asked())
    assert kinds_of(case) == ["receipt", "supplement-request"]


def test_who_decides_on_a_case_has_the_letters_of_its_course() -> None:
    """The officer and the second person decide on the same file, its letters among it."""
    readers = {
        duty
        for data_class, duty, stage in CELLS
        if data_class is DataClass.PAPER and stage is ReadingStage.IN_REVIEW
    }
    assert {Duty.REVIEW, Duty.APPROVE} <= readers
    case = history(*h.submitted(), *h.paid(), *h.accepted())
    for letter in sheets_of(case, (), {}):
        assert readers <= letter.duties, letter.kind


def kinds_of(case: Case) -> list[PaperKind]:
    """The papers of a case that nothing was granted in yet."""
    return [one.kind for one in sheets_of(case, (), {})]


def test_a_paper_has_one_name_in_the_list_and_on_itself() -> None:
    case = refused(refusal())
    assert paper_title("refusal", CARD) == paper("refusal", case).title == "不予行政确认决定书"
    assert paper_title("grant", CARD) == "准予行政确认决定书"
    result = CARD.text.results[0]
    assert paper_title("slip", CARD, result) == f"制证单：{result.name}"
    with pytest.raises(ValueError, match="without a result"):
        paper_title("result", CARD)


def demanded(*questions: FactRule, **answers: str) -> dict[str, str]:
    """What stands on a letter that has to show these questions."""
    shown = PaperRule(must_show=tuple(f"fact:{one.code}" for one in questions))
    rule = ResultRule(code="x", name="证明", kind="letter", paper=shown)
    item = msgspec.structs.replace(
        CARD, text=msgspec.structs.replace(CARD.text, facts=questions, results=(rule,))
    )
    case = history(*h.submitted(), *h.paid(), *h.accepted())
    matter = PaperMatter(case=case, item=item, at=START, result=rule)
    holder = HolderData(name="测试甲", answers=answers)
    return must_stand(matter, content_of("result", matter, holder), holder)


def test_a_paper_without_an_answer_that_everybody_gives_is_not_drawn() -> None:
    needed = FactRule(code="period", name="期间", type="text")
    assert demanded(needed, period="2026年")["fact:period"] == "2026年"
    with pytest.raises(PaperIncomplete):
        demanded(needed)


def test_an_answer_that_nobody_has_to_give_keeps_no_paper_back() -> None:
    free = FactRule(code="purpose", name="用途", type="text", required=False)
    sometimes = FactRule(code="office", name="单位", type="text", when=When(situation=("a",)))
    assert "fact:purpose" not in demanded(free, sometimes)
    assert demanded(free, purpose="入学")["fact:purpose"] == "入学"


@pytest.mark.parametrize(
    ("kind", "value", "printed"),
    [
        ("boolean", True, "是"),
        ("boolean", False, "否"),
        ("date", "2026-11-30", "2026年11月30日"),
        ("integer", 3, "3份"),
        ("text", "入学", "入学份"),
        ("choice", "a", "甲份"),
        ("several", ["b", "a"], "乙、甲"),
        ("person", {"name": "测试甲", "id_number": "650102199001011239"}, "测试甲"),
        ("organisation", {"name": "测试公司", "id_number": "91650100MA7700006Q"}, "测试公司"),
        ("account", {"bank": "某银行", "number": "6222000011112222333"}, "某银行，账号末四位2333"),
    ],
)
def test_an_answer_is_printed_as_people_read_it(
    kind: QuestionType, value: object, printed: str
) -> None:
    choices = (Choice(code="a", name="甲"), Choice(code="b", name="乙"))
    fact = FactRule(code="x", name="x", type=kind, unit="份", choices=choices)
    assert answer_words(value, fact) == printed


def test_a_paper_for_a_unit_names_the_people_whom_it_is_about() -> None:
    rule = ResultRule(code="x", name="证明", kind="letter")
    item = msgspec.structs.replace(CARD, text=msgspec.structs.replace(CARD.text, results=(rule,)))
    case = history(*h.submitted(), *h.paid(), *h.accepted())
    matter = PaperMatter(case=case, item=item, at=START, result=rule)
    unit = HolderData(name="测试公司", members=("测试甲", "测试乙"))
    assert ("所涉人员", "测试甲、测试乙") in content_of("result", matter, unit).rows
    alone = content_of("result", matter, NOBODY).rows
    assert [name for name, _ in alone if name == "所涉人员"] == []


def test_a_paper_cites_its_bases_by_name_and_article_and_no_sentence_of_procedure() -> None:
    law = packaged_catalogue().item("001-02").text.legal_basis
    assert law[0].endswith("：")
    bases = (
        "材料不齐全的，一次性告知需要补充的材料",
        *law,
        "《丙》（2019）第三条：甲；",
        "第六十九条",
    )
    fact = msgspec.structs.replace(h.refused()[0], legal_basis=bases)
    case = history(*h.submitted(), *h.paid(), *h.accepted(), fact)
    item = packaged_catalogue().item("001-02")
    matter = PaperMatter(case=case, item=item, at=START)
    (told,) = [one for one in content_of("refusal", matter, NOBODY).after if "依据" in one]
    assert told.startswith("依据：《新疆维吾尔自治区居住证办理工作规范》（试行）一、(一)2；")
    assert told.endswith("；《丙》（2019）第三条；第六十九条。")
    for wrong in ("一次性告知", "：；", "。；", "。。", "：。"):
        assert wrong not in told
    fact = msgspec.structs.replace(h.refused()[0], legal_basis=bases[:1])
    case = history(*h.submitted(), *h.paid(), *h.accepted(), fact)
    matter = PaperMatter(case=case, item=item, at=START)
    assert "依据" not in "".join(content_of("refusal", matter, NOBODY).after)


@pytest.mark.requirement("R-033")
def test_who_is_not_accepted_reads_what_is_missing_the_remedy_and_where_the_originals_are() -> None:
    before = (submitted(complete=False), assessed(), paid(), asked())
    kept = OriginalsSeen(materials=("household-register",), officer="staff-1")
    answer = SupplementProvided(materials=())
    fact = given(*before, kept, answer).when(INTAKE.decide, SettleCase()).fact
    said = paper("non-acceptance", history(*before, kept, answer, fact))
    assert said.listed == ("补正后材料仍不齐全", "缺少：居民户口簿")
    told = "".join(said.after)
    for part in (asked().basis, "申请行政复议", "原件（居民户口簿），请持本人有效身份证件"):
        assert part in told
    back = OriginalsReturned(materials=("household-register",), officer="staff-1")
    said = paper("non-acceptance", history(*before, kept, back, answer, fact))
    assert "原件" not in "".join(said.after)
