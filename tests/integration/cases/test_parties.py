"""Parties on a real log: a company with its handler, a child with its guardian, a unit's people.

What the case knows of each is sealed under the right key, is in no answer, and an erasure of the
account leaves what is another's (docs/adr/0018-parties.md).
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.config import Databases
from shared.eventlog import Actor, Commit
from shared.vault.errors import Erased
from tests.support.answers_given import as_body
from tests.support.casework_world import APPLICANT, Client, World
from tests.support.given import rules
from tests.support.made_up import (
    COMPANY,
    CREDIT_CODE,
    HANDLER,
    HOTEL,
    OTHER_CREDIT_CODE,
    acting_for,
    numbered,
)
from tests.support.walking import application

pytestmark = pytest.mark.mongo

CODE, OTHER = CREDIT_CODE, OTHER_CREDIT_CODE
MEMBER = {"name": "职工·样例", "id_number": "999999190001010007"}


def applied_for(item: str) -> dict[str, Any]:
    """An application for this item at a counter, with an answer to each question."""
    used = rules()
    wish = application(used.catalogue.item(item), used, datetime.now(UTC))
    return {
        "item": item,
        "channel": wish.channel,
        "delivery": wish.delivery,
        "declared": True,
        "materials": [],
        "situations": list(wish.situations),
        "facts": as_body(wish.answers),
        **({"variant": wish.variant} if wish.variant else {}),
    }


INSURANCE, PENSIONS = applied_for("004-007"), applied_for("004-029")
READER = Actor(kind="officer", ref="staff-1")


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    return Client(world, world.intake())


def company(**changes: Any) -> dict[str, Any]:
    return {**HOTEL, "applicant": COMPANY, "representative": HANDLER, **changes}


def submitted(client: Client, body: dict[str, Any], **headers: str) -> tuple[str, Commit]:
    response = client.post("/v1/cases", body, **headers)
    assert response.status_code == 201, response.json
    case = response.json["case"]
    return case, client.world.log("intake").load(f"case/{case}").commits[0]


def status_of(client: Client, case: str, headers: dict[str, str]) -> int:
    found = client.app.test_client().get(f"/v1/cases/{case}", headers=headers)
    return int(found.status_code)


def opened(client: Client, commit: Commit, field: str) -> str | None:
    vault = client.world.opened.vault
    return vault.reveal(commit, 1, field, reader=READER, why="test")


@pytest.mark.requirement("R-023")
@pytest.mark.parametrize("item", [HOTEL, INSURANCE], ids=["000-09", "004-007"])
def test_a_company_applies_by_its_handler(client: Client, item: dict[str, Any]) -> None:
    case, commit = submitted(client, company(**item))
    data = commit.events[0].data
    applicant, handler = data["parties"]
    organisation = client.world.opened.vault.subjects.organisation(CODE)
    assert applicant == {
        "role": "applicant",
        "kind": "organisation",
        "ref": organisation,
        "key_ref": f"party/{case}",
    }
    assert handler == {
        "role": "handler",
        "kind": "person",
        "ref": data["subject"],
        "key_ref": f"subject/{data['subject']}",
    }
    assert opened(client, commit, "name") == COMPANY["name"]
    assert opened(client, commit, "id_number") == CODE
    assert json.loads(opened(client, commit, "representative") or "") == {
        **HANDLER,
        "id_number": "C12345678",
    }


def test_no_answer_and_no_stored_byte_says_who_the_parties_are(client: Client) -> None:
    case, commit = submitted(client, company())
    stored = commit.body_bytes + (commit.sealed or b"")
    shown = client.get(f"/v1/cases/{case}")
    assert shown.json["parties"] == [
        {"role": "applicant", "kind": "organisation"},
        {"role": "handler", "kind": "person"},
    ]
    for value in (COMPANY["name"], CODE, HANDLER["name"], "12345678"):
        assert value.encode() not in stored
        assert value not in shown.get_data(as_text=True)


def test_who_applied_reads_who_applies_and_who_acts(client: Client) -> None:
    case, _ = submitted(client, company())
    read = client.get(f"/v1/cases/{case}/application").json
    assert (read["applicant"]["name"], read["applicant"]["id_number"]) == (COMPANY["name"], CODE)
    assert read["representative"] == {**HANDLER, "id_number": "C12345678"}
    assert read["members"] == []
    colleague = acting_for(client.world.issuer, CODE, sub="a-colleague")
    address = f"/v1/cases/{case}/application"
    assert client.app.test_client().get(address, headers=colleague).status_code == 404


def test_a_person_in_person_has_no_parties_in_the_log(client: Client) -> None:
    """The stored bytes of such a case are what they were."""
    case, commit = submitted(client, client.application())
    assert "parties" not in commit.events[0].data
    shown = client.get(f"/v1/cases/{case}").json
    assert shown["parties"] == [{"role": "applicant", "kind": "person"}]


def test_an_erasure_of_the_account_leaves_what_is_anothers(client: Client) -> None:
    """Given a company's case, when its handler is erased, then the company can still be read."""
    case, commit = submitted(client, company())
    account = str(commit.events[0].data["subject"])
    erasures = client.world.opened.erasures
    erasures.order(account, actor=READER, case_open=lambda _case: False)
    assert opened(client, commit, "name") == COMPANY["name"]
    with pytest.raises(Erased):
        opened(client, commit, "representative")
    with pytest.raises(Erased):
        opened(client, commit, "phone")
    assert case


