"""An application is not accepted (不予受理): by the rules, or by an officer (R-033)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from flask import Response

from services.intake.acceptance.supplement_request import missing
from services.intake.room import Desk
from services.intake.standing import officer_awaited
from shared.case import Case, Fact, Rules
from shared.case.facts.parts import Missing, Reason
from shared.case.intake.acceptance import CaseNotAccepted, WhyNotAccepted
from shared.casework.desk import acting
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow, must_not_be_own
from shared.catalogue import ItemText
from shared.catalogue.rules.remedies import remedy_of
from shared.clock import local_day
from shared.http import Blueprint, Choice, Items, Schema, Text
from shared.http.public_text import PublicStr


class RejectApplication(CaseCommand, frozen=True, kw_only=True):
    """The officer does not accept (不予受理), for the grounds named.

    `legal_basis` empty: the item's own.
    """

    officer: str
    own_subject: str
    grounds: tuple[str, ...]
    legal_basis: tuple[str, ...] = ()


class RefusalIncomplete(Instead):
    """Not accepting needs grounds, a legal basis, an appeal body and an appeal deadline."""

    code = "refusal-incomplete"


def can_reject(case: Case) -> bool:
    """When it is paid and complete, and an officer was asked."""
    return officer_awaited(case)


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
GROUNDS_EN: Mapping[str, str] = MappingProxyType(
    {
        "not-needed": "By law no licence and no procedure is needed for this",
        "not-competent": "By law another office decides on this: please apply there",
        "out-of-scope": "What is applied for is not what this item is for",
        "not-entitled": "The applicant does not qualify for this item",
        "not-complete": "The papers are still missing or not in legal form after the one request",
        "repeated": "The same matter was accepted or decided already",
    }
)


# For licences; for everything else the item's own basis counts, or the one the officer cites.
BASIS = "《中华人民共和国行政许可法》第三十二条"


def not_accepted(why: Any, absent: tuple[Missing, ...]) -> Fact:
    """Not accepted by the rules alone, with the reason."""
    return CaseNotAccepted(why=why, missing=absent, reason=NAMES[why])


def without_papers(
    case: Case, why: WhyNotAccepted, absent: tuple[Missing, ...], rules: Rules, now: datetime
) -> Fact:
    """Not accepted because papers are missing after the one request: a decision like an officer's.

    So it has its basis and the way to appeal too (R-033).
    """
    text = rules.item_of(case).text
    remedy = remedy_of(text, case.office)
    asked = (case.supplement.fact.basis,) if case.supplement else ()
    basis = tuple(one for one in dict.fromkeys((*asked, *_basis(text))) if one)
    return CaseNotAccepted(
        why=why,
        missing=absent,
        reason=NAMES[why],
        legal_basis=basis,
        appeal_body=remedy.body,
        appeal_deadline=local_day(now) + timedelta(days=remedy.days),
    )


def reject(case: Case, cmd: RejectApplication, rules: Rules, now: datetime) -> list[Fact]:
    """The officer does not accept: with grounds, legal basis and the way to appeal (R-033)."""
    if case.not_accepted:
        return []
    must_allow(case, can_reject, "There is no application that waits for acceptance.")
    must_not_be_own(case, cmd.own_subject)
    text = rules.item_of(case).text
    remedy = remedy_of(text, case.office)
    try:
        refused = CaseNotAccepted(
            why="rejected",
            missing=missing(case, rules),
            reason="；".join(GROUNDS[ground] for ground in cmd.grounds),
            officer=cmd.officer,
            reasons=tuple(Reason(criterion=g, text=GROUNDS[g]) for g in cmd.grounds),
            legal_basis=cmd.legal_basis or _basis(text),
            appeal_body=remedy.body,
            appeal_deadline=local_day(now) + timedelta(days=remedy.days),
        )
    except ValueError as error:
        raise RefusalIncomplete(str(error)) from error
    return [refused]


def _basis(text: ItemText) -> tuple[str, ...]:
    return (BASIS, *text.legal_basis) if text.by_licence_law else text.legal_basis


class RejectionSchema(Schema):
    """Why an application is not accepted; the basis is the item's own unless another is cited.

    `explanation`, the officer's own words to the applicant, is sealed.
    """

    grounds = Items(Choice(*GROUNDS), least=1, most=len(GROUNDS), required=True)
    legal_basis = Items(PublicStr(max_length=1000), most=20, load_default=list)
    explanation = Text(max_length=2000, lines=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Do not accept an application."""

    @blp.post("/<case>/rejection")
    @blp.arguments(RejectionSchema)
    @blp.response(200, DoneSchema)
    def reject(body: dict[str, Any], case: str) -> Response:
        """Do not accept, with grounds, legal basis and the way to appeal (不予受理)."""
        command = RejectApplication(
            grounds=tuple(body["grounds"]), legal_basis=tuple(body["legal_basis"]), **acting()
        )
        return desk(case, command, body)


TOPIC = Topic(
    decisions={RejectApplication: reject},
    actions={"rejection": can_reject},
    sealed={RejectApplication: (CaseNotAccepted.TYPE, "explanation")},
)
