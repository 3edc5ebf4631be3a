"""One transaction of the gateway counts once in the whole installation, on a real log."""

from pathlib import Path

import pytest

from shared.config import Databases
from tests.support.casework_world import Client, World

pytestmark = pytest.mark.mongo
ROW_5 = pytest.mark.xfail(strict=True, reason="field report of 2026-11-29, row 5")


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


@ROW_5
def test_a_second_case_is_refused(client: Client) -> None:
    first, second = submit(client), submit(client)
    assert client.callback(payment(first)).status_code == 200
    assert client.callback(payment(second)).status_code == 409
    assert (paid(client, first), paid(client, second)) == (["t1"], [])


@ROW_5
def test_nothing_is_no_payment(client: Client) -> None:
    case = submit(client)
    assert client.callback(payment(case, amount="0.00")).status_code == 422
    assert paid(client, case) == []


@ROW_5
def test_a_message_id_with_two_bodies_is_refused(client: Client) -> None:
    case = submit(client)
    assert client.callback(payment(case), message_id="m1").status_code == 200
    assert client.callback(payment(case, "t2"), message_id="m1").status_code == 422
    assert paid(client, case) == ["t1"]
