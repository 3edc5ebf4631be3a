"""A document is collected with its code and an identity document: over HTTP, on a real log."""

from pathlib import Path
from typing import Any

import pytest

from shared.config import Databases
from shared.eventlog import sealed_fields
from shared.projection.building import catch_up
from tests.support.casework_world import APPLICANT
from tests.support.collecting import with_pickup
from tests.support.path_world import Path4

pytestmark = pytest.mark.mongo
END = APPLICANT["id_number"][-4:]
CARD = {"kind": "resident-id", "last_four": END}
OTHERS = {"kind": "resident-id", "last_four": "0000"}


class Collecting:
    """A card that lies ready at an office, and everybody who has to do with it."""

    def __init__(self, path: Path4) -> None:
        self.path = path
        intake = path.client("intake")
        body = intake.application()
        del body["delivery_address"]
        self.case: str = intake.post("/v1/cases", body | {"delivery": "pickup"}).json["case"]
        path.settle()
        path.paid(self.case)
        path.decided(self.case)
        path.produce(self.case, "production", {"outcome": "produced"})
        path.produce(self.case, "readiness", {"office": "三楼领证窗口"})
        self.issuance = path.client("issuance")

    @property
    def voucher(self) -> Any:
        return self.issuance.get(f"/v1/issuance/{self.case}/voucher").json["voucher"]

    def new_code(self, user: str = "applicant") -> Any:
        return self.issuance.post(f"/v1/issuance/{self.case}/voucher", {}, user=user)

    def hand_over(
        self, code: str = "", user: str = "producer", *, headers: Any = None, **more: Any
    ) -> Any:
        body = {"outcome": "delivered", "to": "applicant", "identity": CARD} | more
        body |= {"voucher": code} if code else {}
        body = {name: value for name, value in body.items() if value is not None}
        path = f"/v1/issuance/{self.case}/handover"
        done = self.issuance.post(path, body, user=user, **(headers or {}))
        self.path.settle()
        return done

    def actions(self, user: str) -> list[str]:
        found: list[str] = self.issuance.get(f"/v1/issuance/{self.case}", user=user).json["actions"]
        return found

    def events(self, kind: str) -> list[Any]:
        loaded = self.path.world.log("issuance").load(f"case/{self.case}")
        return [one.data for one in loaded.events if one.type == kind]

    def compared(self) -> list[Any]:
        return list(self.path.databases.log["access"].find({"why": "hand-over"}))


@pytest.fixture
def ready(databases: Databases, tmp_path: Path) -> Collecting:
    return Collecting(Path4(databases, tmp_path, rules=with_pickup()))


def wrong_of(code: str) -> str:
    return f"{(int(code.replace(' ', '')) + 1) % 10**8:08d}"


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rpartition(":")[2]


@pytest.mark.requirement("R-164")
def test_with_the_code_and_their_card_the_applicant_gets_it(ready: Collecting) -> None:
    voucher = ready.voucher
    assert voucher | {"code": ""} == {
        "asks": "code",
        "code": "",
        "tries_left": 3,
        "locked": False,
    }
    done = ready.hand_over(voucher["code"])
    assert done.status_code == 200, done.json
    (handed,) = ready.events("issuance.DocumentHandedOver")
    assert handed["shown"] == {
        "by": "code",
        "kind": "resident-id",
        "compared": True,
        "authorisation": False,
    }
    (row,) = ready.compared()
    assert (row["reader"], row["duty"], row["classes"]) == (
        "staff-producer",
        "hand-over",
        ["identity"],
    )
    assert ready.voucher is None
    assert ready.path.progress(ready.case)["status"] == "closed"


def test_a_wrong_code_is_refused_and_three_lock_it_until_a_new_one_is_asked_for(
    ready: Collecting,
) -> None:
    code = ready.voucher["code"]
    for left in (2, 1, 0):
        answer = ready.hand_over(wrong_of(code))
        assert refused(answer) == (409, "voucher-refused")
        assert (answer.json["tries_left"], answer.json["showed"]) == (left, "code")
        assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
        assert ("handover" in answer.json["actions"]) == bool(left)
    assert not ready.compared(), "whoever has no code learns nothing of the number"
    locked = ready.hand_over(code)
    assert refused(locked) == (409, "voucher-locked")
    assert "负责人" in locked.json["detail_zh"]
    assert "handover" not in ready.actions("producer")
    assert ready.voucher["locked"]
    assert ready.new_code().status_code == 200
    again = ready.voucher
    assert (again["tries_left"], again["locked"]) == (3, False)
    assert again["code"] != code
    assert refused(ready.hand_over(code)) == (409, "voucher-refused"), "the old one counts no more"
    assert ready.hand_over(again["code"]).status_code == 200


