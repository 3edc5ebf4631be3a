"""The answers of an application: sealed by class, read with the questions of their edition."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.intake.application.parties import applicant
from shared.config import Databases
from shared.eventlog import sealed_fields
from tests.support.made_up import HOTEL_FACTS
from tests.support.path_world import Path4
from tests.support.reading_canaries import Asked

pytestmark = pytest.mark.mongo
FACTS = {**HOTEL_FACTS, "guest-rooms": 8641, "deposit-room": True}


@pytest.fixture
def asked(databases: Databases, tmp_path: Path) -> Asked:
    return Asked(Path4(databases, tmp_path))


def hotel(asked: Asked) -> None:
    """A hotel's application for its licence, as far as its officer."""
    intake = asked.client("intake")
    form = intake.get("/v1/items/000-09/form").json["schema"]["properties"]
    body = {
        **intake.application(complete=False),
        "item": "000-09",
        "delivery": form["delivery"]["enum"][0],
        "channel": form["channel"]["enum"][0],
        "situations": ["large-hotel"],
        "facts": FACTS,
        "materials": [
            {"code": code, "blob": intake.upload().json["blob"]}
            for code in form["materials"]["items"]["properties"]["code"]["enum"]
        ],
    }
    done = intake.post("/v1/cases", body)
    assert done.status_code == 201, done.json
    asked.case = done.json["case"]
    asked.path.settle()
    shown = intake.get(f"/v1/cases/{asked.case}", "officer").json
    if "acceptance" in shown["actions"]:
        assert intake.post(f"/v1/cases/{asked.case}/acceptance", {}, "officer").status_code == 200
        asked.path.settle()
    asked.at_desk("assignment", {})


def by_code(told: Any) -> dict[str, Any]:
    return {one["code"]: one for one in told.json["facts"]}


def test_the_officer_reads_what_was_stated_in_the_words_of_the_item(asked: Asked) -> None:
    hotel(asked)
    told = asked.application("review", "officer")
    assert told.status_code == 200, told.json
    assert {code: one["value"] for code, one in by_code(told).items()} == FACTS
    rooms = by_code(told)["guest-rooms"]
    assert (rooms["title"], rooms["title_en"]) == ("客房数", "Number of guest rooms")
    assert (rooms["type"], rooms["data_class"]) == ("integer", "premises")
    questions = [fact.code for fact in asked.path.rules.catalogue.item("000-09").text.facts]
    assert list(by_code(told)) == [code for code in questions if code in FACTS]
    assert (rooms["step"], by_code(told)["manager"]["shown"]) == (
        "inspection",
        "经理·样例，护照，C23456789",
    )
    (chosen,) = told.json["chosen"]
    assert (chosen["of"], chosen["code"]) == ("situation", "large-hotel")
    assert chosen["title"] != chosen["code"]
    assert told.json["classes"] == ["contact", "identity", "premises", "third-person"]
    assert all(one["title"] != one["code"] for one in told.json["documents"])
    assert told.json["title"] == asked.path.rules.catalogue.item("000-09").text.name


def test_answers_are_sealed_by_class_and_none_is_plain(asked: Asked) -> None:
    hotel(asked)
    loaded = asked.path.world.log("intake").load(f"case/{asked.case}")
    sealed = {place.partition("/")[2] for place in sealed_fields(loaded.commits[0])}
    assert {"answers/premises", "answers/third-person"} <= sealed
    assert "answers" not in sealed
    assert b"8641" not in b"".join(commit.body_bytes for commit in loaded)


def test_answers_that_were_sealed_in_one_are_read_as_all(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_one(facts: dict[str, Any], _text: Any = None) -> dict[str, str]:
        """As submissions were sealed before the classes."""
        return {"answers": msgspec.json.encode(facts, order="deterministic").decode()}

    monkeypatch.setattr(applicant, "sealed_by_class", in_one)
    hotel(asked)
    for service, user in (("review", "officer"), ("intake", "applicant")):
        told = asked.application(service, user)
        assert {code: one["value"] for code, one in by_code(told).items()} == FACTS
        assert "all" in told.json["classes"]
        assert {one["data_class"] for one in told.json["facts"]} == {"all"}
