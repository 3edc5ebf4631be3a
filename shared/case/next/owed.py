"""What is owed next on a case, by whom and until when: no case ever just stops (invariant 6).

The table of the stages is the home of the rule. Timers are fed from it, the projection and the
pages show it, and a property test over random histories holds that an open case owes something.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec

from shared.case.facts.fact import Mark, Reminded
from shared.case.issuance.payout import Payout
from shared.case.issuance.production import Document
from shared.case.next.position import (
    awaits_officer,
    destroy_after,
    happened,
    next_step,
    ready_for_acceptance,
    rectify_by,
)
from shared.case.notify.notice import Notice, Notices
from shared.case.state import Case
from shared.clock.calendar.moments import end_of_day, utc


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How long a step may take before somebody is told; tests scale it down.

    `machine`: a worker does it in moments. `desk`: an officer or producer. `gateway`: money on
    its way back. `carrier`: the post. `kept`: a document that nobody collected and whose end of
    validity nobody knows. `again`: from one reminder of a late step to the next.
    """

    machine: timedelta = timedelta(minutes=5)
    desk: timedelta = timedelta(days=3)
    gateway: timedelta = timedelta(days=3)
    carrier: timedelta = timedelta(days=15)
    kept: timedelta = timedelta(days=365)
    notice: timedelta = timedelta(minutes=5)
    again: timedelta = timedelta(days=1)


PACE = Pace()
RESULT = "result-ready"
HANDED_OVER = frozenset({"issued", "handed-over"})
# How a made document leaves the house; any other way it is handed over at once.
LEAVES: Mapping[str, str] = MappingProxyType({"post": "dispatch", "pickup": "readiness"})


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """One owed step.

    `since` is the version of the event that made it owed; `version` that of the event that set
    this due time (a reminder sets it anew), the one a timer's command id is made of.
    """

    service: str
    step: str
    due_at: datetime
    version: int
    since: int


def owed(case: Case, *, pace: Pace = PACE) -> tuple[Owed, ...]:
    """Everything owed on a case, the earliest first. Never empty for an open case.

    A closed case can owe one thing only: money that arrived after its end goes back.
    """
    if not case.exists:
        return ()
    steps = [*_money(case, pace)]
    if case.closed is None:
        steps += [*_stage(case, pace), *_limits(case)]
    kept = case.document is not None and case.document.kept
    again = [
        _set_anew(
            step,
            case.reminded.get(step.step),
            pace.kept if kept and step.step == "handover" else pace.again,
        )
        for step in steps
    ]
    return tuple(sorted(again, key=lambda step: (step.due_at, step.step)))


def owed_of(case: Case, service: str, *, pace: Pace = PACE) -> tuple[Owed, ...]:
    """What one service owes."""
    return tuple(step for step in owed(case, pace=pace) if step.service == service)


def owed_notices(notices: Notices, *, pace: Pace = PACE) -> tuple[Owed, ...]:
    """What notify owes on `notice/<case>`: each message that is not settled."""
    steps = [_notice(notice, pace) for notice in notices.waiting]
    return tuple(_set_anew(step, notices.reminded.get(step.step), pace.again) for step in steps)


def _step(service: str, step: str, mark: Mark, due_at: datetime) -> Owed:
    return Owed(service=service, step=step, due_at=due_at, version=mark.version, since=mark.version)


def _set_anew(step: Owed, reminded: Reminded | None, again: timedelta) -> Owed:
    """A reminder of this very step moves its due time on; one of an older step does not count."""
    if reminded is None or reminded.since != step.since:
        return step
    return msgspec.structs.replace(
        step, due_at=reminded.mark.at + again, version=reminded.mark.version
    )


def _notice(notice: Notice, pace: Pace) -> Owed:
    due_at = notice.retry_at or notice.mark.at + pace.notice
    return _step("notify", f"notice:{notice.queued.notice}", notice.mark, due_at)


