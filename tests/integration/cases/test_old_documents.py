"""An officer names the old document at the grant: the applicant's own, nobody else's (R-173)."""

from pathlib import Path
from typing import Any

import pytest

from shared.case import Case
from shared.case.facts.parts import Grant
from shared.casework.holdings import Holdings
from shared.casework.log import case_of
from shared.config import Databases
from tests.support.path_world import Path4
from tests.support.reissuing import CARD, approve, held, submitted

pytestmark = pytest.mark.mongo


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def granted(path: Path4, case: str) -> tuple[Grant, ...]:
    approval = case_of(path.world.log("review").load(f"case/{case}")).approval
    return approval.fact.grants if approval else ()


def told(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 409, answer.json
    return {name: value for name, value in answer.json.items() if name != "correlation_id"}


def test_it_is_named_by_its_number_and_recorded_with_the_grant(path: Path4) -> None:
    _, document, number = held(path)
    case = submitted(path)
    done = approve(path, case, {"result": CARD, "number": number})
    assert done.json["events"] == ["review.CaseApproved"]
    assert granted(path, case) == (Grant(grant=1, result=CARD, old_document=document),)


def test_without_a_number_the_last_one_of_the_series_is_meant(path: Path4) -> None:
    held(path)
    _, last, _ = held(path)
    held(path, "neighbour")
    case = submitted(path)
    assert approve(path, case, {"result": CARD}).status_code == 200
    assert granted(path, case)[0].old_document == last


def test_a_number_that_is_not_there_and_one_of_somebody_else_have_the_same_answer(
    path: Path4,
) -> None:
    _, theirs, number = held(path, "neighbour")
    case = submitted(path)
    unknown = approve(path, case, {"result": CARD, "number": "identity-card/404"})
    foreign = approve(path, case, {"result": CARD, "number": number})
    assert told(unknown) == told(foreign)
    assert foreign.json["type"] == "urn:caseledger:problem:old-document-wrong"
    assert [one["code"] for one in foreign.json["faults"]] == ["not-theirs"]
    assert theirs not in foreign.text
    assert number not in foreign.text
    none = approve(path, case, {"result": CARD})
    assert told(none) == told(foreign)
    assert granted(path, case) == ()
    assert approve(path, case).status_code == 200, "the case itself is as it was"


def test_a_document_of_an_open_case_and_one_of_another_department_are_not_found(
    path: Path4, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = submitted(path)
    approve(path, first)
    path.settle()
    case = submitted(path)
    assert told(approve(path, case, {"result": CARD}))["faults"][0]["code"] == "not-theirs"
    path.issued(first)
    with monkeypatch.context() as patch:
        patch.setattr(Case, "department", property(lambda self: f"department of {self.id}"))
        theirs = path.client("review").get(f"/v1/reviews/{case}", user="officer")
        assert theirs.status_code == 404, "the departments differ now"
        log = path.world.log("review")
        found = Holdings(path.databases.log, log).find(
            case_of(log.load(f"case/{case}")), series=CARD
        )
        assert found is None
    assert approve(path, case, {"result": CARD}).status_code == 200


def test_a_repeat_is_answered_though_the_old_document_is_gone_by_then(path: Path4) -> None:
    _, document, number = held(path)
    case = submitted(path)
    key = {"Idempotency-Key": "one-approval"}
    first = approve(path, case, {"result": CARD, "number": number}, **key)
    path.databases.log["numbers"].delete_many({"document": document})
    again = approve(path, case, {"result": CARD, "number": number}, **key)
    assert (again.status_code, again.json) == (200, first.json)


def test_a_number_that_is_none_is_a_wrong_field(path: Path4) -> None:
    case = submitted(path)
    answer = approve(path, case, {"result": CARD, "number": "seventeen"})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json["errors"]] == ["/old_documents/0/number"]
