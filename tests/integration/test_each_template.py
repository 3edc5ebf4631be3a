"""One item of each template over HTTP on a real log, reactions delivered by hand."""

from pathlib import Path
from typing import Any

import pytest

from shared.catalogue import packaged_catalogue
from shared.config import Databases
from tests.http_walking import ITEMS, HttpWalk
from tests.path_world import Path4

pytestmark = pytest.mark.mongo
TEMPLATES = {packaged_catalogue().item(item).text.template for item in ITEMS}


class ByHand:
    """Everybody, and the machines, of one installation in this process."""

    def __init__(self, path: Path4) -> None:
        self.path = path
        self.clients = {
            name: path.client(name) for name in ("intake", "review", "issuance", "notify")
        }

    def get(self, service: str, path: str, *, as_: str, office: str) -> Any:
        response = self.clients[service].get(path, as_, department=office)
        assert response.status_code == 200, response.json
        return response.json

    def post(self, service: str, path: str, body: Any, *, as_: str, office: str) -> Any:
        response = self.clients[service].post(path, body, as_, department=office)
        assert response.status_code in {200, 201}, response.json
        self.path.settle()
        return response.json

    def upload(self) -> str:
        blob: str = self.clients["intake"].upload().json["blob"]
        return blob

    def pay(self, case: str, amount: str) -> None:
        told = {
            "kind": "payment",
            "case": case,
            "transaction": f"t-{case}",
            "amount": amount,
            "method": "alipay",
        }
        assert self.clients["intake"].callback(told).status_code == 200
        self.path.settle()

    def settle(self, case: str, version: int) -> None:
        self.path.settle()
        raise AssertionError(f"{case} waits for a machine at version {version}")


@pytest.fixture
def callers(databases: Databases, tmp_path: Path) -> ByHand:
    return ByHand(Path4(databases, tmp_path))


def test_every_template_is_among_them() -> None:
    assert {f"T{n:02}" for n in range(1, 12)} == TEMPLATES


@pytest.mark.parametrize("item_id", ITEMS)
def test_an_item_of_each_template_is_walked_over_http(callers: ByHand, item_id: str) -> None:
    item = packaged_catalogue().item(item_id)
    walk = HttpWalk(callers, item, callers.path.world.rules).begin()
    shown = walk.to_the_end()
    assert shown["item"] == item_id
    assert {one["state"] for one in shown["stages"]} <= {"done", "left-out"}
    progress = callers.get("notify", f"/v1/progress/{walk.case}", as_="officer", office=walk.office)
    assert progress["status"] == "closed"
    assert progress["stages"] == shown["stages"]
