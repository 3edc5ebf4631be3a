"""A card from application to delivery over a real log: numbers, messages, progress, the end."""

import json
from pathlib import Path

import pytest

from services.progress.standing.view import VIEW
from shared.config import Databases
from shared.projection.building import catch_up, rebuild
from shared.projection.comparing import compare
from shared.projection.generations import Generations
from shared.projection.store import Store
from tests.support.casework_world import APPLICANT
from tests.support.made_up import (
    COMPANY,
    CREDIT_CODE,
    HANDLER,
    HOTEL,
    OTHER_CREDIT_CODE,
    acting_for,
)
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def statuses(progress: dict[str, list[dict[str, str]]]) -> list[str]:
    return [entry["status"] for entry in progress["history"]]


def told(path: Path4) -> list[str]:
    """Subjects of text messages are not there: the words that were sent, in order."""
    return [json.loads(line)["text"] for line in path.sms.read_text("utf-8").splitlines()]


@pytest.mark.requirement("R-036", "R-099")
def test_the_whole_path_ends_delivered_and_closed(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case)
    path.issued(case)
    catch_up(path.parts(), 1)
    progress = path.progress(case)
    assert progress["status"] == "closed"
    assert statuses(progress)[-7:] == [
        "approved",
        "numbered",
        "in-production",
        "produced",
        "dispatched",
        "delivered",
        "closed",
    ]
    assert progress["next"] is None
    assert [d["number"] for d in progress["documents"]] == ["identity-card/1"]
    assert {n["status"] for n in progress["notices"]} == {"sent"}
    assert compare(path.parts()).findings == []


def test_every_event_delivered_three_times_has_one_effect(path: Path4) -> None:
    case = path.submitted()
    path.settle(times=3)
    path.paid(case)
    path.decided(case)
    path.delivered.clear()
    path.settle(times=3)
    path.issued(case)
    path.delivered.clear()
    path.settle(times=2)
    log = path.world.log("notify")
    types = [e.type for e in log.load(f"case/{case}").events]
    assert types.count("issuance.ProductionOrdered") == 1
    assert types.count("issuance.CaseClosed") == 1
    queued = [e.data["notice"] for e in log.load(f"notice/{case}").events if "Queued" in e.type]
    assert len(queued) == len(set(queued))
    assert path.numbers.head("identity-card") == 1
    assert len(told(path)) == len(queued)


def test_a_refusal_is_told_refunded_and_closed(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case, met=False)
    assert path.progress(case)["status"] == "refused"
    refund = {
        "kind": "refund",
        "case": case,
        "transaction": "r-1",
        "amount": "40.00",
        "payment": f"t-{case}",
    }
    assert path.client("intake").callback(refund).status_code == 200
    path.settle()
    progress = path.progress(case)
    assert statuses(progress)[-3:] == ["refused", "refunded", "closed"]
    assert any("退回" in text and "复议" in text for text in told(path))


def test_a_failed_card_is_made_again_and_a_returned_one_sent_again(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case)
    path.produce(case, "production", {"outcome": "failed", "failure": "chip-unreadable"})
    path.produce(case, "production", {"outcome": "produced"})
    dispatch = {"carrier": "EMS", "tracking": "EM1" + "0" * 8}
    path.produce(case, "dispatch", dispatch)
    path.produce(case, "handover", {"outcome": "returned", "code": "nobody-there"})
    path.produce(case, "dispatch", dispatch)
    path.produce(case, "handover", {"outcome": "delivered", "to": "applicant"})
    assert path.progress(case)["status"] == "closed"
    assert path.numbers.head("identity-card") == 1


def test_nothing_personal_is_in_views_numbers_or_the_feed(path: Path4) -> None:
    case = path.submitted()
    path.paid(case)
    path.decided(case)
    path.issued(case)
    catch_up(path.parts(), 1)
    stores = [
        repr(list(path.databases.views["progress.1"].find())),
        repr(list(path.databases.log["numbers"].find())),
        path.client("notify").get("/v1/lanes/0/records?limit=200", user="auditor").text,
        path.client("notify").get(f"/v1/notices/{case}").text,
        path.client("notify").get(f"/v1/progress/{case}").text,
    ]
    secrets = [*APPLICANT.values(), "EM123456789CN", "乌鲁木齐市 1 号"]
    assert [s for s in secrets for store in stores if s in store] == []


def test_min_version_is_answered_from_the_log_and_above_its_head_412(path: Path4) -> None:
    case = path.submitted()
    catch_up(path.parts(), 1)
    path.paid(case)  # the projection does not know it
    head = path.world.log("notify").load(f"case/{case}").version
    notify = path.client("notify")
    behind = notify.get(f"/v1/progress/{case}").json
    assert behind["version"] < head
    assert notify.get(f"/v1/progress/{case}?min_version={head}").json["version"] == head
    assert notify.get(f"/v1/progress/{case}?min_version={head + 1}").status_code == 412


