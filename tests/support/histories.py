"""Histories of one case as the log would give them back: real facts, made-up times."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from shared.case.facts.fact import Fact
from shared.case.facts.parts import (
    Criterion,
    DueDate,
    Finding,
    Grant,
    Missing,
    Pin,
    Reason,
)
from shared.case.intake.acceptance import CaseAccepted, CaseNotAccepted
from shared.case.intake.contact import ContactChanged
from shared.case.intake.fee import FeeAssessed, PaymentRecorded, RefundOrdered, RefundRecorded
from shared.case.intake.submission import CaseSubmitted
from shared.case.intake.supplement import SupplementProvided, SupplementRequested
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.case.issuance.closing import CaseClosed
from shared.case.issuance.handover import DeliveryReturned, DocumentDispatched, DocumentHandedOver
from shared.case.issuance.number import DocumentNumbered
from shared.case.issuance.production import DocumentProduced, ProductionFailed, ProductionOrdered
from shared.case.notify.notice import NotificationFailed, NotificationQueued, NotificationSent
from shared.case.registry import data_of
from shared.case.review.assignment import CaseAssigned, ReviewOpened
from shared.case.review.verdict import CaseApproved, CaseRefused, DecisionProposed
from shared.catalogue import packaged_catalogue
from shared.eventlog import Event, timestamp

T0 = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PIN = Pin(version="2026-1", hash="a" * 64, item_hash=packaged_catalogue().item("000-01").hash)
DOCUMENT = "d" * 32
SUBJECT = "5" * 32
DEPARTMENT = "public-security"
DUE = DueDate(
    limit="promised",
    due=date(2026, 12, 11),
    due_at=T0 + timedelta(days=21),
    warn_at=None,
    calendar_version="2026-1",
    provisional=False,
    incomplete=(),
    drives=True,
    rank="promise",
)
MISSING = (Missing(code="household-register", name="居民户口簿"),)


def event(fact: Fact, version: int, *, minutes: int | None = None) -> Event:
    at = T0 + timedelta(minutes=version if minutes is None else minutes)
    return Event(
        version=version,
        type=fact.TYPE,
        schema=fact.SCHEMA,
        data=data_of(fact),
        occurred_at=timestamp(at),
    )


def events(facts: Sequence[Fact]) -> list[Event]:
    return [event(fact, n) for n, fact in enumerate(facts, start=1)]


def submitted(*, contact: Sequence[str] = ("phone", "email"), subject: str = SUBJECT) -> list[Fact]:
    return [
        CaseSubmitted(
            item="000-01",
            pin=PIN,
            department=DEPARTMENT,
            subject=subject,
            portal="portal-a",
            channel="online",
            delivery="post",
            contact=tuple(contact),  # type: ignore[arg-type]
            materials=(),
            sealed=("name", "id_number", *contact),
        ),
        FeeAssessed(
            amount_fen=4000,
            basis="新计价费【2004】74号",
            pay_by=T0 + timedelta(days=7),
            refund_on=("not-accepted", "refused", "withdrawn"),
        ),
    ]


def paid() -> list[Fact]:
    return [PaymentRecorded(transaction="t1", amount_fen=4000, method="wechat", accounted="fee")]


def supplemented() -> list[Fact]:
    due_at = T0 + timedelta(days=14)
    return [
        SupplementRequested(missing=MISSING, due=DUE, due_at=due_at, basis="行政许可法 第三十二条"),
        SupplementProvided(materials=()),
    ]


def accepted() -> list[Fact]:
    return [CaseAccepted(pin=PIN, automatic=True, due=(DUE,))]


def reviewed(*, met: bool = True) -> list[Fact]:
    findings = (Finding(criterion="c1", met=met),)
    return [
        ReviewOpened(department=DEPARTMENT, criteria=(Criterion(code="c1", text="身份证丢失"),)),
        CaseAssigned(officer="officer-1"),
        DecisionProposed(
            officer="officer-1", proposal="approve" if met else "refuse", findings=findings
        ),
    ]


def approved() -> list[Fact]:
    return [
        CaseApproved(
            officer="officer-2",
            findings=(Finding(criterion="c1", met=True),),
            grants=(Grant(grant=1, result="identity-card"),),
        )
    ]


def refused() -> list[Fact]:
    return [
        CaseRefused(
            officer="officer-2",
            findings=(Finding(criterion="c1", met=False),),
            reasons=(Reason(criterion="c1", text="未丢失"),),
            legal_basis=("居民身份证法 第二条",),
            appeal_body="复议机关",
            appeal_deadline=date(2027, 1, 20),
        )
    ]


def not_accepted() -> list[Fact]:
    return [CaseNotAccepted(why="supplement-incomplete", missing=MISSING, reason="材料不全")]


def withdrawn() -> list[Fact]:
    return [CaseWithdrawn(status="accepted")]


def refunded(why: str) -> list[Fact]:
    return [
        RefundOrdered(payment="t1", amount_fen=4000, why=why),  # type: ignore[arg-type]
        RefundRecorded(payment="t1", transaction="r1", amount_fen=4000),
    ]


def numbered(case_id: str) -> list[Fact]:
    return [
        DocumentNumbered(
            case=case_id,
            grant=1,
            issue=1,
            result="identity-card",
            scheme="identity-card",
            number=7,
            replaces="lost",
        )
    ]


def ordered() -> list[Fact]:
    return [
        ProductionOrdered(
            document=DOCUMENT,
            grant=1,
            issue=1,
            result="identity-card",
            scheme="identity-card",
            number=7,
            delivery="post",
        )
    ]


def produced(*, failures: int = 0) -> list[Fact]:
    failed = [ProductionFailed(document=DOCUMENT, code="chip-unreadable")] * failures
    return [*failed, DocumentProduced(document=DOCUMENT)]


def delivered(*, returns: int = 0) -> list[Fact]:
    dispatched = DocumentDispatched(document=DOCUMENT, carrier="EMS")
    returned = [dispatched, DeliveryReturned(document=DOCUMENT, code="nobody-there")] * returns
    return [*returned, dispatched, DocumentHandedOver(document=DOCUMENT, to="applicant")]


def closed(outcome: str) -> list[Fact]:
    return [CaseClosed(outcome=outcome)]  # type: ignore[arg-type]


def contact_changed(*contact: str) -> list[Fact]:
    return [ContactChanged(contact=contact, sealed=contact)]  # type: ignore[arg-type]


def to_delivery(*, failures: int = 0, returns: int = 0, supplement: bool = False) -> list[Fact]:
    """The whole path of an identity card that is delivered, on `case/<id>`."""
    asked = supplemented() if supplement else []
    start = [*submitted(), *paid(), *asked, *accepted(), *reviewed(), *approved(), *ordered()]
    end = [*produced(failures=failures), *delivered(returns=returns), *closed("delivered")]
    return [*start, *end]


def notices(case_id: str, *, abouts: Sequence[int] = (1, 4), failures: int = 0) -> list[Fact]:
    """What `notice/<case>` holds: each message queued, some failed, all sent in the end."""
    facts: list[Fact] = []
    for about in abouts:
        notice = f"case/{case_id}/{about}/phone"
        facts.append(
            NotificationQueued(
                notice=notice,
                case=case_id,
                about=f"case/{case_id}/{about}",
                about_type="intake.CaseSubmitted",
                channel="phone",
                template="submitted",
            )
        )
        facts += [
            NotificationFailed(
                notice=notice, attempt=n, code="smtp-away", retry_at=T0 + timedelta(hours=n)
            )
            for n in range(1, failures + 1)
        ]
        facts.append(
            NotificationSent(notice=notice, attempt=failures + 1, provider="sms", reference="m1")
        )
    return facts
