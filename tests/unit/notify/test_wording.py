"""Who is told what, and when: in both languages, in words without a person."""

import re
from datetime import date
from typing import get_args

import msgspec
import pytest

from services.notify.decisions import queue
from services.notify.words.table import BY_TEMPLATE, NOTICES, Words, words_of
from shared.case import Case, Fact, fold
from shared.case.facts.parts import Grant, Stage, Valid
from shared.case.intake.acceptance import CaseAccepted, CaseNotAccepted
from shared.case.intake.counter import OriginalsReturned, OriginalsSeen
from shared.case.intake.migration import CaseMigrated
from shared.case.intake.refund import (
    MoneyReturned,
    RefundBounced,
    RefundFailed,
    RefundOrderedAgain,
    RefundSettled,
)
from shared.case.intake.supplement import SupplementReminded
from shared.case.issuance.document import (
    REASONED,
    DocumentEndorsed,
    DocumentReinstated,
    DocumentRevoked,
    DocumentSuspended,
    Endorsement,
    Ground,
    RenewalOpened,
    RevocationReason,
)
from shared.case.issuance.handover import (
    DocumentDestroyed,
    DocumentReady,
    DocumentUnclaimed,
    VoucherRefused,
)
from shared.case.issuance.payout import PayoutFailed, PayoutMade, PayoutScheduled
from shared.case.issuance.record import ResultHandedOver, ResultRecorded
from shared.case.review.limits import (
    ClockPaused,
    ClockResumed,
    DelayExplained,
    LimitExtended,
    LimitRestarted,
    ReviewLimitsRecomputed,
)
from shared.case.review.steps import PublicNoticePublished, StepCompleted, VisitArranged
from shared.case.review.upkeep import ReviewFactCorrected
from shared.case.review.verdict import CaseApproved
from shared.catalogue import packaged_catalogue
from tests.corpus.samples import FACTS
from tests.support import histories as h

CASE = "c" * 32
PAID = [*h.submitted(), *h.paid()]
APPROVED = [*PAID, *h.accepted(), *h.reviewed(), *h.approved()]
PRODUCED = [*APPROVED, *h.ordered(), *h.produced()]

ENDS = Valid(since=date(2026, 11, 20), until=date(2027, 5, 20), basis="printed")
ENDLESS = Valid(since=date(2026, 11, 20), until=None, basis="printed")

INSPECTED = tuple(
    Stage(code=code, kind=kind, service="review", actor="officer", cause=code, retry=retry)
    for code, kind, retry in (
        ("inspection", "step", "rectification"),
        ("rectification", "retry", ""),
    )
)
FIRST = msgspec.structs.replace(PAID[0], stages=INSPECTED)
STEPPING = [FIRST, *PAID[1:], *h.accepted(), *h.reviewed()[:1]]


def sample(kind: type[Fact]) -> Fact:
    """A made-up event of a type, as the corpus of stored events has it."""
    return next(fact for fact in FACTS if type(fact) is kind)


def back(kind: type[Fact]) -> Fact:
    """A made-up event of a type about the payment of these histories."""
    return msgspec.structs.replace(sample(kind), payment="t1")


READY = msgspec.structs.replace(sample(DocumentReady), asks="code")