def test_who_may_see_a_case_and_who_may_not(path: Path4) -> None:
    case = path.submitted()
    catch_up(path.parts(), 1)
    notify = path.client("notify")
    for user in ("applicant", "officer", "auditor"):
        assert notify.get(f"/v1/progress/{case}", user=user).status_code == 200
        assert case in notify.get("/v1/progress", user=user).text
    for user in ("neighbour", "officer-elsewhere"):
        assert notify.get(f"/v1/progress/{case}", user=user).status_code == 404
        assert notify.get(f"/v1/progress/{case}?min_version=999", user=user).status_code == 404
        assert notify.get("/v1/progress", user=user).json == {"cases": [], "next": None}
    assert notify.get("/v1/lanes", user="applicant").status_code == 403


def test_who_acts_for_an_organisation_lists_its_cases_and_no_others(path: Path4) -> None:
    own = path.submitted()
    body = {**HOTEL, "applicant": COMPANY, "representative": HANDLER}
    case = path.client("intake").post("/v1/cases", body).json["case"]
    path.settle()
    catch_up(path.parts(), 1)
    app = path.client("notify").app.test_client()
    for code, cases in ((CREDIT_CODE, [case]), (OTHER_CREDIT_CODE, [])):
        headers = acting_for(path.world.issuer, code, sub="a-colleague")
        listed = app.get("/v1/progress", headers=headers).json["cases"]
        assert [one["case"] for one in listed] == cases
        for address in ("/v1/progress/", "/v1/notices/"):
            assert app.get(address + own, headers=headers).status_code == 404
            met = app.get(address + case, headers=headers).status_code
            assert met == (200 if cases else 404)


def test_a_list_is_paged_by_id(path: Path4) -> None:
    cases = sorted(path.submitted() for _ in range(3))
    catch_up(path.parts(), 1)
    notify = path.client("notify")
    first = notify.get("/v1/progress?limit=2").json
    second = notify.get(f"/v1/progress?limit=2&after={first['next']}").json
    assert [c["case"] for c in first["cases"] + second["cases"]] == cases
    assert second["next"] is None
    assert notify.get("/v1/progress?status=closed").json["cases"] == []


def test_a_rebuild_is_made_beside_compared_and_switched(path: Path4) -> None:
    case = path.submitted()
    catch_up(path.parts(), 1)
    path.paid(case)
    report = rebuild(path.parts())
    assert (report["ok"], report["generation"], report["previous"]) == (True, 2, 1)
    assert Generations(VIEW, path.databases.views).live() == 2
    assert compare(path.parts()).as_dict() == {
        "ok": True,
        "generation": 2,
        "cases": 1,
        "findings": [],
    }
    path.decided(case)
    catch_up(path.parts(), 2)  # workers go on from the new generation's own marks
    assert path.progress(case)["status"] == "in-production"
    assert rebuild(path.parts())["generation"] == 3


def test_two_rebuilds_never_share_a_generation_and_one_switches(path: Path4) -> None:
    generations = Generations(VIEW, path.databases.views)
    one, two = generations.begin(path.parts().now()), generations.begin(path.parts().now())
    assert one != two
    assert generations.switch(1, one, path.parts().now())
    assert not generations.switch(1, two, path.parts().now())
    assert generations.live() == one


def test_compare_names_what_is_wrong(path: Path4) -> None:
    case = path.submitted()
    catch_up(path.parts(), 1)
    collection = Store(VIEW, path.databases.views, 1).collection
    good = collection.find_one({"_id": case})
    assert good is not None

    collection.update_one({"_id": case}, {"$set": {"status": "closed"}})
    assert [f["finding"] for f in compare(path.parts()).findings] == ["differs"]

    collection.delete_one({"_id": case})
    assert [f["finding"] for f in compare(path.parts()).findings] == ["missing"]

    collection.insert_one({**good, "_id": "invented"})
    found = {f["finding"] for f in compare(path.parts()).findings}
    assert found == {"missing", "not-in-the-log"}


def test_a_rebuild_with_findings_does_not_switch(
    path: Path4, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.submitted()
    monkeypatch.setattr("shared.projection.comparing._equal", lambda *_: False)
    report = rebuild(path.parts())
    assert not report["ok"]
    assert Generations(VIEW, path.databases.views).live() == 1


def test_the_lane_feed_gives_every_commit_with_its_exact_body(path: Path4) -> None:
    import hashlib  # noqa: PLC0415

    case = path.submitted()
    notify = path.client("notify")
    lanes = notify.get("/v1/lanes", user="operator").json["lanes"]
    records = []
    for lane in lanes:
        after = 0
        while after < lane["head"]:
            url = f"/v1/lanes/{lane['lane']}/records?after={after}&limit=1"
            (record,) = notify.get(url, user="auditor").json["records"]
            after = record["position"]
            records.append(record)
    assert f"case/{case}" in {r["stream"] for r in records}
    for record in records:
        assert hashlib.sha256(record["body"].encode()).hexdigest() == record["hash"]
    assert notify.get("/v1/lanes/9/records", user="auditor").status_code == 404
    assert notify.get("/v1/lanes/0/records?limit=201", user="auditor").status_code == 422
