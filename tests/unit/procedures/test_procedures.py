"""Templates and modifiers make the stages; what is stored of them is our own."""

from typing import Any, get_args

import msgspec
import pytest

from shared.case import Rules
from shared.case.facts.parts import STANDARD
from shared.case.facts.parts import StageKind as StoredKind
from shared.catalogue import ItemText, packaged_catalogue
from shared.catalogue.definition.choosing import Choices
from shared.catalogue.definition.outcome import AcceptanceRule, Modifier, ResultRule
from shared.catalogue.definition.words import STAGE_KINDS, ModifierKind
from shared.catalogue.rules.procedure import Procedures, StageKind, Template, packaged_procedures
from shared.clock import PayDay
from tests.support.given import rules

TEMPLATES = [f"T{n:02}" for n in range(1, 12)]


def text(**changes: Any) -> ItemText:
    """000-01 as another item might be."""
    return msgspec.structs.replace(packaged_catalogue().item("000-01").text, **changes)


def codes(changed: ItemText, *, delivery: str = "post", situations: tuple[str, ...] = ()) -> str:
    chosen = Choices(situations=frozenset(situations))
    found = packaged_procedures().of(changed, chosen, delivery=delivery)
    return " ".join(stage.code for stage in found.stages)


def result(kind: Any, code: str = "result") -> ResultRule:
    return ResultRule(code=code, name="结果", kind=kind)


def test_the_first_item_goes_the_standard_way_and_stores_no_stages() -> None:
    item = packaged_catalogue().item("000-01")
    found = packaged_procedures().of(item.text, Choices(), delivery="post")
    assert [stage.code for stage in found.stages] == [stage.code for stage in STANDARD]
    assert rules().stages(item, Choices(), "post") == ()


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_accepted_decided_and_closed(template: str) -> None:
    changed = text(template=template, results=(result("none"),), modifiers=())
    found = packaged_procedures().of(changed, Choices()).stages
    kinds = [stage.kind for stage in found]
    assert kinds[-1] == "close"
    assert {"acceptance", "decision", "close"} <= set(kinds)
    assert kinds == sorted(kinds, key=list(get_args(StageKind)).index) or template == "T02"


@pytest.mark.requirement("R-013")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "payment acceptance decision production handover close"),
        ({"results": (result("record"),)}, "payment acceptance decision record-1 close"),
        (
            {"results": (result("voucher"),)},
            "payment acceptance decision record-1 handover close",
        ),
        ({"results": (result("payment"),)}, "payment acceptance decision payout close"),
        ({"results": ()}, "payment acceptance decision close"),
        (
            {"results": (result("record", "a"), result("electronic", "b"))},
            "payment acceptance decision record-1 record-2 close",
        ),
        (
            {"results": (), "paydays": (PayDay(purpose="benefit", day=18),)},
            "payment acceptance decision payout close",
        ),
        ({"template": "T02"}, "payment acceptance lookup decision production handover close"),
    ],
)
def test_what_is_granted_makes_the_stages_after_the_decision(changes: Any, expected: str) -> None:
    assert codes(text(**changes)) == expected


@pytest.mark.requirement("R-121", "R-123")
@pytest.mark.parametrize(
    ("kind", "params", "expected"),
    [
        ("inspection", {}, "inspection rectification"),
        ("public-notice", {}, "public-notice"),
        ("public-notice", {"times": 2}, "public-notice-acceptance public-notice"),
        ("levels", {"levels": ("社区", "乡镇", "县市")}, "level-1 level-2"),
        ("panel", {}, "panel"),
        ("panel", {"steps": 2}, "panel panel-2"),
        ("hearing", {}, "hearing"),
        ("exam", {"external": True}, "exam"),
        ("external-step", {"name": "合作银行制卡"}, "external"),
        ("service-on-party", {}, "service-on-party"),
        ("mail", {}, ""),
        ("monthly-window", {}, ""),
    ],
)
def test_a_modifier_adds_the_steps_before_the_decision(
    kind: Any, params: Any, expected: str
) -> None:
    changed = text(modifiers=(Modifier(kind=kind, params=params),))
    before = f"payment acceptance {expected} decision".replace("  ", " ")
    assert codes(changed).startswith(before)


def test_the_last_level_decides_and_the_others_have_their_names() -> None:
    levels = Modifier(kind="levels", params={"levels": ("社区", "县市")})
    found = packaged_procedures().of(text(modifiers=(levels,)), Choices())
    first = found.stage("level-1")
    assert first is not None
    assert (first.zh, found.stage("level-2")) == ("社区", None)
    assert "社区" in first.criterion


def test_a_test_of_goods_is_an_inspection_with_another_cause() -> None:
    quarantine = Modifier(kind="inspection", params={"cause": "quarantine"})
    found = packaged_procedures().of(text(modifiers=(quarantine,)), Choices())
    inspection = found.stage("inspection")
    assert inspection is not None
    assert inspection.cause == "quarantine"


@pytest.mark.requirement("R-063")
def test_who_commits_to_the_conditions_is_inspected_afterwards() -> None:
    modifiers = (
        Modifier(kind="inspection"),
        Modifier(kind="commitment", params={"situation": "by-commitment"}),
    )
    assert "inspection" in codes(text(modifiers=modifiers))
    assert "inspection" not in codes(text(modifiers=modifiers), situations=("by-commitment",))


def test_a_temporary_document_is_made_for_who_wants_one() -> None:
    wanted = Modifier(kind="temporary-document", params={"situation": "wants-one"})
    assert "temporary" not in codes(text(modifiers=(wanted,)))
    assert "temporary-document" in codes(text(modifiers=(wanted,)), situations=("wants-one",))
    always = Modifier(kind="temporary-document")
    found = packaged_procedures().of(text(modifiers=(always,)), Choices())
    assert any(stage.optional for stage in found.stages)


def test_a_slip_that_is_shown_in_the_portal_is_handed_to_nobody() -> None:
    changed = text(results=(result("voucher"),))
    assert "handover" not in codes(changed, delivery="electronic")


def test_what_nobody_applied_for_nobody_accepts() -> None:
    officer = text(acceptance=AcceptanceRule(decided_by="officer"))
    pushed = msgspec.structs.replace(officer, initiated_by="pushed-data")
    accepts = [
        stage.actor
        for changed in (officer, pushed)
        for stage in packaged_procedures().of(changed, Choices()).stages
        if stage.kind == "acceptance"
    ]
    assert accepts == ["officer", "system"]


def test_every_modifier_that_changes_stages_is_a_word_of_the_catalogue() -> None:
    assert set(packaged_procedures().modifiers) <= set(get_args(ModifierKind))


def test_what_is_stored_of_a_stage_knows_every_kind() -> None:
    assert set(get_args(StoredKind)) == set(get_args(StageKind))


def test_the_table_says_of_every_kind_what_it_is_in_the_order_of_a_case() -> None:
    assert tuple(STAGE_KINDS) == get_args(StageKind)
    by_service = {stage.kind: stage.service for stage in packaged_procedures().stages.values()}
    steps = {kind for kind, found in STAGE_KINDS.items() if found.step}
    assert steps
    assert {by_service[kind] for kind in steps} == {"review"}


def test_a_template_cannot_name_a_stage_that_there_is_not() -> None:
    template = Template(template="T99", zh="x", en="x", stages=("nowhere",), decision="officer")
    with pytest.raises(ValueError, match="nowhere"):
        Procedures([], [template], {})


def test_a_process_has_the_packaged_procedures_unless_it_is_given_others() -> None:
    made = Rules(rules().catalogue, rules().calendars)
    assert made.procedures is packaged_procedures()
