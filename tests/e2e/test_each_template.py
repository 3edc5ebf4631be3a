"""One item of each template over HTTP on the running system: every machine does its part."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.demo.people import household_register
from services.intake.application.application import choices_of
from shared.case.deciding.assemble import open_rules
from shared.catalogue import packaged_catalogue
from shared.catalogue.definition.outcome import ResultRule
from shared.catalogue.rules.procedure import NUMBERED, granted
from tests.e2e.actors import Scene, scene
from tests.e2e.system import system
from tests.support.casework_world import posted
from tests.support.http_walking import ITEMS, HttpWalk
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
WAIT_S = 120.0


class OverHttp:
    """Everybody who uses the running system; its own workers are the machines."""

    def __init__(self, stage: Scene) -> None:
        self.scene = stage

    def get(self, service: str, path: str, *, as_: str, office: str) -> Any:
        response = self.scene.get(service, path, as_=as_, **_claims(office))
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, service: str, path: str, body: Any, *, as_: str, office: str) -> Any:
        content, any_version = json.dumps(body).encode(), {"If-Match": "*"}
        response = self.scene.post(
            service, path, content, as_=as_, headers=any_version, **_claims(office)
        )
        assert response.status_code in {200, 201}, response.text
        return response.json()

    def upload(self) -> str:
        response = self.scene.post(
            "intake",
            "/v1/uploads",
            household_register(),
            as_="applicant",
            headers={"Content-Type": "image/png"},
        )
        assert response.status_code == 201, response.text
        blob: str = response.json()["blob"]
        return blob

    def pay(self, case: str, amount: str) -> None:
        told = {
            "kind": "payment",
            "case": case,
            "transaction": f"t-{case}",
            "amount": amount,
            "method": "alipay",
        }
        assert self.scene.callback(json.dumps(told).encode(), at=time.time()).status_code == 200

    def settle(self, case: str, version: int) -> None:
        def moved() -> bool:
            shown = self.scene.get("intake", f"/v1/cases/{case}", as_="auditor").json()
            return bool(shown["version"] > version)

        eventually(moved, WAIT_S)


def _claims(office: str) -> dict[str, Any]:
    """The claims of somebody at another office than their own; of nobody's: as the token is."""
    return posted(office) if office else {}


@pytest.fixture(scope="module")
def callers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverHttp]:
    with system(tmp_path_factory.mktemp("templates")) as one:
        one.up()
        with scene(one) as stage:
            yield OverHttp(stage)


@pytest.mark.parametrize("item_id", ITEMS)
def test_an_item_of_each_template_comes_to_its_end(callers: OverHttp, item_id: str) -> None:
    item = packaged_catalogue().item(item_id)
    walk = HttpWalk(callers, item, open_rules(callers.scene.settings)).begin()
    shown = walk.to_the_end()
    assert shown["item"] == item_id
    # Money that has a day of its own waits for it here: nobody can say before that it moved.
    later = {"payout", "close"} if item.text.paydays else set()
    assert shown["status"] == ("payout-scheduled" if later else "closed")
    past = {one["state"] for one in shown["stages"] if one["code"] not in later}
    assert past <= {"done", "left-out"}
    # A voucher too: what no event of the case names is numbered, replayed and checked.
    results = granted(item.text, choices_of(walk.wish()))
    expected = {one.code for one in results if numbered(one)}
    eventually(lambda: {one["result"] for one in papers_of(callers, walk)} == expected, WAIT_S)
    replay = callers.scene.system.caseledger("case", "replay", walk.case)
    streams = {one["id"].rpartition("/")[0] for one in replay["events"]}
    told = {f"document/{one['document']}" for one in papers_of(callers, walk)}
    assert replay["ok"] is True
    assert {stream for stream in streams if stream.startswith("document/")} == told


def numbered(result: ResultRule) -> bool:
    """Whether it carries a number of ours from the grant on."""
    return result.kind in NUMBERED and not result.temporary_of


def papers_of(callers: OverHttp, walk: HttpWalk) -> list[dict[str, Any]]:
    """The papers of a case, as the producer's desk shows them."""
    desk = callers.get("issuance", f"/v1/issuance/{walk.case}", as_="producer", office=walk.office)
    papers: list[dict[str, Any]] = desk["documents"]
    return papers


def test_what_was_walked_can_be_proved(callers: OverHttp) -> None:
    assert callers.scene.system.caseledger("audit", "verify")["ok"] is True
