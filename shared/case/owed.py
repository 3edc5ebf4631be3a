"""What is owed next on a case, by whom and until when: no case ever just stops (invariant 6).

The table of the stages is the home of the rule. Timers are fed from it, the projection and the
pages show it, and a property test over random histories holds that an open case owes something.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from shared.case.fold_notify import Notice, Notices
from shared.case.state import Case, Document, Mark, Reminded


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How long a step may take before somebody is told; tests scale it down.

    `machine`: a worker does it in moments. `desk`: an officer or producer. `gateway`: money on
    its way back. `carrier`: the post. `again`: from one reminder of a late step to the next.
    """

    machine: timedelta = timedelta(minutes=5)
    desk: timedelta = timedelta(days=3)
    gateway: timedelta = timedelta(days=3)
    carrier: timedelta = timedelta(days=15)
    notice: timedelta = timedelta(minutes=5)
    again: timedelta = timedelta(days=1)


PACE = Pace()


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
    again = [_set_anew(step, case.reminded.get(step.step), pace) for step in steps]
    return tuple(sorted(again, key=lambda step: (step.due_at, step.step)))


def owed_of(case: Case, service: str, *, pace: Pace = PACE) -> tuple[Owed, ...]:
    """What one service owes."""
    return tuple(step for step in owed(case, pace=pace) if step.service == service)


def owed_notices(notices: Notices, *, pace: Pace = PACE) -> tuple[Owed, ...]:
    """What notify owes on `notice/<case>`: each message that is not settled."""
    steps = [_notice(notice, pace) for notice in notices.waiting]
    return tuple(_set_anew(step, notices.reminded.get(step.step), pace) for step in steps)


def _step(service: str, step: str, mark: Mark, due_at: datetime) -> Owed:
    return Owed(service=service, step=step, due_at=due_at, version=mark.version, since=mark.version)


def _set_anew(step: Owed, reminded: Reminded | None, pace: Pace) -> Owed:
    """A reminder of this very step moves its due time on; one of an older step does not count."""
    if reminded is None or reminded.since != step.since:
        return step
    return msgspec.structs.replace(
        step, due_at=reminded.mark.at + pace.again, version=reminded.mark.version
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
        if payment.refund_ordered:
            mark = payment.refund_ordered
            yield _step("intake", f"refund:{payment.transaction}", mark, mark.at + pace.gateway)


def _stage(case: Case, pace: Pace) -> Iterator[Owed]:
    """The one step that moves the case on. Later stages stand above earlier ones."""
    if case.ended_as is not None:
        if case.closable:
            refunds = (payment.refunded for payment in case.payments)
            handed = case.document.handed_over if case.document else None
            mark = _latest(_end(case), handed, *refunds)
            yield _step("issuance", "closing", mark, mark.at + pace.machine)
    elif case.document is not None:
        yield _on_document(case.document, case.delivery or "post", pace)
    elif case.approved:
        yield _step("issuance", "production-order", case.approved, case.approved.at + pace.machine)
    elif case.proposed:
        yield _step("review", "decision", case.proposed, case.proposed.at + pace.desk)
    elif case.assigned:
        yield _step("review", "proposal", case.assigned, case.assigned.at + pace.desk)
    elif case.review_opened:
        yield _step("review", "assignment", case.review_opened, case.review_opened.at + pace.desk)
    elif case.accepted:
        yield _step("review", "review-opening", case.accepted, case.accepted.at + pace.machine)
    else:
        yield _before_acceptance(case, pace)


def _before_acceptance(case: Case, pace: Pace) -> Owed:
    answered = case.supplement_provided or case.supplement_lapsed
    if case.supplement is not None and case.supplement_requested and not answered:
        return _step("intake", "supplement", case.supplement_requested, case.supplement.due_at)
    if case.fee is not None and not case.fee_paid and case.fee.pay_by is not None:
        return _step("intake", "payment", case.fee.mark, case.fee.pay_by)
    paid = (payment.mark for payment in case.payments if payment.accounted == "fee")
    fee = case.fee.mark if case.fee else None
    mark = _latest(case.submitted, fee, answered, *paid)
    return _step("intake", "acceptance", mark, mark.at + pace.machine)


def _on_document(document: Document, delivery: str, pace: Pace) -> Owed:
    if document.dispatched or document.ready:
        mark = _latest(document.dispatched, document.ready)
        return _step("issuance", "handover", mark, mark.at + pace.carrier)
    if document.produced:
        mark = _latest(document.produced, document.returned)
        step = "dispatch" if delivery == "post" else "readiness"
        return _step("issuance", step, mark, mark.at + pace.desk)
    mark = _latest(document.ordered, document.failed)
    due_at = mark.at + pace.desk
    if document.due_at is not None and document.failed is None:
        due_at = document.due_at
    return _step("issuance", "production", mark, due_at)


def _limits(case: Case) -> Iterator[Owed]:
    """The limits that run: one step when each comes near, one when it is crossed."""
    if case.accepted is None or case.result_ready or case.ended_as is not None:
        return
    # A document that turned out faulty sets the limits going again, by a version of their own:
    # their timers were settled when it lay made.
    mark = _latest(case.accepted, case.document.failed if case.document else None)
    for due in case.due:
        if due.due_at is None or due.limit in case.missed:
            continue
        if due.warn_at is not None and due.limit not in case.approaching:
            yield _step("review", f"approaching:{due.limit}", mark, due.warn_at)
        yield _step("review", f"limit:{due.limit}", mark, due.due_at)
