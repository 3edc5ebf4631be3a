"""A number for every paper: over HTTP on a real log, each series for itself, each number once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.issuance.numbers.numbering import Numbering
from services.issuance.numbers.store import Numbers
from services.issuance.worker import fire_with
from shared.case import owed_of
from shared.casework.log import case_of
from shared.catalogue import packaged_catalogue
from shared.clock import local_day
from shared.config import Databases
from shared.messaging.consumer.received import Received
from shared.projection.building import catch_up
from shared.projection.comparing import compare
from tests.support.by_hand import ByHand
from tests.support.http_walking import HttpWalk
from tests.support.path_world import Path4
from tests.support.stating import UNTIL

pytestmark = pytest.mark.mongo
DAY = timedelta(days=1)


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def begun(path: Path4, item: str, *situations: str) -> HttpWalk:
    changes = {"situations": situations} if situations else {}
    found = packaged_catalogue().item(item)
    return HttpWalk(ByHand(path), found, path.world.rules, changes).begin()


def papers(walk: HttpWalk) -> dict[str, dict[str, Any]]:
    shown = walk.callers.get(
        "issuance", f"/v1/issuance/{walk.case}", as_="officer", office=walk.office
    )
    return {one["result"]: one for one in shown["documents"]}


def verified(path: Path4, document: str) -> dict[str, Any]:
    answer = path.app("issuance").test_client().get(f"/v1/documents/{document}/verification")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json
    return told


def record(walk: HttpWalk, stage: str) -> None:
    walk.callers.post(
        "issuance",
        f"/v1/issuance/{walk.case}/record",
        {"stage": stage},
        as_="officer",
        office=walk.office,
    )


def numbered(path: Path4, case: str) -> list[dict[str, Any]]:
    """Every number that the log knows of this case."""
    found = path.databases.log["commits"].find({"first_version": 1})
    streams = [d["stream"] for d in found if d["stream"].startswith("document/")]
    log = path.world.log("issuance")
    events = [event for stream in streams for event in log.load(stream).events]
    return [e.data for e in events if e.data["case"] == case]


def again(path: Path4, *types: str) -> list[Received]:
    """Every event of these types once more, as a consumer that lost its mark gets them."""
    path.delivered.clear()
    return [one for one in path.new() if one.event.type in types]


def types_of(path: Path4, case: str) -> list[str]:
    return [e.type for e in path.world.log("issuance").load(f"case/{case}").events]


@contextmanager
def days_later(path: Path4, days: int) -> Iterator[None]:
    path.now = lambda: datetime.now(UTC) + days * DAY
    yield
    path.now = lambda: datetime.now(UTC)


def test_a_temporary_plate_has_a_number_of_its_own_when_it_is_recorded(path: Path4) -> None:
    """R-153: two series, and production is ordered of the plates alone."""
    walk = begun(path, "000-17", "temporary-plate")
    walk.until("production")
    assert set(papers(walk)) == {"number-plates"}
    record(walk, "temporary-document")
    found = papers(walk)
    assert found["number-plates"]["number"] == "number-plates/1"
    assert found["temporary-plate"]["number"] == "temporary-plate/1"
    assert found["temporary-plate"]["valid_until"] == (local_day(path.now()) + 15 * DAY).isoformat()
    assert (found["temporary-plate"]["issued"], found["number-plates"]["issued"]) == (True, False)
    assert verified(path, found["number-plates"]["document"])["status"] == "unknown"
    walk.to_the_end()
    assert papers(walk)["number-plates"]["issued"] is True
    assert types_of(path, walk.case).count("issuance.ProductionOrdered") == 1
    recorded = [
        event.data["result"]
        for event in path.world.log("issuance").load(f"case/{walk.case}").events
        if event.type == "issuance.ResultRecorded" and event.data["stage"] == "temporary-document"
    ]
    assert recorded == ["temporary-plate"]
    assert len(numbered(path, walk.case)) == 2


def test_a_temporary_plate_that_nobody_asked_for_has_no_number(path: Path4) -> None:
    walk = begun(path, "000-17")
    walk.to_the_end()
    assert [one["result"] for one in numbered(path, walk.case)] == ["number-plates"]


def test_a_permit_and_its_voucher_are_numbered_with_the_approval(path: Path4) -> None:
    """R-161, R-169."""
    walk = begun(path, "001-01")
    walk.until("record")
    found = papers(walk)
    assert found["residence-permit"]["number"] == "residence-permit/1"
    assert found["collection-voucher"]["number"] == "collection-voucher/1"
    assert found["collection-voucher"]["valid_until"] is None
    assert found["residence-permit"]["valid_since"] == local_day(path.now()).isoformat()
    voucher = found["collection-voucher"]["document"]
    assert verified(path, voucher)["status"] == "unknown"
    walk.to_the_end()
    assert verified(path, voucher) == {
        "document": voucher,
        "status": "valid",
        "kind": "collection-voucher",
        "valid": True,
        "valid_until": None,
    }
    catch_up(path.parts(), 1)
    assert compare(path.parts()).findings == []
    shown = walk.callers.get(
        "notify", f"/v1/progress/{walk.case}", as_="officer", office=walk.office
    )
    assert [(one["result"], one["number"]) for one in shown["documents"]] == [
        ("residence-permit", "residence-permit/1"),
        ("collection-voucher", "collection-voucher/1"),
    ]
    until = shown["documents"][0]["valid_until"]
    assert until == papers(walk)["residence-permit"]["valid_until"]
    assert [one["status"] for one in shown["history"]].count("numbered") == 1


def test_an_electronic_proof_is_verified_for_two_days(path: Path4) -> None:
    """R-175: the last day still counts, in Shanghai; the day after it is over."""
    walk = begun(path, "000-03")
    walk.to_the_end()
    (proof,) = papers(walk).values()
    last = local_day(path.now()) + 2 * DAY
    assert (proof["number"], proof["issued"]) == ("temporary-identity-proof/1", True)
    assert "issuance.ProductionOrdered" not in types_of(path, walk.case)
    fine = verified(path, proof["document"])
    assert (fine["status"], fine["valid_until"]) == ("valid", last.isoformat())
    with days_later(path, 2):
        assert verified(path, proof["document"])["status"] == "valid"
    with days_later(path, 3):
        assert verified(path, proof["document"]) == {
            "document": proof["document"],
            "status": "expired",
            "kind": "temporary-identity-proof",
            "valid": False,
            "valid_until": last.isoformat(),
        }


def test_a_permit_signed_anew_keeps_what_the_officer_stated(path: Path4) -> None:
    """R-170: the desk is told what to state, and the document carries it."""
    walk = begun(path, "001-05")
    walk.until("decision")
    shown = walk.callers.get(
        "review", f"/v1/reviews/{walk.case}", as_="officer", office=walk.office
    )
    (asked,) = shown["validity_open"]
    assert asked["needs"] == ["original_until", "authority_changed"]
    review = path.client("review")
    url = f"/v1/reviews/{walk.case}/approval"
    nothing = review.post(url, {}, "officer-2", department=walk.office)
    assert nothing.status_code == 409
    assert nothing.json["type"].endswith(":validity-open")
    assert nothing.json["open"][0]["result"] == "residence-permit"
    wrong = {"result": "residence-permit", "span": {"n": 9, "unit": "months"}}
    changed = wrong | {"original_until": "2090-01-31", "authority_changed": True}
    refused = review.post(url, {"validity": [changed]}, "officer-2", department=walk.office)
    assert refused.json["type"].endswith(":validity-wrong")
    assert [one["code"] for one in refused.json["faults"]] == ["not-a-choice"]
    walk.to_the_end()
    assert papers(walk)["residence-permit"]["valid_until"] == UNTIL.isoformat()


def test_wrong_validities_are_refused_field_by_field(path: Path4) -> None:
    case = path.submitted()
    body = {
        "validity": [
            {"span": {"n": 0, "unit": "weeks"}, "authority_changed": "no"},
            {"result": "permit", "span": {"n": 51, "unit": "years"}},
            {"result": "permit", "original_until": "2026-02-31", "until": "2027-01-01"},
        ]
    }
    answer = path.client("review").post(f"/v1/reviews/{case}/approval", body, "officer")
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json["errors"]} >= {
        "/validity/0/result",
        "/validity/0/span/n",
        "/validity/0/span/unit",
        "/validity/0/authority_changed",
        "/validity/1/span/n",
        "/validity/2/original_until",
        "/validity/2/until",
    }


def test_repeated_reactions_give_no_second_number(path: Path4) -> None:
    """Invariant 5: at least once, with one effect, whoever and however often."""
    walk = begun(path, "001-01")
    walk.until("production")
    temporary = begun(path, "000-17", "temporary-plate")
    temporary.until("production")
    record(temporary, "temporary-document")
    events = again(path, "review.CaseApproved", "issuance.ResultRecorded")
    worker = Numbering(
        Numbers(path.databases.log),
        path.world.log("issuance"),
        path.world.rules,
        document_key=path.world.secrets.case_id_keys[-1],
    )
    for event in events * 2:
        worker.react(event)
    path.delivered.clear()
    path.settle(times=2)
    assert len(numbered(path, walk.case)) == 2
    assert len(numbered(path, temporary.case)) == 2
    schemes = ("residence-permit", "collection-voucher", "number-plates", "temporary-plate")
    assert [path.numbers.head(scheme) for scheme in schemes] == [1, 1, 1, 1]
    commits = path.databases.log["commits"].find({}, {"command_id": 1, "stream": 1})
    reactions = [d["command_id"] for d in commits if d["command_id"].startswith("reaction:")]
    assert len(set(reactions)) == len(reactions)  # one effect on the whole log (I3)


def test_a_worker_that_died_after_the_first_number_goes_on_with_the_second(path: Path4) -> None:
    walk = begun(path, "001-01")
    handlers = path.services.pop("numbering")
    walk.until("production-order")
    (approval,) = again(path, "review.CaseApproved")
    log, numbers = path.world.log("issuance"), Numbers(path.databases.log)
    key = path.world.secrets.case_id_keys[-1]
    numbering = Numbering(numbers, log, path.world.rules, document_key=key)
    reserve, calls = numbers.reserve, list[str]()

    def dying(*args: Any, scheme: str, **more: Any) -> Any:
        calls.append(scheme)
        reserved = reserve(*args, scheme=scheme, **more)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return reserved

    numbers.reserve = dying  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        numbering.react(approval)
    assert [one["result"] for one in numbered(path, walk.case)] == ["residence-permit"]
    path.services["numbering"] = handlers
    path.delivered.clear()
    path.settle()
    found = numbered(path, walk.case)
    assert sorted(one["result"] for one in found) == ["collection-voucher", "residence-permit"]
    assert path.numbers.head("collection-voucher") == 1


def test_a_late_order_numbers_everything_that_was_granted(path: Path4) -> None:
    walk = begun(path, "001-01")
    path.services.pop("numbering")
    walk.until("production-order")
    log = path.world.log("issuance")
    late = next(
        one
        for one in owed_of(case_of(log.load(f"case/{walk.case}")), "issuance")
        if one.step == "production-order"
    )
    fire = fire_with(path.numbering, log, path.world.rules)
    for _ in range(2):
        fire(f"case/{walk.case}", late.step, late.version, datetime.now(UTC) + DAY)
    assert len(numbered(path, walk.case)) == 2
    assert types_of(path, walk.case).count("issuance.ProductionOrdered") == 1


def test_what_is_told_of_a_document_names_nobody(path: Path4) -> None:
    walk = begun(path, "000-03")
    walk.to_the_end()
    (proof,) = papers(walk).values()
    told = str(verified(path, proof["document"]))
    assert walk.case not in told
    assert date.fromisoformat(proof["valid_until"])
