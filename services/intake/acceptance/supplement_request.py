"""What is missing, asked for once and all of it (一次性告知): R-031."""

from datetime import datetime
from typing import Any

from flask import Response
from msgspec.structs import replace

from services.intake.application.checking import lacking
from services.intake.fields import CODE, MOST_MATERIALS
from services.intake.room import Desk
from services.intake.standing import officer_awaited
from shared.case import Case, Fact, Rules
from shared.case.deciding.rules import choices_of
from shared.case.facts.parts import Missing
from shared.case.intake.supplement import SupplementRequested
from shared.casework.desk import acting
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Topic, must_allow, must_not_be_own
from shared.catalogue import Item
from shared.http import Blueprint, Items, Nested, Schema, Str
from shared.http.public_text import PublicStr

# How many working days before the last one the applicant is reminded. Ours.
REMINDED_BEFORE = 3


class RequestSupplement(CaseCommand, frozen=True, kw_only=True):
    """The officer asks, once, for everything that is missing or not in legal form."""

    officer: str
    own_subject: str
    missing: tuple[Missing, ...]


def can_ask(case: Case) -> bool:
    """When an officer was asked to accept, and nothing was asked of the applicant before."""
    return officer_awaited(case) and case.supplement_requested is None


def missing(case: Case, rules: Rules) -> tuple[Missing, ...]:
    """Every required material that is not there. Of whom nobody applied nothing is asked."""
    if case.submission is None or case.submission.fact.initiated_by != "applicant":
        return ()
    codes = frozenset(material.code for material in case.materials)
    found = lacking(rules.item_of(case), choices_of(case), codes)
    return tuple(Missing(code=rule.code, name=rule.name) for rule in found)


def ask(
    item: Item, absent: tuple[Missing, ...], rules: Rules, now: datetime
) -> SupplementRequested:
    """Ask for what is absent, within the time that the item gives."""
    rule = item.text.supplement
    due = rules.applicant_has(item, n=rule.n, unit=rule.kind, start=now)
    if due.due_at is None:
        raise ValueError("the time to supplement has no end")
    return SupplementRequested(
        missing=absent,
        due=due,
        due_at=due.due_at,
        basis=rule.basis,
        remind_at=rules.reminder(item, due, days=REMINDED_BEFORE, start=now),
    )


def request_supplement(
    case: Case, cmd: RequestSupplement, rules: Rules, now: datetime
) -> list[Fact]:
    """The officer asks for what the list cannot know: once, with its basis and its time."""
    must_allow(case, can_ask, "What is missing was asked for already, or nothing is open.")
    must_not_be_own(case, cmd.own_subject)
    asked = ask(rules.item_of(case), cmd.missing, rules, now)
    return [replace(asked, officer=cmd.officer)]


class AskedSchema(Schema):
    """Something that is missing: a code, and its name as the applicant is told it."""

    code = Str(required=True, max_length=64, pattern=CODE)
    name = PublicStr(required=True, max_length=100)


class RequestSchema(Schema):
    """Everything that is missing or not in legal form, once."""

    missing = Items(Nested(AskedSchema), least=1, most=MOST_MATERIALS, required=True)


def routes(blp: Blueprint, desk: Desk) -> None:
    """Ask for what is missing."""

    @blp.post("/<case>/supplement-request")
    @blp.arguments(RequestSchema)
    @blp.response(200, DoneSchema)
    def request_supplement(body: dict[str, Any], case: str) -> Response:
        """Ask once for everything that is missing or not in legal form (一次性告知补正)."""
        missing = tuple(Missing(**one) for one in body["missing"])
        return desk(case, RequestSupplement(missing=missing, **acting()))


TOPIC = Topic(
    decisions={RequestSupplement: request_supplement},
    actions={"supplement-request": can_ask},
)
