"""The values that the first words of notices took from events and cases: dates, amounts, reasons.

Dates are those of Asia/Shanghai, amounts are yuan. Nothing here names a person.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from shared.case import Case, Fact
from shared.case.facts.parts import Grant
from shared.case.intake.acceptance import CaseNotAccepted
from shared.case.intake.fee import PaymentRecorded, RefundRecorded
from shared.case.intake.migration import CaseMigrated
from shared.case.intake.supplement import SupplementRequested
from shared.case.issuance.document import RenewalOpened
from shared.case.issuance.handover import DocumentDispatched, DocumentReady, DocumentUnclaimed
from shared.case.issuance.payout import PayoutScheduled
from shared.case.issuance.record import ResultRecorded
from shared.case.next.position import destroy_after
from shared.case.review.limits import ClockPaused, ClockResumed, LimitExtended, LimitRestarted
from shared.case.review.verdict import CaseApproved, CaseRefused
from shared.catalogue import Item
from shared.catalogue.definition.fees import yuan
from shared.clock import CAUSES, local_day


def _day(moment: datetime | date | None) -> str:
    if isinstance(moment, datetime):
        return local_day(moment).isoformat()
    return "-" if moment is None else moment.isoformat()


def _fee(_fact: Fact, case: Case, _item: Item) -> Mapping[str, str]:
    """What is to be paid and until when."""
    if case.fee is None or not case.fee.amount_fen:
        return {"pay_zh": "无需缴费。", "pay_en": "There is no fee."}
    amount, until = yuan(case.fee.amount_fen), _day(case.fee.pay_by)
    return {
        "pay_zh": f"请于{until}前缴纳工本费{amount}元。",
        "pay_en": f"Please pay the fee of {amount} yuan by {until}.",
    }


def _payment(fact: PaymentRecorded, _case: Case, _item: Item) -> Mapping[str, str]:
    """What came in, and what becomes of it where it is not the fee."""
    if fact.accounted == "fee":
        return {"amount": yuan(fact.amount_fen), "then_zh": "", "then_en": ""}
    return {
        "amount": yuan(fact.amount_fen),
        "then_zh": "该款项不属应缴费用，将原路退回。",
        "then_en": " It is not owed and goes back the way it came.",
    }


def _due(_fact: Fact, case: Case, _item: Item) -> Mapping[str, str]:
    """The due date that the applicant is told."""
    date_told = case.driving_due
    if date_told is None or date_told.due is None:
        return {
            "due_zh": "该事项未公布办理期限，可随时查询办理进度。",
            "due_en": "No time limit is published for it; its progress can be asked at any time.",
        }
    sure_zh, sure_en = ("（暂定）", " (provisional)") if date_told.provisional else ("", "")
    return {
        "due_zh": f"预计于{_day(date_told.due)}{sure_zh}前办结。",
        "due_en": f"It is due by {_day(date_told.due)}{sure_en}.",
    }


def _migrated(fact: CaseMigrated, case: Case, _item: Item) -> Mapping[str, str]:
    """The version, and what is to be paid or when it is due, where a move changed that."""
    told = {"version": fact.to_pin.version, "now_zh": "", "now_en": ""}
    if case.accepted is None and not case.fee_paid:
        words = _fee(fact, case, _item)
        return told | {"now_zh": words["pay_zh"], "now_en": f" {words['pay_en']}"}
    if case.accepted is not None:
        words = _due(fact, case, _item)
        return told | {"now_zh": words["due_zh"], "now_en": f" {words['due_en']}"}
    return told


def _missing(fact: SupplementRequested, _case: Case, _item: Item) -> Mapping[str, str]:
    """Everything that is missing, and until when."""
    return {"missing": "、".join(m.name for m in fact.missing), "until": _day(fact.due_at)}


def _refund(case: Case) -> Mapping[str, str]:
    if not (case.to_refund or case.refunds_open):
        return {"refund_zh": "", "refund_en": ""}
    return {
        "refund_zh": "已缴费用将原路退回。",
        "refund_en": " The fee that was paid goes back the way it came.",
    }


def _not_accepted(fact: CaseNotAccepted, case: Case, _item: Item) -> Mapping[str, str]:
    """Why; where an officer decided so, the basis and the way to appeal; what goes back."""
    told = {"appeal_zh": "", "appeal_en": ""}
    if fact.appeal_deadline is not None:
        basis, until = "；".join(fact.legal_basis), _day(fact.appeal_deadline)
        told = {
            "appeal_zh": f"依据：{basis}。如有异议，可于{until}前向{fact.appeal_body}申请复议。",
            "appeal_en": f" Legal basis: {basis}. You may appeal to {fact.appeal_body}"
            f" until {until}.",
        }
    return {"reason": fact.reason, **told, **_refund(case)}


def _withdrawn(_fact: Fact, case: Case, _item: Item) -> Mapping[str, str]:
    """Whether the fee goes back."""
    return _refund(case)


def _refused(fact: CaseRefused, case: Case, _item: Item) -> Mapping[str, str]:
    """Reasons, legal basis and the way to appeal (invariant 10)."""
    return {
        "reasons": "；".join(reason.text for reason in fact.reasons),
        "basis": "；".join(fact.legal_basis),
        "body": fact.appeal_body,
        "deadline": _day(fact.appeal_deadline),
        **_refund(case),
    }


def _amount(fact: RefundRecorded, _case: Case, _item: Item) -> Mapping[str, str]:
    """What went back."""
    return {"amount": yuan(fact.amount_fen)}


def _carrier(fact: DocumentDispatched, _case: Case, _item: Item) -> Mapping[str, str]:
    """Who carries it."""
    return {"carrier": fact.carrier}


def _approved(fact: CaseApproved, case: Case, _item: Item) -> Mapping[str, str]:
    """What follows the approval: a document, or an effect by silence; else nothing more."""
    if fact.deemed:
        since = _day(fact.effective_from)
        return {
            "then_zh": f"期限内未提出异议，自{since}起生效。",
            "then_en": f"nobody objected in time, and it takes effect on {since}.",
        }
    if case.makes_document:
        return {"then_zh": "即将制证。", "then_en": "the document will be made."}
    return {"then_zh": "结果将另行告知。", "then_en": "you will be told the result."}


def _valid(grant: Grant | None) -> Mapping[str, str]:
    """How long a granted result is valid; nothing where nobody said."""
    if grant is None or grant.valid is None:
        return {"valid_zh": "", "valid_en": ""}
    until = grant.valid.until
    if until is None:
        return {"valid_zh": "长期有效。", "valid_en": " It is valid without end."}
    return {
        "valid_zh": f"有效期至{_day(until)}。",
        "valid_en": f" It is valid until {_day(until)}.",
    }


def _grants(case: Case) -> tuple[Grant, ...]:
    return case.approval.fact.grants if case.approval else ()


def _made(_fact: Fact, case: Case, _item: Item) -> Mapping[str, str]:
    """How long the document that was made is valid."""
    number = case.document.grant if case.document else 0
    return _valid(next((one for one in _grants(case) if one.grant == number), None))


def _written(fact: ResultRecorded, case: Case, _item: Item) -> Mapping[str, str]:
    """How long what was written down is valid."""
    return _valid(next((one for one in _grants(case) if one.result == fact.result), None))


def _cause(fact: ClockPaused | ClockResumed, case: Case, _item: Item) -> Mapping[str, str]:
    """For what the limit stands still, and when it is due afterwards."""
    named = CAUSES[fact.cause]
    return {"cause_zh": named.zh, "cause_en": named.en, **_due(fact, case, _item)}


REASONS: Mapping[str, tuple[str, str]] = {
    "complex": ("案情复杂", "the case is complex"),
    "evidence": ("需进一步核实材料", "materials have to be verified further"),
    "third-party": ("需第三方配合", "a third party has to take part"),
    "force-majeure": ("不可抗力", "force majeure"),
    "other": ("其他正当理由", "another legitimate reason"),
}


def _extended(fact: LimitExtended, case: Case, _item: Item) -> Mapping[str, str]:
    """Why a limit was lengthened, and the due date now (R-084)."""
    zh, en = REASONS[fact.reason]
    return {"reason_zh": zh, "reason_en": en, **_due(fact, case, _item)}


def _restarted(fact: LimitRestarted, case: Case, _item: Item) -> Mapping[str, str]:
    """Which rule began the period anew, and the due date now."""
    return {"rule": fact.rule, **_due(fact, case, _item)}


def _office(fact: DocumentReady, _case: Case, _item: Item) -> Mapping[str, str]:
    """Where it lies ready."""
    return {"office": fact.office}


def _kept(fact: DocumentUnclaimed, case: Case, _item: Item) -> Mapping[str, str]:
    """Where it is kept, and until which day where that is known (R-165)."""
    day = destroy_after(case)
    told = {"office": fact.office, "until_zh": "", "until_en": ""}
    if day is not None:
        told["until_zh"] = f"保管至{_day(day)}，逾期将按规定销毁。"
        told["until_en"] = f" It is kept until {_day(day)} and destroyed after that."
    return told


def _renewal(fact: RenewalOpened, _case: Case, _item: Item) -> Mapping[str, str]:
    """Until when it is valid, and from when on it may be renewed."""
    return {"until": _day(fact.until), "opens": _day(fact.opens)}


def _payday(fact: PayoutScheduled, _case: Case, _item: Item) -> Mapping[str, str]:
    """The day on which the money moves."""
    sure_zh, sure_en = ("（暂定）", " (provisional)") if fact.provisional else ("", "")
    return {"day_zh": f"{_day(fact.day)}{sure_zh}", "day_en": f"{_day(fact.day)}{sure_en}"}


VALUES: Mapping[str, Callable[[Any, Case, Item], Mapping[str, str]]] = {
    "fee": _fee,
    "payment": _payment,
    "due": _due,
    "migrated": _migrated,
    "missing": _missing,
    "not_accepted": _not_accepted,
    "withdrawn": _withdrawn,
    "refused": _refused,
    "amount": _amount,
    "carrier": _carrier,
    "approved": _approved,
    "made": _made,
    "written": _written,
    "cause": _cause,
    "extended": _extended,
    "restarted": _restarted,
    "office": _office,
    "kept": _kept,
    "renewal": _renewal,
    "payday": _payday,
}
