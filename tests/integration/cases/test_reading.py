"""The application is read by whom it concerns, with a record; by nobody else, and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from shared.config import Databases
from shared.projection.building import catch_up
from tests.support.path_world import Path4
from tests.support.reading_canaries import APPLICANT, CANARIES, Asked

pytestmark = pytest.mark.mongo
MINE = "/v1/cases/{case}/application"
DESK = "/v1/reviews/{case}/application"
MAKER = "/v1/issuance/{case}/application"
LABEL = "/v1/issuance/{case}"
OWN = {("applicant", MINE), ("portal", MINE)}
STATED = ("name", "id_number", "phone", "email")


@pytest.fixture
def asked(databases: Databases, tmp_path: Path) -> Asked:
    found = Asked(Path4(databases, tmp_path))
    found.submit()
    return found


def granted(asked: Asked) -> None:
    asked.path.paid(asked.case)
    asked.at_desk("assignment", {})
    asked.decide()


def rows(asked: Asked, **wanted: Any) -> list[dict[str, Any]]:
    found = asked.path.databases.log["access"].find({"place": f"case/{asked.case}", **wanted})
    return list(found.sort("_id", 1))


def test_before_the_assignment_the_applicant_alone_reads(asked: Asked) -> None:
    mine = dict.fromkeys([*STATED, "delivery_address"], frozenset(OWN))
    assert asked.seen() == mine
    asked.path.paid(asked.case)
    assert asked.seen() == mine, "under review, and nobody has it"


def test_from_the_assignment_on_its_officer_reads_who_applies(asked: Asked) -> None:
    asked.path.paid(asked.case)
    asked.at_desk("assignment", {})
    wanted = dict.fromkeys(STATED, frozenset({*OWN, ("officer", DESK)}))
    assert asked.seen() == {**wanted, "delivery_address": frozenset(OWN)}
    asked.at_desk("assignment", {}, "officer-2")
    taken = dict.fromkeys(STATED, frozenset({*OWN, ("officer-2", DESK)}))
    assert asked.seen(*STATED) == taken, "who had it before reads it no more"


def test_while_the_paper_is_owed_its_producer_reads_name_and_number(asked: Asked) -> None:
    granted(asked)
    desk, maker = ("officer", DESK), ("producer", MAKER)
    ordered = asked.seen()
    assert ordered["name"] == ordered["id_number"] == {*OWN, desk, maker}
    assert ordered["phone"] == ordered["email"] == {*OWN, desk}
    assert ordered["note"] == {desk}
    assert ordered["delivery_address"] == {*OWN, maker}
    made = asked.application("issuance", "producer").json
    assert (made["chosen"], made["facts"], made["documents"], made["words"]) == ([], [], [], [])
    asked.path.produce(asked.case, "production", {"outcome": "produced"})
    label = asked.seen("delivery_address")["delivery_address"]
    assert label == {*OWN, maker, ("producer", LABEL)}
    sent = {"carrier": "EMS", "tracking": CANARIES["tracking"]}
    asked.path.produce(asked.case, "dispatch", sent)
    assert asked.seen("tracking") == {"tracking": frozenset(OWN)}


def test_after_the_closing_nobody_reads_without_a_reason(asked: Asked) -> None:
    granted(asked)
    asked.path.produce(asked.case, "production", {"outcome": "produced"})
    sent = {"carrier": "EMS", "tracking": CANARIES["tracking"]}
    asked.path.produce(asked.case, "dispatch", sent)
    handed = {"outcome": "delivered", "to": "applicant"}
    asked.path.produce(asked.case, "handover", handed)
    own = dict.fromkeys([*STATED, "delivery_address", "tracking"], frozenset(OWN))
    assert asked.seen() == own
    refused = asked.application("review", "officer")
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (403, "reason-needed")
    assert "complaint" in refused.json["reasons"]
    opened = asked.application("review", "officer", "?reason=complaint")
    assert opened.json["applicant"]["name"] == CANARIES["name"]
    assert rows(asked, duty="review")[-1]["reason"] == "complaint"
    reasoned = asked.seen("name", query="?reason=complaint")["name"]
    # Who never had the case has no reason either; who supervises may have one.
    assert reasoned == {*OWN, ("officer", DESK), ("supervisor", DESK)}
    assert asked.application("review", "officer", "?reason=curious").status_code == 422


def test_the_applicant_reads_why_it_was_refused_and_the_desk_its_own_words(asked: Asked) -> None:
    asked.path.paid(asked.case)
    asked.at_desk("assignment", {})
    asked.decide(met=False)
    seen = asked.seen("explanation", "note")
    assert seen["explanation"] == {*OWN, ("officer", DESK)}
    assert seen["note"] == {("officer", DESK)}
    told = asked.application("intake", "applicant").json
    assert [(one["event"], one["kind"], one["text"]) for one in told["words"]] == [
        ("review.CaseRefused", "explanation", CANARIES["explanation"])
    ]
    assert told["appeal_until"]


def test_the_reason_of_a_withdrawal_is_the_applicants_own(asked: Asked) -> None:
    done = asked.client("intake").post(
        f"/v1/cases/{asked.case}/withdrawal", {"reason": CANARIES["reason"]}
    )
    assert done.status_code == 200
    asked.path.settle()
    assert asked.seen("reason") == {"reason": frozenset(OWN)}


def test_of_what_changed_the_present_value_is_read(asked: Asked) -> None:
    changed = {"phone": "13900009999", "delivery_address": "测试市样例路2号"}
    done = asked.client("intake").post(f"/v1/cases/{asked.case}/contact", changed)
    assert done.status_code == 200
    told = asked.application("intake", "applicant").json["applicant"]
    assert told == {
        **{name: CANARIES[name] for name in ("name", "id_number", "email")},
        "id_kind": None,
        **changed,
    }


def test_a_reading_is_one_row_that_lists_its_classes(asked: Asked) -> None:
    asked.path.paid(asked.case)
    asked.at_desk("assignment", {})
    read = asked.application("review", "officer")
    (row,) = rows(asked)
    assert row["classes"] == read.json["classes"] == ["contact", "identity", "statement"]
    reached = ["1/answers/statement", "1/email", "1/id_number", "1/name", "1/phone"]
    assert sorted(row["fields"]) == reached
    who = {name: row[name] for name in ("reader", "reader_kind", "duty", "office", "why", "reason")}
    assert who == {
        "reader": "staff-officer",
        "reader_kind": "officer",
        "duty": "review",
        "office": "public-security-650000",
        "why": "review",
        "reason": "",
    }
    asked.application("intake", "applicant")
    assert rows(asked)[-1]["duty"] == "apply"
    text = str(asked.path.databases.log["access"].find_one())
    assert not [one for one in CANARIES.values() if one in text]


def test_an_unchanged_poll_reads_nothing(asked: Asked) -> None:
    first = asked.application("intake", "applicant")
    assert first.headers["ETag"] == f'"{first.json["version"]}"'
    app, path = asked.client("intake").app, MINE.replace("{case}", asked.case)
    for tag in (first.headers["ETag"], f"W/{first.headers['ETag']}", "*"):
        headers = asked.path.world.headers("applicant", **{"If-None-Match": tag})
        again = app.test_client().get(path, headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        strange = asked.path.world.headers("neighbour", **{"If-None-Match": tag})
        assert app.test_client().get(path, headers=strange).status_code == 404
    assert len(rows(asked)) == 1
    asked.path.paid(asked.case)
    headers = asked.path.world.headers("applicant", **{"If-None-Match": first.headers["ETag"]})
    assert app.test_client().get(path, headers=headers).status_code == 200


def test_nobody_reads_an_own_case_at_the_desk(asked: Asked) -> None:
    asked.path.paid(asked.case)
    world, app = asked.path.world, asked.client("review").app
    token = world.issuer.issue(
        "officer", sub="local-applicant", roles=["officer", "applicant"], staff_id="staff-officer"
    )
    asked.at_desk("assignment", {})
    for path in (DESK, DESK + "?reason=complaint", "/v1/reviews/{case}"):
        told = app.test_client().get(
            path.replace("{case}", asked.case), headers={"Authorization": f"Bearer {token}"}
        )
        assert (told.status_code, told.json["type"].rpartition(":")[2]) == (403, "own-case")
        assert CANARIES["name"] not in told.get_data(as_text=True)


def test_an_upload_is_read_by_whom_the_table_names(asked: Asked) -> None:
    blob = asked.get("intake", "/v1/cases/{case}", "applicant").json["materials"][0]["blob"]
    rule = f"/v1/cases/{{case}}/materials/{blob}"

    def who(query: str = "") -> dict[str, int]:
        users = ("applicant", "officer", "officer-2", "officer-elsewhere", "auditor")
        return {user: asked.get("intake", rule, user, query).status_code for user in users}

    never = {"applicant": 200, "officer-elsewhere": 404, "auditor": 403}
    assert who() == {**never, "officer": 200, "officer-2": 200}, "is it complete?"
    asked.path.paid(asked.case)
    assert who() == {**never, "officer": 404, "officer-2": 404}, "nobody has the case"
    asked.at_desk("assignment", {})
    assert who() == {**never, "officer": 200, "officer-2": 404}
    asked.decide()
    asked.path.issued(asked.case)
    assert who() == {**never, "officer": 403, "officer-2": 404}
    assert who("?reason=court-order") == {**never, "officer": 200, "officer-2": 404}


def test_what_is_read_is_in_no_log_topic_view_or_metric(
    asked: Asked, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    granted(asked)
    for service, user in (("intake", "applicant"), ("review", "officer"), ("issuance", "producer")):
        assert asked.application(service, user).json["applicant"]["name"] == CANARIES["name"]
    catch_up(asked.path.parts(), 1)
    raw = asked.everything()
    told = caplog.text + "".join(capsys.readouterr())
    for service in ("intake", "review", "issuance"):
        told += asked.client(service).get("/metrics", "operator").get_data(as_text=True)
    records = b"".join(
        record.value for lane in range(4) for record in asked.path.ledger.records(lane, 0, 1000)
    )
    for value in (*APPLICANT.values(), CANARIES["delivery_address"], CANARIES["note"]):
        assert value.encode() not in raw + records
        assert value not in told


def readings(asked: Asked, user: str) -> list[dict[str, Any]]:
    told = asked.get("intake", "/v1/cases/{case}/readings", user)
    assert told.status_code == 200, told.json
    found: list[dict[str, Any]] = told.json["readings"]
    return found


def test_applicant_and_auditor_are_told_who_read(asked: Asked) -> None:
    granted(asked)
    asked.path.issued(asked.case)
    blob = asked.get("intake", "/v1/cases/{case}", "applicant").json["materials"][0]["blob"]
    asked.application("intake", "applicant")
    asked.application("review", "officer", "?reason=complaint")
    asked.get("intake", f"/v1/cases/{{case}}/materials/{blob}", "officer", "?reason=appeal")
    newest, told, own, *machine = readings(asked, "applicant")
    assert (newest["duty"], newest["office"]) == ("review", "public-security-650000")
    assert [one["code"] for one in newest["classes"]] == ["document"]
    assert newest["why"]["code"] == "appeal"
    assert (told["why"]["zh"], told["with_reason"]) == ("办理投诉或者信访", True)
    classes = ["contact", "identity", "note", "statement"]
    assert [one["code"] for one in told["classes"]] == classes
    assert (own["duty"], own["with_reason"]) == ("apply", False)
    assert {one["duty"] for one in machine} == {"tell"}, "every message opened the contact"
    assert {one["reader"] for one in [newest, told, own, *machine]} == {None}
    audited = readings(asked, "auditor")
    assert [one["reader"] for one in audited[:2]] == ["staff-officer", "staff-officer"]
    assert [one["at"] for one in audited] == sorted((o["at"] for o in audited), reverse=True)
    assert not [value for value in CANARIES.values() if value in str(audited)]
    both = asked.path.world.issuer.issue(
        "auditor", sub="local-applicant", roles=["auditor", "applicant"]
    )
    own_case = (
        asked.client("intake")
        .app.test_client()
        .get(f"/v1/cases/{asked.case}/readings", headers={"Authorization": f"Bearer {both}"})
    )
    assert {one["reader"] for one in own_case.json["readings"]} == {None}
    for user, status in (("neighbour", 404), ("officer", 403), ("producer", 403)):
        assert asked.get("intake", "/v1/cases/{case}/readings", user).status_code == status


def test_readings_from_before_they_named_duty_and_class_are_told_too(asked: Asked) -> None:
    old = {
        "place": f"case/{asked.case}/1/delivery_address",
        "reader": "staff-producer",
        "reader_kind": "producer",
        "on_behalf_of": None,
        "portal": "local-portal",
        "why": "delivery label",
    }
    access = asked.path.databases.log["access"]
    access.insert_one({**old, "at": asked.path.now()})
    access.insert_one({**old, "at": asked.path.now(), "place": f"case/{asked.case}x/1/name"})
    first, *_ = readings(asked, "auditor")
    assert (first["duty"], first["office"], first["reader"]) == ("produce", None, "staff-producer")
    assert [one["code"] for one in first["classes"]] == ["address"]
    assert not [one for one in readings(asked, "auditor") if one["classes"] == []]
    access.insert_many([{**old, "at": asked.path.now()} for _ in range(500)])
    told = asked.get("intake", "/v1/cases/{case}/readings", "applicant").json
    assert (len(told["readings"]), told["more"]) == (500, True)


def test_without_the_right_to_record_nothing_is_given(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(asked)
    asked.path.produce(asked.case, "production", {"outcome": "produced"})
    before = rows(asked)

    def refused(*_args: Any, **_more: Any) -> None:
        raise OperationFailure("not authorized on caseledger to execute command", 13)

    monkeypatch.setattr("pymongo.collection.Collection.insert_one", refused)
    blob = asked.get("intake", "/v1/cases/{case}", "applicant").json["materials"][0]["blob"]
    calls = (
        ("intake", MINE, "applicant"),
        ("review", DESK, "officer"),
        ("issuance", MAKER, "producer"),
        ("issuance", LABEL, "producer"),
        ("intake", f"/v1/cases/{{case}}/materials/{blob}", "applicant"),
    )
    for service, rule, user in calls:
        told = asked.get(service, rule, user)
        assert (told.status_code, told.content_type) == (503, "application/problem+json"), rule
        assert not [v for v in CANARIES.values() if v in told.get_data(as_text=True)]
    assert rows(asked) == before
