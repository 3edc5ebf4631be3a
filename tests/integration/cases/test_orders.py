"""The order to pay over HTTP: with the submission, with the case, for the gateway; the receipt."""

from pathlib import Path
from typing import Any

import pytest

from shared.config import Databases
from tests.support.casework_world import Client, World

pytestmark = pytest.mark.mongo
PAGES = "https://pay.example/orders"


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    return Client(world, world.intake(pay_url=PAGES))


def asks(client: Client, case: str, order: str) -> Any:
    return client.callback({"case": case, "order": order}, path="/v1/payments/orders")


def test_a_submission_is_answered_with_its_order_and_a_repeat_is_too(client: Client) -> None:
    body = client.application()
    done = client.post("/v1/cases", body, **{"Idempotency-Key": "k1"})
    order = done.json["order"]
    case = done.json["case"]
    shown = client.get(f"/v1/cases/{case}").json
    assert order == shown["order"]
    assert (order["amount"], order["name"]) == ("40.00", "居民身份证工本费")
    assert order["methods"] == ["alipay", "wechat"]
    assert order["pay_at"] == f"{PAGES}/{case}/{order['number']}"
    assert order["until"] == shown["fee"]["pay_by"]
    paid = {"kind": "payment", "case": case, "transaction": "t1", "amount": "40.00"}
    assert client.callback({**paid, "method": "wechat"}).status_code == 200
    assert client.get(f"/v1/cases/{case}").json["order"] is None
    again = client.post("/v1/cases", body, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json) == (201, done.json)


def test_the_gateway_asks_what_is_owed_before_it_takes_it(client: Client) -> None:
    done = client.post("/v1/cases", client.application()).json
    case, order = done["case"], done["order"]
    assert asks(client, case, order["number"]).json == {"state": "open", "order": order}
    assert asks(client, "a" * 26, order["number"]).status_code == 404
    wrong = {"kind": "payment", "case": case, "transaction": "t0", "amount": "39.00"}
    assert client.callback({**wrong, "method": "wechat"}).status_code == 200
    replaced = asks(client, case, order["number"]).json
    assert replaced["state"] == "replaced"
    fresh = replaced["order"]
    assert (fresh["amount"], fresh["number"] != order["number"]) == ("40.00", True)
    right = {"kind": "payment", "case": case, "transaction": "t1", "amount": "40.00"}
    assert client.callback({**right, "method": "wechat"}).status_code == 200
    assert asks(client, case, fresh["number"]).json == {"state": "nothing-owed", "order": None}


def test_nobody_asks_without_the_gateway_s_signature(client: Client) -> None:
    done = client.post("/v1/cases", client.application()).json
    body = {"case": done["case"], "order": done["order"]["number"]}
    unsigned = client.post("/v1/payments/orders", body, "officer")
    assert unsigned.status_code == 401


def test_the_receipt_is_the_applicant_s_and_the_desk_s(client: Client) -> None:
    case = client.post("/v1/cases", client.application()).json["case"]
    paid = {"kind": "payment", "case": case, "transaction": "t1", "amount": "40.00"}
    assert client.callback({**paid, "method": "wechat"}).status_code == 200
    for user in ("applicant", "officer", "auditor"):
        told = client.get(f"/v1/cases/{case}/receipt", user).json
        assert (told["held"], told["name"]) == ("40.00", "居民身份证工本费")
        (line,) = told["payments"]
        assert (line["transaction"], line["method"], line["accounted"]) == ("t1", "wechat", "fee")
    assert client.get(f"/v1/cases/{case}/receipt", "producer").status_code == 403
    assert client.get(f"/v1/cases/{'a' * 26}/receipt").status_code == 404


def test_without_an_address_of_the_gateway_there_is_no_page_to_pay_at(
    databases: Databases, tmp_path: Path
) -> None:
    plain = Client(world := World(databases, tmp_path), world.intake())
    order = plain.post("/v1/cases", plain.application()).json["order"]
    assert order["pay_at"] is None
