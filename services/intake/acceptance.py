"""From a complete application to its acceptance: by the rules, by an officer, or by silence.

R-031 to R-035, R-037, R-048. What is missing is asked for once, all of it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from services.intake.checking import lacking, unknown_office
from services.intake.commands import (
    AcceptCase,
    RejectApplication,
    RequestSupplement,
    SettleCase,
)
from services.intake.refusals import (
    OfficeUnknown,
    RefusalIncomplete,
    can_accept,
    can_ask,
    can_supplement,
    must_allow,
    must_not_be_own,
    possible,
)
from shared.case import Case, Fact, Owed, Rules
from shared.case.deciding.limits_begun import after
from shared.case.deciding.office_limits import office_at
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import Missing, Reason
from shared.case.intake.acceptance import AcceptanceAwaited, CaseAccepted, CaseNotAccepted
from shared.case.intake.supplement import SupplementRequested
from shared.case.next.position import awaits_officer, ready_for_acceptance
from shared.catalogue import Item, ItemText
from shared.catalogue.rules.offices import office_of
from shared.clock import local_day

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "supplement-incomplete": "补正后材料仍不齐全",
        "supplement-lapsed": "逾期未补正材料",
        "payment-lapsed": "逾期未缴费",
    }
)
# Why an officer does not accept, after 行政许可法 art. 32; the same for every item.
GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "not-needed": "申请事项依法不需要取得该项许可或者办理该项手续",
        "not-competent": "申请事项依法不属于本机关职权范围，请向有关机关申请",
        "out-of-scope": "申请事项不属于本事项的办理范围",
        "not-entitled": "申请人不具备本事项的申请资格",
        "not-complete": "经一次性告知补正，申请材料仍不齐全或者不符合法定形式",
        "repeated": "同一事项已经受理或者已经办结",
    }
)
# For licences; for everything else the item's own basis counts, or the one the officer cites.
BASIS = "《中华人民共和国行政许可法》第三十二条"


def settle(case: Case, _cmd: SettleCase, rules: Rules, now: datetime) -> list[Fact]:
    """Accept what is paid and complete; ask once for all that is missing; else do not accept.

    R-031, R-035, R-037. Where an officer accepts, the clock of the acceptance begins (R-034).
    """
    if not case.open or case.accepted or case.ended_as or not case.fee_paid:
        return []
    if case.supplement_lapsed:
        return [not_accepted("supplement-lapsed", missing(case, rules))]
    if can_supplement(case):
        return []
    absent = missing(case, rules)
    if absent and case.supplement_requested:
        return [not_accepted("supplement-incomplete", absent)]
    if absent:
        return [_ask(rules.item_of(case), absent, rules, now)]
    return _complete(case, rules, now)


def _complete(case: Case, rules: Rules, now: datetime) -> list[Fact]:
    if any(stage.kind == "acceptance" and stage.actor == "system" for stage in case.stages):
        return [_accepted(case, rules, now)]
    return [] if awaits_officer(case) else [await_officer(case, rules)]


def await_officer(case: Case, rules: Rules) -> AcceptanceAwaited:
    """Whoever is to accept has the item's limit for it, counted from the complete application."""
    ready = ready_for_acceptance(case)
    limits = rules.acceptance_due(case, start=ready.at)
    ends = [due.due_at for due, _ in limits if due.due_at is not None]
    deemed = [due.due_at for due, silent in limits if silent and due.due_at is not None]
    return AcceptanceAwaited(
        due=tuple(due for due, _ in limits),
        due_at=min(ends, default=ready.at + rules.pace.desk),
        deemed_at=min(deemed, default=None),
    )


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
        raise OfficeUnknown(fault.said.en, actions=possible(case), **fault.fields)


def request_supplement(
    case: Case, cmd: RequestSupplement, rules: Rules, now: datetime
) -> list[Fact]:
    """The officer asks for what the list cannot know: once, with its basis and its time."""
    must_allow(case, can_ask, "What is missing was asked for already, or nothing is open.")
    must_not_be_own(case, cmd.own_subject)
    asked = _ask(rules.item_of(case), cmd.missing, rules, now)
    return [replace(asked, officer=cmd.officer)]


def reject(case: Case, cmd: RejectApplication, rules: Rules, now: datetime) -> list[Fact]:
    """The officer does not accept: with grounds, legal basis and the way to appeal (R-033)."""
    if case.not_accepted:
        return []
    must_allow(case, can_accept, "There is no application that waits for acceptance.")
    must_not_be_own(case, cmd.own_subject)
    text = rules.item_of(case).text
    try:
        refused = CaseNotAccepted(
            why="rejected",
            missing=missing(case, rules),
            reason="；".join(GROUNDS[ground] for ground in cmd.grounds),
            officer=cmd.officer,
            reasons=tuple(Reason(criterion=g, text=GROUNDS[g]) for g in cmd.grounds),
            legal_basis=cmd.legal_basis or _basis(text),
            appeal_body=text.appeal.body,
            appeal_deadline=local_day(now) + timedelta(days=text.appeal.days),
        )
    except ValueError as error:
        raise RefusalIncomplete(str(error), actions=possible(case)) from error
    return [refused]


def _basis(text: ItemText) -> tuple[str, ...]:
    return (BASIS, *text.legal_basis) if text.by_licence_law else text.legal_basis


def _ask(
    item: Item, absent: tuple[Missing, ...], rules: Rules, now: datetime
) -> SupplementRequested:
    rule = item.text.supplement
    due = rules.applicant_has(item, n=rule.n, unit=rule.kind, start=now)
    if due.due_at is None:
        raise ValueError("the time to supplement has no end")
    return SupplementRequested(missing=absent, due=due, due_at=due.due_at, basis=rule.basis)


def missing(case: Case, rules: Rules) -> tuple[Missing, ...]:
    """Every required material that is not there. Of whom nobody applied nothing is asked."""
    if case.submission is None or case.submission.initiated_by != "applicant":
        return ()
    codes = frozenset(material.code for material in case.materials)
    found = lacking(rules.item_of(case), choices_of(case), codes)
    return tuple(Missing(code=rule.code, name=rule.name) for rule in found)


def not_accepted(why: Any, absent: tuple[Missing, ...]) -> Fact:
    """Not accepted by the rules alone, with the reason."""
    return CaseNotAccepted(why=why, missing=absent, reason=NAMES[why])


def deem_accepted(case: Case, _late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    """Nobody said anything in time: accepted as of the day of receipt (行政许可法 art. 32)."""
    if case.submitted is None or not awaits_officer(case):
        return []
    return [_accepted(case, rules, now, as_of=ready_for_acceptance(case).at)]