def test_another_persons_card_is_a_wrong_try_and_a_head_gives_it_without_a_code(
    ready: Collecting,
) -> None:
    code = ready.voucher["code"]
    for _ in range(3):
        answer = ready.hand_over(code, identity=OTHERS)
        assert (*refused(answer), answer.json["showed"]) == (409, "voucher-refused", "identity")
    assert len(ready.compared()) == 3
    assert "handover" in ready.actions("head")
    done = ready.hand_over(user="head")
    assert done.status_code == 200, done.json
    assert ready.events("issuance.DocumentHandedOver")[0]["shown"]["by"] == "head"
    assert ready.compared()[-1]["duty"] == "head"


def test_a_repeat_of_a_wrong_try_is_the_same_answer_and_no_second_try(ready: Collecting) -> None:
    key = {"Idempotency-Key": "b" * 32}
    code = wrong_of(ready.voucher["code"])
    first, again = (ready.hand_over(code, headers=key) for _ in range(2))
    assert refused(first) == refused(again) == (409, "voucher-refused")
    assert first.json["version"] == again.json["version"]
    assert len(ready.events("issuance.VoucherRefused")) == 1


def test_somebody_who_acts_for_the_applicant_shows_the_authorisation_and_their_own_card(
    ready: Collecting,
) -> None:
    code = ready.voucher["code"]
    card = {"kind": "passport", "last_four": "7x4Q"}
    bare = ready.hand_over(code, to="representative", identity=card)
    assert refused(bare) == (409, "proof-needed")
    wrong = ready.hand_over(
        wrong_of(code), to="representative", identity=card, authorisation_seen=True
    )
    assert refused(wrong) == (409, "voucher-refused")
    done = ready.hand_over(code, to="representative", identity=card, authorisation_seen=True)
    assert done.status_code == 200, done.json
    loaded = ready.path.world.log("issuance").load(f"case/{ready.case}")
    assert [place for one in loaded for place in sealed_fields(one) if "last_four" in place]
    stored = list(ready.path.databases.log["commits"].find({"stream": f"case/{ready.case}"}))
    assert b"7X4Q" not in b"".join(bytes(one["body"]) for one in stored)


@pytest.mark.parametrize(
    ("code", "more"),
    [(False, {}), (True, {"identity": None}), (True, {"identity": {**CARD, "kind": "passport"}})],
)
def test_without_a_code_or_a_document_that_can_be_compared_nothing_goes(
    ready: Collecting, more: dict[str, Any], *, code: bool
) -> None:
    answer = ready.hand_over(ready.voucher["code"] if code else "", **more)
    assert refused(answer) == (409, "proof-needed")
    assert answer.json["detail_zh"]
    assert not ready.events("issuance.VoucherRefused")


def test_nobody_else_sees_the_code_and_it_stands_nowhere(
    ready: Collecting, caplog: pytest.LogCaptureFixture
) -> None:
    code = ready.voucher["code"]
    for user in ("neighbour", "officer", "producer", "head", "auditor", "operator"):
        answer = ready.issuance.get(f"/v1/issuance/{ready.case}/voucher", user=user)
        assert answer.status_code in {403, 404}, user
        assert ready.new_code(user).status_code in {403, 404}, user
    ready.hand_over(wrong_of(code))
    told = ready.path.client("notify").get(f"/v1/notices/{ready.case}").json
    assert any("取件码有误" in str(one) for one in told["messages"])
    catch_up(ready.path.parts(), 1)
    told = caplog.text + str(told)
    told += ready.path.client("notify").get(f"/v1/progress/{ready.case}").get_data(as_text=True)
    told += ready.issuance.get("/metrics", "operator").get_data(as_text=True)
    records = b"".join(
        record.value for lane in range(4) for record in ready.path.ledger.records(lane, 0, 1000)
    )
    outbox = ready.path.sms.read_bytes() if ready.path.sms.exists() else b""
    stores = (ready.path.databases.log, ready.path.databases.work, ready.path.databases.views)
    raw = "".join(
        str(row) for db in stores for c in db.list_collection_names() for row in db[c].find()
    )
    for said in (code, code.replace(" ", "")):
        assert said not in told + raw
        assert said.encode() not in records + outbox


def test_what_goes_by_post_asks_for_nothing_and_takes_nothing(
    databases: Databases, tmp_path: Path
) -> None:
    path = Path4(databases, tmp_path)
    case = path.submitted()
    path.paid(case)
    path.decided(case)
    path.produce(case, "production", {"outcome": "produced"})
    path.produce(case, "dispatch", {"carrier": "EMS", "tracking": "EM123456789CN"})
    client = path.client("issuance")
    assert client.get(f"/v1/issuance/{case}/voucher").json["voucher"] is None
    body = {"outcome": "delivered", "to": "applicant"}
    given = client.post(f"/v1/issuance/{case}/handover", body | {"identity": CARD}, user="producer")
    assert refused(given) == (409, "nothing-asked")
    path.produce(case, "handover", body)