def _latest(*marks: Mark | None) -> Mark:
    """The last of the marks that are there; at least one must be."""
    return max((mark for mark in marks if mark), key=lambda mark: mark.version)


def _end(case: Case) -> Mark | None:
    """When the case came to an end without a service."""
    return case.withdrawn or case.not_accepted or case.refused


def _money(case: Case, pace: Pace) -> Iterator[Owed]:
    for payment in case.to_refund:
        mark = payment.mark
        if payment.accounted == "fee":
            mark = _latest(mark, _end(case))
        yield _step("intake", f"refund-order:{payment.transaction}", mark, mark.at + pace.machine)
    for payment in case.refunds_open:
        trouble = payment.trouble.mark if payment.trouble else None
        mark = _latest(payment.refund_ordered, payment.returned, trouble)
        yield _step("intake", f"refund:{payment.transaction}", mark, mark.at + pace.gateway)


def _stage(case: Case, pace: Pace) -> Iterator[Owed]:
    """The steps that move the case on. Later stages stand above earlier ones."""
    if case.ended_as is not None:
        if case.closable:
            destroyed = case.document.destroyed if case.document else None
            over = (_end(case), happened(case, "handed-over"), destroyed)
            mark = _latest(*over, *_refunds(case))
            yield _step("issuance", "closing", mark, mark.at + pace.machine)
    elif case.approved:
        yield from _after_approval(case, case.approved, pace)
    elif case.review_opened:
        yield _under_review(case, case.review_opened, pace)
    elif case.accepted:
        yield _step("review", "review-opening", case.accepted, case.accepted.at + pace.machine)
    else:
        yield from _before_acceptance(case, pace)


def _refunds(case: Case) -> Iterator[Mark | None]:
    return (payment.refunded for payment in case.payments)


def _before_acceptance(case: Case, pace: Pace) -> Iterator[Owed]:
    answered = case.supplement_provided or case.supplement_lapsed
    if case.supplement is not None and case.supplement_requested and not answered:
        asked, mark = case.supplement.fact, _latest(case.supplement_requested, case.reckoned)
        if asked.remind_at is not None and case.supplement_reminded is None:
            yield _step("intake", "approaching:supplement", mark, asked.remind_at)
        yield _step("intake", "supplement", mark, asked.due_at)
        return
    if case.fee is not None and not case.fee_paid and case.fee.pay_by is not None:
        yield _step("intake", "payment", _latest(case.fee.mark, case.reckoned), case.fee.pay_by)
        return
    if case.awaiting is None or case.awaited is None or not awaits_officer(case):
        mark = ready_for_acceptance(case)
        yield _step("intake", "acceptance", mark, mark.at + pace.machine)
        return
    mark, deemed_at = _latest(case.awaited, case.reckoned), case.awaiting.fact.deemed_at
    if deemed_at is not None:
        yield _step("intake", "deemed-acceptance", mark, deemed_at)
    if deemed_at is None or case.awaiting.fact.due_at < deemed_at:
        yield _step("intake", "acceptance", mark, case.awaiting.fact.due_at)


def _under_review(case: Case, opened: Mark, pace: Pace) -> Owed:
    """The next step of the procedure; when there is none, what leads to the decision.

    A step that has days of its own can be done once they are over, and is late after that.
    """
    if (stage := next_step(case)) is not None:
        before = (done.mark for done in case.steps.values())
        mark = _latest(opened, case.started.get(stage.code), *before)
        patience = pace.desk if stage.actor == "officer" else pace.carrier
        if (until := rectify_by(case, stage)) is not None:
            return _step("review", f"step:{stage.code}", mark, utc(end_of_day(until)))
        term = case.terms.get(stage.code)
        free = mark.at if term is None else max(mark.at, utc(end_of_day(term.until)))
        return _step("review", f"step:{stage.code}", mark, free + patience)
    if case.proposed:
        return _step("review", "decision", case.proposed, case.proposed.at + pace.desk)
    held = case.assigned or case.released or opened
    mark = _latest(held, *(done.mark for done in case.steps.values()))
    step = "proposal" if case.assigned else "assignment"
    return _step("review", step, mark, mark.at + pace.desk)


