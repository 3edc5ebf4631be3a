"""Who signed in with a verified identity applies, and acts, under that name and number alone."""

from pathlib import Path
from typing import Any

import pytest

from services.intake.application.parties.vouched import differing, vouched_for
from shared.catalogue import packaged_catalogue
from shared.security.principal import Principal, Role, VouchedIdentity
from tests.unit.intake.test_items_api import World, world_of

NUMBER, OTHER = "999999199001010016", "650102199001011239"
OWN = {"name": "何访客", "id_number": NUMBER}
REACH = {"phone": "13900001111"}
COMPANY = {"kind": "organisation", "name": "测试样例有限公司", "id_number": "91650100MA7700006Q"}
VOUCHED = VouchedIdentity(kind="resident-id", number=NUMBER, name="何访客")
MIXED = VouchedIdentity(kind="resident-id", number=NUMBER, name="阿依·Gül 买买提")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return world_of(tmp_path, packaged_catalogue())


def differs(world: World, user: str = "visitor", **body: Any) -> list[tuple[str, str]]:
    """The code and the place of each fault of this kind in a trial of 000-01."""
    told = world.check({"declared": True, **body}, item_id="000-01", user=user).json["refused"]
    found = [one for one in told if one["code"] == "identity-differs"]
    assert all("请到窗口办理" in one["detail_zh"] and one["detail"] for one in found)
    return [(one["code"], one["pointer"]) for one in found]


@pytest.mark.requirement("R-014")
@pytest.mark.parametrize(
    ("person", "places"),
    [
        (OWN, []),
        ({**OWN, "id_kind": "resident-id"}, []),
        ({"id_number": NUMBER}, []),
        ({}, []),
        ({"name": "别人", "id_number": NUMBER}, ["/applicant/name"]),
        ({"name": "何访客", "id_number": OTHER}, ["/applicant/id_number"]),
        ({"name": "别人", "id_number": OTHER}, ["/applicant/name", "/applicant/id_number"]),
        ({**OWN, "id_kind": "passport", "id_number": "C12345678"}, ["/applicant/id_kind"]),
        ({"name": "何访客", "id_kind": "none"}, ["/applicant/id_kind"]),
        ({"name": "何访客", "id_number": "1"}, []),
    ],
)
def test_a_trial_names_each_field_that_is_not_of_who_signed_in(
    world: World, person: dict[str, Any], places: list[str]
) -> None:
    found = differs(world, applicant={**person, **REACH})
    assert found == [("identity-differs", at) for at in places]


@pytest.mark.parametrize("way", ["agent", "guardian", "heir"])
@pytest.mark.requirement("R-014")
def test_who_acts_for_another_is_who_signed_in_and_the_other_is_anybody(
    world: World, way: str
) -> None:
    other = {"name": "别人", "id_number": OTHER, **REACH}
    acting = {"applicant": other, "representation": way}
    assert differs(world, **acting, representative=OWN) == []
    assert differs(world, **acting) == []  # the representative is missing, which is told
    wrong = differs(world, **acting, representative={"name": "何访客", "id_number": OTHER})
    assert wrong == [("identity-differs", "/representative/id_number")]


def test_the_handler_of_an_organisation_is_who_signed_in() -> None:
    body = {"applicant": COMPANY, "representative": {"name": "别人", "id_number": NUMBER}}
    assert differing(body, VOUCHED) == ("/representative/name",)
    assert differing({"applicant": COMPANY}, VOUCHED) == ()
    assert differing({"applicant": COMPANY, "representative": OWN}, VOUCHED) == ()


def test_a_sign_in_that_vouches_for_nobody_binds_to_no_name(world: World) -> None:
    person = {"name": "别人", "id_number": OTHER, **REACH}
    assert differs(world, user="applicant", applicant=person) == []


def test_an_officer_tries_out_an_application_of_somebody_else() -> None:
    officer = Principal(issuer="i", subject="s", roles=frozenset({Role.OFFICER}), identity=VOUCHED)
    assert vouched_for(officer) is None


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("阿依•gül买买提", ()),
        (" 阿依‧GÜL　买买提", ()),
        ("阿依gu\u0308l买买提", ()),
        ("阿依古丽买买提", ("/applicant/name",)),
    ],
)
def test_blanks_dots_and_capitals_make_no_other_name(name: str, places: tuple[str, ...]) -> None:
    body = {"applicant": {"name": name, "id_number": NUMBER}}
    assert differing(body, MIXED) == places
