"""The desk over HTTP on a real log: assignment, proposal, approval and refusal."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.intake.acceptance.accepting import SettleCase
from services.intake.topics import INTAKE
from services.review.assignment import OpenReview
from services.review.topics import REVIEW
from shared.config import Databases
from shared.eventlog import Actor, Command
from tests.support.casework_world import Client, World
from tests.support.given import CRITERIA

pytestmark = pytest.mark.mongo


class Desk:
    """A paid case under review, and the officer's requests to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.intake = Client(world, world.intake())
        self.client = Client(world, world.review())
        self.case = self.intake.post("/v1/cases", self.intake.application()).json["case"]
        self.intake.callback(
            {
                "kind": "payment",
                "case": self.case,
                "transaction": "t1",
                "amount": "40.00",
                "method": "wechat",
            }
        )
        self._react("intake", INTAKE.deciding, SettleCase())
        self._react("review", REVIEW.deciding, OpenReview())

    def _react(self, service: str, deciding: Any, wish: Any) -> None:
        now = datetime.now(UTC)
        command = Command(
            command_id=f"reaction:{service}", actor=Actor(kind="system", ref=service), now=now
        )
        decide = deciding(self.world.rules)
        self.world.log(service).execute(
            f"case/{self.case}", command, lambda loaded: decide(loaded, wish, now)
        )

    def post(self, action: str, body: Any, user: str = "officer") -> Any:
        return self.client.post(f"/v1/reviews/{self.case}/{action}", body, user)

    def show(self, user: str = "officer") -> Any:
        return self.client.get(f"/v1/reviews/{self.case}", user)


def finding(*met: bool) -> list[dict[str, Any]]:
    return [{"criterion": c, "met": m} for c, m in zip(CRITERIA, met, strict=True)]


@pytest.fixture
def desk(databases: Databases, tmp_path: Path) -> Desk:
    return Desk(World(databases, tmp_path))


def test_a_case_is_approved_step_by_step(desk: Desk) -> None:
    assert desk.show().json["actions"] == ["assignment"]
    assert desk.post("assignment", {}).json["events"] == ["review.CaseAssigned"]
    proposal = {"proposal": "approve", "findings": finding(True, True), "note": "鉴定意见"}
    assert desk.post("proposal", proposal).json["events"] == ["review.DecisionProposed"]
    alone = desk.post("approval", {})
    assert alone.json["type"] == "urn:caseledger:problem:second-person-needed"
    assert desk.post("approval", {}, "officer-2").json["events"] == ["review.CaseApproved"]
    shown = desk.show().json
    assert shown["status"] == "approved"
    assert shown["officer"] == "staff-officer"
    stored = desk.world.databases.log["commits"].find()
    assert all("鉴定意见".encode() not in row["body"] for row in stored)


def test_a_refusal_is_told_with_its_reasons_and_the_way_to_appeal(desk: Desk) -> None:
    desk.post("assignment", {})
    desk.post("proposal", {"proposal": "refuse", "findings": finding(True, False)})
    words = {"reasons": [CRITERIA[1]], "explanation": "说明"}
    refused = desk.post("refusal", words, "officer-2")
    assert refused.json["events"] == ["review.CaseRefused"]
    told = desk.intake.get(f"/v1/cases/{desk.case}").json["refusal"]
    assert told["reasons"][0]["criterion"] == CRITERIA[1]
    assert told["legal_basis"]
    assert told["appeal_body"]
    assert told["appeal_deadline"]
    assert "officer" not in told


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("proposal", {"proposal": "approve", "findings": finding(True, True)}, "not-possible-now"),
        ("approval", {}, "not-possible-now"),
        ("refusal", {"reasons": [CRITERIA[0]]}, "not-possible-now"),
    ],
)
def test_what_is_out_of_order_names_what_is_possible(
    desk: Desk, action: str, body: Any, code: str
) -> None:
    refused = desk.post(action, body)
    assert (refused.status_code, refused.json["actions"]) == (409, ["assignment"])
    assert refused.json["type"].endswith(code)


def test_a_refusal_names_what_this_caller_can_do(desk: Desk) -> None:
    """The head takes no case: what is possible is for the officers."""
    told = desk.post("approval", {}, "head")
    assert (told.status_code, told.json["actions"]) == (409, [])
    proposed = {"findings": finding(True, True)}
    told = desk.post("preview", proposed, "head")
    assert (told.status_code, told.json["actions"]) == (409, [])
    told = desk.post("preview", proposed)
    assert (told.status_code, told.json["actions"]) == (409, ["assignment"])


@pytest.mark.parametrize(
    ("user", "read", "write"),
    [
        ("officer", 200, 200),
        ("officer-2", 200, 200),
        ("officer-elsewhere", 404, 404),
        ("auditor", 200, 403),
        ("applicant", 403, 403),
        ("producer", 403, 403),
    ],
)
def test_who_may_at_the_desk(desk: Desk, user: str, read: int, write: int) -> None:
    assert desk.show(user).status_code == read
    assert desk.post("assignment", {}, user).status_code == write


def test_an_officer_does_not_handle_the_own_application(desk: Desk) -> None:
    token = desk.world.issuer.issue("officer", sub="local-applicant")
    refused = desk.client.post(
        f"/v1/reviews/{desk.case}/assignment", {}, "officer", Authorization=f"Bearer {token}"
    )
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (403, "own-case")


@pytest.mark.parametrize(
    "body",
    [
        {"reasons": []},
        {"reasons": [CRITERIA[0]], "legal_basis": [" "]},
        {},
    ],
)
def test_a_refusal_without_its_parts_is_named_field_by_field(desk: Desk, body: Any) -> None:
    refused = desk.post("refusal", body)
    assert refused.status_code == 422
    assert refused.json["errors"]
