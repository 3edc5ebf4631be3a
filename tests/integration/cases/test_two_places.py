"""Offices of three places: none meets a case of another, by id, list, work list, upload or command.

M6 to M8 of the review of 2026-11-29: a department was one zone, from Urumqi to Chongqing.
"""

from pathlib import Path
from typing import Any

import pytest

from services.progress.standing.view import VIEW as PROGRESS
from services.progress.worklists.view import VIEW as WORKLISTS
from shared.catalogue.definition.outcome import Office
from shared.config import Databases
from shared.projection.building import catch_up
from shared.projection.generations import Generations
from shared.projection.parts import Parts
from shared.security import Role
from shared.security.permissions import TABLE, Kind, Permission, Scope
from tests.e2e.test_other_paths import BODIES
from tests.support.by_hand import ByHand
from tests.support.casework_world import picture, pixels
from tests.support.http_walking import HttpWalk
from tests.support.path_world import Path4, utc_now
from tests.unit.case.test_offices import using

pytestmark = pytest.mark.mongo

ITEMS = {"officer": "000-01", "officer-changji": "003-022", "officer-qijiang": "002-02"}
PRODUCERS = {
    "officer": "produce@public-security-650000",
    "officer-changji": "produce@public-security-652300",
    "officer-qijiang": "produce@public-security-500110",
}
DESK = frozenset({Role.OFFICER, Role.PRODUCER})
ON_A_CASE = [row for row in TABLE if row.roles & DESK and "{case}" in row.rule]