HISTORIES: dict[str, list[Fact]] = {
    "submitted": h.submitted()[:1],
    "paid": PAID,
    "supplement": [*PAID, *h.supplemented()[:1]],
    "supplement-reminder": [*PAID, *h.supplemented()[:1], sample(SupplementReminded)],
    "accepted": [*PAID, *h.accepted()],
    "migrated": [*PAID, *h.accepted(), sample(CaseMigrated)],
    "not-accepted": [*PAID, *h.not_accepted()],
    "withdrawn": [*PAID, *h.withdrawn()],
    "approved": APPROVED,
    "refused": [*PAID, *h.accepted(), *h.reviewed(met=False), *h.refused()],
    "refunded": [*PAID, *h.withdrawn(), *h.refunded("withdrawn")],
    "money-returned": [*PAID, back(MoneyReturned)],
    "refund-failed": [*PAID, *h.withdrawn(), *h.refunded("withdrawn")[:1], back(RefundFailed)],
    "refund-bounced": [*PAID, *h.withdrawn(), *h.refunded("withdrawn"), back(RefundBounced)],
    "refund-again": [*PAID, *h.withdrawn(), back(RefundFailed), back(RefundOrderedAgain)],
    "refund-settled": [*PAID, *h.withdrawn(), back(RefundFailed), back(RefundSettled)],
    "produced": PRODUCED,
    "dispatched": [*PRODUCED, *h.delivered()[:1]],
    "returned": [*PRODUCED, *h.delivered(returns=1)[:2]],
    "delivered": [*PRODUCED, *h.delivered()],
    "public-notice": [*STEPPING, sample(PublicNoticePublished)],
    "visit": [*STEPPING, sample(VisitArranged)],
    "rectify": [*STEPPING, sample(StepCompleted)],
    "paused": [*STEPPING, sample(ClockPaused)],
    "resumed": [*STEPPING, sample(ClockPaused), sample(ClockResumed)],
    "extended": [*STEPPING, sample(LimitExtended)],
    "delayed": [*STEPPING, sample(DelayExplained)],
    "corrected": [*STEPPING, sample(ReviewFactCorrected)],
    "restarted": [*STEPPING, sample(LimitRestarted)],
    "recomputed": [*STEPPING, sample(ReviewLimitsRecomputed)],
    "ready": [*PRODUCED, sample(DocumentReady)],
    "voucher-refused": [*PRODUCED, READY, sample(VoucherRefused)],
    "unclaimed": [*PRODUCED, sample(DocumentReady), sample(DocumentUnclaimed)],
    "destroyed": [*PRODUCED, sample(DocumentUnclaimed), sample(DocumentDestroyed)],
    "renewal-opened": [*PRODUCED, *h.delivered(), sample(RenewalOpened)],
    "revoked": [*PRODUCED, *h.delivered(), sample(DocumentRevoked)],
    "suspended": [*PRODUCED, *h.delivered(), sample(DocumentSuspended)],
    "reinstated": [*PRODUCED, *h.delivered(), sample(DocumentReinstated)],
    "endorsed": [*PRODUCED, *h.delivered(), sample(DocumentEndorsed)],
    "recorded": [*APPROVED, sample(ResultRecorded)],
    "handed-over": [*APPROVED, sample(ResultHandedOver)],
    "payout-scheduled": [*APPROVED, sample(PayoutScheduled)],
    "paid-out": [*APPROVED, sample(PayoutScheduled), sample(PayoutMade)],
    "payout-failed": [*APPROVED, sample(PayoutScheduled), sample(PayoutFailed)],
}


def told(template: str, *, whole: list[Fact] | None = None) -> Words:
    facts = HISTORIES[template]
    lasting = (
        *(RenewalOpened, DocumentRevoked, DocumentEndorsed),
        *(DocumentSuspended, DocumentReinstated),
    )
    of_the_case = [fact for fact in whole or facts if not isinstance(fact, lasting)]
    case = fold(h.events(of_the_case), case_id=CASE)
    return words_of(facts[-1], case, packaged_catalogue().item("000-01"))


def test_every_template_has_a_history_here_and_a_name_of_its_own() -> None:
    assert set(HISTORIES) == set(BY_TEMPLATE)
    assert len(BY_TEMPLATE) == len(NOTICES)


@pytest.mark.requirement("R-036")
@pytest.mark.parametrize("template", sorted(HISTORIES))
def test_the_words_are_complete_in_both_languages(template: str) -> None:
    words = told(template)
    for text in (words.subject, words.zh, words.en):
        assert text
        assert "{" not in text
    assert CASE in words.zh
    assert CASE in words.en


@pytest.mark.requirement("R-106")
def test_acceptance_tells_the_due_date_r106() -> None:
    assert "2026年12月11日" in told("accepted").zh
    assert "2026-12-11" in told("accepted").en


def test_who_collects_with_a_code_is_told_where_it_is_and_what_to_bring_and_no_code() -> None:
    words = told_of([*PRODUCED, READY])
    for part in ("取件码", "我的办件", "身份证件", "授权委托书"):
        assert part in words.zh
    assert "identity document" in words.en
    assert "取件码" not in told("ready").zh, "one that lay ready before there were codes"
    assert not re.search(r"[0-9]{8}|[0-9]{4} [0-9]{4}", words.zh.replace(CASE, ""))


@pytest.mark.parametrize(("asks", "said"), [("code", "换领新的取件码"), ("identity", "负责人核对")])
def test_a_wrong_try_is_told_and_the_third_says_what_to_do(asks: str, said: str) -> None:
    ready = msgspec.structs.replace(sample(DocumentReady), asks=asks)
    first = msgspec.structs.replace(sample(VoucherRefused), wrong=1)
    assert said not in told_of([*PRODUCED, ready, first]).zh
    assert said in told_of([*PRODUCED, ready, sample(VoucherRefused)]).zh


