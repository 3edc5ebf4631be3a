"""What applicants are told is true, says what to do, and has no code in it."""

import re
from datetime import UTC, datetime
from types import MappingProxyType, SimpleNamespace
from typing import Any

import msgspec
import pytest

from services.notify.words import reasons
from services.notify.words.outcomes import approved
from services.notify.words.table import EDITION, EDITIONS, FIRST, Words, words_of
from services.portal.words.catalogue import load
from services.review.assignment import CONDITIONS
from shared.case import Case, Fact, fold
from shared.case.deciding.unmet import STEPS, cited
from shared.case.facts.parts import DueDate, Missing, Reason
from shared.case.intake.acceptance import CaseAccepted
from shared.case.intake.fee import PaymentRecorded
from shared.case.intake.supplement import SupplementRequested
from shared.case.issuance.handover import DocumentDispatched
from shared.case.issuance.payout import PayoutFailed, PayoutMade
from shared.case.issuance.record import ResultRecorded
from shared.case.review.limits import ClockPaused, ClockResumed, DelayExplained
from shared.case.review.verdict import CaseApproved, CaseRefused
from shared.catalogue import Item, packaged_catalogue
from shared.catalogue.definition.base import listed
from shared.catalogue.rules.procedure import packaged_procedures
from shared.clock import CAUSES
from tests.support import histories as h
from tests.support import items_given
from tests.unit.notify.test_wording import CASE, HISTORIES, PRODUCED, told

ITEMS = packaged_catalogue()
OFFERED = tuple(item for item in ITEMS.items() if item.text.offered)
CARD = ITEMS.item("000-01")
PAID = [*h.submitted(), *h.paid()]
NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def said(*facts: Fact, item: Item = CARD) -> Words:
    """What is told of the last of these."""
    return words_of(facts[-1], fold(h.events(list(facts)), case_id=CASE), item)


def refusal(*grounds: Reason, basis: tuple[str, ...] = ("《居民身份证法》第十一条",)) -> Fact:
    (refused,) = h.refused()
    assert isinstance(refused, CaseRefused)
    return msgspec.structs.replace(refused, reasons=grounds, legal_basis=basis)


# ---- a refusal


def test_a_refusal_after_an_inspection_never_says_that_the_inspection_was_passed() -> None:
    failed = refusal(Reason(criterion="step-inspection", text="现场审查合格"))
    words = said(*PAID, failed)
    assert "理由：现场审查不合格。" in words.zh
    assert "现场审查合格" not in words.zh
    assert "the on-site inspection was not passed" in words.en


def test_a_refusal_says_where_the_explanation_is_read_where_there_is_one() -> None:
    """The pages are named as the portal names them."""
    plain = refusal(Reason(criterion="step-inspection", text="现场审查合格"))
    assert isinstance(plain, CaseRefused)
    words, pages = said(*PAID, msgspec.structs.replace(plain, explained=True)), load()
    for title in ("mine-title", "application-title"):
        assert f"“{pages[title]['zh']}”" in words.zh
        assert f"“{pages[title]['en']}”" in words.en
    assert "可持有效身份证件到办理机关查阅" in words.zh
    assert "at the office, with your identity document" in words.en
    without = said(*PAID, plain)
    assert "书面说明" not in without.zh
    assert "explanation" not in without.en


def test_every_step_that_can_fail_has_words_for_it() -> None:
    stages = packaged_procedures().stages.values()
    with_criterion = {stage.code: stage.criterion for stage in stages if stage.criterion}
    assert STEPS.keys() == with_criterion.keys()
    for code, criterion in with_criterion.items():
        zh, en = reasons.unmet([Reason(criterion=f"step-{code}", text=criterion)])
        assert (zh, en) == STEPS[code]
        assert criterion not in zh
        assert reasons.unmet([Reason(criterion=f"step-{code}-9", text=criterion)]) == (zh, en)


def test_no_criterion_of_any_item_is_told_as_the_reason() -> None:
    """It says what would have been right."""
    criteria = [one for item in OFFERED for one in item.text.review.criteria]
    assert criteria
    for one in (*criteria, CONDITIONS):
        zh, en = reasons.unmet([Reason(criterion=one.code, text=one.text)])
        assert zh.startswith("经审查，不符合“")
        assert zh.endswith("”的要求")
        assert not re.search("[。；]”", zh)
        assert en.endswith("is not met")


