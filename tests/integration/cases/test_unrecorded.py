"""Where a reading cannot be recorded, nothing is read: of no machine, and for no comparison.

That no route answers a value then is seen in `test_each_cell.py`.
"""

import copy
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from services.issuance.papers.finding import papers_named
from shared.case import case_stream
from shared.casework.log import case_of, signed_paper
from shared.config import Databases
from shared.messaging.consumer.away import ServerAway
from shared.vault import VaultUnavailable
from tests.support.casework_world import APPLICANT
from tests.support.cells.asking import AWAY, record_away
from tests.support.collecting import shown_for, with_pickup
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo


@pytest.fixture(params=AWAY, ids=["without the right", "away"])
def fault(request: pytest.FixtureRequest) -> PyMongoError:
    found: PyMongoError = request.param
    return found


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path, rules=with_pickup())


def test_no_message_is_sent_until_its_reading_is_recorded(path: Path4, fault: PyMongoError) -> None:
    intake = path.client("intake")
    case = intake.post("/v1/cases", intake.application()).json["case"]
    delivered = copy.copy(path.delivered)
    with record_away(fault), pytest.raises(ServerAway):
        path.settle()
    assert not path.sms.exists()
    path.delivered = delivered
    path.settle()
    assert APPLICANT["phone"] in path.sms.read_text("utf-8")
    rows = list(path.databases.log["access"].find({"place": {"$regex": f"^case/{case}/"}}))
    assert rows
    assert {(one["reader_kind"], tuple(one["classes"])) for one in rows} == {
        ("system", ("contact",))
    }


def test_no_paper_is_drawn_until_its_reading_is_recorded(path: Path4, fault: PyMongoError) -> None:
    case = path.submitted()
    log = path.world.log("issuance")
    (receipt, *_) = papers_named(
        case_of(log.load(case_stream(case))),
        rules=path.rules,
        numbers=path.numbers,
        log=log,
        key_of=path.world.opened.vault.keys.get,
    )
    path.orders.add(receipt.id, case, now=path.now())
    with record_away(fault), suppress(VaultUnavailable):  # away it waits, without a right it fails
        path.workshop().tick()
    assert signed_paper(log.load(f"paper/{receipt.id}")).signed is None
    assert path.world.opened.blobs.find(f"paper-{receipt.id}") == {}
    replace(path.workshop(), now=lambda: path.now() + timedelta(hours=1)).tick()
    assert signed_paper(log.load(f"paper/{receipt.id}")).signed is not None


def test_no_number_is_compared_until_its_reading_is_recorded(
    path: Path4, fault: PyMongoError
) -> None:
    intake = path.client("intake")
    body = intake.application()
    del body["delivery_address"]
    case = intake.post("/v1/cases", body | {"delivery": "pickup"}).json["case"]
    path.settle()
    path.paid(case)
    path.decided(case)
    path.produce(case, "production", {"outcome": "produced"})
    path.produce(case, "readiness", {"office": "测试窗口"})
    issuance, at = path.client("issuance"), f"/v1/issuance/{case}"

    def code() -> str:
        return str(issuance.get(f"{at}/voucher").json["voucher"]["code"])

    shown = shown_for("code", code, APPLICANT["id_number"])
    before = path.world.log("issuance").load(case_stream(case)).version
    with record_away(fault):
        told = issuance.post(f"{at}/handover", shown, user="producer")
    assert told.status_code == 503, told.json
    assert path.world.log("issuance").load(case_stream(case)).version == before
    assert issuance.post(f"{at}/handover", shown, user="producer").status_code == 200
    (row,) = path.databases.log["access"].find({"why": "hand-over"})
    assert row["classes"] == ["identity"]
