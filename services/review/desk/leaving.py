"""A case is given up: back to the office, or to a colleague by name, with a reason.

The officer who has it does so; to a colleague also the head of the office.

A proposal stays, under the name of the officer who made it: the colleague who has the case then
decides on it or makes a better one.
"""

from datetime import datetime
from typing import Any, get_args

from flask import Response

from services.review.assignment import has_case, must_be_assigned
from services.review.room import Desk
from shared.case import Case, Fact, Rules
from shared.case.next.position import under_review
from shared.case.review.assignment import CasePassedOn, CaseReleased, WhyGivenUp
from shared.casework.desk import acting
from shared.casework.schemas import STAFF_ID, DoneSchema
from shared.casework.topics import Asking, CaseCommand, Topic, must_allow, must_not_be_own
from shared.http import Blueprint, Choice, Schema, Str, Text, principal
from shared.security.duties import Duty


class ReleaseCase(CaseCommand, frozen=True, kw_only=True):
    """Give the case back to the office."""

    officer: str
    own_subject: str
    reason: WhyGivenUp


class PassCaseOn(CaseCommand, frozen=True, kw_only=True):
    """Hand the case to a colleague; `to` is a staff id. `as_head`: by the head of the office."""

    officer: str
    own_subject: str
    to: str
    reason: WhyGivenUp
    as_head: bool = False


def can_give_up(case: Case) -> bool:
    """While an officer has the case and it is not decided."""
    return under_review(case) and case.officer is not None


def release(case: Case, cmd: ReleaseCase, _rules: Rules, _now: datetime) -> list[Fact]:
    """Give the case back to the office. Again: nothing."""
    if under_review(case) and case.officer is None and case.released is not None:
        return []
    _must_be_held(case, cmd.own_subject)
    must_be_assigned(case, cmd.officer)
    return [CaseReleased(officer=cmd.officer, reason=cmd.reason)]


def pass_on(case: Case, cmd: PassCaseOn, _rules: Rules, _now: datetime) -> list[Fact]:
    """Hand the case to a colleague; a head does so with a case that another officer has.

    The colleague has it already: nothing.
    """
    if under_review(case) and case.officer == cmd.to:
        return []
    _must_be_held(case, cmd.own_subject)
    if not cmd.as_head:
        must_be_assigned(case, cmd.officer)
    return [CasePassedOn(officer=cmd.officer, to=cmd.to, reason=cmd.reason)]


def _must_be_held(case: Case, own_subject: str) -> None:
    must_allow(case, can_give_up, "Nobody has the case.")
    must_not_be_own(case, own_subject)


def _may_pass_on(case: Case, asking: Asking) -> bool:
    return has_case(case, asking) or Duty.HEAD in asking.duties


class ReleaseSchema(Schema):
    """Why the case is given up; the note, for the colleagues, is sealed."""

    reason = Choice(*get_args(WhyGivenUp), required=True)
    note = Text(max_length=2000, lines=True)


class PassingOnSchema(ReleaseSchema):
    """The colleague who has the case from now on (a staff id), and why."""

    to = Str(required=True, max_length=64, pattern=STAFF_ID)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Give the case up."""

    @blp.post("/<case>/release")
    @blp.arguments(ReleaseSchema)
    @blp.response(200, DoneSchema)
    def release(body: dict[str, Any], case: str) -> Response:
        """Give the case back to the office (退回待办)."""
        return desk(case, ReleaseCase(reason=body["reason"], **acting()), body)

    @blp.post("/<case>/passing-on")
    @blp.arguments(PassingOnSchema)
    @blp.response(200, DoneSchema)
    def pass_on(body: dict[str, Any], case: str) -> Response:
        """Hand the case to a colleague; a head does so with any officer's case (转办)."""
        command = PassCaseOn(
            to=body["to"],
            reason=body["reason"],
            as_head=Duty.HEAD in principal().duties,
            **acting(),
        )
        return desk(case, command, body)


TOPIC = Topic(
    decisions={ReleaseCase: release, PassCaseOn: pass_on},
    actions={"release": can_give_up, "passing-on": can_give_up},
    offers={"release": has_case, "passing-on": _may_pass_on},
    sealed={
        ReleaseCase: (CaseReleased.TYPE, "note"),
        PassCaseOn: (CasePassedOn.TYPE, "note"),
    },
    routes=routes,
)