class Places:
    """One installation with a case in each of three places, made once."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.path = Path4(databases, folder)
        self.clients = {
            name: self.path.client(name) for name in ("intake", "review", "issuance", "notify")
        }
        self.cases: dict[str, str] = {}
        self.blob = ""
        for user, item in ITEMS.items():
            callers = ByHand(self.path)
            walk = HttpWalk(callers, self.path.rules.catalogue.item(item), self.path.rules)
            self.cases[user] = walk.begin().case
        self.path.settle()
        for view in (PROGRESS, WORKLISTS):
            Generations(view, databases.views).claim_first(utc_now())
            catch_up(Parts(**{**vars(self.path.parts()), "view": view}), 1)

    def ask(self, row: Permission, case: str, user: str) -> Any:
        """What the row answers the user about a case."""
        path = row.rule.replace("{case}", case).replace("{blob}", "b" * 26)
        client = self.clients[row.service]
        if row.kind is Kind.READ:
            return client.get(path, user)
        return client.post(path, BODIES.get(path.rpartition("/")[2], {}), user)


@pytest.fixture
def places(databases: Databases, tmp_path: Path) -> Places:
    return Places(databases, tmp_path)


def told(response: Any) -> tuple[int, Any]:
    body = {name: said for name, said in response.json.items() if name != "correlation_id"}
    return response.status_code, body


def test_a_case_of_another_place_is_answered_like_one_that_does_not_exist(places: Places) -> None:
    """By every route of officers and producers, reading or commanding, in both directions."""
    for owner, case in places.cases.items():
        before = places.path.world.log("intake").load(f"case/{case}").version
        for user in ITEMS.keys() - {owner}:
            for row in ON_A_CASE:
                who = user if Role.OFFICER in row.roles else PRODUCERS[user]
                found = told(places.ask(row, case, who))
                assert found == told(places.ask(row, "z" * 26, who)), (row.rule, owner, user)
                assert found[0] in {403, 404}, (row.rule, found)
        assert places.path.world.log("intake").load(f"case/{case}").version == before


def test_the_own_office_is_let_in(places: Places) -> None:
    """So that the test above is not green because nobody is."""
    for owner, case in places.cases.items():
        for rule in ("/v1/cases/{case}", "/v1/reviews/{case}", "/v1/progress/{case}"):
            row = next(one for one in ON_A_CASE if one.rule == rule)
            assert places.ask(row, case, owner).status_code == 200, (rule, owner)
        row = next(one for one in ON_A_CASE if one.rule == "/v1/issuance/{case}")
        assert places.ask(row, case, PRODUCERS[owner]).status_code == 200


def test_lists_and_counts_are_of_the_own_place(places: Places) -> None:
    for user, own in places.cases.items():
        for path in ("/v1/worklists", "/v1/progress"):
            answer = places.clients["notify"].get(path, user)
            assert [one["case"] for one in answer.json["cases"]] == [own], (path, user)
    below = places.clients["notify"].get("/v1/worklists", "supervisor").json["cases"]
    assert {one["case"] for one in below} == {
        places.cases["officer"],
        places.cases["officer-changji"],
    }
    everything = places.clients["notify"].get("/v1/worklists", "auditor").json["cases"]
    assert {one["case"] for one in everything} == set(places.cases.values())


def test_a_token_from_before_meets_the_cases_of_its_department_in_every_place(
    places: Places,
) -> None:
    notify = places.clients["notify"]
    for path in ("/v1/worklists", "/v1/progress"):
        lines = notify.get(path, "officer", department="public-security-of-old").json["cases"]
        assert lines == []
    claims = {"department": "public-security", **dict.fromkeys(("authority", "office", "duties"))}
    token = places.path.world.issuer.issue("officer", **claims)
    answer = notify.app.test_client().get(
        "/v1/worklists", headers={"Authorization": f"Bearer {token}"}
    )
    assert {one["case"] for one in answer.json["cases"]} == set(places.cases.values())


def test_an_upload_of_another_place_is_not_there(databases: Databases, tmp_path: Path) -> None:
    """M7: an officer of another place opened the upload of a closed case."""
    path = Path4(databases, tmp_path)
    intake = path.client("intake")
    body = intake.application()
    case = intake.post("/v1/cases", body).json["case"]
    url = f"/v1/cases/{case}/materials/{body['materials'][0]['blob']}"
    assert pixels(intake.get(url, "officer").data) == pixels(picture())
    for user in ("officer-changji", "officer-qijiang", "officer-elsewhere"):
        assert intake.get(url, user).status_code == 404
    # Whoever takes nothing in has no duty that opens it, before somebody has the case.
    assert intake.get(url, "head").status_code == 404


def test_a_post_with_other_duties_reads_below_as_a_supervisor_alone(
    databases: Databases, tmp_path: Path
) -> None:
    """What somebody does at their own office opens nothing in the regions that they supervise."""
    below = "public-security-652300"
    path = Path4(
        databases, tmp_path, rules=using("000-01", offices=(Office(code=below, name="昌"),))
    )
    item = path.rules.catalogue.item("000-01")
    walk = HttpWalk(ByHand(path), item, path.rules, desk=below)
    walk.begin(office=below)
    blob = walk.show()["materials"][0]["blob"]
    duties = ["supervise", "approve", "take-in", "produce"]
    above = {"Authorization": f"Bearer {path.world.issuer.issue('head', duties=duties)}"}
    reasoned = "?reason=complaint"

    def read(service: str, url: str) -> Any:
        return path.app(service).test_client().get(url, headers=above)

    def told(service: str, url: str) -> tuple[int, str]:
        answer = read(service, url)
        return answer.status_code, (answer.json or {}).get("type", "").rpartition(":")[2]

    def paper(kind: str, user: str, department: str = "") -> str:
        url = f"/v1/issuance/{walk.case}/papers"
        found = path.client("issuance").get(url, user, department=department).json["papers"]
        return next(f"/v1/papers/{one['paper']}" for one in found if one["kind"] == kind)

    desk, maker = (f"/v1/{of}/{walk.case}/application" for of in ("reviews", "issuance"))
    assert read("review", f"/v1/reviews/{walk.case}").status_code == 200, "they may meet it"
    assert told("intake", f"/v1/cases/{walk.case}/materials/{blob}") == (404, "not-found")
    assert told("issuance", paper("receipt", "applicant")) == (404, "not-found")
    walk.until("decision")
    assert told("review", desk) == (403, "reason-needed")
    given = read("review", desk + reasoned)
    assert given.status_code == 200
    last = databases.log["access"].find_one({"place": f"case/{walk.case}"}, sort=[("_id", -1)])
    assert last is not None
    assert (last["duty"], last["reason"]) == ("supervise", "complaint")
    walk.until("production")
    assert told("issuance", maker) == (404, "not-found")
    assert told("issuance", maker + reasoned) == (404, "not-found")
    assert told("issuance", f"/v1/issuance/{walk.case}/papers") == (403, "reason-needed")
    slip, grant = paper("slip", "producer", below), paper("grant", "applicant")
    assert told("issuance", slip) == (404, "not-found")
    assert told("issuance", slip + reasoned) == (404, "not-found")
    assert told("issuance", grant) == (404, "not-found")
    assert read("issuance", grant + reasoned).status_code in {200, 503}, "given, or being made"
    walk.until("dispatch")
    assert read("issuance", f"/v1/issuance/{walk.case}").json["delivery_address"] is None


def test_who_applied_meets_nothing_of_the_own_case_at_a_desk(
    databases: Databases, tmp_path: Path
) -> None:
    """M8: the officer who applied read the proposal before the decision."""
    path = Path4(databases, tmp_path)
    case = path.submitted()
    path.paid(case)
    token = path.world.issuer.issue("officer", sub="local-applicant")
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    for number, row in enumerate(ON_A_CASE):
        if row.service != "review" or Role.APPLICANT in row.roles:
            continue
        url = row.rule.replace("{case}", case)
        client = path.app("review").test_client()
        if row.kind is Kind.READ:
            answer = client.get(url, headers=headers)
        else:
            given = BODIES.get(url.rpartition("/")[2], {})
            key = {"Idempotency-Key": f"own-case-{number}"}
            answer = client.post(url, json=given, headers={**headers, **key})
        assert answer.status_code == 403, (row.rule, answer.json)
        assert answer.json["type"] == "urn:caseledger:problem:own-case"


def test_an_authority_begins_cases_of_its_own_place_alone(
    databases: Databases, tmp_path: Path
) -> None:
    path = Path4(databases, tmp_path)
    begun = next(
        item
        for item in path.rules.catalogue.items()
        if item.text.offered and item.text.initiated_by == "authority"
    )
    own = f"take-in@{begun.text.department}-"
    region = {"000": "650000", "001": "650000", "002": "500110", "003": "652300", "004": "650000"}
    body = {"item": begun.id, "initiated_by": "authority", "reference": "R-1"}
    body["delivery"] = "pickup"
    source = begun.text.source.document
    intake = path.client("intake")
    done = intake.post("/v1/initiations", body, own + region[source])
    assert done.status_code == 201, done.json
    assert intake.post("/v1/initiations", body, "officer-elsewhere").status_code == 403


def test_every_route_of_a_desk_on_a_case_is_asked() -> None:
    assert len(ON_A_CASE) > 30
    assert all(row.scope is Scope.OWN for row in ON_A_CASE)