def test_a_criterion_is_told_as_its_file_says_it_and_the_remedy_by_its_kind() -> None:
    one = items_given.item(
        review={
            "criteria": [
                {
                    "code": "household-unchanged",
                    "text": "户籍信息没有变更",
                    "met": "户籍信息没有变更",
                    "met_en": "The register is unchanged",
                    "unmet": "经核查，您上次办证后户籍信息已变更",
                    "unmet_en": "Your register has changed since",
                }
            ]
        },
        remedy={"kind": "petition"},
    )
    stored = [Reason(criterion="household-unchanged", text="户籍信息没有变更")]
    assert reasons.unmet(stored, one) == (
        "经核查，您上次办证后户籍信息已变更",
        "Your register has changed since",
    )


def test_several_grounds_are_one_sentence_with_one_full_stop() -> None:
    grounds = (
        Reason(criterion="household-unchanged", text="（二）户籍信息没有发现变更。"),
        Reason(criterion="step-hearing", text="听证或庭审已依法进行"),
    )
    words = said(*PAID, refusal(*grounds))
    assert (
        "理由：经核查，您上次办证后户籍信息已变更，不符合网上补领条件，请持居民户口簿到户籍地派出所"
        "窗口办理；听证或庭审未能依法进行。依据" in words.zh
    )
    assert "。。" not in words.zh


@pytest.mark.parametrize(
    ("bases", "wanted"),
    [
        (("《居民身份证法》第十一条：国家决定换发新一代居民身份证……",), "《居民身份证法》第十一条"),
        (("《丙》（2019）第三条：甲。", "《丙》（2019）第三条：乙"), "《丙》（2019）第三条"),
        (("行政许可法第六十九条。",), "行政许可法第六十九条"),
        (("《甲》第一条", "关于乙的通知：见附件"), "《甲》第一条；关于乙的通知：见附件"),
    ],
)  # fmt: skip
def test_a_basis_is_cited_by_name_and_article(bases: tuple[str, ...], wanted: str) -> None:
    assert cited(bases) == wanted
    assert (
        f"依据：{wanted}。" in said(*PAID, refusal(Reason(criterion="x", text="y"), basis=bases)).zh
    )


def test_every_basis_of_the_catalogue_is_told_in_less_than_a_line() -> None:
    for item in OFFERED:
        for basis in listed(item.text.legal_bases):
            citation = cited([basis.sentence()], item)
            assert citation.startswith(basis.name.rstrip("。；"))
            assert len(citation) <= len(basis.name) + len(basis.edition) + len(basis.article) + 2


# ---- money


def paying(fen: int, accounted: str) -> Words:
    fact = next(one for one in h.paid() if isinstance(one, PaymentRecorded))
    came = msgspec.structs.replace(fact, amount_fen=fen, accounted=accounted)
    return said(*h.submitted(), came)


def test_a_wrong_amount_is_no_success() -> None:
    words = paying(3900, "not-owed")
    assert words.subject.startswith("缴费金额不符")
    assert "收到39.00元，应缴40.00元" in words.zh
    assert "居民身份证工本费40.00元" in words.zh
    assert "成功" not in words.subject + words.zh
    assert "39.00 yuan were received instead of 40.00" in words.en


def test_the_right_amount_is_a_success() -> None:
    words = paying(4000, "fee")
    assert words.subject.startswith("缴费成功")
    assert words.zh == f"业务{CASE}已收到缴费40.00元。"


def test_a_second_payment_goes_back_and_asks_for_nothing() -> None:
    fact = next(one for one in h.paid() if isinstance(one, PaymentRecorded))
    second = msgspec.structs.replace(fact, transaction="tx-2", accounted="not-owed")
    words = said(*h.submitted(), fact, second)
    assert words.subject.startswith("款项将原路退回")
    assert "请于" not in words.zh


def test_every_fee_has_its_own_name() -> None:
    """Nobody pays the cost of making a card for an appraisal."""
    whole = fold(h.events(h.submitted()), case_id=CASE)
    (first, *_) = h.submitted()
    charging = [item for item in OFFERED if item.text.fee.chargeable]
    assert len(charging) >= 16
    for item in charging:
        names = {line.name for line in item.text.fee.lines}
        words = words_of(first, whole, item)
        assert f"缴纳{names.pop() if len(names) == 1 else '费用'}40.00元" in words.zh


def money_of(item: str, fact: type[Fact]) -> Words:
    made: Any = (
        PayoutMade(attempt=1, officer="staff-1")
        if fact is PayoutMade
        else PayoutFailed(attempt=1, officer="staff-1", code="account-closed")
    )
    return words_of(made, fold(h.events(PAID), case_id=CASE), ITEMS.item(item))


