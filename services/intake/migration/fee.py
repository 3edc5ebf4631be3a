"""The fee of a case that moves: it is never raised, and a paid fee stays."""

from services.intake.migration.move import Move, yuan
from shared.case.facts.parts import Held
from shared.case.intake.fee import FeeAssessed
from shared.catalogue.rules.charges import charge
from shared.catalogue.rules.limits_of_item import TermError


def fee_of(move: Move) -> tuple[FeeAssessed | None, Held | None]:
    """The lower fee owed from now on, if any, and the rule that keeps the old fee, if any."""
    fee, told = move.case.fee, move.case.application
    if fee is None or told is None or told.initiated_by != "applicant":
        return None, None
    amount, lines = _charged(move)
    if amount == fee.amount_fen:
        return None, None
    if amount is None or amount > fee.amount_fen:
        return None, _fee_held("fee-not-raised", fee.amount_fen, "is what was assessed")
    if move.case.fee_paid:
        return None, _fee_held("fee-paid", fee.amount_fen, "was paid")
    lower = FeeAssessed(
        amount_fen=amount,
        basis=move.now.fee.basis,
        pay_by=fee.pay_by if amount else None,
        refund_on=tuple(sorted({*fee.refund_on, *move.now.fee.refund_on})) if amount else (),
        lines=() if move.now.fee.amount_fen else lines,
    )
    return lower, None


def _charged(move: Move) -> tuple[int | None, tuple[str, ...]]:
    """The new edition's fee for this application; None if it cannot be determined."""
    told = move.case.application
    try:
        options, counts = (told.options, told.counts) if told else ((), {})
        found = charge(move.now, move.choices, options=options, counts=counts)
    except TermError:
        return None, ()
    if found.needs:
        return None, ()
    return found.amount_fen or 0, tuple(one.line.code for one in found.lines)


def _fee_held(rule: str, amount_fen: int, why: str) -> Held:
    return Held(what="fee", rule=rule, text=f"The fee of {yuan(amount_fen)} {why}; it stays.")
