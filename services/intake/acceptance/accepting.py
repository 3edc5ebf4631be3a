"""A complete application is accepted (受理): by the rules, by an officer, or by silence.

R-034, R-035, R-037, R-048.
"""

from datetime import datetime
from typing import Any

from flask import Response
from msgspec.structs import replace

from services.intake.acceptance.deadlines import await_officer, unless_moved
from services.intake.acceptance.rejection import without_papers
from services.intake.acceptance.supplement_request import ask, missing
from services.intake.application.offices import OfficeUnknown, unknown_office
from services.intake.fields import CODE
from services.intake.room import Desk
from services.intake.standing import officer_awaited, supplement_awaited
from shared.case import Case, Fact, Owed, Rules
from shared.case.deciding.limits_begun import after
from shared.case.deciding.office_limits import office_at
from shared.case.intake.acceptance import CaseAccepted, WhyNotAccepted
from shared.case.intake.fee import FeeAssessed, PaymentRecorded
from shared.case.intake.migration import CaseMigrated
from shared.case.intake.refund import RefundBounced
from shared.case.intake.supplement import SupplementLapsed, SupplementProvided
from shared.case.next.position import awaits_officer, ready_for_acceptance
from shared.casework.desk import acting
from shared.casework.reaction import Reaction
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Topic, must_allow, must_not_be_own
from shared.catalogue.rules.offices import office_of
from shared.http import Blueprint, Schema, Str


class SettleCase(CaseCommand, frozen=True, kw_only=True):
    """Look whether the case can be accepted, needs its supplement, or ends (R-031)."""


class AcceptCase(CaseCommand, frozen=True, kw_only=True):
    """The officer accepts a complete application (受理).

    `office`: who has it from now on; empty: the one that was applied to.
    """

    officer: str
    own_subject: str
    office: str = ""


def can_accept(case: Case) -> bool:
    """When it is paid and complete, and an officer was asked."""
    return officer_awaited(case)


def settle(case: Case, _cmd: SettleCase, rules: Rules, now: datetime) -> list[Fact]:
    """Accept what is paid and complete; ask once for all that is missing; else do not accept.

    R-031, R-035, R-037. Where an officer accepts, the clock of the acceptance begins (R-034).
    """
    if not case.open or case.accepted or case.ended_as or not case.fee_paid:
        return []
    if case.supplement_lapsed:
        came: WhyNotAccepted = (
            "supplement-incomplete" if case.supplement_given else "supplement-lapsed"
        )
        return [without_papers(case, came, missing(case, rules), rules, now)]
    if supplement_awaited(case):
        return []
    absent = missing(case, rules)
    if absent and case.supplement_requested:
        return [without_papers(case, "supplement-incomplete", absent, rules, now)]
    if absent:
        return [ask(rules.item_of(case), absent, rules, now)]
    return _complete(case, rules, now)


def _complete(case: Case, rules: Rules, now: datetime) -> list[Fact]:
    if any(stage.kind == "acceptance" and stage.actor == "system" for stage in case.stages):
        return [_accepted(case, rules, now)]
    return [] if awaits_officer(case) else [await_officer(case, rules)]


def _accepted(
    case: Case,
    rules: Rules,
    now: datetime,
    *,
    officer: str = "",
    as_of: datetime | None = None,
    office: str = "",
) -> Fact:
    """Accepted (受理): the limits of the pinned edition begin, as they are at the office."""
    if case.pin is None:
        raise ValueError("a case that does not exist is not accepted")
    bare = CaseAccepted(
        pin=case.pin,
        automatic=not officer,
        due=(),
        officer=officer,
        as_of=as_of,
        office=office_at(rules.item_of(case).text, office or case.office),
    )
    running = rules.running(after(case, [bare], now))
    return replace(bare, due=running.due, ends=running.ends)


def accept(case: Case, cmd: AcceptCase, rules: Rules, now: datetime) -> list[Fact]:
    """The officer accepts what is complete, for the office named, or applied to. Again: nothing."""
    if case.accepted:
        return []
    must_allow(case, can_accept, "There is no complete application to accept.")
    must_not_be_own(case, cmd.own_subject)
    _must_name_office(cmd.office, case, rules)
    return [_accepted(case, rules, now, officer=cmd.officer, office=cmd.office)]


def _must_name_office(code: str, case: Case, rules: Rules) -> None:
    """OfficeUnknown for one that the item does not have, or that does not accept."""
    text = rules.item_of(case).text
    if code and office_of(text, code) is None:
        fault = unknown_office(text)
        raise OfficeUnknown(fault.said.en, detail_zh=fault.said.zh, **fault.fields)


def deem_accepted(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    """Nobody said anything in time: accepted as of the day of receipt (行政许可法 art. 32)."""
    if case.submitted is None or not awaits_officer(case):
        return []
    return [_accepted(case, rules, now, as_of=ready_for_acceptance(case).at)]


def _settle_late(case: Case, _owed: Owed, rules: Rules, now: datetime) -> list[Fact]:
    return settle(case, SettleCase(), rules, now)


class AcceptanceSchema(Schema):
    """Accepting; `office`: who has the case from now on, where it is not the one applied to."""

    office = Str(max_length=64, pattern=CODE)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Accept an application."""

    @blp.post("/<case>/acceptance")
    @blp.arguments(AcceptanceSchema)
    @blp.response(200, DoneSchema)
    def accept(body: dict[str, Any], case: str) -> Response:
        """Accept a complete application (受理), for an office of the item."""
        return desk(case, AcceptCase(office=body.get("office", ""), **acting()))


TOPIC = Topic(
    decisions={SettleCase: settle, AcceptCase: accept},
    actions={"acceptance": can_accept},
    effects={
        "acceptance": unless_moved(_settle_late),
        "deemed-acceptance": unless_moved(deem_accepted),
    },
    reactions=(
        Reaction(
            name="intake.settle",
            types=frozenset(
                {
                    FeeAssessed.TYPE,
                    PaymentRecorded.TYPE,
                    RefundBounced.TYPE,
                    SupplementProvided.TYPE,
                    SupplementLapsed.TYPE,
                    CaseMigrated.TYPE,
                }
            ),
            command=lambda _: SettleCase(),
        ),
    ),
)
