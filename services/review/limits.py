"""The limits of a case on the way: near, crossed, lengthened, begun anew, computed anew.

R-084, R-085, R-088, R-097, R-225.
"""

from datetime import datetime, timedelta
from typing import Any, get_args

from flask import Response
from msgspec.structs import replace

from services.review.room import Desk
from services.review.validity import grants
from shared.case import Case, Fact, Owed, Rules
from shared.case.deciding.limits_begun import after, anew, outdated
from shared.case.facts.parts import DueDate
from shared.case.review.limits import (
    DeadlineApproaching,
    DeadlineMissed,
    LimitExtended,
    LimitRestarted,
    Restarted,
    ReviewLimitsRecomputed,
    WhyExtended,
)
from shared.case.review.verdict import CaseApproved
from shared.casework.desk import acting
from shared.casework.schemas import CODE, STAFF_ID, DoneSchema, NothingSchema
from shared.casework.topics import Asking, CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.catalogue.definition.schedule import LimitRule
from shared.clock import ClockError, Due, check_extension
from shared.http import Blueprint, Choice, Schema, Str, Text
from shared.http.public_text import PublicStr


class ExtendLimit(CaseCommand, frozen=True, kw_only=True):
    """Lengthen a limit, once, as its item prints it; `approved_by` is the head's staff id."""

    officer: str
    own_subject: str
    limit: str
    approved_by: str
    reason: WhyExtended


class RestartLimit(CaseCommand, frozen=True, kw_only=True):
    """A law begins a period anew; `rule` names it."""

    officer: str
    own_subject: str
    limit: str
    rule: str


class RecomputeLimits(CaseCommand, frozen=True, kw_only=True):
    """A calendar notice was loaded: the dates that depend on it change, with the reason."""


class LimitNotExtendable(Instead):
    """The item prints no extension of this limit, or it was given, or the limit is over."""

    code = "limit-not-extendable"


class SecondPersonNeeded(Instead):
    """Somebody else decides this than the one who asks for it."""

    code = "second-person-needed"


class LimitUnknown(Instead):
    """No such limit runs in this case."""

    code = "limit-unknown"


def can_change_limits(case: Case) -> bool:
    """From the acceptance until the result is there."""
    return case.open and case.accepted is not None and case.ended_as is None


def extend(case: Case, cmd: ExtendLimit, rules: Rules, now: datetime) -> list[Fact]:
    """Lengthen a limit, once, where its item prints it, before it ended. Again: nothing."""
    due, rule = _running(case, cmd.limit, cmd.own_subject, rules)
    if cmd.limit in case.extended:
        return []
    if cmd.approved_by == cmd.officer:
        raise SecondPersonNeeded("Whoever lengthens a limit does not approve it.")
    try:
        check_extension(rule, Due(due.due, due.due_at), now, already=0)
    except ClockError as error:
        raise LimitNotExtendable(str(error)) from error
    running = rules.running(replace(case, extended=case.extended | {cmd.limit}))
    return [
        LimitExtended(
            limit=cmd.limit,
            officer=cmd.officer,
            approved_by=cmd.approved_by,
            reason=cmd.reason,
            due=running.due,
        )
    ]


def restart(case: Case, cmd: RestartLimit, rules: Rules, now: datetime) -> list[Fact]:
    """Begin a period anew, where a law says so and the item knows it (R-225)."""
    _due, rule = _running(case, cmd.limit, cmd.own_subject, rules)
    if not rule.restartable:
        raise LimitNotExtendable("No rule restarts this limit.")
    begun = Restarted(cmd.limit, now, cmd.rule)
    running = rules.running(replace(case, restarts=(*case.restarts, begun)))
    return [LimitRestarted(limit=cmd.limit, officer=cmd.officer, rule=cmd.rule, due=running.due)]


def recompute(case: Case, _cmd: RecomputeLimits, rules: Rules, _now: datetime) -> list[Fact]:
    """The dates under the calendar as it is loaded now; nothing where none changes."""
    if not can_change_limits(case):
        return []
    return by_calendar(case, rules)


def by_calendar(case: Case, rules: Rules) -> list[Fact]:
    """New dates, where some were computed with another calendar, and its notices move them."""
    if not outdated(case, case.limits, rules):
        return []
    return anew(case, rules, ReviewLimitsRecomputed, "calendar")


def _running(case: Case, limit: str, own_subject: str, rules: Rules) -> tuple[DueDate, LimitRule]:
    must_allow(case, can_change_limits, "No limit of this case runs.")
    must_not_be_own(case, own_subject)
    due, rule = _due(case, limit), rules.limits_of(case).get(limit)
    if due is None or rule is None:
        names = ", ".join(one.limit for one in case.limits)
        raise LimitUnknown(f"The limits that run are: {names}.")
    return due, rule


def _due(case: Case, limit: str) -> DueDate | None:
    return next((due for due in case.due if due.limit == limit), None)


