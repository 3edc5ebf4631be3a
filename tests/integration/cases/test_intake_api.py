"""Intake over HTTP on a real log: parse, command, answer; who may see what; what is sealed."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from services.intake.acceptance.accepting import SettleCase
from services.intake.topics import INTAKE
from shared.casework.log import case_of
from shared.config import Databases
from shared.eventlog import Actor, Command
from tests.support.casework_world import APPLICANT, Client, World, picture, pixels

pytestmark = pytest.mark.mongo

# The names of what an application for the card seals, as its event has them.
SEALED = b'"sealed":["answers/statement","delivery_address","email","id_number","name","phone"]'


@pytest.fixture
def client(databases: Databases, tmp_path: Path) -> Client:
    world = World(databases, tmp_path)
    return Client(world, world.intake())


def submit(client: Client, **changes: Any) -> str:
    response = client.post("/v1/cases", {**client.application(**changes)})
    assert response.status_code == 201, response.json
    case: str = response.json["case"]
    return case


def pay(client: Client, case: str, transaction: str = "t1", amount: str = "40.00") -> Any:
    body = {
        "kind": "payment",
        "case": case,
        "transaction": transaction,
        "amount": amount,
        "method": "alipay",
    }
    return client.callback(body)


def settle(client: Client, case: str) -> None:
    """What the worker's reaction does."""
    from datetime import UTC, datetime  # noqa: PLC0415

    now = datetime.now(UTC)
    decide = INTAKE.deciding(client.world.rules)
    command = Command(
        command_id=f"reaction:test:{now.timestamp()}",
        actor=Actor(kind="system", ref="intake"),
        now=now,
    )
    log = client.world.log("intake")
    log.execute(f"case/{case}", command, lambda loaded: decide(loaded, SettleCase(), now))


@pytest.mark.requirement("R-036")
def test_an_application_is_answered_with_its_receipt_and_repeats_get_the_same(
    client: Client,
) -> None:
    body = client.application()
    key = {"Idempotency-Key": "k1"}
    first = client.post("/v1/cases", body, **key)
    again = client.post("/v1/cases", body, **key)
    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json["events"] == ["intake.CaseSubmitted", "intake.FeeAssessed"]
    assert first.headers["ETag"] == '"2"'
    assert first.json["receipt"]["stream"] == f"case/{first.json['case']}"
    other = client.post("/v1/cases", {**body, "materials": []}, **key)
    assert other.status_code == 422


def test_personal_data_is_sealed_and_nowhere_else(client: Client) -> None:
    case = submit(client)
    loaded = client.world.log("intake").load(f"case/{case}")
    stored = loaded.commits[0].body_bytes + (loaded.commits[0].sealed or b"")
    for value in [*APPLICANT.values(), "乌鲁木齐市 1 号"]:
        assert value.encode() not in stored
    reader = Actor(kind="officer", ref="staff-1")
    vault = client.world.opened.vault
    name = vault.reveal(loaded.commits[0], 1, "name", reader=reader, why="test")
    assert name == APPLICANT["name"]
    assert SEALED in stored


def test_a_case_is_shown_with_what_is_owed_and_what_is_possible(client: Client) -> None:
    case = submit(client)
    shown = client.get(f"/v1/cases/{case}")
    assert shown.status_code == 200, shown.json
    assert shown.headers["ETag"] == '"2"'
    assert shown.json["status"] == "awaiting-payment"
    assert shown.json["fee"]["amount"] == "40.00"
    assert [step["step"] for step in shown.json["owed"]] == ["payment"]
    assert set(shown.json["actions"]) == {"materials", "withdrawal", "contact", "payment"}


@pytest.mark.parametrize(
    ("user", "status"),
    [
        ("applicant", 200),
        ("portal", 200),
        ("officer", 200),
        ("auditor", 200),
        ("neighbour", 404),
        ("officer-elsewhere", 404),
        ("producer", 403),
    ],
)
def test_who_sees_a_case(client: Client, user: str, status: int) -> None:
    case = submit(client)
    assert client.get(f"/v1/cases/{case}", user).status_code == status


@pytest.mark.parametrize("version", ["*", '"2"', '"1"'])
def test_a_stranger_learns_nothing_from_a_version(client: Client, version: str) -> None:
    case = submit(client)
    strange = client.post(f"/v1/cases/{case}/withdrawal", {}, "neighbour", **{"If-Match": version})
    unknown = client.post(f"/v1/cases/{'a' * 26}/withdrawal", {}, **{"If-Match": "*"})
    assert strange.status_code == unknown.status_code == 404
    assert strange.json["type"] == unknown.json["type"]


def test_a_stale_version_is_told_to_the_owner(client: Client) -> None:
    case = submit(client)
    stale = client.post(f"/v1/cases/{case}/withdrawal", {}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json["present"]) == (412, 2)


