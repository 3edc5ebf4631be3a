"""One made-up fact of each type that can be written, for `make.py`: no person, no real number."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace

from shared.case.admin.catalogue import ItemEdition
from shared.case.facts.fact import Fact
from shared.case.facts.parts import (
    Criterion,
    DueDate,
    Finding,
    Grant,
    Held,
    Material,
    Missing,
    Pin,
    Reason,
)
from shared.case.intake.migration import CaseMigrated
from shared.case.registry import BY_WRITER
from shared.security.data_classes import ANSWER_CLASSES, answers_field


def _facts(writer: str) -> SimpleNamespace:
    return SimpleNamespace(**{kind.__name__: kind for kind in BY_WRITER[writer]})


intake, review, issuance = _facts("intake"), _facts("review"), _facts("issuance")
notify, vault, admin = _facts("notify"), _facts("vault"), _facts("admin")
registrar = _facts("registrar")
CASE = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
DOCUMENT = "d0c0ffee00000000000000000000d0c1"
TRANSACTION = "pay-0001"
PAPER = "abcdefghijklmnop"
SUBJECT = "5ab1ec7000000000000000000000ab1e"
NOTICE = f"case/{CASE}/3/email"
DUE_AT = datetime(2026, 12, 18, 15, 59, 59, tzinfo=UTC)
PIN = Pin(version="2026.1", hash="c" * 64, item_hash="1" * 64)
MATERIAL = Material(
    code="household-register",
    blob="b10b0000000000000000000000000001",
    sha256="ab" * 32,
    media_type="image/jpeg",
    size=48_213,
)
MISSING = Missing(code="household-register", name="居民户口簿")
DUE = DueDate(
    limit="promised",
    due=date(2026, 12, 18),
    due_at=DUE_AT,
    warn_at=datetime(2026, 12, 16, 1, 0, tzinfo=UTC),
    calendar_version="2026-1",
    provisional=False,
    incomplete=(),
    drives=True,
    rank="promise",
)
DUE_UNKNOWN = DueDate(
    limit="statutory",
    due=None,
    due_at=None,
    warn_at=None,
    calendar_version="2026-1",
    provisional=True,
    incomplete=("xinjiang/2027",),
    drives=False,
    rank="law",
    reason="2027 is not announced",
)
FINDINGS = (Finding(criterion="identity", met=True), Finding(criterion="loss", met=True))
UNMET = (Finding(criterion="identity", met=True), Finding(criterion="loss", met=False))
CORRECTION = {"corrects": 2, "field": "amount_fen", "value": 4000, "why": "typing-error"}
OVERDUE = {"due_at": DUE_AT, "since": 2}

FACTS: tuple[Fact, ...] = (
    intake.CaseSubmitted(
        item="000-01",
        pin=PIN,
        department="public-security",
        subject=SUBJECT,
        portal="portal-a",
        channel="online",
        delivery="post",
        contact=("email", "phone"),
        materials=(MATERIAL,),
        sealed=("name", "id_number", "phone", "email", "delivery_address"),
    ),
    intake.CaseTakenIn(how="present", document="resident-id", officer="staff-1"),
    intake.OriginalsSeen(materials=("household-register",), officer="staff-1"),
    intake.OriginalsReturned(materials=("household-register",), officer="staff-1"),
    intake.MaterialAttached(material=MATERIAL),
    intake.FeeAssessed(
        amount_fen=4000,
        basis="发改价格规〔2019〕1931号",
        pay_by=DUE_AT,
        refund_on=("refused", "withdrawn"),
    ),
    intake.PaymentRecorded(
        transaction="pay-0001", amount_fen=4000, method="wechat", accounted="fee"
    ),
    intake.PaymentFailed(transaction="pay-0002", method="card", code="declined"),
    intake.PaymentClaimed(transaction=TRANSACTION, case=CASE, amount_fen=4000, method="wechat"),
    intake.PaymentUnplaced(
        transaction=TRANSACTION,
        case="1f0e2d3c4b5a69788796a5b4c3d2e1f0",
        amount_fen=4000,
        method="wechat",
        why="second-case",
        held_by=CASE,
    ),
    intake.RefundOrdered(payment="pay-0001", amount_fen=4000, why="withdrawn"),
    intake.RefundRecorded(payment="pay-0001", transaction="back-0001", amount_fen=4000),
    intake.RefundClaimed(
        transaction="back-0001", kind="refund", case=CASE, payment="pay-0001", amount_fen=2500
    ),
    intake.RefundUnplaced(
        transaction="back-0001",
        kind="refund-failed",
        case="1f0e2d3c4b5a69788796a5b4c3d2e1f0",
        payment="pay-0001",
        why="second-case",
        code="ACCOUNT_CLOSED",
        held_by=CASE,
    ),
    intake.MoneyReturned(
        payment="pay-0001",
        transaction="back-0002",
        amount_fen=4000,
        accounted="unordered",
        pay_by=DUE_AT,
    ),
    intake.RefundFailed(payment="pay-0001", transaction="back-0003", code="ACCOUNT_CLOSED"),
    intake.RefundBounced(
        payment="pay-0001", transaction="back-0004", amount_fen=4000, ordered=True
    ),
    intake.RefundOrderedAgain(payment="pay-0001", amount_fen=4000, attempt=2, officer="staff-7"),
    intake.RefundSettled(
        payment="pay-0001", amount_fen=4000, how="paid-otherwise", officer="staff-7"
    ),
    intake.SupplementRequested(
        missing=(MISSING,), due=DUE, due_at=DUE_AT, basis="行政许可法第三十二条"
    ),
    intake.SupplementProvided(materials=(MATERIAL,)),
    intake.SupplementReminded(due_at=DUE_AT),
    intake.SupplementLapsed(due_at=DUE_AT),
    intake.AcceptanceAwaited(due=(DUE,), due_at=DUE_AT, deemed_at=DUE_AT),
    intake.DeadlinesRecomputed(
        why="calendar",
        pay_by=DUE_AT,
        supplement=DUE,
        acceptance=(DUE,),
        due_at=DUE_AT,
        deemed_at=DUE_AT,
    ),
    intake.CaseAccepted(pin=PIN, automatic=True, due=(DUE, DUE_UNKNOWN)),
    intake.CaseNotAccepted(why="supplement-incomplete", missing=(MISSING,), reason="材料未补齐"),
    intake.CaseWithdrawn(status="accepted"),
    intake.ContactChanged(
        contact=("email", "phone"), sealed=("phone", "email", "delivery_address")
    ),
    CaseMigrated(
        from_pin=PIN,
        to_pin=Pin(version="2026.2", hash="d" * 64, item_hash="2" * 64),
        changes=("The limit promised is due on 2026-12-18 instead of 2026-12-28.",),
        kept=(Held(what="fee", rule="fee-paid", text="The fee of 40.00 yuan was paid; it stays."),),
        stages=(),
        due=(DUE, DUE_UNKNOWN),
        ends={"promised": "decided"},
        reason="edition 2 of the item",
    ),
    intake.IntakeStepOverdue(step="payment", **OVERDUE),
    intake.IntakeFactCorrected(type="intake.FeeAssessed", **CORRECTION),
    review.ReviewOpened(
        department="public-security",
        criteria=(
            Criterion(code="identity", text="申请人身份核实无误"),
            Criterion(code="loss", text="证件确已丢失"),
        ),
    ),
    review.CaseAssigned(officer="staff-17"),
    review.CaseTakenOver(officer="staff-18"),
    review.CaseReleased(officer="staff-17", reason="absence"),
    review.CasePassedOn(officer="staff-17", to="staff-18", reason="workload"),
    review.DecisionProposed(officer="staff-17", proposal="approve", findings=FINDINGS),
    review.CaseApproved(
        officer="staff-18", findings=FINDINGS, grants=(Grant(grant=1, result="identity-card"),)
    ),
    review.CaseRefused(
        officer="staff-18",
        findings=UNMET,
        reasons=(Reason(criterion="loss", text="证件确已丢失"),),
        legal_basis=("居民身份证法第十一条",),
        appeal_body="市公安局",
        appeal_deadline=date(2027, 2, 1),
    ),
    review.StepStarted(step="inspection", officer="staff-17"),
    review.PublicNoticePublished(
        step="public-notice",
        officer="staff-17",
        text="拟批准以下建设项目环境影响评价文件，现予公示。\n公示期间可提出异议。",
        place="政务服务中心一楼公告栏",
        since=date(2026, 11, 23),
        until=date(2026, 12, 4),
    ),
    review.VisitArranged(
        step="inspection", officer="staff-17", day=date(2026, 12, 1), since="09:30", until="11:00"
    ),
    review.StepCompleted(step="inspection", outcome="rectify", officer="staff-17"),
    review.ClockPaused(cause="inspection", limits=("promised",)),
    review.ClockResumed(cause="inspection"),
    review.LimitExtended(
        limit="promised", officer="staff-17", approved_by="staff-1", reason="complex", due=(DUE,)
    ),
    review.LimitRestarted(
        limit="statutory", officer="staff-17", rule="劳动争议调解仲裁法第四十三条", due=(DUE,)
    ),
    review.ReviewLimitsRecomputed(
        why="pause-ended", due=(DUE, DUE_UNKNOWN), ends={"promised": "decided"}
    ),
    review.DeadlineApproaching(limit="promised", due=date(2026, 12, 18), due_at=DUE_AT),
    review.DeadlineMissed(limit="promised", due=date(2026, 12, 18), due_at=DUE_AT),
    review.DelayExplained(limit="promised", officer="staff-17", reason="workload", explained=False),
    review.ReviewStepOverdue(step="decision", **OVERDUE),
    review.ReviewFactCorrected(type="review.CaseAssigned", **(CORRECTION | {"value": None})),
    issuance.DocumentNumbered(
        case=CASE,
        grant=1,
        issue=1,
        result="identity-card",
        scheme="identity-card",
        number=42,
        replaces="lost",
    ),
    issuance.NumberVoided(
        case=CASE, grant=1, issue=1, scheme="identity-card", number=42, reason="case-ended"
    ),
    issuance.RenewalOpened(
        case=CASE,
        result="residence-permit",
        item="001-04",
        opens=date(2028, 11, 21),
        until=date(2028, 12, 21),
    ),
    issuance.DocumentExpired(case=CASE, result="residence-permit", until=date(2028, 12, 21)),
    issuance.DocumentRevoked(
        case=CASE,
        result="residence-permit",
        ground="decision",
        officer="staff-18",
        reason="obtained-by-deceit",
        legal_basis=("行政许可法第六十九条",),
        appeal_body="市公安局",
        appeal_deadline=date(2027, 2, 1),
    ),
    issuance.DocumentEndorsed(
        case=CASE,
        result="residence-permit",
        endorsement="annual-review",
        officer="staff-18",
        until=date(2027, 12, 31),
    ),
    issuance.PaperSigned(
        case=CASE,
        paper="result",
        of_version=9,
        item="000-09",
        day=date(2026, 12, 21),
        blob=f"paper-{PAPER}",
        sha256="cd" * 32,
        size=43_752,
        key="paper-1",
        result="hotel-licence",
        document=DOCUMENT,
        number="20260000422",
    ),
    issuance.DocumentSuspended(
        case=CASE, result="residence-permit", ground="lost", officer="staff-18"
    ),
    issuance.DocumentReinstated(
        case=CASE, result="residence-permit", officer="staff-18", until=date(2028, 12, 21)
    ),
    issuance.ProductionOrdered(
        document=DOCUMENT,
        grant=1,
        issue=1,
        result="identity-card",
        scheme="identity-card",
        number=42,
        delivery="post",
        due_at=DUE_AT,
    ),
    issuance.DocumentProduced(document=DOCUMENT),
    issuance.ProductionFailed(document=DOCUMENT, code="faulty"),
    issuance.DocumentDispatched(document=DOCUMENT, carrier="ems"),
    issuance.DocumentReady(document=DOCUMENT, office="office-3"),
    issuance.DeliveryReturned(document=DOCUMENT, code="nobody-there"),
    issuance.DocumentHandedOver(document=DOCUMENT, to="applicant"),
    issuance.VoucherRefused(document=DOCUMENT, showed="code", wrong=3),
    issuance.VoucherRenewed(document=DOCUMENT, renewed=1),
    issuance.DocumentUnclaimed(document=DOCUMENT, office="office-3", officer="staff-17"),
    issuance.DocumentDestroyed(document=DOCUMENT, officer="staff-17"),
    issuance.ResultRecorded(
        stage="record-1", result="filing", outcome="recorded", officer="staff-17", reference="R-7"
    ),
    issuance.ResultHandedOver(to="unit", way="unit"),
    issuance.PayoutScheduled(
        attempt=1,
        day=date(2026, 12, 18),
        scheduled=date(2026, 12, 18),
        due_at=DUE_AT,
        calendar_version="2026.1",
        provisional=False,
        incomplete=("xinjiang:2026",),
    ),
    issuance.PayoutMade(attempt=2, officer="staff-17"),
    issuance.PayoutFailed(attempt=1, officer="staff-17", code="account-closed"),
    issuance.IssuanceLimitsRecomputed(why="started", due=(DUE,), ends={"production": "produced"}),
    issuance.CaseClosed(outcome="delivered"),
    issuance.IssuanceStepOverdue(step="production", **OVERDUE),
    issuance.IssuanceFactCorrected(
        type="issuance.DocumentDispatched", **(CORRECTION | {"field": "carrier", "value": "sf"})
    ),
    notify.NotificationQueued(
        notice=NOTICE,
        case=CASE,
        about=f"case/{CASE}/3",
        about_type="intake.CaseAccepted",
        channel="email",
        template="accepted/1",
    ),
    notify.NotificationSent(notice=NOTICE, attempt=1, provider="smtp", reference="ref-1"),
    notify.NotificationDelivered(notice=NOTICE, reference="ref-1"),
    notify.NotificationFailed(notice=NOTICE, attempt=1, code="refused", retry_at=DUE_AT),
    notify.NotificationAbandoned(notice=NOTICE, code="no-destination"),
    notify.NotificationRequeued(notice=NOTICE),
    notify.NotifyStepOverdue(step="send", **OVERDUE),
    notify.NotifyFactCorrected(
        type="notify.NotificationSent", **(CORRECTION | {"field": "seen", "value": True})
    ),
    registrar.SubjectRegistered(key=f"subject/{SUBJECT}"),
    vault.ErasureOrdered(reason="request"),
    vault.SubjectErased(late_keys=0),
    admin.CatalogueLoaded(
        version="2026.1",
        hash="c" * 64,
        previous="",
        items=2,
        offered=1,
        changed=(ItemEdition(item="000-01", hash="1" * 64),),
        gone=("000-02",),
    ),
    admin.CommitSetAside(
        stream=f"case/{CASE}",
        first_version=4,
        hash="f0" * 32,
        key="review-9",
        why="inserted with the password of a stolen laptop; incident 12",
    ),
)

# (key reference, plaintext) of each sealed field; all of it is made up
SEALED: Mapping[str, tuple[str, str]] = {
    "name": (f"subject/{SUBJECT}", "张测试"),
    "id_kind": (f"subject/{SUBJECT}", "passport"),
    "id_number": (f"subject/{SUBJECT}", "an id number"),
    "representative": (f"case/{CASE}", "{}"),
    "members": (f"case/{CASE}", "[]"),
    "phone": (f"subject/{SUBJECT}", "a phone number"),
    "email": (f"subject/{SUBJECT}", "nobody@example.invalid"),
    "delivery_address": (f"case/{CASE}", "测试市样例路1号"),
    "answers": (f"subject/{SUBJECT}", '{"floor-area":80}'),
    **{answers_field(one): (f"subject/{SUBJECT}", "{}") for one in ANSWER_CLASSES},
    "reason": (f"case/{CASE}", "不再需要"),
    "note": (f"case/{CASE}", "已核对"),
    "explanation": (f"case/{CASE}", "未能证明证件丢失"),
    "remarks": (f"case/{CASE}", '{"storage":"柜锁损坏"}'),
    "tracking": (f"case/{CASE}", "EX000000000CN"),
    "holder": (f"subject/{SUBJECT}", "张*"),
    "last_four": (f"case/{CASE}", "0000"),
}
