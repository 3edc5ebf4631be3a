"""A case as review shows it to officers and auditors: from its fold, without personal data."""

from typing import Any

import marshmallow as ma

from services.review.desk.step_content import checklist, is_demanded, outcomes_of
from services.review.validity import open_to
from services.review.verdict import MOST_CRITERIA, MOST_RESULTS, for_the_officer, step_findings
from shared.case import Case, Rules, owed, status
from shared.case.deciding.stages_shown import stages_told
from shared.case.deciding.unmet import unmet_sentence
from shared.case.next.position import next_step, under_review
from shared.casework.limits_shown import due_shown
from shared.http import Int, Items, Moment, Schema, Str
from shared.http.plain import plain


class ReviewSchema(Schema):
    """A case as it lies on the desk.

    `criteria`: on each of them the officer finds; `asked` and `asked_en` say what is looked at,
    `unmet` and `unmet_en` what the applicant is told where it is not met, without a closing mark.
    `step_criteria`: on these a step finds (`met` is null until it did), and a proposal need not
    name them. `next_step`: in which ways the step can end, whether it needs a finding on each point
    of `checklist`, and whether it has pictures. `old_documents_open`: the results for which the
    approval may name an older document.
    """

    case = Str()
    number = Str(allow_none=True)
    version = Int()
    status = Str()
    item = Str()
    name = Str()
    department = Str()
    office = Str(allow_none=True)
    officer = Str(allow_none=True)
    opened_at = Moment(allow_none=True)
    criteria = Items(ma.fields.Dict(), most=MOST_CRITERIA)
    step_criteria = Items(ma.fields.Dict(), most=MOST_CRITERIA)
    materials = Items(ma.fields.Dict(), most=200)
    proposal = ma.fields.Dict(allow_none=True)
    approval = ma.fields.Dict(allow_none=True)
    refusal = ma.fields.Dict(allow_none=True)
    due = Items(ma.fields.Dict(), most=10)
    approaching = Items(Str(), most=10)
    missed = Items(Str(), most=10)
    delays = ma.fields.Dict(keys=Str(), values=Str())
    corrections = Items(ma.fields.Dict(), most=100)
    actions = Items(Str(), most=20)
    owed = Items(ma.fields.Dict(), most=50)
    stages = Items(ma.fields.Dict(), most=50)
    next_step = ma.fields.Dict(allow_none=True)
    checklist = Items(ma.fields.Dict(), most=50)
    outcomes = Items(ma.fields.Dict(), most=100)
    paused = Items(Str(), most=10)
    validity_open = Items(ma.fields.Dict(), most=MOST_RESULTS)
    old_documents_open = Items(ma.fields.Dict(), most=MOST_RESULTS)


def found_by_steps(case: Case) -> list[dict[str, Any]]:
    """The criteria of the steps, each with what its step found so far."""
    met = {finding.criterion: finding.met for finding in step_findings(case)}
    mine = for_the_officer(case)
    every = case.review.fact.criteria if case.review else ()
    return [
        {"code": one.code, "text": one.text, "met": met.get(one.code)}
        for one in every
        if one not in mine
    ]


def _on_desk(case: Case, rules: Rules) -> list[dict[str, Any]]:
    """The criteria for the officer, each with what is asked and what is sent where it is not met.

    What is asked is the item's own sentence where it has one: a source may print a law instead.
    """
    printed = {one.code: one for one in rules.item_of(case).text.review.criteria}
    shown = []
    for one in for_the_officer(case):
        rule = printed.get(one.code)
        zh, en = unmet_sentence(one.code, one.text, rule)
        asked = (rule.met, rule.met_en) if rule and rule.met else (one.text, None)
        told = {"asked": asked[0], "asked_en": asked[1] or "", "unmet": zh, "unmet_en": en}
        shown.append({**plain(one), **told})
    return shown


def _next_step(case: Case, rules: Rules) -> dict[str, Any] | None:
    """The step that is next: in which ways it can end, and whether each point is to be found on."""
    stage = next_step(case) if under_review(case) else None
    if stage is None:
        return None
    demanded = is_demanded(case, stage, rules)
    return {
        "step": stage.code,
        "outcomes": [*outcomes_of(stage)],
        "findings_demanded": demanded,
        "pictures": bool(stage.retry),
    }


def _checklist(case: Case, rules: Rules) -> list[dict[str, Any]]:
    """The points of the step that is next; none where none is, or it has none."""
    stage = next_step(case) if under_review(case) else None
    points = checklist(case, stage, rules) if stage else ()
    return [{"point": one.code, "text": one.text, "text_en": one.text_en} for one in points]


def view(case: Case, rules: Rules) -> dict[str, Any]:
    """What `GET /v1/reviews/{case}` answers, as JSON values; its `actions` are the caller's."""
    return {
        "case": case.id,
        "number": case.number or None,
        "version": case.version,
        "status": status(case),
        "item": case.item,
        "name": rules.item_of(case).text.name,
        "department": case.department,
        "office": case.office or None,
        "officer": case.officer,
        "opened_at": plain(case.review_opened.at if case.review_opened else None),
        "criteria": _on_desk(case, rules),
        "step_criteria": found_by_steps(case),
        "materials": plain(case.materials),
        "proposal": plain(case.proposal.fact if case.proposal else None),
        "approval": plain(case.approval.fact if case.approval else None),
        "refusal": plain(case.refusal.fact if case.refusal else None),
        "due": [due_shown(due, rules.item_of(case)) for due in case.due],
        "approaching": sorted(case.approaching),
        "missed": sorted(case.missed),
        "delays": dict(case.delays),
        "corrections": plain(case.corrections),
        "owed": [
            {"service": one.service, "step": one.step, "due_at": plain(one.due_at)}
            for one in owed(case, pace=rules.pace)
        ],
        "stages": stages_told(case, rules),
        "next_step": _next_step(case, rules),
        "checklist": _checklist(case, rules),
        "outcomes": [{**plain(one.fact), "at": plain(one.at)} for one in case.outcomes],
        "paused": sorted(case.paused),
        "validity_open": plain(open_to(case, rules)),
        "old_documents_open": [
            {"result": one.code, "name": one.name, "name_en": one.name_en or ""}
            for one in rules.results_of(case)
            if one.replaces != "nothing"
        ],
    }
