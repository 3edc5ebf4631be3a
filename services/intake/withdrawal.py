"""The applicant takes the application back (撤回)."""

from datetime import datetime
from typing import Any

from flask import Response

from services.intake.room import Desk
from shared.case import Case, Fact, Rules, status
from shared.case.intake.withdrawal import CaseWithdrawn
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Topic, must_allow, must_exist
from shared.http import Blueprint, Schema, Text


class WithdrawCase(CaseCommand, frozen=True, kw_only=True):
    """Withdraw the application, before a decision."""


def can_withdraw(case: Case) -> bool:
    """Until the decision: nothing was granted and nothing made that would have to be undone."""
    return case.open and not case.decided and case.ended_as is None


def withdraw(case: Case, _cmd: WithdrawCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """Withdraw before a decision; a paid fee goes back by its own decision."""
    must_exist(case)
    if case.withdrawn:
        return []
    must_allow(case, can_withdraw, "A case can be withdrawn until it is decided.")
    return [CaseWithdrawn(status=status(case))]


class WithdrawalSchema(Schema):
    """Withdrawing; the reason is the applicant's own business, sealed if given."""

    reason = Text(max_length=1000, lines=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Withdraw an application."""

    @blp.post("/<case>/withdrawal")
    @blp.arguments(WithdrawalSchema)
    @blp.response(200, DoneSchema)
    def withdraw(body: dict[str, Any], case: str) -> Response:
        """Withdraw the application before a decision (撤回)."""
        return desk(case, WithdrawCase(), body)


TOPIC = Topic(
    decisions={WithdrawCase: withdraw},
    actions={"withdrawal": can_withdraw},
    sealed={WithdrawCase: (CaseWithdrawn.TYPE, "reason")},
)
