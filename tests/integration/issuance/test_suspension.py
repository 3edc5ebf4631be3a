"""A document is suspended and reinstated over HTTP: recorded, told, shown, verified, sealed."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.config import Databases
from shared.projection.building import catch_up
from shared.projection.comparing import compare
from tests.support.path_world import Path4
from tests.support.reissuing import CARD, approve, held, submitted

pytestmark = pytest.mark.mongo
WORDS = "Left on the bus of Sample Road 7."


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def post(path: Path4, document: str, what: str, body: Any, user: str = "officer") -> Any:
    return path.client("issuance").post(f"/v1/documents/{document}/{what}", body, user=user)


def verified(path: Path4, document: str) -> Any:
    return path.app("issuance").test_client().get(f"/v1/documents/{document}/verification").json


def standings(path: Path4, case: str) -> list[tuple[str, bool]]:
    catch_up(path.parts(), 1)
    assert compare(path.parts()).findings == []
    return [(one["standing"], one["valid"]) for one in path.progress(case)["documents"]]


def texts(path: Path4, words: str) -> list[str]:
    lines = path.sms.read_text("utf-8").splitlines()
    return [text for text in (json.loads(line)["text"] for line in lines) if words in text]


def test_a_loss_is_reported_and_lifted_and_the_holder_is_told_of_both(path: Path4) -> None:
    case, document, _ = held(path)
    before = verified(path, document)
    done = post(path, document, "suspension", {"ground": "lost", "explanation": WORDS})
    assert (done.status_code, done.json["events"]) == (200, ["issuance.DocumentSuspended"])
    assert post(path, document, "suspension", {"ground": "lost"}).json["events"] == []
    path.settle(times=2)
    assert verified(path, document) == {
        "document": document,
        "kind": None,
        "status": "suspended",
        "valid": False,
        "valid_until": None,
    }
    assert standings(path, case) == [("suspended", False)]
    told = texts(path, "已挂失")
    assert len(told) == 2, "one by each channel, though everything came twice"
    assert path.progress(case)["number"] in told[0]

    done = post(path, document, "reinstatement", {"explanation": WORDS})
    assert (done.status_code, done.json["events"]) == (200, ["issuance.DocumentReinstated"])
    path.settle(times=2)
    assert verified(path, document) == before
    assert standings(path, case) == [("valid", True)]
    assert len(texts(path, "已解除挂失")) == 2
    again = post(path, document, "reinstatement", {})
    assert (again.status_code, again.json["type"].rpartition(":")[2]) == (409, "not-suspended")
    commits = path.databases.log["commits"].find({"stream": f"document/{document}"})
    assert not any(b"Sample Road" in bytes(one["body"]) for one in commits)


def test_a_suspended_document_is_named_by_the_reissue_that_replaces_it(path: Path4) -> None:
    _, document, number = held(path)
    assert post(path, document, "suspension", {"ground": "lost"}).status_code == 200
    case = submitted(path)
    assert approve(path, case, {"result": CARD, "number": number}).status_code == 200
    path.settle()
    assert verified(path, document)["status"] == "replaced"


def test_whoever_may_not_changes_nothing(path: Path4) -> None:
    _, document, _ = held(path)
    for what, body in (("suspension", {"ground": "lost"}), ("reinstatement", {})):
        for user in ("applicant", "producer", "neighbour"):
            assert post(path, document, what, body, user).status_code == 403
        assert post(path, "x" * 32, what, body).status_code == 404
    assert len(path.world.log("issuance").load(f"document/{document}").events) == 1
