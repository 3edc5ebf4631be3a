"""A case as intake shows it: from its fold alone, and without personal data."""

from typing import Any

import msgspec

from services.intake.refusals import possible
from shared.case import Case, Rules, owed, status
from shared.case.deciding.stages_shown import stages_told
from shared.case.facts.fact import Fact


def view(case: Case, rules: Rules) -> dict[str, Any]:
    """What `GET /v1/cases/{case}` answers, as JSON values."""
    submitted = case.submitted
    return {
        "case": case.id,
        "version": case.version,
        "status": status(case),
        "item": case.item,
        "name": rules.item_of(case).text.name,
        "department": case.department,
        "office": case.office,
        "submitted_at": _plain(submitted.at if submitted else None),
        "delivery": case.delivery,
        "contact": list(case.contact),
        "catalogue": _plain(case.pin),
        "materials": _plain(case.materials),
        "fee": _fee(case),
        "supplement": _supplement(case),
        "due": [_due(due) for due in _plain(case.due) if due["rank"] != "internal"],
        "non_acceptance": _not_accepted(case.non_acceptance),
        "refusal": _refusal(case.refusal),
        "actions": list(possible(case)),
        "owed": [
            {"service": one.service, "step": one.step, "due_at": _plain(one.due_at)}
            for one in owed(case, pace=rules.pace)
        ],
        "variant": case.submission.variant if case.submission else "",
        "situations": list(case.submission.situations) if case.submission else [],
        "stages": stages_told(case, rules),
    }


def _plain(value: object) -> Any:
    return msgspec.to_builtins(value)


def _due(due: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in due.items() if name not in {"rank", "warn_at"}}


def _fee(case: Case) -> dict[str, Any] | None:
    if case.fee is None:
        return None
    yuan, fen = divmod(case.fee.amount_fen, 100)
    return {
        "amount": f"{yuan}.{fen:02d}",
        "pay_by": _plain(case.fee.pay_by),
        "paid": case.fee_paid,
        "payments": [
            {
                "transaction": payment.transaction,
                "accounted": payment.accounted,
                "refund_ordered": payment.refund_ordered is not None,
                "refunded": payment.refunded is not None,
            }
            for payment in case.payments
        ],
    }


def _supplement(case: Case) -> dict[str, Any] | None:
    if case.supplement is None:
        return None
    return {
        "missing": _plain(case.supplement.missing),
        "due_at": _plain(case.supplement.due_at),
        "basis": case.supplement.basis,
        "answered": case.supplement_provided is not None,
        "lapsed": case.supplement_lapsed is not None,
    }


def _not_accepted(refusal: Fact | None) -> dict[str, Any] | None:
    """Why; where an officer decided so, on what basis and where to appeal; not by whom."""
    if refusal is None:
        return None
    told = {"why", "missing", "reason"}
    plain = _plain(refusal)
    if plain["appeal_deadline"] is not None:
        told |= {"reasons", "legal_basis", "appeal_body", "appeal_deadline"}
    return {name: value for name, value in plain.items() if name in told}


def _refusal(refusal: Fact | None) -> dict[str, Any] | None:
    """Why, on what basis, and where to appeal until when; not by whom."""
    if refusal is None:
        return None
    told = ("reasons", "legal_basis", "appeal_body", "appeal_deadline")
    return {name: value for name, value in _plain(refusal).items() if name in told}
