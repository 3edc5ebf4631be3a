"""Why a limit was missed: the officer says it, and the applicant is told."""

from datetime import datetime
from typing import Any, get_args

from flask import Response

from services.review.room import Desk
from shared.case import Case, Fact, Rules
from shared.case.review.limits import DelayExplained, WhyLate
from shared.casework.desk import acting
from shared.casework.schemas import CODE, DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.http import Blueprint, Choice, Schema, Str, Text


class ExplainDelay(CaseCommand, frozen=True, kw_only=True):
    """Say why a limit was missed; `explained`: the officer's own words go with it."""

    officer: str
    own_subject: str
    limit: str
    reason: WhyLate
    explained: bool


class LimitNotMissed(Instead):
    """This limit was not missed; `missed` names those that were."""

    code = "limit-not-missed"


def _missed(case: Case) -> frozenset[str]:
    """The limits that were missed and have no reason yet; internal ones are told to nobody."""
    internal = {one.limit for one in case.due if one.rank == "internal"}
    return case.missed - internal - case.delays.keys()


def can_explain(case: Case) -> bool:
    """While the case is open and a limit was missed without a reason."""
    return case.open and bool(_missed(case))


def explain_delay(case: Case, cmd: ExplainDelay, _rules: Rules, _now: datetime) -> list[Fact]:
    """Record why a limit was missed, once. The same again: nothing."""
    if case.delays.get(cmd.limit) == cmd.reason:
        return []
    must_allow(case, can_explain, "No limit was missed without a reason.")
    must_not_be_own(case, cmd.own_subject)
    if cmd.limit not in _missed(case):
        missed = sorted(_missed(case))
        raise LimitNotMissed(f"Missed were: {', '.join(missed)}.", missed=missed)
    return [
        DelayExplained(
            limit=cmd.limit, officer=cmd.officer, reason=cmd.reason, explained=cmd.explained
        )
    ]


class DelaySchema(Schema):
    """Which limit was missed, and why; the explanation, to the applicant, is sealed."""

    limit = Str(required=True, max_length=64, pattern=CODE)
    reason = Choice(*get_args(WhyLate), required=True)
    explanation = Text(max_length=2000, lines=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Say why it is late."""

    @blp.post("/<case>/delay")
    @blp.arguments(DelaySchema)
    @blp.response(200, DoneSchema)
    def delay(body: dict[str, Any], case: str) -> Response:
        """Record why a limit was missed; the applicant is told (超期说明)."""
        command = ExplainDelay(
            limit=body["limit"],
            reason=body["reason"],
            explained="explanation" in body,
            **acting(),
        )
        return desk(case, command, body)


TOPIC = Topic(
    decisions={ExplainDelay: explain_delay},
    actions={"delay": can_explain},
    sealed={ExplainDelay: (DelayExplained.TYPE, "explanation")},
    routes=routes,
)