def test_a_payment_is_let_in_by_its_signature_and_counts_once(client: Client) -> None:
    case = submit(client)
    first, again = pay(client, case), pay(client, case)
    assert first.json["events"] == ["intake.PaymentRecorded"]
    assert again.json == first.json
    assert pay(client, case, amount="41.00").status_code == 422  # the same transaction, changed
    body = {"kind": "payment", "case": case, "transaction": "t2", "amount": "1.00", "method": "a"}
    assert client.callback(body, key=b"x" * 32).status_code == 401
    assert pay(client, "a" * 26, "t3").status_code == 404
    assert client.get(f"/v1/cases/{case}").json["status"] == "submitted"


def test_paid_and_complete_is_accepted_with_its_due_date(client: Client) -> None:
    case = submit(client)
    pay(client, case)
    settle(client, case)
    shown = client.get(f"/v1/cases/{case}").json
    assert shown["status"] == "accepted"
    assert [due["limit"] for due in shown["due"]] == ["promised", "statutory"]
    assert all(due["due"] for due in shown["due"])


def test_what_is_missing_is_asked_for_once_and_answered(client: Client) -> None:
    case = submit(client, complete=False)
    pay(client, case)
    settle(client, case)
    shown = client.get(f"/v1/cases/{case}").json
    assert shown["status"] == "awaiting-supplement"
    assert [m["code"] for m in shown["supplement"]["missing"]] == ["household-register"]
    empty = client.post(f"/v1/cases/{case}/supplement", {"materials": []})
    assert (empty.status_code, empty.json["type"].rpartition(":")[2]) == (409, "supplement-empty")
    assert empty.json["detail_zh"].startswith("请至少提交一份材料")
    blob = client.upload(picture("red")).json["blob"]
    body = {"materials": [{"code": "household-register", "blob": blob}]}
    answer = client.post(f"/v1/cases/{case}/supplement", body)
    assert answer.json["events"] == ["intake.SupplementProvided"]
    refused = client.post(f"/v1/cases/{case}/supplement", body)
    assert refused.status_code == 409
    assert refused.json["type"].endswith(":not-possible-now")
    assert "withdrawal" in refused.json["actions"]


def test_the_reason_of_a_withdrawal_is_sealed(client: Client) -> None:
    case = submit(client)
    done = client.post(f"/v1/cases/{case}/withdrawal", {"reason": "mein Grund"})
    assert done.json["events"] == ["intake.CaseWithdrawn"]
    commit = client.world.log("intake").load(f"case/{case}").commits[-1]
    assert b"mein Grund" not in commit.body_bytes
    assert commit.sealed
    again = client.post(f"/v1/cases/{case}/withdrawal", {"reason": "mein Grund"})
    assert (again.status_code, again.json["events"], again.json["receipt"]) == (200, [], None)


def test_a_changed_contact_points_to_where_it_is_sealed(client: Client) -> None:
    case = submit(client)
    body = {"phone": "13900002222", "delivery_address": "喀什 2 号"}
    assert client.post(f"/v1/cases/{case}/contact", body).status_code == 200
    loaded = client.world.log("intake").load(f"case/{case}")
    assert case_of(loaded).sealed_in["phone"] == 3
    reader = Actor(kind="system", ref="notify")
    vault = client.world.opened.vault
    commit = loaded.commits[-1]
    assert vault.reveal(commit, 3, "phone", reader=reader, why="test") == "13900002222"
    assert client.post(f"/v1/cases/{case}/contact", {}).status_code == 422


