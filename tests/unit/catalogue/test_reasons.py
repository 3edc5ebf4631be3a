"""Reasons that hold for many items stand once, by name; items and derivations refer to them."""

from datetime import datetime
from pathlib import Path

import pytest

from shared.catalogue import CatalogueError, packaged_catalogue, read_catalogue, read_defaults
from shared.catalogue.files.checking import checked
from shared.catalogue.files.compiled import folder_of_the_package
from shared.catalogue.pages.showing import definition
from shared.catalogue.rules.limits_of_item import Question, ask
from shared.catalogue.rules.limits_told import inferred
from shared.clock import parse_moment
from tests.support.given import rules

FOLDER = folder_of_the_package()
DEFAULTS = read_defaults((FOLDER / "defaults.yaml").read_bytes())
AT: datetime = parse_moment("2026-09-25T10:00+08:00")


def test_each_named_reason_is_named_by_more_items_than_may_share_words() -> None:
    texts = [item.text for item in packaged_catalogue().items()]
    for name in DEFAULTS.reasons:
        using = [
            text.id
            for text in texts
            if name in text.inferred_by.values() or name in {one.by for one in text.left_out}
        ]
        assert len(using) > 10, name


def test_an_item_has_the_reason_behind_a_name_and_the_name() -> None:
    text = packaged_catalogue().item("003-001").text
    path = "limits.promised.start_event"
    assert text.inferred_by[path] == "begins-with-acceptance"
    assert text.inferred[path] == DEFAULTS.reasons["begins-with-acceptance"].because
    left_out = packaged_catalogue().item("000-12").text.left_out[0]
    assert left_out.by == "no-measure-of-a-body"
    assert left_out.why == DEFAULTS.reasons["no-measure-of-a-body"].because


def test_english_names_and_aliases_need_no_reason() -> None:
    for item in packaged_catalogue().items():
        assert item.text.name_en
        assert "name_en" not in item.text.inferred, item.id


def test_the_definition_says_what_is_inferred_and_by_which_reason() -> None:
    item = packaged_catalogue().item("003-001")
    told = definition(item, version="v", defaults=DEFAULTS)
    assert told["inferred_by"]["limits.promised.start_event"] == "begins-with-acceptance"
    assert told["defaults"]["begins-with-acceptance"]["source"].startswith("行政许可法")


@pytest.mark.parametrize(
    ("id_", "field", "by"),
    [
        ("003-001", "start_event", "begins-with-acceptance"),
        ("003-017", "end_event", "ends-with-the-result"),
        ("003-035", "start_event", None),
    ],
)
def test_a_derivation_says_which_end_of_the_limit_is_inferred(
    id_: str, field: str, by: str | None
) -> None:
    used = rules()
    item = used.catalogue.item(id_)
    found = ask(
        item.text, Question(start=AT, limit="promised"), used.calendars.of(item.text.calendar)
    )
    told = {step.data["field"]: step for step in found.steps if step.code == "inferred"}
    assert told[field].data["by"] == by
    assert told[field].data["because"] == item.text.inferred[f"limits.promised.{field}"]
    assert "来源文件未逐字载明" in told[field].zh
    assert str(told[field].data["because"]) in told[field].en


def test_a_derivation_is_silent_of_what_the_source_prints() -> None:
    used = rules()
    item = used.catalogue.item("000-09")
    found = ask(
        item.text, Question(start=AT, limit="promised"), used.calendars.of(item.text.calendar)
    )
    assert "inferred" not in {step.code for step in found.steps}


def test_a_reason_for_all_limits_is_none_of_a_default_or_of_the_applicants_own() -> None:
    used = rules()
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for item in used.catalogue.items():
        text = item.text
        for limit in text.limits:
            of_file = f"limits.{limit.name}" not in text.defaulted and limit.party == "authority"
            told[of_file] |= {
                str(one.data["field"])
                for one in inferred(text, limit)
                if f"limits.{limit.name}.{one.data['field']}" not in text.inferred
            }
    assert told == {True: {"start_event", "end_event"}, False: set()}


def test_a_name_that_no_reason_has_is_a_fault_at_its_line(tmp_path: Path) -> None:
    for name in ("defaults.yaml", "catalogue.yaml"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    place = tmp_path / "items" / "001" / "001-R1.yaml"
    place.parent.mkdir(parents=True)
    right = (FOLDER / "items" / "001" / "001-R1.yaml").read_text()
    place.write_text(right.replace("region-of-the-document", "region-of-nobody"))
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(tmp_path)
    (problem,) = caught.value.problems
    assert problem.line == right.splitlines().index("  calendar: region-of-the-document") + 1
    assert "no reason 'region-of-nobody'" in problem.sentence
    assert problem in checked(tmp_path).errors