def told_of(facts: list[Fact]) -> Words:
    case = fold(h.events(facts), case_id=CASE)
    return words_of(facts[-1], case, packaged_catalogue().item("000-01"))


@pytest.mark.requirement("R-107")
def test_a_rejection_tells_of_the_refund_r107() -> None:
    assert "原路退回" in told("not-accepted").zh
    assert "材料不全" in told("not-accepted").zh


KEPT = OriginalsSeen(materials=("household-register",), officer="staff-1")
BACK = OriginalsReturned(materials=("household-register",), officer="staff-1")


def still_missing() -> Fact:
    """What the rules decide after an incomplete answer."""
    return CaseNotAccepted(
        why="supplement-incomplete",
        missing=h.MISSING,
        reason="补正后材料仍不齐全",
        legal_basis=("《中华人民共和国行政许可法》第三十二条",),
        appeal_body="乌鲁木齐市人民政府",
        appeal_deadline=date(2027, 1, 20),
    )


@pytest.mark.requirement("R-033")
def test_who_is_not_accepted_is_told_what_is_missing_by_what_law_and_what_can_be_done_r033() -> (
    None
):
    words = told_of([*PAID, still_missing()])
    name = h.MISSING[0].name
    for part in ("补正后材料仍不齐全", f"缺少以下材料：{name}", "行政许可法", "2027年1月20日"):
        assert part in words.zh
    for part in ("申请行政复议", "可以重新申请"):
        assert part in words.zh
    assert "still missing" in words.en
    assert "2027-01-20" in words.en
    assert "原件" not in words.zh


@pytest.mark.requirement("R-033")
def test_who_is_not_accepted_is_told_to_fetch_the_originals_that_the_office_keeps_r033() -> None:
    words = told_of([*PAID, KEPT, still_missing()])
    assert "材料原件（居民户口簿），请持本人有效身份证件到交件窗口取回" in words.zh
    assert "fetch the originals" in words.en
    assert "原件" not in told_of([*PAID, KEPT, BACK, still_missing()]).zh
    unknown = OriginalsSeen(materials=("no-longer-asked",), officer="staff-1")
    assert "材料原件（其他材料），请持" in told_of([*PAID, unknown, still_missing()]).zh


def test_a_rejection_without_a_payment_promises_no_refund() -> None:
    unpaid = [*h.submitted(), *h.not_accepted()]
    case = fold(h.events(unpaid), case_id=CASE)
    words = words_of(unpaid[-1], case, packaged_catalogue().item("000-01"))
    assert "退回" not in words.zh


@pytest.mark.requirement("R-102")
def test_a_refusal_tells_reasons_basis_and_appeal_r102() -> None:
    for part in ("未丢失", "居民身份证法 第二条", "复议机关", "2027年1月20日", "原路退回"):
        assert part in told("refused").zh
    assert "2027-01-20" in told("refused").en


def test_the_submission_tells_what_is_to_be_paid() -> None:
    words = told("submitted", whole=h.submitted())
    assert "40.00" in words.zh
    assert "2026-11-27" in words.en


def said(facts: list[Fact]) -> Words:
    """What is told of the last of these."""
    case = fold(h.events(facts), case_id=CASE)
    return words_of(facts[-1], case, packaged_catalogue().item("000-01"))


def granting(*valid: Valid | None) -> list[Fact]:
    """Approved: a grant for each of these, in their order."""
    grants = tuple(
        Grant(grant=n, result=f"result-{n}", valid=one) for n, one in enumerate(valid, 1)
    )
    return [*APPROVED[:-1], msgspec.structs.replace(APPROVED[-1], grants=grants)]


@pytest.mark.parametrize(
    ("valid", "zh", "en"),
    [
        (ENDS, "有效期至2027年5月20日。", " It is valid until 2027-05-20."),
        (ENDLESS, "长期有效。", " It is valid without end."),
        (None, "", ""),
    ],
)
def test_how_long_a_result_is_valid_is_told_where_it_is_known(
    valid: Valid | None, zh: str, en: str
) -> None:
    """R-169 to R-177: of the document that is made, and of what is written down."""
    other = ENDS if valid is None else None
    order = msgspec.structs.replace(h.ordered()[0], grant=2, result="result-2")
    produced = said([*granting(other, valid), order, *h.produced()])
    assert produced.zh == f"业务{CASE}的证件已制作完成。{zh}"
    assert produced.en == f"The document of {CASE} is made.{en}"
    written = ResultRecorded(
        stage="record-1", result="result-2", outcome="recorded", officer="staff-1"
    )
    recorded = said([*granting(other, valid), written])
    assert recorded.zh.endswith(f"的办理结果已登记。{zh}")
    assert recorded.en == f"The result of {CASE} is recorded.{en}"


