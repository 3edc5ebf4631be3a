"""What follows a grant beside a document: registers, slips, old documents.

R-013, R-153, R-174, R-204.
"""

from datetime import datetime
from typing import Any, get_args

from flask import Response

from services.issuance.closing import CloseCase, close
from services.issuance.payout import schedule
from services.issuance.room import Desk
from shared.case import Case, Fact, Owed, Rules
from shared.case.deciding.limits_begun import after
from shared.case.facts.parts import Stage
from shared.case.issuance.payout import PayoutFailed
from shared.case.issuance.record import Recorded, ResultRecorded
from shared.case.next.position import stage_of
from shared.case.review.verdict import CaseApproved
from shared.casework.desk import staff_id
from shared.casework.reaction import Reaction
from shared.casework.schemas import DoneSchema
from shared.casework.topics import CaseCommand, Instead, Topic, must_allow
from shared.catalogue.rules.procedure import temporary_of
from shared.http import Blueprint, Choice, Schema, Str
from shared.http.public_text import PublicStr

SYSTEM = "system"
SURRENDER = frozenset({"surrendered", "not-existing"})


class PrepareResults(CaseCommand, frozen=True, kw_only=True):
    """After a grant: write down what the system writes, set the pay day, end what is complete."""


class RecordResult(CaseCommand, frozen=True, kw_only=True):
    """An officer or producer did a stage after the decision; `reference` numbers it elsewhere."""

    officer: str
    stage: str
    outcome: Recorded = "recorded"
    reference: str = ""


class OutcomeImpossible(Instead):
    """The stage cannot end in that way."""

    code = "outcome-impossible"


def recordable(case: Case) -> tuple[Stage, ...]:
    """The stages after the decision that somebody writes down now."""
    if not case.open or not case.approved or case.ended_as:
        return ()
    kinds = {"record", "surrender-old", "temporary-document"}
    return tuple(s for s in case.stages if s.kind in kinds and s.code not in case.recorded)


def can_record(case: Case) -> bool:
    """While a stage after the decision waits for somebody to write it down."""
    return bool(recordable(case))


def prepare(case: Case, _cmd: PrepareResults, rules: Rules, now: datetime) -> list[Fact]:
    """What the system does after a grant: its own records, the pay day, the end if that was all."""
    if not case.open or not case.approved or case.ended_as == "delivered":
        return []
    facts: list[Fact] = [
        ResultRecorded(stage=stage.code, result=stage.result, outcome="recorded", officer=SYSTEM)
        for stage in case.making
        if stage.kind == "record" and stage.actor == SYSTEM
    ]
    facts += schedule(case, rules, now)
    then = after(case, facts, now)
    return [*facts, *close(then, CloseCase(), rules, now)]


def record(case: Case, cmd: RecordResult, rules: Rules, _now: datetime) -> list[Fact]:
    """Write a stage after the decision down, once."""
    if cmd.stage in case.recorded:
        return []
    must_allow(case, can_record, "Nothing is to be written down now.")
    open_stages = {stage.code: stage for stage in recordable(case)}
    stage = open_stages.get(cmd.stage)
    if stage is None:
        named = ", ".join(open_stages)
        raise OutcomeImpossible(f"What can be written down: {named}.")
    surrendering = stage.kind == "surrender-old"
    if (cmd.outcome in SURRENDER) != surrendering:
        words = sorted(SURRENDER) if surrendering else ["recorded"]
        sentence = f"The stage {stage.code} can end: {', '.join(words)}."
        raise OutcomeImpossible(sentence)
    return [
        ResultRecorded(
            stage=stage.code,
            result=stage.result or _temporary(case, stage, rules),
            outcome=cmd.outcome,
            officer=cmd.officer,
            reference=cmd.reference,
        )
    ]


def _temporary(case: Case, stage: Stage, rules: Rules) -> str:
    """The code of the temporary document that its own stage is about (R-153)."""
    if stage.kind != "temporary-document":
        return ""
    found = temporary_of(rules.results_of(case))
    return found.code if found else ""


def _prepare_late(case: Case, late: Owed, rules: Rules, now: datetime) -> list[Fact]:
    """What the system writes down it writes now; what an officer writes down is only late."""
    stage = stage_of(case, late.step.partition(":")[2])
    if stage is None or stage.actor != SYSTEM:
        return []
    return prepare(case, PrepareResults(), rules, now)


class RecordSchema(Schema):
    """Which stage, what came of it, and its number in the register that keeps it."""

    stage = Str(required=True, max_length=64, pattern=r"[a-z0-9][a-z0-9-]*")
    outcome = Choice(*get_args(Recorded), load_default="recorded")
    reference = PublicStr(max_length=64, pattern=r"[A-Za-z0-9][A-Za-z0-9_.:/-]*")


def routes(blp: Blueprint, desk: Desk) -> None:
    """Write down what was done."""

    @blp.post("/<case>/record")
    @blp.arguments(RecordSchema)
    @blp.response(200, DoneSchema)
    def record(body: dict[str, Any], case: str) -> Response:
        """Write down what a stage after the decision brought: a register entry, an old document."""
        return desk(case, RecordResult(officer=staff_id(), **body))


TOPIC = Topic(
    decisions={PrepareResults: prepare, RecordResult: record},
    actions={"record": can_record},
    effects={"record": _prepare_late},
    reactions=(
        Reaction(
            name="prepare-results",
            types=frozenset({CaseApproved.TYPE, PayoutFailed.TYPE}),
            command=lambda _: PrepareResults(),
        ),
    ),
    routes=routes,
)