def test_a_benefit_is_paid_out_and_a_contribution_collected() -> None:
    benefit = money_of("003-006", PayoutMade)
    assert benefit.subject.startswith("失业保险金已发放")
    assert "失业保险金已发放" in benefit.zh
    deducting = [i for i in OFFERED if any(p.purpose == "deduction" for p in i.text.paydays)]
    assert deducting
    for item in deducting:
        words = money_of(item.id, PayoutFailed)
        assert "未能扣缴" in words.zh
        assert "发放" not in words.zh


# ---- limits


def test_a_pause_is_told_in_a_sentence_of_its_own() -> None:
    for code in CAUSES:
        paused = said(*PAID, ClockPaused(cause=code, limits=("promised",)))
        resumed = said(
            *PAID, ClockPaused(cause=code, limits=("promised",)), ClockResumed(cause=code)
        )
        for text in (paused.zh, resumed.zh):
            assert "组织" not in text
            assert "进行单位" not in text
        assert "不计入办理期限" in paused.zh
        assert "恢复计算" in resumed.zh


def test_rectification_says_what_to_do() -> None:
    words = said(*PAID, ClockPaused(cause="rectification", limits=("promised",)))
    assert "请按要求整改" in words.zh


@pytest.mark.parametrize(
    ("item", "part"),
    [("003-040", "个工作日"), ("004-098", "个工作日"), ("004-005", "个工作日")],
)
def test_a_limit_that_has_not_begun_is_told_from_when_it_counts(item: str, part: str) -> None:
    words = accepted_without_a_date(ITEMS.item(item))
    assert re.search("办理期限自.+之日起计算，为[0-9]+", words.zh), words.zh
    assert part in words.zh
    assert "未公布" not in words.zh
    assert "counted from" in words.en


def accepted_without_a_date(item: Item) -> Words:
    fact = next(one for one in h.accepted() if isinstance(one, CaseAccepted))
    empty: tuple[DueDate, ...] = ()
    return said(*PAID, msgspec.structs.replace(fact, due=empty), item=item)


def test_where_nothing_is_printed_it_says_so() -> None:
    silent = next(i for i in OFFERED if not any(x.rank != "internal" for x in i.text.limits))
    assert "未公布办理期限" in accepted_without_a_date(silent).zh


# ---- what is missing


def asked(*codes: str, item: str) -> Words:
    of = ITEMS.item(item)
    rules = {rule.code: rule for rule in listed(of.text.materials)}
    missing = tuple(Missing(code=code, name=rules[code].name) for code in codes)
    (request, *_) = h.supplemented()
    assert isinstance(request, SupplementRequested)
    return said(*PAID, msgspec.structs.replace(request, missing=missing), item=of)


def test_alternatives_are_asked_for_as_alternatives() -> None:
    """R-059: 001-02 takes the pension's proof, or the contract and the insurance together."""
    of = ITEMS.item("001-02")
    codes = [r.code for r in listed(of.text.materials) if r.one_of == "employment-proof"]
    words = asked(*codes, item="001-02")
    first, second = "缴纳基本养老保险满2年证明", "1年以上用人合同和缴纳6个月以上社会保险证明"
    assert f"需一次性补正以下材料之一：（一）{first}；（二）{second}。" in words.zh
    assert f"one of these: (1) {first}; (2) 1年以上用人合同 and " in words.en


def test_one_alternative_alone_is_asked_for_plainly() -> None:
    words = asked("household-register", item="000-01")
    assert "以下材料：居民户口簿。请于" in words.zh


# ---- what comes of it


def test_nobody_approves_a_petition_a_query_or_a_filing() -> None:
    for template, title in (("T02", "查询已办理"), ("T07", "已准予备案"), ("T11", "业务已审结")):
        items = [item for item in OFFERED if item.text.template == template]
        assert items
        for item in items:
            words = granted(item)
            assert words.subject.startswith(title), item.id
            assert "审核通过" not in words.zh


def granted(item: Item) -> Words:
    fact = next(one for one in h.approved() if isinstance(one, CaseApproved))
    return words_of(fact, fold(h.events([*PAID, *h.accepted()]), case_id=CASE), item)


def test_an_approval_says_where_its_paper_is_in_the_words_of_the_pages() -> None:
    words, pages = granted(CARD), load()
    for title in ("mine-title", "sheets-title"):
        assert f"“{pages[title]['zh']}”" in words.zh
        assert f"“{pages[title]['en']}”" in words.en
    assert words.zh.endswith("不便上网的，可持有效身份证件向办理机关索取。")


