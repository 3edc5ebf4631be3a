"""A document is endorsed over HTTP: recorded, told, sealed; what it is worth stays as it was."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.config import Databases
from shared.projection.building import catch_up
from shared.projection.comparing import compare
from tests.support.path_world import Path4
from tests.support.reissuing import held

pytestmark = pytest.mark.mongo
BODY = {"endorsement": "address-changed", "explanation": "Moved to Sample Road 7."}


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def endorse(path: Path4, document: str, body: Any, user: str = "officer", **headers: str) -> Any:
    url = f"/v1/documents/{document}/endorsement"
    return path.client("issuance").post(url, body, user=user, **headers)


def types(path: Path4, document: str) -> list[str]:
    events = path.world.log("issuance").load(f"document/{document}").events
    return [event.type.partition(".")[2] for event in events]


def texts(path: Path4, words: str) -> list[str]:
    lines = path.sms.read_text("utf-8").splitlines()
    return [text for text in (json.loads(line)["text"] for line in lines) if words in text]


def test_an_endorsement_is_recorded_told_and_sealed(path: Path4) -> None:
    case, document, _ = held(path)
    verification = f"/v1/documents/{document}/verification"
    before = path.app("issuance").test_client().get(verification).json
    done = endorse(path, document, BODY, **{"If-Match": '"1"'})
    assert done.status_code == 200, done.json
    assert (done.json["version"], done.json["events"]) == (2, ["issuance.DocumentEndorsed"])
    path.settle(times=2)
    catch_up(path.parts(), 1)
    assert compare(path.parts()).findings == []
    assert path.app("issuance").test_client().get(verification).json == before
    shown = path.progress(case)["documents"]
    assert [(one["standing"], one["valid"]) for one in shown] == [("valid", True)]
    told = texts(path, "登记的住址已变更")
    assert len(told) == 2, "one by each channel, though everything came twice"
    assert path.progress(case)["number"] in told[0]
    assert "address-changed" not in told[0]
    event = path.world.log("issuance").load(f"document/{document}").events[-1]
    assert "Sample Road" not in json.dumps(event.data)
    stored = path.databases.log["commits"].find_one(
        {"stream": f"document/{document}", "first_version": 2}
    )
    assert stored is not None
    assert b"Sample Road" not in bytes(stored["body"])


def test_a_repeat_has_one_effect(path: Path4) -> None:
    _, document, _ = held(path)
    key = {"Idempotency-Key": "once"}
    first = endorse(path, document, BODY, **key)
    assert endorse(path, document, BODY, **key).json == first.json
    again = endorse(path, document, BODY)
    assert (again.status_code, again.json["events"], again.json["receipt"]) == (200, [], None)
    assert types(path, document) == ["DocumentNumbered", "DocumentEndorsed"]


def test_who_may_not_changes_nothing_and_learns_nothing(path: Path4) -> None:
    _, document, _ = held(path)
    for user in ("applicant", "producer", "neighbour"):
        assert endorse(path, document, BODY, user).status_code == 403
    elsewhere = path.client("issuance").post(
        f"/v1/documents/{document}/endorsement", BODY, user="officer", department="traffic"
    )
    unknown = endorse(path, "x" * 32, BODY)
    assert elsewhere.status_code == unknown.status_code == 404
    stale = endorse(path, document, BODY, **{"If-Match": '"7"'})
    assert (stale.status_code, stale.json["present"]) == (412, 1)
    assert types(path, document) == ["DocumentNumbered"]


def test_a_revoked_document_takes_no_endorsement(path: Path4) -> None:
    _, document, _ = held(path)
    url = f"/v1/documents/{document}/revocation"
    assert path.client("issuance").post(url, {"ground": "lost"}, user="officer").status_code == 200
    refused = endorse(path, document, BODY)
    problem = "urn:caseledger:problem:counts-no-more"
    assert (refused.status_code, refused.json["type"]) == (409, problem)
    assert types(path, document) == ["DocumentNumbered", "DocumentRevoked"]
