"""What follows a grant beside a document: registers, slips, old documents, and money.

R-013, R-153, R-174, R-194 to R-197, R-204. The review has its limit; the money waits for its day.
"""

from datetime import datetime

from services.issuance.commands import MovePayday, PrepareResults, RecordPayout, RecordResult
from services.issuance.refusals import (
    OutcomeImpossible,
    can_pay_out,
    can_record,
    must_allow,
    possible,
    recordable,
)
from shared.case import Case, Fact, Rules
from shared.case.deciding.limits_begun import after
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import Stage
from shared.case.issuance.closing import CaseClosed
from shared.case.issuance.payout import PayoutFailed, PayoutMade, PayoutScheduled, PayoutWhy
from shared.case.issuance.record import ResultRecorded
from shared.catalogue import Item
from shared.catalogue.rules.procedure import temporary_of
from shared.clock import Payment, end_of_day, local_day
from shared.clock.calendar.moments import utc

SYSTEM = "system"
SURRENDER = frozenset({"surrendered", "not-existing"})


def prepare(case: Case, _cmd: PrepareResults, rules: Rules, now: datetime) -> list[Fact]:
    """What the system does after a grant: its own records, the pay day, the end if that was all."""
    if not case.open or not case.approved or case.ended_as == "delivered":
        return []
    facts: list[Fact] = [
        ResultRecorded(stage=stage.code, result=stage.result, outcome="recorded", officer=SYSTEM)
        for stage in case.making
        if stage.kind == "record" and stage.actor == SYSTEM
    ]
    facts += schedule(case, rules, now)
    then = after(case, facts, now)
    if then.closable and then.ended_as is not None:
        facts.append(CaseClosed(outcome=then.ended_as))
    return facts


def schedule(case: Case, rules: Rules, now: datetime) -> list[Fact]:
    """Set the next day on which money moves; where none is printed, the desk's own pace."""
    waits = any(stage.kind == "payout" for stage in case.making)
    if not waits or (case.payout is not None and case.payout.failed is None):
        return []
    attempt = case.payout.attempt + 1 if case.payout else 1
    item = rules.item_of(case)
    found = rules.payday_after(item, now, attempt=attempt, party=_party(case, item))
    if found is None:
        return [_without_day(attempt, due_at=now + rules.pace.desk)]
    return [_on(found, attempt)]


def move_payday(case: Case, _cmd: MovePayday, rules: Rules, now: datetime) -> list[Fact]:
    """Count the day of the money anew, from when it was first set; nothing where all is the same.

    What would have to move in the past stays, and so does the day of a deduction that would come
    earlier: whoever pays was told the later one.
    """
    payout = case.payout
    if not case.open or payout is None or payout.day is None or payout.made or payout.failed:
        return []
    item = rules.item_of(case)
    party = _party(case, item)
    since = payout.since or payout.scheduled.at
    found = rules.payday_after(item, since, attempt=payout.attempt, party=party)
    if found is None or found.date < local_day(now):
        return []
    if found.date < payout.day and _deducted(item):
        return []
    same = found.date == payout.day
    if same and (found.provisional, found.incomplete) == (payout.provisional, payout.incomplete):
        return []
    return [_on(found, payout.attempt, why="settled" if same else "moved")]


def _deducted(item: Item) -> bool:
    return any(day.purpose == "deduction" for day in item.text.paydays)


def _on(found: Payment, attempt: int, *, why: PayoutWhy = "first") -> PayoutScheduled:
    return PayoutScheduled(
        attempt=attempt,
        why=why,
        day=found.date,
        scheduled=found.scheduled,
        due_at=utc(end_of_day(found.date)),
        calendar_version=found.calendar_version,
        provisional=found.provisional,
        incomplete=found.incomplete,
    )


def _without_day(attempt: int, *, due_at: datetime) -> PayoutScheduled:
    return PayoutScheduled(
        attempt=attempt,
        day=None,
        scheduled=None,
        due_at=due_at,
        calendar_version="",
        provisional=False,
        incomplete=(),
    )


def _party(case: Case, item: Item) -> str | None:
    """Whose days they are, where the item prints some for units and some for single people."""
    parties = sorted({day.party for day in item.text.paydays if day.party})
    chosen = choices_of(case)
    named = [party for party in parties if party in chosen.situations or party == chosen.variant]
    if named:
        return named[0]
    if chosen.representative == "unit-handler" and "unit" in parties:
        return "unit"
    return next((party for party in parties if party != "unit"), parties[0] if parties else None)


def record(case: Case, cmd: RecordResult, rules: Rules, _now: datetime) -> list[Fact]:
    """Write a stage after the decision down, once."""
    if cmd.stage in case.recorded:
        return []
    must_allow(case, can_record, "Nothing is to be written down now.")
    open_stages = {stage.code: stage for stage in recordable(case)}
    stage = open_stages.get(cmd.stage)
    if stage is None:
        named = ", ".join(open_stages)
        raise OutcomeImpossible(f"What can be written down: {named}.", actions=possible(case))
    surrendering = stage.kind == "surrender-old"
    if (cmd.outcome in SURRENDER) != surrendering:
        words = sorted(SURRENDER) if surrendering else ["recorded"]
        sentence = f"The stage {stage.code} can end: {', '.join(words)}."
        raise OutcomeImpossible(sentence, actions=possible(case))
    return [
        ResultRecorded(
            stage=stage.code,
            result=stage.result or _temporary(case, stage, rules),
            outcome=cmd.outcome,
            officer=cmd.officer,
            reference=cmd.reference,
        )
    ]


def _temporary(case: Case, stage: Stage, rules: Rules) -> str:
    """The code of the temporary document that its own stage is about (R-153)."""
    if stage.kind != "temporary-document":
        return ""
    found = temporary_of(rules.results_of(case))
    return found.code if found else ""


def record_payout(case: Case, cmd: RecordPayout, _rules: Rules, _now: datetime) -> list[Fact]:
    """The money moved, or did not: then the next day of the schedule follows (R-194)."""
    if case.payout is not None and case.payout.made and cmd.failure is None:
        return []
    must_allow(case, can_pay_out, "No payment is scheduled.")
    attempt = case.payout.attempt if case.payout else 1
    if cmd.failure is not None:
        return [PayoutFailed(attempt=attempt, officer=cmd.officer, code=cmd.failure)]
    return [PayoutMade(attempt=attempt, officer=cmd.officer)]
