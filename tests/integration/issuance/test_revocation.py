"""A document is revoked over HTTP, or by a reissue: recorded, told, shown and verified (R-173)."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.issuance.numbers.giving import NumberDocument
from services.issuance.numbers.numbering import Numbering
from services.issuance.worker import fire_with
from shared.case import owed_of
from shared.casework.log import case_of
from shared.config import Databases
from shared.messaging.consumer.received import Received
from shared.projection.building import catch_up
from shared.projection.comparing import compare
from tests.support.path_world import Path4, utc_now
from tests.support.reissuing import CARD, approve, held, submitted

pytestmark = pytest.mark.mongo
DECIDED = {
    "ground": "decision",
    "reason": "obtained-by-deceit",
    "legal_basis": ["行政许可法第六十九条"],
    "explanation": "The certificate was another person's.",
}


@pytest.fixture
def path(databases: Databases, tmp_path: Path) -> Path4:
    return Path4(databases, tmp_path)


def revoke(path: Path4, document: str, body: Any, user: str = "officer", **headers: str) -> Any:
    url = f"/v1/documents/{document}/revocation"
    return path.client("issuance").post(url, body, user=user, **headers)


def verified(path: Path4, document: str) -> dict[str, Any]:
    answer = path.app("issuance").test_client().get(f"/v1/documents/{document}/verification")
    found: dict[str, Any] = answer.json
    return found


def types(path: Path4, document: str) -> list[str]:
    events = path.world.log("issuance").load(f"document/{document}").events
    return [event.type.partition(".")[2] for event in events]


def texts(path: Path4, words: str) -> list[str]:
    lines = path.sms.read_text("utf-8").splitlines()
    return [text for text in (json.loads(line)["text"] for line in lines) if words in text]


def standing(path: Path4, case: str) -> list[tuple[str, bool]]:
    return [(one["standing"], one["valid"]) for one in path.progress(case)["documents"]]


def test_a_decision_is_recorded_told_shown_and_verified(path: Path4) -> None:
    case, document, _ = held(path)
    assert verified(path, document)["status"] == "valid"
    done = revoke(path, document, DECIDED, **{"If-Match": '"1"'})
    assert done.status_code == 200, done.json
    assert (done.json["version"], done.json["events"]) == (2, ["issuance.DocumentRevoked"])
    path.settle(times=2)
    assert verified(path, document) == {
        "document": document,
        "status": "revoked",
        "kind": None,
        "valid": False,
        "valid_until": None,
    }
    catch_up(path.parts(), 1)
    assert compare(path.parts()).findings == []
    assert standing(path, case) == [("revoked", False)]
    desk = path.client("issuance").get(f"/v1/issuance/{case}", user="officer").json
    assert [one["standing"] for one in desk["documents"]] == ["revoked"]
    told = texts(path, "不得继续使用")
    assert len(told) == 2, "one by each channel, though everything came twice"
    for part in (path.progress(case)["number"], "欺骗", "行政许可法第六十九条", "复议"):
        assert part in told[0]
    event = path.world.log("issuance").load(f"document/{document}").events[-1]
    assert "another person" not in json.dumps(event.data)
    stored = path.databases.log["commits"].find_one(
        {"stream": f"document/{document}", "first_version": 2}
    )
    assert stored is not None
    assert b"another person" not in bytes(stored["body"])


def test_a_repeat_and_a_second_revocation_have_one_effect(path: Path4) -> None:
    _, document, _ = held(path)
    key = {"Idempotency-Key": "once"}
    first = revoke(path, document, {"ground": "lost"}, **key)
    assert revoke(path, document, {"ground": "lost"}, **key).json == first.json
    again = revoke(path, document, DECIDED)
    assert (again.status_code, again.json["events"], again.json["receipt"]) == (200, [], None)
    assert types(path, document) == ["DocumentNumbered", "DocumentRevoked"]
    path.settle()
    assert len(texts(path, "报告遗失")) == 2


def test_who_may_not_changes_nothing_and_learns_nothing(path: Path4) -> None:
    _, document, _ = held(path)
    for user in ("applicant", "producer", "neighbour"):
        assert revoke(path, document, {"ground": "lost"}, user).status_code == 403
    client = path.client("issuance")
    elsewhere = client.post(
        f"/v1/documents/{document}/revocation",
        {"ground": "lost"},
        user="officer",
        department="traffic",
    )
    unknown = revoke(path, "x" * 32, {"ground": "lost"})
    assert elsewhere.status_code == unknown.status_code == 404
    stale = revoke(path, document, {"ground": "lost"}, **{"If-Match": '"7"'})
    assert (stale.status_code, stale.json["present"]) == (412, 1)
    wrong = revoke(path, document, {"ground": "decision"})
    assert {one["pointer"] for one in wrong.json["errors"]} == {"/reason", "/legal_basis"}
    assert types(path, document) == ["DocumentNumbered"]


def test_what_is_not_handed_over_is_not_revoked(path: Path4) -> None:
    case = submitted(path)
    approve(path, case)
    path.settle()
    shown = path.client("issuance").get(f"/v1/issuance/{case}", user="producer").json
    document = shown["document"]["document"]
    refused = revoke(path, document, {"ground": "lost"})
    assert (refused.status_code, refused.json["type"]) == (409, "urn:caseledger:problem:not-held")
    path.issued(case)
    assert revoke(path, document, {"ground": "lost"}).status_code == 200


@pytest.mark.requirement("R-173")
def test_a_reissue_revokes_the_old_one_that_its_grant_names(path: Path4) -> None:
    before, old, number = held(path)
    case = submitted(path)
    assert approve(path, case, {"result": CARD, "number": number}).status_code == 200
    path.settle(times=2)
    assert types(path, old) == ["DocumentNumbered", "DocumentRevoked"]
    event = path.world.log("issuance").load(f"document/{old}").events[-1]
    new = event.data["by_document"]
    assert (event.data["ground"], types(path, new)) == ("replaced", ["DocumentNumbered"])
    assert (verified(path, old)["status"], verified(path, old)["valid"]) == ("replaced", False)
    assert new not in json.dumps(verified(path, old))
    assert len(texts(path, "新证件已核准制发")) == 2
    path.issued(case)
    assert verified(path, new)["status"] == "valid"
    assert standing(path, before) == [("replaced", False)]
    assert standing(path, case) == [("valid", True)]


def test_a_reissue_that_names_nothing_leaves_the_old_one(path: Path4) -> None:
    _, old, _ = held(path)
    case = submitted(path)
    approve(path, case)
    path.settle()
    path.issued(case)
    assert types(path, old) == ["DocumentNumbered"]


def test_the_old_one_is_void_before_the_new_one_is_numbered_and_a_crash_loses_nothing(
    path: Path4, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, old, number = held(path)
    case = submitted(path)
    approve(path, case, {"result": CARD, "number": number})
    approval: Received = next(r for r in path.new() if r.event.type == "review.CaseApproved")
    do = Numbering._do

    def dies(self: Numbering, stream: str, command: Any, wanted: Any) -> Any:
        if isinstance(wanted, NumberDocument):
            raise ConnectionError("the worker died here")
        return do(self, stream, command, wanted)

    with monkeypatch.context() as patch:
        patch.setattr(Numbering, "_do", dies)
        with pytest.raises(ConnectionError):
            path.numbering.react(approval)
    assert types(path, old) == ["DocumentNumbered", "DocumentRevoked"]
    new = path.world.log("issuance").load(f"document/{old}").events[-1].data["by_document"]
    assert types(path, new) == [], "at no moment do both count"
    for _ in range(2):
        path.numbering.react(approval)
    assert types(path, old) == ["DocumentNumbered", "DocumentRevoked"]
    assert types(path, new) == ["DocumentNumbered"]


def test_the_timer_of_the_order_revokes_first_too_and_a_later_event_finds_it_done(
    path: Path4,
) -> None:
    _, old, number = held(path)
    case = submitted(path)
    approve(path, case, {"result": CARD, "number": number})
    approval = next(r for r in path.new() if r.event.type == "review.CaseApproved")
    log = path.world.log("issuance")
    late = next(
        one
        for one in owed_of(case_of(log.load(f"case/{case}")), "issuance")
        if one.step == "production-order"
    )
    fire = fire_with(path.numbering, log, path.world.rules)
    fire(f"case/{case}", late.step, late.version, utc_now().replace(year=2090))
    assert types(path, old) == ["DocumentNumbered", "DocumentRevoked"]
    path.numbering.react(approval)
    assert types(path, old) == ["DocumentNumbered", "DocumentRevoked"]


def test_one_that_was_lost_meanwhile_stays_lost(path: Path4) -> None:
    _, old, number = held(path)
    case = submitted(path)
    approve(path, case, {"result": CARD, "number": number})
    revoke(path, old, {"ground": "lost"})
    path.settle()
    event = path.world.log("issuance").load(f"document/{old}").events[-1]
    assert (event.data["ground"], types(path, old).count("DocumentRevoked")) == ("lost", 1)
    path.issued(case)
    assert verified(path, old)["status"] == "revoked"
    foreign = approve(path, submitted(path), {"result": CARD, "number": number})
    assert foreign.status_code == 409, "it counts no more, and is found no more"