def test_the_word_to_renew_names_the_item_that_renews_and_both_days() -> None:
    case = fold(h.events([*PRODUCED, *h.delivered()]), case_id=CASE)
    item = packaged_catalogue().item("000-01")
    words = words_of(sample(RenewalOpened), case, item, named="居住证延期")
    zh = (CASE, "居住证延期", "2028年11月21日", "2028年12月21日")
    en = (CASE, "居住证延期", "2028-11-21", "2028-12-21")
    for text, parts in ((words.zh, zh), (words.en, en)):
        assert all(part in text for part in parts)
        assert item.text.name not in text


@pytest.mark.requirement("R-109")
def test_what_is_kept_is_told_with_its_day_and_without_one_where_nobody_knows_it() -> None:
    """R-165."""
    approval = APPROVED[-1]
    assert isinstance(approval, CaseApproved)
    valid = Valid(since=date(2026, 11, 20), until=date(2028, 11, 20), basis="printed")
    grant = msgspec.structs.replace(approval.grants[0], valid=valid)
    dated = msgspec.structs.replace(approval, grants=(grant,))
    kept = sample(DocumentUnclaimed)
    known = told("unclaimed", whole=[*APPROVED[:-1], dated, *h.ordered(), *h.produced(), kept])
    for words, day in ((known.zh, "2029年11月20日"), (known.en, "2029-11-20")):
        assert "office-3" in words
        assert day in words
    assert "20" not in told("unclaimed").zh.replace(CASE, "")
    assert "请出示身份证件" in known.zh
    assert "取件码" not in known.zh
    for asked in ([READY, kept], [msgspec.structs.replace(kept, asks="code")]):
        assert "请出示取件码" in told_of([*PRODUCED, *asked]).zh


def queued(facts: list[Fact]) -> list[Fact]:
    case: Case = fold(h.events(facts), case_id=CASE)
    return queue(facts[-1], case, f"case/{CASE}/{len(facts)}")


def test_a_message_is_queued_for_each_channel_that_was_given() -> None:
    facts = [*h.submitted(contact=("email", "phone")), *h.paid(), *h.accepted()]
    assert [(n.channel, n.notice) for n in queued(facts)] == [  # type: ignore[attr-defined]
        ("email", f"case/{CASE}/4/email"),
        ("phone", f"case/{CASE}/4/phone"),
    ]


def test_nobody_is_told_where_no_channel_was_given() -> None:
    assert queued([*h.submitted(contact=()), *h.paid()]) == []


def test_a_changed_contact_changes_where_the_next_message_goes() -> None:
    facts = [*h.submitted(contact=("phone",)), *h.contact_changed("email"), *h.paid()]
    assert [n.channel for n in queued(facts)] == ["email"]  # type: ignore[attr-defined]


def test_nothing_is_queued_for_what_nobody_is_told_of() -> None:
    assert queued([*PAID, *h.accepted(), *h.reviewed()[:1]]) == []


def test_acceptance_and_rejection_are_among_what_is_told() -> None:
    assert {CaseAccepted, CaseNotAccepted} <= set(NOTICES)


def test_a_calendar_that_leaves_the_told_date_where_it_is_tells_nobody() -> None:
    """A notice of days off touches every open case; only whose date moved hears of it."""
    case = fold(h.events(PAID), case_id=CASE)
    due = next(fact for fact in FACTS if type(fact) is ReviewLimitsRecomputed).due
    assert [date.drives for date in due] == [True, False]
    driving, other = (date.limit for date in due)

    def said(*moved: str) -> list[Fact]:
        fact = ReviewLimitsRecomputed(why="calendar", due=due, moved=moved)
        return queue(fact, case, "case/x/9")

    assert case.contact
    assert len(said(driving)) == len(case.contact)
    assert said() == said(other) == []