def test_what_follows_an_approval_is_named() -> None:
    fact = next(one for one in h.approved() if isinstance(one, CaseApproved))
    case: Any = SimpleNamespace(makes_document=False)
    for item in OFFERED:
        then = approved(fact, case, item)["then_zh"]
        assert then.endswith("。")
        assert "{" not in then


def test_a_voucher_is_there_under_its_own_name() -> None:
    of = next(i for i in OFFERED for r in i.text.results if r.kind == "voucher")
    result = next(r for r in of.text.results if r.kind == "voucher")
    fact = ResultRecorded(stage="r", result=result.code, outcome="recorded", officer="staff-1")
    words = words_of(fact, fold(h.events(PAID), case_id=CASE), of)
    assert f"{result.name}已出具" in words.zh
    assert "已登记" not in words.zh


def test_what_was_collected_was_not_delivered() -> None:
    first = msgspec.structs.replace(PRODUCED[0], delivery="pickup")
    words = said(first, *PRODUCED[1:], *h.delivered())
    assert words.zh == f"您已领取业务{CASE}的证件，业务办结。"
    assert words.subject.startswith("证件已领取")
    assert "已由邮政送达" in said(*PRODUCED, *h.delivered()).zh


def test_a_dispatch_says_who_pays_the_postage() -> None:
    dispatched = h.delivered()[0]
    assert isinstance(dispatched, DocumentDispatched)
    words = said(*PRODUCED, msgspec.structs.replace(dispatched, carrier="ems"))
    assert "已由邮政EMS寄出，邮费到付，请注意查收" in words.zh
    with_sf = said(*PRODUCED, msgspec.structs.replace(dispatched, carrier="sf-express"))
    assert "已由顺丰速运寄出" in with_sf.zh
    other = said(*PRODUCED, dispatched, item=ITEMS.item("000-09"))
    assert "到付" not in other.zh


# ---- no code, no English word, and what was told can be said again

PRINTED = MappingProxyType({"EMS": "the carrier's own name"})
MADE_UP = re.compile(f"{CASE}|office-[0-9]|later|case-[a-z]+")


@pytest.mark.parametrize("template", sorted(HISTORIES))
def test_no_english_word_is_in_a_chinese_message(template: str) -> None:
    words = told(template)
    subject = words.subject.split(" / ")[0]
    found = set(re.findall("[A-Za-z]+", MADE_UP.sub("", subject + words.zh))) - set(PRINTED)
    assert not found


def test_the_first_words_are_kept_as_they_were_told() -> None:
    """A notice that was sent in them is shown in them (decision 20 of the design)."""
    assert set(EDITIONS) == {FIRST, EDITION}
    assert set(EDITIONS[FIRST]) <= set(EDITIONS[EDITION])
    failed = refusal(Reason(criterion="step-inspection", text="现场审查合格"))
    case: Case = fold(h.events([*PAID, failed]), case_id=CASE)
    assert "理由：现场审查合格。" in words_of(failed, case, CARD, edition=FIRST).zh
    assert "理由：现场审查合格。" not in words_of(failed, case, CARD).zh


# ---- a missed limit


def late(*facts: Fact, limit: str = "promised", item: Item = CARD) -> Words:
    explained = DelayExplained(limit=limit, officer="s", reason="workload", explained=False)
    return said(*PAID, *h.accepted(), *facts, explained, item=item)


def test_a_delay_says_which_limit_was_missed() -> None:
    words = late()
    assert "的办理超过了承诺办结时限，原因：业务量集中。" in words.zh
    assert "went beyond its promised limit: too much came in at once." in words.en
    limit = msgspec.structs.replace(CARD.text.limits[0], name="acceptance", title_zh="")
    text = msgspec.structs.replace(CARD.text, limits=(limit,))
    words = late(limit="acceptance", item=msgspec.structs.replace(CARD, text=text))
    assert "的办理超过了受理时限，" in words.zh
    assert "未能在办理期限内办结" not in words.zh
    unknown = late(limit="a-code")
    assert "的办理超过了办理期限，" in unknown.zh
    assert "went beyond its time limit:" in unknown.en
    assert "a-code" not in unknown.zh + unknown.en


def test_a_case_goes_on_only_where_nothing_is_decided() -> None:
    on_zh, on_en = "办理机关正在继续办理，有结果后将立即通知您。", "The office goes on with it"
    running = late()
    assert running.zh.endswith(on_zh)
    assert on_en in running.en
    refused = late(*h.reviewed(met=False), *h.refused())
    approved_late = late(*h.reviewed(), *h.approved())
    for words in (refused, approved_late):
        assert "继续办理" not in words.zh
        assert on_en not in words.en
