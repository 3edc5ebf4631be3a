"""A refusal names its legal basis: the item's own, or what the officer writes where none is."""

from typing import Any

import pytest

from tests.support.portal_applying import CASE, Applying
from tests.support.portal_cases import at_case, tagged, takes

AT = f"/desk/{CASE}"
PRINTED, SILENT = "000-01", "003-023"


def at_the_desk(applying: Applying, item: str) -> None:
    applying.world.sign_in(applying.browser, "officer")
    at_case(applying, item=item, actions=["rejection"])
    reviewed = {
        "case": CASE,
        "version": 7,
        "status": "under-review",
        "item": item,
        "criteria": [{"code": "photo", "text": "照片符合标准"}],
        "proposal": None,
        "due": [],
        "actions": ["refusal", "step"],
        "stages": [{"code": "lookup", "zh": "查询", "en": "Lookup", "state": "now"}],
        "owed": [{"service": "review", "step": "step:lookup", "due_at": "2026-12-18T15:59:59Z"}],
        "validity_open": [],
    }
    applying.world.said[f"/v1/reviews/{CASE}"] = tagged(reviewed)


@pytest.mark.parametrize(
    ("action", "path", "typed"),
    [
        ("refusal", f"/v1/reviews/{CASE}/refusal", {"reasons": "photo"}),
        ("rejection", f"/v1/cases/{CASE}/rejection", {"grounds": "not-entitled"}),
        ("step", f"/v1/reviews/{CASE}/step-outcome", {"step": "lookup", "outcome": "failed"}),
    ],
)
def test_what_may_end_in_a_refusal_takes_its_basis_line_by_line(
    applying: Applying, action: str, path: str, typed: dict[str, Any]
) -> None:
    at_the_desk(applying, SILENT)
    sent = takes(applying, path)
    assert "没有公布依据" in applying.open(f"{AT}/do/{action}")
    applying.send(**typed, legal_basis="《甲办法》第三条\r\n\r\n 《乙条例》第四条 ")
    (told,) = sent
    assert told["body"]["legal_basis"] == ["《甲办法》第三条", "《乙条例》第四条"]


def test_a_refusal_of_an_item_without_a_basis_has_to_name_one(applying: Applying) -> None:
    at_the_desk(applying, SILENT)
    sent = takes(applying, f"/v1/reviews/{CASE}/refusal")
    applying.open(f"{AT}/do/refusal")
    assert 'href="#legal_basis"' in applying.send(reasons="photo")
    assert not sent


def test_an_item_with_a_basis_is_cited_without_a_word(applying: Applying) -> None:
    at_the_desk(applying, PRINTED)
    sent = takes(applying, f"/v1/reviews/{CASE}/refusal")
    assert "引用办事指南公布的依据" in applying.open(f"{AT}/do/refusal")
    applying.send(reasons="photo")
    (told,) = sent
    assert told["body"] == {"reasons": ["photo"]}