def test_only_the_own_uploads_can_be_named(client: Client) -> None:
    theirs = client.upload(user="neighbour").json["blob"]
    body = client.application(complete=False)
    body["materials"] = [{"code": "household-register", "blob": theirs}]
    refused = client.post("/v1/cases", body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/materials/0/blob"


def test_an_upload_repeats_and_is_read_with_a_trace(client: Client) -> None:
    first = client.upload(**{"Idempotency-Key": "u1"})
    again = client.upload(**{"Idempotency-Key": "u1"})
    other = client.upload(picture("red"), **{"Idempotency-Key": "u1"})
    assert (first.json, other.status_code) == (again.json, 422)
    case = submit(client)
    blob = client.get(f"/v1/cases/{case}").json["materials"][0]["blob"]
    path = f"/v1/cases/{case}/materials/{blob}"
    read = client.get(path, "officer")
    assert (read.status_code, read.mimetype) == (200, "image/png")
    assert pixels(read.data) == pixels(picture())
    assert client.get(path).data == picture(), "the applicant's own, as it was handed in"
    assert client.get(path, "neighbour").status_code == 404
    assert client.get(f"/v1/cases/{case}/materials/{first.json['blob']}").status_code == 404
    trace = client.world.databases.log["access"].find_one({"reader": "staff-officer"})
    assert trace
    assert trace["why"] == f"material of case/{case}"


@pytest.mark.requirement("R-064")
def test_a_large_scan_is_stored_compressed_and_both_sizes_are_told(client: Client) -> None:
    file = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise((1200, 1200), 60) for _ in range(3)]).save(file, "PNG")
    content = file.getvalue()
    first = client.upload(content, **{"Idempotency-Key": "scan"})
    told = first.json
    came = {"size": len(content), "media_type": "image/png"}
    assert told["received"] == {**came, "sha256": hashlib.sha256(content).hexdigest()}
    assert told["size"] < len(content) / 4
    assert (told["media_type"], told["width"], told["height"]) == ("image/jpeg", 1200, 1200)
    assert client.upload(content, **{"Idempotency-Key": "scan"}).json == told
    body = client.application(complete=False)
    body["materials"] = [{"code": "household-register", "blob": told["blob"]}]
    case = client.post("/v1/cases", body).json["case"]
    (material,) = client.get(f"/v1/cases/{case}").json["materials"]
    assert (material["size"], material["media_type"]) == (told["size"], "image/jpeg")
    read = client.get(f"/v1/cases/{case}/materials/{told['blob']}")
    assert (read.mimetype, len(read.data)) == ("image/jpeg", told["size"])
    anew = client.get(f"/v1/cases/{case}/materials/{told['blob']}", "officer")
    assert (anew.status_code, anew.mimetype) == (200, "image/jpeg")
    kept = client.world.databases.log["blobs.files"].find_one({"filename": told["blob"]})
    assert told["received"]["sha256"] not in str(kept)


def sent(client: Client, content: bytes, kind: str) -> Any:
    headers = client.world.headers("applicant")
    return client.app.test_client().post(
        "/v1/uploads", data=content, content_type=kind, headers=headers
    )


def drawn_as(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 40)).save(file, kind)
    return file.getvalue()


def test_a_pdf_is_taken_and_image_jpg_is_a_jpeg(client: Client) -> None:
    content = drawn_as("PDF")
    pdf = sent(client, content, "application/pdf")
    jpeg = sent(client, drawn_as("JPEG"), "image/jpg")
    assert (pdf.status_code, pdf.json["media_type"]) == (201, "application/pdf")
    assert (jpeg.status_code, jpeg.json["media_type"]) == (201, "image/jpeg")
    body = client.application(complete=False)
    body["materials"] = [{"code": "household-register", "blob": pdf.json["blob"]}]
    case = client.post("/v1/cases", body).json["case"]
    read = client.get(f"/v1/cases/{case}/materials/{pdf.json['blob']}")
    assert (read.content_type, read.data) == ("application/pdf", content)
    assert read.headers["Content-Disposition"] == "attachment"


def test_a_wrong_file_is_told_in_both_languages_with_what_was_measured(client: Client) -> None:
    refused = sent(client, drawn_as("PNG")[:60], "image/png")
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "broken")
    gif = sent(client, drawn_as("GIF"), "application/octet-stream")
    assert gif.json["type"] == "urn:caseledger:problem:unreadable-upload"
    (told,) = gif.json["errors"]
    assert (told["code"], "image/gif" in told["detail"]) == ("kind", True)
    assert "请上传" in told["detail_zh"]


def test_a_case_is_shown_as_of_a_version_or_a_time(client: Client) -> None:
    case = submit(client)
    pay(client, case)
    path = f"/v1/cases/{case}"
    assert client.get(f"{path}?as_of=2").json["status"] == "awaiting-payment"
    assert client.get(f"{path}?as_of=2").json["version"] == 2
    assert client.get(f"{path}?as_of=2999-01-01T00:00:00Z").json["version"] == 3
    assert client.get(f"{path}?as_of=2020-01-01T00:00:00Z").status_code == 404
    assert client.get(f"{path}?as_of=2020-13-01T00:00:00Z").status_code == 422
    assert client.get(f"{path}?as_of=yesterday").status_code == 422


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"item": "x", "declared": "yes"}, {"/item", "/declared"}),
        (
            {"applicant": {"name": "", "id_number": "1"}},
            {"/applicant/name", "/applicant/id_number"},
        ),
        ({"status": "approved"}, {"/status"}),
    ],
)
def test_every_wrong_field_is_named_and_nothing_is_written(
    client: Client, changes: dict[str, Any], pointers: set[str]
) -> None:
    body = {**client.application(complete=False), **changes}
    refused = client.post("/v1/cases", body)
    assert refused.status_code == 422
    assert pointers <= {error["pointer"] for error in refused.json["errors"]}
    assert (
        client.world.databases.log["commits"].count_documents({"stream": {"$regex": "^case"}}) == 0
    )
