"""What the gateway does with money going back is recorded, shown and listed, over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.intake.money.back import taking
from services.intake.money.gateway import FileGateway
from services.intake.money.unplaced import UnplacedPayments
from services.intake.worker import casework
from shared.config import Databases
from shared.eventlog import Outcome
from tests.integration.cases.test_casework_reactions import received
from tests.support.casework_world import Client, World

pytestmark = pytest.mark.mongo


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    UnplacedPayments(databases.work).ensure_indexes()
    return Client(world, world.intake())


def paid(client: Client, transaction: str, *, withdrawn: bool = False) -> str:
    """A case whose fee was paid by that transaction."""
    case: str = client.post("/v1/cases", client.application()).json["case"]
    body = {"kind": "payment", "transaction": transaction, "amount": "40.00", "method": "wechat"}
    assert client.callback({**body, "case": case}).status_code == 200
    if withdrawn:
        assert client.post(f"/v1/cases/{case}/withdrawal", {}).status_code == 200
        work(client)
    return case


def tell(client: Client, kind: str, case: str, transaction: str, **more: str) -> list[str]:
    """Say something as the gateway; the events it is answered with."""
    answer = client.callback({"kind": kind, "case": case, "transaction": transaction, **more})
    assert answer.status_code == 200, answer.json
    events: list[str] = answer.json["events"]
    return events


def fee(client: Client, case: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/cases/{case}").json["fee"]
    return found


def commits(client: Client) -> Iterator[Any]:
    log = client.world.log("intake")
    for stream in sorted(client.world.databases.log["commits"].distinct("stream")):
        if stream.startswith(("case/", "payment/")):
            yield from log.load(stream).commits


def work(client: Client) -> None:
    """What intake's worker does about all that is in the log, twice."""
    world, log = client.world, client.world.log("intake")
    unplaced = UnplacedPayments(world.databases.work)
    tables = casework(log, world.rules, FileGateway(world.home / "refunds.jsonl"), unplaced)
    for _ in range(2):
        for commit in commits(client):
            for index, event in enumerate(commit.events):
                for handler in tables.handlers.get(event.type, ()):
                    handler(received(commit, index))


def listed(client: Client) -> list[tuple[str, str | None]]:
    answer = client.get("/v1/payments/unplaced", "officer")
    assert answer.status_code == 200, answer.json
    return [(one["why"], one["code"]) for one in answer.json["payments"]]


def officer(client: Client, case: str, step: str, **body: str) -> int:
    status: int = client.post(f"/v1/cases/{case}/{step}", body, "officer").status_code
    return status


def test_money_that_nobody_ordered_back_is_recorded_and_the_fee_is_owed_again(
    client: Client,
) -> None:
    case = paid(client, "t1")
    assert tell(client, "refund", case, "cb-1", payment="t1", amount="40.00") == [
        "intake.MoneyReturned"
    ]
    assert fee(client, case)["paid"] is False
    assert client.get(f"/v1/cases/{case}").json["status"] == "awaiting-payment"
    work(client)
    assert listed(client) == [("returned", None)]


def test_parts_are_recorded_and_all_of_them_close_the_case_s_money(client: Client) -> None:
    case = paid(client, "t2", withdrawn=True)
    tell(client, "refund", case, "p-1", payment="t2", amount="25.00")
    (half,) = fee(client, case)["payments"]
    assert (half["returned"], half["refunded"]) == ("25.00", False)
    work(client)
    assert listed(client) == [("refund-part", None)]
    tell(client, "refund", case, "p-2", payment="t2", amount="15.00")
    (done,) = fee(client, case)["payments"]
    assert (done["returned"], done["refunded"]) == ("40.00", True)
    work(client)
    assert listed(client) == []
    assert client.get(f"/v1/cases/{case}").json["status"] == "refunded"


def test_a_failed_refund_is_shown_listed_and_ordered_again_by_an_officer_alone(
    client: Client,
) -> None:
    case = paid(client, "t3", withdrawn=True)
    failed = tell(client, "refund-failed", case, "f-1", payment="t3", code="ACCOUNT_CLOSED")
    assert failed == ["intake.RefundFailed"]
    (one,) = fee(client, case)["payments"]
    assert (one["trouble"], one["refunded"]) == ("ACCOUNT_CLOSED", False)
    work(client)
    orders = client.world.home / "refunds.jsonl"
    assert len(orders.read_text().splitlines()) == 1, "nothing is ordered again by itself"
    assert listed(client) == [("refund-failed", "ACCOUNT_CLOSED")]
    assert officer(client, case, "refund-order", payment="t3") == 200
    work(client)
    assert len(orders.read_text().splitlines()) == 2
    assert listed(client) == []
    assert officer(client, case, "refund-order", payment="t3") == 409
    tell(client, "refund", case, "p-3", payment="t3", amount="40.00")
    assert fee(client, case)["payments"][0]["refunded"] is True


