"""What the API says of a refusal: what was found, and never what would have been right."""

import msgspec
import pytest

from services.intake.acceptance.rejection import GROUNDS, GROUNDS_EN
from services.intake.view import view
from shared.case import Case, Fact, Rules
from shared.case.deciding.unmet import STEPS
from shared.case.facts.parts import Reason
from shared.case.review.verdict import CaseRefused
from shared.catalogue.definition.words import RemedyKind
from shared.catalogue.rules.procedure import packaged_procedures
from tests.support import histories as h
from tests.support.given import history, rules


@pytest.fixture(scope="module")
def used() -> Rules:
    return rules()


def refused(*reasons: Reason) -> Case:
    (made,) = h.refused()
    assert isinstance(made, CaseRefused)
    fact: Fact = msgspec.structs.replace(made, reasons=reasons)
    return history(*h.submitted(), *h.paid(), *h.accepted(), fact)


def test_a_step_that_failed_is_told_as_failed(used: Rules) -> None:
    for stage in packaged_procedures().stages.values():
        if not stage.criterion:
            continue
        said = Reason(criterion=f"step-{stage.code}", text=stage.criterion)
        (told,) = view(refused(said), used)["refusal"]["reasons"]
        assert (told["text"], told["text_en"]) == STEPS[stage.code]
        assert told["text"] != stage.criterion


@pytest.mark.parametrize("explained", [True, False])
def test_it_is_said_that_the_officer_explained_and_not_what(
    used: Rules,
    explained: bool,  # noqa: FBT001
) -> None:
    (made,) = h.refused()
    assert isinstance(made, CaseRefused)
    fact: Fact = msgspec.structs.replace(made, explained=explained)
    case = history(*h.submitted(), *h.paid(), *h.accepted(), fact)
    assert view(case, used)["refusal"]["explained"] is explained


def test_a_criterion_is_told_in_the_words_of_its_item(used: Rules) -> None:
    for rule in used.catalogue.item("000-01").text.review.criteria:
        assert rule.unmet
        (told,) = view(refused(Reason(criterion=rule.code, text=rule.text)), used)["refusal"][
            "reasons"
        ]
        assert told["text"] == rule.unmet.rstrip("。")
        assert told["text_en"]


def test_what_no_file_knows_is_said_not_to_be_met(used: Rules) -> None:
    (told,) = view(refused(Reason(criterion="x", text="照片符合标准。")), used)["refusal"][
        "reasons"
    ]
    assert told["text"] == "经审查，不符合“照片符合标准”的要求"


def test_the_remedy_is_that_of_the_item_and_says_until_when(used: Rules) -> None:
    case = refused(Reason(criterion="x", text="照片符合标准。"))
    kind: RemedyKind = "reconsideration"
    remedy = used.item_of(case).text.remedy
    assert remedy is not None
    assert remedy.kind == kind
    told = view(case, used)["refusal"]
    assert case.refusal is not None
    until = case.refusal.fact.appeal_deadline
    assert f"{until.year}年{until.month}月{until.day}日（含当日）" in told["remedy"]["zh"]
    assert told["appeal_body"] in told["remedy"]["zh"]
    assert until.isoformat() in told["remedy"]["en"]
    assert "officer" not in told


def test_every_ground_for_not_accepting_is_told_in_both_languages() -> None:
    assert GROUNDS.keys() == GROUNDS_EN.keys()
    assert not [text for text in GROUNDS_EN.values() if not text.isascii()]
