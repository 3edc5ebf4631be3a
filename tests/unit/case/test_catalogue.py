"""The catalogue as files: strict, pinned by hash, and the only home of what is special."""

import re
from pathlib import Path

import pytest

from shared.catalogue import (
    Catalogue,
    CatalogueError,
    UnknownItem,
    packaged_catalogue,
    read_defaults,
)
from shared.catalogue import read_item as read_item_with
from shared.catalogue.definition.base import listed
from shared.catalogue.definition.item import Item
from tests.support.given import history, rules, submitted

ROOT = Path(__file__).parents[3]
FILE = ROOT / "shared/catalogue/items/000/000-01.yaml"
DEFAULTS = read_defaults((ROOT / "shared/catalogue/defaults.yaml").read_bytes())


def read_item(name: str, content: bytes) -> Item:
    return read_item_with(name, content, DEFAULTS)


@pytest.mark.requirement("R-001")
def test_the_lost_card_is_as_the_source_prints_it() -> None:
    text = packaged_catalogue().item("000-01").text
    assert text.name == "居民身份证的丢失补领业务"
    assert text.source.business_code == "000709004000"
    assert [(m.name, m.required) for m in listed(text.materials)] == [("居民户口簿", True)]
    assert text.fee.amount_fen == 4000
    assert {(limit.name, limit.n, limit.unit) for limit in text.limits} == {
        ("promised", 15, "working_days"),
        ("statutory", 60, "working_days"),
        ("acceptance", 5, "working_days"),
    }
    assert len(text.review.criteria) == 2
    assert [way.raw for way in text.delivery] == ["邮政EMS（到付）"]


def test_what_the_source_does_not_print_is_named_with_a_reason() -> None:
    inferred = packaged_catalogue().item("000-01").text.inferred
    for field in ("department", "acceptance.decided_by", "limits.end_event"):
        assert inferred[field]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("amount_fen: 4000", "amount_fen: 40.5", "amount_fen"),
        ("template: T05", "tempalte: T05", "tempalte"),
        ("unit: working_days", "unit: moons", "limits"),
        ("calendar: xinjiang", "", "calendar"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(old: str, new: str, named: str) -> None:
    content = FILE.read_text(encoding="utf-8").replace(old, new, 1).encode()
    with pytest.raises(CatalogueError, match=named) as refusal:
        read_item("000/000-01.yaml", content)
    assert "000-01.yaml" in str(refusal.value)


def test_a_file_under_another_name_is_refused() -> None:
    with pytest.raises(CatalogueError, match="another item"):
        read_item("000/000-02.yaml", FILE.read_bytes())


def test_a_case_is_judged_by_the_edition_of_its_submission() -> None:
    then = packaged_catalogue().item("000-01")
    changed = FILE.read_text(encoding="utf-8").replace("amount_fen: 4000", "amount_fen: 5000")
    now = read_item("000/000-01.yaml", changed.encode())
    assert now.hash != then.hash
    later = Catalogue([now], version="later", former=[then])
    assert later.item("000-01").text.fee.amount_fen == 5000
    pin = submitted().pin
    assert later.pinned(pin.item_hash).text.fee.amount_fen == 4000
    assert later.hash != packaged_catalogue().hash
    with pytest.raises(UnknownItem):
        Catalogue([now], version="later").pinned(pin.item_hash)


def test_the_hash_is_of_the_content_and_not_of_its_layout() -> None:
    text = FILE.read_text(encoding="utf-8")
    layout = "\n".join(line for line in text.splitlines() if not line.startswith("#")) + "\n\n"
    assert (
        read_item("000/000-01.yaml", layout.encode()).hash
        == rules().item_of(history(submitted())).hash
    )


def test_no_code_knows_an_item() -> None:
    number = re.compile(r"""["'][0-9]{3}-[0-9]{2,3}["']""")
    for folder in ("services", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not number.search(path.read_text(encoding="utf-8")), path