def approaching(case: Case, late: Owed, rules: Rules, _now: datetime) -> list[Fact]:
    """A limit is near its end; under a newer calendar it may not be."""
    due = _due(case, late.step.partition(":")[2])
    if due is None or due.due is None or due.due_at is None:
        return []
    if moved := _moved(case, due, rules):
        return moved
    return [DeadlineApproaching(limit=due.limit, due=due.due, due_at=due.due_at)]


def missed(case: Case, late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    """A limit was crossed: a fact of its own, what follows from it, or the effect of silence."""
    due = _due(case, late.step.partition(":")[2])
    if due is None or due.due is None or due.due_at is None:
        return []
    if moved := _moved(case, due, rules):
        return moved
    rule = rules.limits_of(case).get(due.limit)
    if rule is not None and rule.deemed == "effective" and not case.decided:
        # Nobody objected: it takes effect with the day after the limit (004-128, R-097).
        effective = due.due + timedelta(days=1)
        return [
            CaseApproved(
                officer="system",
                findings=(),
                grants=grants(case, rules, effective),
                deemed=True,
                effective_from=effective,
            )
        ]
    facts: list[Fact] = [DeadlineMissed(limit=due.limit, due=due.due, due_at=due.due_at)]
    if rule is not None and rule.follow_up is not None:
        facts += anew(after(case, facts, now), rules, ReviewLimitsRecomputed, "follow-up")
    return facts


def _may_extend(case: Case, asking: Asking) -> bool:
    """Whether a limit that runs can be lengthened now."""
    if not can_change_limits(case):
        return False
    rules = asking.rules.limits_of(case)
    for due in case.due:
        if due.limit in rules and due.limit not in case.extended:
            try:
                check_extension(rules[due.limit], Due(due.due, due.due_at), asking.now, already=0)
            except ClockError:
                continue
            return True
    return False


def _may_restart(case: Case, asking: Asking) -> bool:
    """Whether a law can begin a limit anew that runs."""
    rules = asking.rules.limits_of(case)
    running = (rules.get(due.limit) for due in case.due)
    return can_change_limits(case) and any(rule and rule.restartable for rule in running)


def _may_recompute(case: Case, asking: Asking) -> bool:
    """Whether the calendar, as it is loaded now, moves a date."""
    return can_change_limits(case) and bool(by_calendar(case, asking.rules))


def _moved(case: Case, due: DueDate, rules: Rules) -> list[Fact]:
    """New dates, where a notice that was loaded since moves this one."""
    fresh = by_calendar(case, rules)
    then = {one.limit: one.due_at for fact in fresh for one in fact.due}  # type: ignore[attr-defined]
    return fresh if then.get(due.limit, due.due_at) != due.due_at else []


class ExtensionSchema(Schema):
    """Which limit, who approved it (a staff id), and why; the explanation is sealed."""

    limit = Str(required=True, max_length=64, pattern=CODE)
    approved_by = Str(required=True, max_length=64, pattern=STAFF_ID)
    reason = Choice(*get_args(WhyExtended), required=True)
    explanation = Text(max_length=2000, lines=True)


class RestartSchema(Schema):
    """Which limit, and the rule that begins it anew."""

    limit = Str(required=True, max_length=64, pattern=CODE)
    rule = PublicStr(required=True, max_length=200)


def routes(blp: Blueprint, desk: Desk) -> None:
    """What happens to the limits."""

    @blp.post("/<case>/extension")
    @blp.arguments(ExtensionSchema)
    @blp.response(200, DoneSchema)
    def extend(body: dict[str, Any], case: str) -> Response:
        """Lengthen a limit, once, as its item prints it, with the approval of the head (延长)."""
        command = ExtendLimit(
            limit=body["limit"],
            approved_by=body["approved_by"],
            reason=body["reason"],
            **acting(),
        )
        return desk(case, command, body)

    @blp.post("/<case>/restart")
    @blp.arguments(RestartSchema)
    @blp.response(200, DoneSchema)
    def restart(body: dict[str, Any], case: str) -> Response:
        """Begin a period anew, because a law says so (重新计算)."""
        command = RestartLimit(limit=body["limit"], rule=body["rule"], **acting())
        return desk(case, command, body)

    @blp.post("/<case>/recomputation")
    @blp.arguments(NothingSchema)
    @blp.response(200, DoneSchema)
    def recompute(body: dict[str, Any], case: str) -> Response:
        """Compute the due dates under the calendar as it is loaded now."""
        return desk(case, RecomputeLimits(), body)


TOPIC = Topic(
    decisions={ExtendLimit: extend, RestartLimit: restart, RecomputeLimits: recompute},
    offers={
        "extension": _may_extend,
        "restart": _may_restart,
        "recomputation": _may_recompute,
    },
    effects={"approaching": approaching, "limit": missed},
    sealed={ExtendLimit: (LimitExtended.TYPE, "explanation")},
    routes=routes,
)
