"""A verified sign-in on a real log: an application under another's name makes no case."""

from pathlib import Path

import pytest

from shared.config import Databases
from tests.support.casework_world import APPLICANT, Client, World
from tests.support.made_up import agreed, numbered

pytestmark = pytest.mark.mongo

OWN = {**APPLICANT, "name": "何访客", "id_number": "999999199001010016"}


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    return Client(world, world.intake())


@pytest.mark.requirement("R-014")
def test_somebody_with_a_verified_identity_applies_under_it_alone(client: Client) -> None:
    body = client.application(user="visitor")
    refused = client.post("/v1/cases", {**body, "applicant": APPLICANT}, "visitor")
    assert refused.status_code == 409, refused.json
    assert [(one["code"], one["pointer"]) for one in refused.json["faults"]] == [
        ("identity-differs", "/applicant/name"),
        ("identity-differs", "/applicant/id_number"),
    ]
    assert all("登录" in one["detail_zh"] for one in refused.json["faults"])
    assert OWN["id_number"] not in refused.get_data(as_text=True)
    assert cases_in(client) == 0
    own = client.post("/v1/cases", {**body, "applicant": OWN}, "visitor")
    assert own.status_code == 201, own.json
    child = {**APPLICANT, "id_number": numbered("650102", "20201231")}
    acting = {"applicant": child, "representation": "guardian"}
    named = {"name": OWN["name"], "id_number": OWN["id_number"]}
    parent = client.post("/v1/cases", {**body, **acting, "representative": named}, "visitor")
    assert parent.status_code == 201, parent.json


@pytest.mark.requirement("R-014", "R-037")
def test_an_account_without_a_verified_identity_makes_no_case(client: Client) -> None:
    refused = client.post("/v1/cases", client.application(user="unverified"), "unverified")
    assert (refused.status_code, refused.json["type"]) == (
        409,
        "urn:caseledger:problem:identity-needed",
    )
    assert "请先在登录的平台完成实名认证" in refused.json["detail_zh"]
    nameless = {"Authorization": f"Bearer {client.world.issuer.issue('visitor', name=None)}"}
    body = {**client.application(user="visitor"), "applicant": OWN}
    again = client.post("/v1/cases", body, "visitor", **nameless)
    assert again.json["type"] == "urn:caseledger:problem:identity-needed"
    assert cases_in(client) == 0


@pytest.mark.requirement("R-015", "R-037")
def test_what_is_agreed_to_first_is_not_saved_without_it(client: Client) -> None:
    item = client.world.rules.catalogue.item("000-20")
    body = {
        "item": item.id,
        "delivery": "electronic",
        "applicant": OWN,
        "declared": True,
        "situations": ["mobile"],
        "facts": {"new-mobile": "13900001111", "vehicles": "all"},
    }
    refused = client.post("/v1/cases", body, "visitor")
    assert (refused.status_code, refused.json["type"]) == (
        409,
        "urn:caseledger:problem:guide-needed",
    )
    assert "请阅读本事项的办事须知，同意后再提交" in refused.json["detail_zh"]
    unknown = client.post("/v1/cases", body | agreed(item, client.world.rules), "unverified")
    assert unknown.json["type"] == "urn:caseledger:problem:identity-needed"
    assert cases_in(client) == 0
    shown = client.get("/v1/items/000-20", "visitor").json
    guide = {"version": shown["version"], "content_hash": shown["content_hash"]}
    taken = client.post("/v1/cases", {**body, "guide": guide}, "visitor")
    assert taken.status_code == 201, taken.json


def cases_in(client: Client) -> int:
    """How many commits of cases the log has."""
    return client.world.databases.log["commits"].count_documents({"stream": {"$regex": "^case"}})