def test_a_handler_meets_the_cases_of_the_organisation_alone(client: Client) -> None:
    by_token, _ = submitted(client, company(), **acting_for(client.world.issuer, CODE))
    by_account, _ = submitted(client, company())
    own, _ = submitted(client, client.application())
    colleague = acting_for(client.world.issuer, CODE, sub="a-colleague")
    assert [status_of(client, one, colleague) for one in (by_token, by_account, own)] == [
        200,
        200,
        404,
    ]
    stranger = acting_for(client.world.issuer, OTHER, sub="a-stranger")
    assert [status_of(client, one, stranger) for one in (by_token, by_account)] == [404, 404]
    same_person = acting_for(client.world.issuer, CODE)
    assert status_of(client, own, same_person) == 404
    withdrawn = client.post(f"/v1/cases/{by_token}/withdrawal", {}, **colleague)
    assert withdrawn.status_code == 200, withdrawn.json
    strange = client.post(f"/v1/cases/{by_account}/withdrawal", {}, **stranger)
    assert strange.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"applicant": {**COMPANY, "id_number": OTHER}, "representative": HANDLER},
        {"applicant": {**APPLICANT}},
    ],
)
def test_who_acts_for_one_party_applies_for_no_other(client: Client, body: dict[str, Any]) -> None:
    refused = client.post("/v1/cases", {**HOTEL, **body}, **acting_for(client.world.issuer, CODE))
    assert refused.status_code == 403
    assert "another party" in refused.json["detail"]
    assert [one["code"] for one in refused.json["errors"]] == ["other-party"]
    assert (
        client.world.databases.log["commits"].count_documents({"stream": {"$regex": "^case"}}) == 0
    )


@pytest.mark.requirement("R-019")
def test_a_guardian_applies_for_a_child(client: Client) -> None:
    """The child is sealed under a key of the case, the parent under the account's."""
    body = client.application()
    child = {**APPLICANT, "id_number": numbered("650102", "20201231")}
    alone = client.post("/v1/cases", {**body, "applicant": child})
    assert alone.status_code == 409
    assert [one["code"] for one in alone.json["faults"]] == ["guardian-needed"]
    parent = {"name": "监护·样例", "id_number": "999999190001010007"}
    case, commit = submitted(
        client,
        {**body, "applicant": child, "representation": "guardian", "representative": parent},
    )
    data = commit.events[0].data
    assert [(one["role"], one["kind"]) for one in data["parties"]] == [
        ("applicant", "person"),
        ("guardian", "person"),
    ]
    assert "ref" not in data["parties"][0]
    assert opened(client, commit, "id_number") == child["id_number"]
    client.world.opened.vault.keys.destroy(f"party/{case}", owner="", now=datetime.now(UTC))
    with pytest.raises(Erased):
        opened(client, commit, "name")
    assert json.loads(opened(client, commit, "representative") or "") == parent


@pytest.mark.requirement("R-023")
def test_a_unit_applies_for_its_people(client: Client) -> None:
    unit = {**COMPANY, "kind": "unit"}
    body = {**PENSIONS, "applicant": unit, "representative": HANDLER, "members": [MEMBER] * 2}
    case, commit = submitted(client, body)
    assert json.loads(opened(client, commit, "members") or "") == [MEMBER, MEMBER]
    assert [one["role"] for one in client.get(f"/v1/cases/{case}").json["parties"]] == [
        "applicant",
        "handler",
        "member",
        "member",
    ]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("91650100MA7700000X", "id-check"),
        ("91650100MA770000OQ", "id-form"),
        ("999999190001010007", "id-check"),
    ],
)
def test_a_wrong_code_is_named_with_its_reason(client: Client, number: str, code: str) -> None:
    refused = client.post("/v1/cases", company(applicant={**COMPANY, "id_number": number}))
    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert (error["pointer"], error["code"]) == ("/applicant/id_number", code)
    assert error["detail_zh"]


def test_nobody_applies_who_is_born_tomorrow(client: Client) -> None:
    body = client.application()
    unborn = {**APPLICANT, "id_number": numbered("650102", "20991231")}
    refused = client.post("/v1/cases", {**body, "applicant": unborn})
    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert (error["pointer"], error["code"]) == ("/applicant/id_number", "id-date-future")


def test_an_item_for_persons_refuses_a_company_with_its_own_code(client: Client) -> None:
    body = {**client.application(), "applicant": COMPANY, "representative": HANDLER}
    refused = client.post("/v1/cases", body)
    assert refused.status_code == 409
    (fault,) = refused.json["faults"]
    assert (fault["code"], fault["choices"]) == ("applicant-kind-not-offered", ["person"])