def _after_approval(case: Case, approved: Mark, pace: Pace) -> Iterator[Owed]:
    """The document on its way, and beside it whatever else the grant brings."""
    if case.makes_document and case.document is None:
        yield _step("issuance", "production-order", approved, approved.at + pace.machine)
    elif case.document is not None and not (case.document.handed_over or case.document.destroyed):
        yield _on_document(case, case.document, pace)
    for stage in case.making:
        if stage.kind == "payout":
            yield _on_payout(case.payout, approved, pace)
        elif stage.kind != "production":
            yield _step("issuance", f"record:{stage.code}", approved, approved.at + pace.desk)
    if case.to_hand_over and not case.makes_document and not case.making:
        mark = happened(case, "result-ready") or approved
        yield _step("issuance", "handover", mark, mark.at + pace.carrier)


def _on_payout(payout: Payout | None, approved: Mark, pace: Pace) -> Owed:
    if payout is None or payout.failed is not None:
        mark = payout.failed if payout is not None and payout.failed else approved
        return _step("issuance", "payout-schedule", mark, mark.at + pace.machine)
    return _step("issuance", "payout", payout.scheduled, payout.due_at)


def _kept(case: Case, document: Document, pace: Pace) -> Owed:
    """What nobody collected (R-165) stays to be handed over, until the day it is destroyed."""
    mark, day = _latest(document.unclaimed, document.returned), destroy_after(case)
    if day is None:
        return _step("issuance", "handover", mark, mark.at + pace.kept)
    return _step("issuance", "destruction", mark, utc(end_of_day(day)))


def _on_document(case: Case, document: Document, pace: Pace) -> Owed:
    if document.kept:
        return _kept(case, document, pace)
    if document.dispatched or document.ready:
        mark = _latest(document.dispatched, document.ready)
        return _step("issuance", "handover", mark, mark.at + pace.carrier)
    if document.produced:
        mark = _latest(document.produced, document.returned)
        step = LEAVES.get(case.delivery or "post", "handover")
        return _step("issuance", step, mark, mark.at + pace.desk)
    mark = _latest(document.ordered, document.failed)
    due_at = mark.at + pace.desk
    if document.due_at is not None and document.failed is None:
        due_at = document.due_at
    return _step("issuance", "production", mark, due_at)


def _waits_for_applicant(case: Case) -> bool:
    """Whether a made document waits for the applicant alone, who was told where it lies.

    The office has done what it can: a limit that ends with handing over is not missed by it.
    """
    return case.document is not None and bool(case.document.ready or case.document.kept)


def _limits(case: Case) -> Iterator[Owed]:
    """The limits that run: one step when each comes near, one when it is crossed.

    A limit runs until its own end event; one that stands still, or that waits for the applicant
    alone, is not watched.
    """
    if case.accepted is None or case.ended_as is not None:
        return
    still = {name for pause in case.paused.values() for name in pause.limits}
    faulty = case.document.faulty if case.document else None
    sent = case.document.dispatched if case.document and case.document.unclaimed else None
    for due in case.due:
        if due.due_at is None or due.limit in case.missed or due.limit in still:
            continue
        end = case.ends.get(due.limit, RESULT)
        if happened(case, end) is not None or (end in HANDED_OVER and _waits_for_applicant(case)):
            continue
        # A document that turned out faulty, or that goes on its way after it was kept, sets the
        # limits going again by a version of their own: their timers were settled meanwhile.
        mark = _latest(case.limits_at[due.limit], faulty, sent)
        if due.warn_at is not None and due.limit not in case.approaching:
            yield _step("review", f"approaching:{due.limit}", mark, due.warn_at)
        yield _step("review", f"limit:{due.limit}", mark, due.due_at)
