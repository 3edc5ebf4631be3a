"""One transaction of the gateway counts once in the whole installation, on a real log."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.intake.application.repeated import OpenApplications
from services.intake.money import paying
from services.intake.money.gateway import FileGateway
from services.intake.money.payments import RecordPayment
from services.intake.money.unplaced import UnplacedPayments
from services.intake.topics import INTAKE
from services.intake.worker import casework
from shared.case import case_stream
from shared.casework.log import transaction_of
from shared.config import Databases
from shared.eventlog import Actor, Command, Outcome
from shared.security import request_macs
from tests.integration.cases.test_casework_reactions import received
from tests.support.casework_world import Client, World

pytestmark = pytest.mark.mongo
PATH = "/v1/payments/callbacks"


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    return Client(world, world.intake())


def submit(client: Client) -> str:
    case: str = client.post("/v1/cases", client.application()).json["case"]
    return case


def payment(case: str, transaction: str = "t1", amount: str = "40.00") -> dict[str, str]:
    return {
        "kind": "payment",
        "case": case,
        "transaction": transaction,
        "amount": amount,
        "method": "wechat",
    }


def paid(client: Client, case: str) -> list[str]:
    """The transactions that a case counts."""
    fee = client.get(f"/v1/cases/{case}").json["fee"]
    return [one["transaction"] for one in fee["payments"]]


def stream_of(transaction: str) -> str:
    return f"payment/payment-gateway/{transaction}"


def types(client: Client, transaction: str = "t1") -> list[str]:
    loaded = client.world.log("intake").load(stream_of(transaction))
    return [event.type for event in loaded.events]


def recorded_before(client: Client, body: Mapping[str, str]) -> Outcome:
    """A payment as it was recorded before transactions were claimed: on the case alone."""
    now = datetime.now(UTC)
    keys = client.world.secrets.request_keys
    command = Command(
        command_id=f"gateway:payment:{body['transaction']}",
        actor=Actor(kind="gateway", ref="payment-gateway"),
        now=now,
        request_mac=request_macs(keys, method="POST", path=PATH, body=body)[0],
    )
    wanted = RecordPayment(transaction=body["transaction"], amount_fen=4000, method="wechat")
    decide = INTAKE.deciding(client.world.rules)
    log = client.world.log("intake")
    return log.execute(
        case_stream(body["case"]), command, lambda loaded: decide(loaded, wanted, now)
    )


def react(client: Client, transaction: str = "t1") -> None:
    """What intake's worker does about the events of a transaction, twice."""
    world = client.world
    log = world.log("intake")
    unplaced = UnplacedPayments(world.databases.work)
    gateway = FileGateway(world.home / "refunds.jsonl")
    applications = OpenApplications(world.databases.work)
    work = casework(log, world.rules, gateway, unplaced, applications)
    for commit in log.load(stream_of(transaction)).commits:
        for index, event in enumerate(commit.events):
            for handler in work.handlers.get(event.type, ()):
                handler(received(commit, index))
                handler(received(commit, index))


def test_a_payment_is_claimed_and_then_recorded_on_its_case(client: Client) -> None:
    case = submit(client)
    done = client.callback(payment(case))
    assert done.status_code == 200
    assert done.json["events"] == ["intake.PaymentRecorded"]
    assert done.json["receipt"]["stream"] == case_stream(case)
    assert types(client) == ["intake.PaymentClaimed"]
    react(client)
    assert paid(client, case) == ["t1"]
    commit = client.world.log("intake").load(case_stream(case)).commits[-1]
    assert commit.body.causation == f"{stream_of('t1')}/1"
    assert commit.body.actor.kind == "gateway"