def test_each_ground_of_a_revocation_says_why_and_what_to_do_next() -> None:
    """R-173, invariant 10: true, complete and without a code."""
    case = fold(h.events([*PRODUCED, *h.delivered()]), case_id=CASE)
    item = packaged_catalogue().item("000-01")
    decided = sample(DocumentRevoked)
    assert isinstance(decided, DocumentRevoked)
    wanted = {
        "decision": (
            "欺骗",
            "行政许可法第六十九条",
            "市公安局",
            "2027-02-01",
            "deceit",
            "ask 市公安局 for reconsideration",
        ),
        "authority": (
            "死亡",
            "行政许可法第七十条",
            "市公安局",
            "2027-02-01",
            "died",
            "ask 市公安局 for reconsideration",
        ),
        "replaced": ("新证件已核准制发", "交回", "A new document was approved", "hand it in"),
        "lost": ("遗失", "补领", "如未报失", "reported lost", "Apply for a new one", "at once"),
    }
    assert set(wanted) == set(get_args(Ground))
    plain = DocumentRevoked(case=CASE, result="permit", ground="lost", officer="staff-1")
    by_law = {"reason": "holder-died", "legal_basis": ("行政许可法第七十条",)}
    facts = {
        "decision": decided,
        "authority": msgspec.structs.replace(decided, ground="authority", **by_law),
        "replaced": msgspec.structs.replace(plain, ground="replaced", by_document="d2"),
        "lost": plain,
    }
    for ground, parts in wanted.items():
        words = words_of(facts[ground], case, item)
        for part in parts:
            assert part in words.zh + words.en, (ground, part)
        assert ("复议" in words.zh) == ("reconsideration" in words.en) == (ground in REASONED)
        for code in (ground + '"', "obtained-by-deceit", "holder-died", "d2", "staff", "permit"):
            assert code not in words.zh + words.en


def test_every_reason_of_a_revocation_has_its_own_words() -> None:
    case = fold(h.events([*PRODUCED, *h.delivered()]), case_id=CASE)
    decided = sample(DocumentRevoked)
    item = packaged_catalogue().item("000-01")
    reasons = get_args(RevocationReason)
    told_of = {
        (words.zh, words.en)
        for words in (
            words_of(msgspec.structs.replace(decided, reason=reason), case, item)  # type: ignore[call-arg]
            for reason in reasons
        )
    }
    assert len({zh for zh, _ in told_of}) == len({en for _, en in told_of}) == len(reasons)


def test_a_loss_report_says_what_holds_and_how_it_is_lifted() -> None:
    words = told("suspended")
    for part in ("不得使用", "解除挂失", "受理点", "补领", "如您未申请挂失"):
        assert part in words.zh
    for part in ("must not be used until", "lift the report", "apply for a new one", "at once"):
        assert part in words.en


@pytest.mark.parametrize("until", [None, date(2027, 12, 31)])
def test_a_lifted_report_says_until_when_the_document_may_be_used(until: date | None) -> None:
    case = fold(h.events([*PRODUCED, *h.delivered()]), case_id=CASE)
    fact = DocumentReinstated(case=CASE, result="permit", officer="staff-1", until=until)
    words = words_of(fact, case, packaged_catalogue().item("000-01"))
    assert "继续使用" in words.zh
    assert "use it again" in words.en
    assert ("2027年12月31日" in words.zh) == ("2027-12-31" in words.en) == (until is not None)


@pytest.mark.parametrize("until", [None, date(2027, 12, 31)])
def test_every_endorsement_says_what_how_long_and_what_to_do_next(until: date | None) -> None:
    case = fold(h.events([*PRODUCED, *h.delivered()]), case_id=CASE)
    item = packaged_catalogue().item("000-01")
    kinds = get_args(Endorsement)
    told_of = set()
    for kind in kinds:
        fact = DocumentEndorsed(
            case=CASE, result="permit", endorsement=kind, officer="staff-1", until=until
        )
        words = words_of(fact, case, item)
        told_of.add((words.zh, words.en))
        for text, parts in (
            (words.zh, (CASE, item.text.name, "有效期不变", "核对", "受理点")),
            (words.en, (CASE, "stays as it was", "check", "to the office")),
        ):
            assert all(part in text for part in parts)
            assert not any(code in text for code in (*kinds, "permit", "staff", "{"))
        assert ("2027年12月31日" in words.zh) == ("2027-12-31" in words.en) == (until is not None)
        assert ("与证件同时有效" in words.zh) == ("as long as the" in words.en) == (until is None)
    assert len({zh for zh, _ in told_of}) == len({en for _, en in told_of}) == len(kinds)
