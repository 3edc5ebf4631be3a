"""A verified sign-in on a real log: an application under another's name makes no case."""

from pathlib import Path

import pytest

from shared.config import Databases
from tests.support.casework_world import APPLICANT, Client, World
from tests.support.made_up import numbered

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
    assert (
        client.world.databases.log["commits"].count_documents({"stream": {"$regex": "^case"}}) == 0
    )
    own = client.post("/v1/cases", {**body, "applicant": OWN}, "visitor")
    assert own.status_code == 201, own.json
    child = {**APPLICANT, "id_number": numbered("650102", "20201231")}
    acting = {"applicant": child, "representation": "guardian"}
    named = {"name": OWN["name"], "id_number": OWN["id_number"]}
    parent = client.post("/v1/cases", {**body, **acting, "representative": named}, "visitor")
    assert parent.status_code == 201, parent.json
