"""Documents over a real log: one grant, one document, whoever numbers it and however often (I4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.issuance.numbers.giving import NumberInUse
from services.issuance.numbers.numbering import Numbering
from services.issuance.numbers.store import Numbers, Owner
from services.issuance.worker import fire_with
from shared.case import owed_of
from shared.casework.log import case_of
from shared.config import Databases
from shared.eventlog import Actor
from shared.messaging.consumer.received import Received
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
ISSUANCE = ("numbering", "issuance")
ADMIN = Actor(kind="operator", ref="operator-1")


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def approved(path: Path4) -> tuple[str, Received]:
    """A case whose approval was not yet reacted to by issuance."""
    case = path.submitted()
    path.paid(case)
    handlers = {name: path.services.pop(name) for name in ISSUANCE}
    path.decided(case)
    path.services |= handlers
    path.delivered.clear()
    return case, next(r for r in path.new() if r.event.type == "review.CaseApproved")


def numbering(path: Path4) -> Numbering:
    """Another process's numbering: it shares nothing but the database."""
    return Numbering(
        Numbers(path.databases.log),
        path.world.log("issuance"),
        path.world.rules,
        document_key=path.world.secrets.case_id_keys[-1],
    )


def documents(path: Path4) -> list[str]:
    wanted = {"first_version": 1}
    streams = [d["stream"] for d in path.databases.log["commits"].find(wanted)]
    return [s for s in streams if s.startswith("document/")]


def test_two_issuers_race_for_one_grant_and_one_document_comes_of_it(path: Path4) -> None:
    case, approval = approved(path)
    workers = [numbering(path) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda worker: worker.react(approval), workers))
    assert len(documents(path)) == 1
    assert path.numbers.head("identity-card") == 1
    path.delivered.clear()
    path.settle()
    assert path.progress(case)["status"] == "in-production"


def test_a_worker_that_died_between_number_and_append_is_found_again(path: Path4) -> None:
    case, approval = approved(path)
    owner = Owner(case, 1, 1)
    reserved = path.numbers.reserve(
        owner, scheme="identity-card", document="doc0of0the0dead0worker", now=datetime.now(UTC)
    )
    numbering(path).react(approval)
    assert documents(path) == [f"document/{reserved.document}"]
    assert path.numbers.head("identity-card") == 1


def test_a_late_order_is_numbered_and_made_by_the_timer_once(path: Path4) -> None:
    case, approval = approved(path)
    log = path.world.log("issuance")
    (late,) = owed_of(case_of(log.load(f"case/{case}")), "issuance")
    fire = fire_with(numbering(path), log, path.world.rules)
    later = datetime.now(UTC) + timedelta(days=1)
    for _ in range(2):
        fire(f"case/{case}", late.step, late.version, later)
    numbering(path).react(approval)  # the event comes at last
    path.delivered.clear()
    path.settle()
    types = [e.type for e in log.load(f"case/{case}").events]
    assert types.count("issuance.ProductionOrdered") == 1
    assert len(documents(path)) == 1
    loaded = log.load(documents(path)[0])
    assert [e.type for e in loaded.events] == ["issuance.DocumentNumbered"]


def test_a_voided_number_is_recorded_with_its_reason_and_never_used(path: Path4) -> None:
    case, approval = approved(path)
    owner = Owner(case, 1, 1)
    path.numbers.reserve(owner, scheme="identity-card", document="d0c", now=datetime.now(UTC))
    for _ in range(2):
        voided = numbering(path).void(
            owner, reason="withdrawn", actor=ADMIN, authority="public-security"
        )
        assert voided is not None
    numbering(path).react(approval)
    (event,) = path.world.log("issuance").load("document/d0c").events
    assert (event.type, event.data["reason"]) == ("issuance.NumberVoided", "withdrawn")
    path.sequence()
    assert path.client("issuance").get("/v1/documents/d0c/verification").json["status"] == "revoked"


def test_a_number_in_use_is_not_voided_and_no_number_is_nothing_to_void(path: Path4) -> None:
    case, approval = approved(path)
    worker = numbering(path)
    assert worker.void(Owner("nobody", 1), reason="x", actor=ADMIN, authority="a") is None
    worker.react(approval)
    with pytest.raises(NumberInUse):
        worker.void(Owner(case, 1), reason="x", actor=ADMIN, authority="a")


def test_a_document_is_verified_by_anybody_once_it_is_made(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case)
    issuance = path.client("issuance")
    document = issuance.get(f"/v1/issuance/{case}", user="producer").json["document"]["document"]
    anybody = path.app("issuance").test_client()
    url = f"/v1/documents/{document}/verification"
    assert anybody.get(url).json["status"] == "unknown"
    path.produce(case, "production", {"outcome": "produced"})
    answer = anybody.get(url)
    assert answer.json == {
        "document": document,
        "status": "valid",
        "kind": "identity-card",
        "valid": True,
        "valid_until": None,
    }
    assert case not in answer.text
    unknown = anybody.get(f"/v1/documents/{'x' * 32}/verification")
    assert (unknown.status_code, unknown.json["status"]) == (200, "unknown")


def test_the_producer_reads_the_address_for_the_label_alone_and_it_is_recorded(
    path: Path4,
) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case)
    issuance = path.client("issuance")
    url = f"/v1/issuance/{case}"
    assert issuance.get(url, user="producer").json["delivery_address"] is None
    path.produce(case, "production", {"outcome": "produced"})
    assert issuance.get(url, user="officer").json["delivery_address"] is None
    assert issuance.get(url, user="producer").json["delivery_address"] == "乌鲁木齐市 1 号"
    whys = [row["why"] for row in path.databases.log["access"].find()]
    assert whys.count("delivery label") == 1
    assert issuance.get(url, user="applicant").status_code == 403


def test_wrong_bodies_are_refused_with_every_field_named(path: Path4) -> None:
    case = path.submitted()
    issuance = path.client("issuance")
    for where, body, fields in (
        ("production", {"outcome": "failed"}, {"/failure"}),
        ("production", {"outcome": "produced", "failure": "other"}, {"/failure"}),
        ("dispatch", {"carrier": "", "tracking": "!"}, {"/carrier", "/tracking"}),
        ("handover", {"outcome": "returned", "to": "applicant"}, {"/to", "/code"}),
        ("handover", {}, {"/outcome"}),
    ):
        answer = issuance.post(f"/v1/issuance/{case}/{where}", body, user="producer")
        assert answer.status_code == 422
        assert fields <= {e["pointer"] for e in answer.json["errors"]}, answer.json
    early = issuance.post(
        f"/v1/issuance/{case}/production", {"outcome": "produced"}, user="producer"
    )
    assert early.status_code == 409