def test_a_second_case_is_refused_and_kept_for_a_person(client: Client) -> None:
    first, second = submit(client), submit(client)
    told = client.callback(payment(first))
    for _ in range(2):
        refused = client.callback(payment(second))
        assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (
            409,
            "transaction-taken",
        )
        assert first not in refused.text
    again = client.callback(payment(first))
    assert (again.status_code, again.json) == (200, told.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    react(client)
    assert (paid(client, first), paid(client, second)) == (["t1"], [])
    assert client.get(f"/v1/cases/{second}").json["status"] == "awaiting-payment"
    assert types(client) == ["intake.PaymentClaimed", "intake.PaymentUnplaced"]


def test_two_cases_at_the_same_moment_and_one_is_paid(client: Client) -> None:
    cases = [submit(client) for _ in range(3)]
    for number in range(8):
        bodies = [payment(case, f"race-{number}") for case in cases for _ in range(2)]
        with ThreadPoolExecutor(len(bodies)) as pool:
            answers = list(pool.map(client.callback, bodies))
        assert {answer.status_code for answer in answers} == {200, 409}
        won = {b["case"] for b, one in zip(bodies, answers, strict=True) if one.status_code == 200}
        assert len(won) == 1
        react(client, f"race-{number}")
        counted = [case for case in cases if f"race-{number}" in paid(client, case)]
        assert counted == list(won)
        assert types(client, f"race-{number}").count("intake.PaymentUnplaced") == 2


def dies(*_: object, **_more: object) -> Outcome:
    """What stands for the end of the process."""
    raise MemoryError


def test_a_crash_after_the_claim_leaves_the_case_to_the_reaction(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = submit(client), submit(client)
    with monkeypatch.context() as patched:
        patched.setattr(paying, "placed", dies)
        assert client.callback(payment(first)).status_code == 500
    assert (types(client), paid(client, first)) == (["intake.PaymentClaimed"], [])
    assert client.callback(payment(second)).status_code == 409
    react(client)
    assert (paid(client, first), paid(client, second)) == (["t1"], [])
    again = client.callback(payment(first))
    assert (again.status_code, again.json["events"]) == (200, ["intake.PaymentRecorded"])
    assert paid(client, first) == ["t1"]


def test_a_payment_from_before_the_claims_keeps_its_transaction(client: Client) -> None:
    first, second = submit(client), submit(client)
    before = recorded_before(client, payment(first)).commit
    assert before is not None
    again = client.callback(payment(first))
    assert (again.status_code, again.json["receipt"]["hash"]) == (200, before.hash.hex())
    assert client.callback(payment(first, amount="41.00")).status_code == 422
    refused = client.callback(payment(second))
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (
        409,
        "transaction-taken",
    )
    react(client)
    assert (paid(client, first), paid(client, second)) == (["t1"], [])
    (kept,) = transaction_of(client.world.log("intake").load(stream_of("t1"))).unplaced
    assert (kept.fact.case, kept.fact.held_by) == (second, first)


def test_a_transaction_that_is_named_like_a_case_is_nobody_elses(client: Client) -> None:
    first, second = submit(client), submit(client)
    assert client.callback(payment(first, transaction=second)).status_code == 200
    assert client.callback(payment(second, transaction=first)).status_code == 200
    assert (paid(client, first), paid(client, second)) == ([second], [first])


def test_money_for_no_case_is_not_found_and_kept_for_a_person(client: Client) -> None:
    nobody = "a" * 26
    for _ in range(2):
        assert client.callback(payment(nobody)).status_code == 404
    assert types(client) == ["intake.PaymentUnplaced"]
    case = submit(client)
    assert client.callback(payment(case)).status_code == 200
    assert paid(client, case) == ["t1"]


@pytest.mark.parametrize("kind", ["payment", "refund"])
def test_nothing_is_no_payment(client: Client, kind: str) -> None:
    case = submit(client)
    body = {**payment(case, amount="0.00"), "kind": kind, "payment": "t0"}
    refused = client.callback(body)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/amount")
    assert (types(client), paid(client, case)) == ([], [])


def test_a_message_id_with_two_bodies_is_refused(client: Client) -> None:
    case = submit(client)
    told = client.callback(payment(case), message_id="m1")
    assert client.callback(payment(case), message_id="m1").json == told.json
    for body in (payment(case, "t2"), payment(case, amount="41.00"), payment(submit(client))):
        refused = client.callback(body, message_id="m1")
        assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (
            422,
            "message-reused",
        )
    assert (types(client, "t2"), paid(client, case)) == ([], ["t1"])


def test_one_message_id_with_two_bodies_at_once_and_one_is_taken(client: Client) -> None:
    case = submit(client)
    bodies = [payment(case, f"t{n}") for n in range(4)]
    with ThreadPoolExecutor(len(bodies)) as pool:
        calls = pool.map(lambda body: client.callback(body, message_id="m1"), bodies)
        answers = [one.status_code for one in calls]
    assert answers.count(200) == 1
    assert set(answers) <= {200, 422, 503}
    assert len(paid(client, case)) == 1


def test_the_look_for_old_payments_has_its_index(client: Client) -> None:
    explained: Any = (
        client.world.databases.log["commits"].find({"command_id": "gateway:payment:t1"}).explain()
    )
    assert explained["queryPlanner"]["winningPlan"]["inputStage"]["indexName"] == (
        "gateway_command_id"
    )
