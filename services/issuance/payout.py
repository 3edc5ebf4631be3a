"""Money that is paid out or deducted on its day (R-194 to R-197)."""

from datetime import datetime
from typing import Any, Literal, get_args

import marshmallow as ma
from flask import Response
from msgspec.structs import replace

from services.issuance.room import Desk
from shared.case import Case, Fact, Owed, Rules
from shared.case.deciding.rules import choices_of
from shared.case.issuance.payout import PayoutFailed, PayoutMade, PayoutScheduled, PayoutWhy
from shared.casework.desk import staff_id
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow
from shared.catalogue import Item
from shared.clock import Payday, end_of_day, local_day
from shared.clock.calendar.moments import utc
from shared.http import Blueprint, Choice, Schema

PayoutFailure = Literal["account-closed", "account-unknown", "funds-short", "other"]


class RecordPayout(CaseCommand, frozen=True, kw_only=True):
    """The bank's list says that the money moved; with `failure`, that it did not."""

    officer: str
    failure: PayoutFailure | None = None


class BeforeItsDay(Instead):
    """Nobody knows that money moved on a day that is still to come."""

    code = "before-its-day"


class MovePayday(CaseCommand, frozen=True, kw_only=True):
    """A calendar notice was loaded: the day on which money moves may be another one."""


def can_pay_out(case: Case) -> bool:
    """While the money that was scheduled did not move."""
    payout = case.payout
    return case.open and payout is not None and not payout.made and not payout.failed


def schedule(case: Case, rules: Rules, now: datetime) -> list[Fact]:
    """Set the next day on which money moves; where none is printed, the desk's own pace."""
    waits = any(stage.kind == "payout" for stage in case.making)
    if not waits or (case.payout is not None and case.payout.failed is None):
        return []
    attempt = case.payout.attempt + 1 if case.payout else 1
    item = rules.item_of(case)
    failed = _failed_before_its_day(case, now)
    found = rules.payday_after(item, failed or now, attempt=attempt, party=_party(case, item))
    if found is None:
        return [_without_day(attempt, due_at=now + rules.pace.desk)]
    return [replace(_on(found, attempt), counted_from=failed)]


def _failed_before_its_day(case: Case, now: datetime) -> datetime | None:
    """The last moment of the day that failed before it came: the next one is a later day."""
    failed = case.payout
    if failed is None or failed.day is None or failed.due_at <= now:
        return None
    return failed.due_at


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


def record_payout(case: Case, cmd: RecordPayout, _rules: Rules, now: datetime) -> list[Fact]:
    """The money moved, or did not: then the next day of the schedule follows (R-194).

    That it moved is known from its day on; that it cannot move may be known before.
    """
    if case.payout is not None and case.payout.made and cmd.failure is None:
        return []
    must_allow(case, can_pay_out, "No payment is scheduled.")
    attempt = case.payout.attempt if case.payout else 1
    if cmd.failure is not None:
        return [PayoutFailed(attempt=attempt, officer=cmd.officer, code=cmd.failure)]
    day = case.payout.day if case.payout else None
    if day is not None and local_day(now) < day:
        raise BeforeItsDay(
            f"The money moves on {day.isoformat()}, not before.", day=day.isoformat()
        )
    return [PayoutMade(attempt=attempt, officer=cmd.officer)]


def _deducted(item: Item) -> bool:
    return any(day.purpose == "deduction" for day in item.text.paydays)


def _on(found: Payday, attempt: int, *, why: PayoutWhy = "first") -> PayoutScheduled:
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


def _payday_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    """Under a newer calendar the day may be another one, and then nothing is late."""
    return move_payday(case, MovePayday(), rules, now)


def _schedule_late(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return schedule(case, rules, now)


class PayoutSchema(Schema):
    """Whether the money moved; a failure has a code."""

    outcome = Choice("made", "failed", required=True)
    failure = Choice(*get_args(PayoutFailure))

    @ma.validates_schema
    def _failure_belongs_to_failed(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("outcome") == "failed") != ("failure" in data):
            raise ma.ValidationError("stands with outcome failed, and only there", "failure")


def routes(blp: Blueprint, desk: Desk) -> None:
    """Say whether the money moved."""

    @blp.post("/<case>/payout")
    @blp.arguments(PayoutSchema)
    @blp.response(200, DoneSchema)
    def payout(body: dict[str, Any], case: str) -> Response:
        """Record that the scheduled money moved, or that it did not."""
        return desk(case, RecordPayout(officer=staff_id(), failure=body.get("failure")))


TOPIC = Topic(
    decisions={RecordPayout: record_payout, MovePayday: move_payday},
    actions={"payout": can_pay_out},
    effects={"payout-schedule": _schedule_late, "payout": _payday_late},
    routes=routes,
)
