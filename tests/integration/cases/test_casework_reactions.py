"""The tables of reactions and timers on a real log: whatever comes twice has one effect."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake.application.repeated import OpenApplications
from services.intake.money.gateway import FileGateway
from services.intake.money.unplaced import UnplacedPayments
from services.intake.worker import casework as intake_casework
from services.review.worker import casework as review_casework
from shared.case import Case, owed
from shared.casework.log import case_of
from shared.casework.worker import Casework
from shared.config import Databases
from shared.eventlog import Commit
from shared.messaging import Received
from tests.support.casework_world import Client, World

pytestmark = pytest.mark.mongo


def received(commit: Commit, index: int) -> Received:
    """An event as a consumer would hand it out."""
    body = commit.body
    return Received(
        event=commit.events[index],
        stream=commit.stream,
        lane=body.lane,
        position=1,
        index=index + 1,
        count=len(commit.events),
        recorded_at=body.recorded_at,
        authority=body.authority,
        actor=body.actor,
        causation=body.causation,
        correlation=body.correlation,
        traceparent=body.traceparent,
        hash=commit.hash.hex(),
    )


class Town:
    """One case, the web of intake, and the workers of intake and review without a wire."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(world, world.intake())
        self.refunds = world.home / "refunds.jsonl"
        self.works: Sequence[Casework] = (
            intake_casework(
                world.log("intake"),
                world.rules,
                FileGateway(self.refunds),
                UnplacedPayments(world.databases.work),
                OpenApplications(world.databases.work),
            ),
            review_casework(world.log("review"), world.rules),
        )
        self.case = ""

    def submit(self, *, complete: bool = True) -> None:
        body = self.client.application(complete=complete)
        self.case = self.client.post("/v1/cases", body).json["case"]

    def pay(self, transaction: str = "t1") -> None:
        self.client.callback(
            {
                "kind": "payment",
                "case": self.case,
                "transaction": transaction,
                "amount": "40.00",
                "method": "alipay",
            }
        )

    def deliver(self, times: int = 2) -> None:
        """Give every event to every worker, again and again, until nothing new is written."""
        before = -1
        while before != (before := self.now().version):
            for commit in self.world.log("intake").load(f"case/{self.case}").commits:
                for index, event in enumerate(commit.events):
                    for work in self.works:
                        for handler in work.handlers.get(event.type, ()):
                            for _ in range(times):
                                handler(received(commit, index))

    def now(self) -> Case:
        return case_of(self.world.log("intake").load(f"case/{self.case}"))

    def late(self, step: str) -> None:
        """Fire a timer, twice, at the moment that it is due."""
        (one,) = [o for o in owed(self.now()) if o.step == step]
        (work,) = [w for w in self.works if w.service == one.service]
        for _ in range(2):
            work.fire(f"case/{self.case}", step, one.version, one.due_at + timedelta(seconds=1))

    def types(self) -> list[str]:
        loaded = self.world.log("intake").load(f"case/{self.case}")
        return [event.type.partition(".")[2] for event in loaded.events]

    def refund_orders(self) -> list[Mapping[str, Any]]:
        if not self.refunds.exists():
            return []
        return [json.loads(line) for line in self.refunds.read_text().splitlines()]


@pytest.fixture
def town(databases: Databases, tmp_path: Path) -> Town:
    return Town(World(databases, tmp_path))


def test_paid_and_complete_is_accepted_and_laid_before_the_desk_once(town: Town) -> None:
    town.submit()
    town.deliver()
    assert town.types() == ["CaseSubmitted", "FeeAssessed"]
    town.pay()
    town.deliver()
    assert town.types()[2:] == ["PaymentRecorded", "CaseAccepted", "ReviewOpened"]


def test_a_second_payment_goes_back_once(town: Town) -> None:
    town.submit()
    town.pay("t1")
    town.pay("t2")
    town.deliver()
    assert town.types().count("RefundOrdered") == 1
    (order,) = town.refund_orders()
    assert (order["payment"], order["amount_fen"]) == ("t2", 4000)
    confirmed = town.client.callback(
        {
            "kind": "refund",
            "case": town.case,
            "transaction": "r2",
            "payment": "t2",
            "amount": "40.00",
        }
    )
    assert confirmed.json["events"] == ["intake.RefundRecorded"]


def test_an_unanswered_request_lapses_and_the_fee_goes_back(town: Town) -> None:
    town.submit(complete=False)
    town.pay()
    town.deliver()
    assert town.types()[-1] == "SupplementRequested"
    town.late("supplement")
    town.deliver()
    assert town.types()[-3:] == ["SupplementLapsed", "CaseNotAccepted", "RefundOrdered"]
    assert len(town.refund_orders()) == 1


def test_a_withdrawn_and_paid_case_pays_back(town: Town) -> None:
    town.submit()
    town.pay()
    town.deliver()
    town.client.post(f"/v1/cases/{town.case}/withdrawal", {})
    town.deliver()
    assert town.types()[-2:] == ["CaseWithdrawn", "RefundOrdered"]


@pytest.mark.parametrize("step", ["acceptance", "review-opening"])
def test_a_timer_does_the_work_when_the_event_never_comes(town: Town, step: str) -> None:
    town.submit()
    town.pay()
    town.late("acceptance")
    if step == "review-opening":
        town.late(step)
    expected = {"acceptance": "CaseAccepted", "review-opening": "ReviewOpened"}
    assert town.types()[-1] == expected[step]
    before = town.types()
    town.deliver()
    assert town.types()[: len(before)] == before
    assert town.types().count("CaseAccepted") == town.types().count("ReviewOpened") == 1


def test_what_a_reaction_writes_names_its_cause(town: Town) -> None:
    town.submit()
    town.pay()
    town.deliver()
    commits = town.world.log("intake").load(f"case/{town.case}").commits
    accepted = next(c for c in commits if c.events[0].type == "intake.CaseAccepted")
    # Delivered late, the first event that asks finds the payment there already: either may be it.
    assert accepted.body.causation in {f"case/{town.case}/2", f"case/{town.case}/3"}
    assert accepted.body.command_id == f"reaction:intake.settle:{accepted.body.causation}"
    assert accepted.body.actor.kind == "system"


def test_a_limit_that_is_crossed_is_a_fact(town: Town) -> None:
    town.submit()
    town.pay()
    town.deliver()
    for step in ("approaching:promised", "limit:promised", "limit:statutory", "assignment"):
        town.late(step)
    assert town.types()[-4:] == [
        "DeadlineApproaching",
        "DeadlineMissed",
        "DeadlineMissed",
        "StepOverdue",
    ]
    (again,) = [o for o in owed(town.now()) if o.step == "assignment"]
    assert again.due_at > datetime.now(UTC)