def test_what_failed_is_settled_in_another_way_once(client: Client) -> None:
    case = paid(client, "t4", withdrawn=True)
    tell(client, "refund-failed", case, "f-2", payment="t4", code="x")
    work(client)
    settled = {"payment": "t4", "how": "paid-otherwise"}
    assert officer(client, case, "refund-settlement", **settled) == 200
    work(client)
    assert listed(client) == []
    assert client.get(f"/v1/cases/{case}").json["status"] == "refunded"
    assert officer(client, case, "refund-settlement", **settled) == 200
    assert officer(client, paid(client, "t5"), "refund-settlement", **settled) == 409


def test_what_bounced_is_owed_again_and_is_no_new_payment(client: Client) -> None:
    case = paid(client, "t6", withdrawn=True)
    tell(client, "refund", case, "p-4", payment="t6", amount="40.00")
    assert tell(client, "refund-bounced", case, "b-1", payment="t6", amount="40.00") == [
        "intake.RefundBounced"
    ]
    (one,) = fee(client, case)["payments"]
    assert (one["returned"], one["refunded"], one["trouble"]) == ("0.00", False, "bounced")
    work(client)
    assert listed(client) == [("refund-bounced", None)]


def test_a_refund_for_another_case_or_none_is_kept_for_a_person(client: Client) -> None:
    first, second = paid(client, "t7", withdrawn=True), paid(client, "t8", withdrawn=True)
    back = {"payment": "t7", "amount": "40.00"}
    assert tell(client, "refund", first, "r-1", **back) == ["intake.RefundRecorded"]
    assert tell(client, "refund", second, "r-1", **back) == ["intake.RefundUnplaced"]
    assert tell(client, "refund-failed", second, "r-1", payment="t7", code="x") == [
        "intake.RefundUnplaced"
    ]
    assert tell(client, "refund", "a" * 26, "r-2", **back) == ["intake.RefundUnplaced"]
    assert fee(client, second)["payments"][0]["returned"] == "0.00"
    work(client)
    seen = client.get("/v1/payments/unplaced", "operator").json["payments"]
    assert sorted(one["why"] for one in seen) == [
        "refund-second-case",
        "refund-second-case",
        "refund-unknown-case",
    ]
    again = client.callback({"kind": "refund", "case": first, "transaction": "r-1", **back})
    assert again.headers["Idempotency-Replayed"] == "true"
    other = {"kind": "refund", "case": first, "transaction": "r-1", **back, "amount": "1.00"}
    assert client.callback(other).status_code == 422


def dies(*_: object) -> Outcome:
    """What stands for the end of the process."""
    raise MemoryError


def test_a_crash_after_the_claim_leaves_the_case_to_the_reaction(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = paid(client, "t9", withdrawn=True)
    body = {"kind": "refund", "case": case, "transaction": "r-9", "payment": "t9"}
    with monkeypatch.context() as patched:
        patched.setattr(taking, "placing_back", dies)
        assert client.callback({**body, "amount": "40.00"}).status_code == 500
    assert fee(client, case)["payments"][0]["refunded"] is False
    work(client)
    assert fee(client, case)["payments"][0]["refunded"] is True
    again = client.callback({**body, "amount": "40.00"})
    assert (again.status_code, again.json["events"]) == (200, ["intake.RefundRecorded"])


@pytest.mark.parametrize("user", ["applicant", "portal", "producer", "operator"])
@pytest.mark.parametrize("step", ["refund-order", "refund-settlement"])
def test_nobody_but_an_officer_mends_a_refund(client: Client, user: str, step: str) -> None:
    case = paid(client, "t1")
    body = {"payment": "t1", "how": "explained"} if step.endswith("ment") else {"payment": "t1"}
    done = client.post(f"/v1/cases/{case}/{step}", body, user)
    assert done.status_code == 403
