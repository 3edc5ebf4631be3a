"""Answers and errors have one shape; headers are demanded; health tells the truth."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import request
from openapi_spec_validator import validate
from pymongo.errors import AutoReconnect, NetworkTimeout, OperationFailure
from structlog.testing import capture_logs

from shared.case.registry import UnknownEvent
from shared.eventlog import errors
from shared.http import FieldError, Problem, document_of, idempotency_key, if_match
from shared.http.faults import as_problem
from shared.http.fields import Money
from shared.http.headers import correlation_of, traceparent_of
from shared.http.problems import PROBLEM_TYPES
from shared.http.process.health import kafka_state
from shared.vault.errors import CasesOpen, Erased, UploadReused, VaultUnavailable
from tests.support.http_world import World, make_world

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


# --- commands and answers


def test_a_command_carries_who_which_version_which_body_and_the_trace(world: World) -> None:
    correlation = "5045726d-0a79-42aa-8f25-91e7733e6ef0"
    headers = world.headers(If_Match='"7"', X_Correlation_Id=correlation, traceparent=TRACE)
    response = world.client.post("/v1/cases/c1/withdrawal", json={"reason": "x"}, headers=headers)
    assert response.status_code == 200
    assert response.headers["ETag"] == '"2"'
    assert response.headers["X-Correlation-Id"] == correlation
    (command,) = world.done.commands
    assert command.if_match == 7
    assert command.correlation == correlation
    assert command.traceparent == TRACE
    assert command.command_id.startswith("http:")
    assert command.actor.kind == "applicant"
    assert command.actor.ref == "ref-of-local-applicant"
    assert command.actor.portal == "local-portal"
    assert command.actor.assurance == {"level": "substantial", "reference": "local-assurance"}
    assert command.request_mac is not None
    assert command.request_mac.startswith("request-2:")
    assert [mac.split(":")[0] for mac in command.older_request_macs] == ["request-1"]


def test_the_answer_is_the_commits(world: World) -> None:
    response = world.client.post("/v1/cases", json={"item": "x"}, headers=world.headers())
    assert response.status_code == 201
    assert response.headers["Location"] == "/v1/cases/c1"
    assert response.json == {
        "case": "c1",
        "version": 2,
        "events": ["intake.CaseSubmitted", "intake.FeeAssessed"],
        "receipt": {"stream": "case/c1", "first_version": 1, "hash": "07" * 32},
    }
    assert world.done.commands[0].if_match is None
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_repeat_makes_the_same_command_and_another_body_another_fingerprint(
    world: World,
) -> None:
    for body in ({"item": "x", "copies": 1}, {"copies": 1, "item": "x"}, {"item": "y"}):
        world.client.post("/v1/cases", json=body, headers=world.headers())
    one, two, three = world.done.commands
    assert one.command_id == two.command_id == three.command_id
    assert one.request_mac == two.request_mac != three.request_mac
    world.client.post("/v1/cases", json={"item": "x"}, headers=world.headers("neighbour"))
    assert world.done.commands[3].command_id != one.command_id


def test_the_staff_id_stands_for_an_officer(world: World) -> None:
    headers = world.headers("officer", If_Match="*")
    assert world.client.post("/v1/cases/c1/approval", json={}, headers=headers).status_code == 200
    actor = world.done.commands[0].actor
    assert (actor.kind, actor.ref) == ("officer", "staff-officer")
    assert world.done.commands[0].if_match == "*"


def test_nobody_acts_for_an_office_without_a_name(world: World) -> None:
    headers = world.headers("officer", If_Match="*")
    headers["Authorization"] = f"Bearer {world.issuer.issue('officer', staff_id=None)}"
    assert world.client.post("/v1/cases/c1/approval", json={}, headers=headers).status_code == 403
    assert world.done.commands == []


def test_an_officer_who_applies_is_an_applicant_then(world: World) -> None:
    both = world.issuer.issue("officer", roles=["officer", "applicant"])
    headers = {**world.headers(), "Authorization": f"Bearer {both}"}
    assert world.client.post("/v1/cases", json={"item": "x"}, headers=headers).status_code == 201
    actor = world.done.commands[0].actor
    assert (actor.kind, actor.ref) == ("applicant", "ref-of-local-officer")


@pytest.mark.parametrize("key", ["", "a b", "a,b", "ключ", "a" * 256, '"', '""', "a\tb", "{$ne:1}"])
def test_a_malformed_key_is_400(world: World, key: str) -> None:
    with world.app.test_request_context(headers={"Idempotency-Key": key}):
        with pytest.raises(Problem) as raised:
            idempotency_key()
        assert raised.value.kind.name == "idempotency-key-malformed"


@pytest.mark.parametrize("key", ["a", "a" * 255, "5045726d-0a79-42aa-8f25-91e7733e6ef0"])
def test_a_key_may_be_quoted_as_the_draft_has_it(world: World, key: str) -> None:
    for given in (key, f'"{key}"'):
        with world.app.test_request_context(headers={"Idempotency-Key": given}):
            assert idempotency_key() == key


def test_the_key_is_read_once_a_request(world: World) -> None:
    with world.app.test_request_context(headers={"Idempotency-Key": "one"}):
        assert idempotency_key() == "one"
        request.environ["HTTP_IDEMPOTENCY_KEY"] = "two"
        assert idempotency_key() == "one"


@pytest.mark.parametrize("tag", ["7", "**", "W/7", '"7', "", ",", '*, "7"', '"a b"'])
def test_a_malformed_precondition_is_400(world: World, tag: str) -> None:
    with world.app.test_request_context(headers={"If-Match": tag}):
        with pytest.raises(Problem) as raised:
            if_match()
        assert raised.value.kind.name == "if-match-malformed"


@pytest.mark.parametrize(
    ("tags", "versions"),
    [
        ('"7"', 7),
        ("*", "*"),
        (" * ", "*"),
        ('"7", "99"', frozenset({7, 99})),
        ('W/"7", "8"', frozenset({8})),
        ('W/"7"', frozenset()),
        ('"7-gzip"', frozenset()),
        ('"07", "-1", "1e3", ""', frozenset()),
    ],
)
def test_a_precondition_is_read_by_rfc_9110(world: World, tags: str, versions: object) -> None:
    """One of a list is enough; a weak tag, or one that is none of ours, matches no version."""
    with world.app.test_request_context(headers={"If-Match": tags}):
        assert if_match() == versions


@pytest.mark.parametrize("charset", ["", ";charset=utf-8", ';charset="UTF-8"', "; charset=utf8"])
def test_a_charset_that_is_true_is_no_error(world: World, charset: str) -> None:
    headers = {**world.headers(), "Content-Type": f"application/json{charset}"}
    answer = world.client.post("/v1/cases", data=b'{"item": "x"}', headers=headers)
    assert answer.status_code == 201


def test_a_route_may_take_larger_bodies_than_others(world: World) -> None:
    address = "/v1/uploads"
    sent = world.client.post(address, data=b"x" * 100_000, headers=world.headers())
    assert sent.json == {"size": 100_000}
    sent = world.client.post(address, data=b"x" * 100_001, headers=world.headers())
    assert sent.status_code == 413


def test_missing_headers_are_told_apart_and_come_before_the_body(world: World) -> None:
    headers = world.headers()
    bad = b"{"
    address = "/v1/cases/c1/withdrawal"
    response = world.client.post(address, data=bad, headers=headers)
    assert (response.status_code, response.json["type"][-16:]) == (428, "if-match-missing")
    del headers["Idempotency-Key"]
    assert world.client.post(address, data=bad, headers=headers).status_code == 400
    assert world.done.commands == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [(TRACE, True), ("00-" + "0" * 32 + "-b7ad6b7169203331-01", False), ("ff" + TRACE[2:], False),
     (TRACE.upper(), False), ("x", False), (None, False)],
)  # fmt: skip
def test_only_a_well_formed_trace_is_kept(given: str | None, kept: bool) -> None:  # noqa: FBT001
    assert traceparent_of(given) == (given if kept else None)


def test_a_correlation_that_is_no_uuid_is_replaced() -> None:
    assert correlation_of("zhang-san-13800138000") != "zhang-san-13800138000"
    assert len(correlation_of("x\r\ny")) == 36


# --- errors


RAISED: list[tuple[Exception, int, str]] = [
    (errors.Refused("no", actions=["withdraw"], missing=["a"]), 409, "refused"),
    (errors.NotFound("c"), 404, "not-found"),
    (errors.StaleVersion(expected=frozenset({1}), present=2), 412, "stale-version"),
    (errors.KeyReused(), 422, "key-reused"),
    (errors.LogUnavailable(), 503, "log-unavailable"),
    (errors.OutcomeUnknown(), 503, "outcome-unknown"),
    (errors.Contended(), 503, "contended"),
    (errors.IndexesMissing(), 503, "log-unavailable"),
    (UnknownEvent("written by newer code"), 503, "log-unavailable"),
    (errors.CommitTooLarge(), 413, "too-large"),
    (errors.ForeignEvent("our fault"), 500, "internal"),
    (errors.LogCorrupt("our fault"), 500, "internal"),
    (
        errors.NotBelieved("case/c", 2, reason="key", detail="our fault"),
        500,
        "record-damaged",
    ),
    (errors.CommitMissing("case/c", 2, "our fault"), 500, "record-damaged"),
    (Erased(), 410, "erased"),
    (VaultUnavailable(), 503, "log-unavailable"),
    (UploadReused(), 422, "key-reused"),
    (CasesOpen(("c1",)), 409, "cases-open"),
    (AutoReconnect("mongodb://user:password@host"), 503, "log-unavailable"),
    (NetworkTimeout("host"), 503, "log-unavailable"),
    (OperationFailure("not authorised", 13), 500, "internal"),
    (RecursionError(), 500, "internal"),
]


@pytest.mark.parametrize(
    ("error", "status", "name"), RAISED, ids=[type(row[0]).__name__ for row in RAISED]
)
def test_what_is_raised_below_is_told_as(
    world: World, error: Exception, status: int, name: str
) -> None:
    world.done.raises = error
    response = world.client.post("/v1/cases", json={"item": "x"}, headers=world.headers())
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.json["type"] == f"urn:caseledger:problem:{name}"
    assert ("Retry-After" in response.headers) == (status == 503)
    text = response.get_data(as_text=True)
    assert "password" not in text
    assert "our fault" not in text


def test_a_damaged_record_is_named_and_what_was_stored_in_it_is_not_quoted() -> None:
    forged = errors.NotBelieved("case/c", 2, reason="key", detail="its key 'mallory' is unknown")
    assert as_problem(forged).detail == "The stream case/c is refused at version 2: key."
    nowhere = errors.NotBelieved("case/c", "mallory", reason="column", detail="mallory")
    assert as_problem(nowhere).detail == "The stream case/c is refused: column."


def test_a_refusal_names_the_actions_now_possible_and_its_own_code() -> None:
    class TooLate(errors.Refused):
        code = "too-late"

    document = as_problem(TooLate("It is too late.", actions=["appeal"], since="x")).document()
    assert document["type"] == "urn:caseledger:problem:too-late"
    assert document["actions"] == ["appeal"]
    assert document["since"] == "x"
    assert document["title"] == PROBLEM_TYPES["refused"].title


def test_a_member_cannot_replace_what_the_format_says() -> None:
    document = Problem("refused", "d", title="x", status=200, type="y").document()
    assert (document["status"], document["type"][:4]) == (409, "urn:")


def test_a_fault_of_ours_is_logged_with_its_correlation_and_told_to_nobody(world: World) -> None:
    with capture_logs() as logs:
        response = world.client.get("/v1/broken")
    assert response.status_code == 500
    assert "the-secret-of-our-insides" not in response.get_data(as_text=True)
    (entry,) = [entry for entry in logs if entry["event"] == "request_failed"]
    assert entry["correlation"] == response.json["correlation_id"]


def test_the_log_line_of_a_request_has_its_template_and_nothing_of_its_content(
    world: World,
) -> None:
    with capture_logs() as logs:
        world.client.get("/v1/cases/c1?min_version=44444", headers=world.headers())
        world.client.post("/v1/cases", json={"item": "zhang-san"}, headers=world.headers())
        world.client.get("/v1/zhang-san")
    text = json.dumps(logs)
    assert "/v1/cases/<case>" in text
    for secret in ("44444", "zhang-san", "local-applicant", "Bearer", "key-1"):
        assert secret not in text


def test_the_page_has_every_problem() -> None:
    page = Path("docs/reference/http.md").read_text("utf-8")
    assert [name for name in PROBLEM_TYPES if f"`{name}`" not in page] == []


def test_field_errors_are_listed() -> None:
    problem = Problem("invalid-fields", errors=[FieldError("/a", "b")])
    assert problem.document()["errors"] == [{"pointer": "/a", "detail": "b"}]


def test_an_untrusted_host_is_400(tmp_path: Path) -> None:
    world = make_world(tmp_path, trusted_hosts=("cases.example",))
    response = world.client.get("/livez", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert world.client.get("/livez", headers={"Host": "cases.example"}).status_code == 200


def test_forwarded_headers_are_believed_from_nobody(world: World) -> None:
    @world.app.before_request
    def look() -> None:
        from flask import request  # noqa: PLC0415

        assert request.remote_addr == "127.0.0.1"
        assert request.scheme == "http"

    headers = {
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=1.2.3.4",
    }
    assert world.client.get("/livez", headers=headers).status_code == 200


# --- health


NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)


def beat(kafka: str, age_s: float = 0, *, now: datetime = NOW) -> Mapping[str, Any]:
    return {"_id": "beat/x", "kafka": kafka, "at": now - timedelta(seconds=age_s)}


@pytest.mark.parametrize(
    ("beats", "state"),
    [([beat("ok")], "ok"), ([beat("ok"), beat("away")], "away"), ([], "unknown"),
     ([beat("ok", 20)], "unknown"), ([beat("ok"), beat("away", 20)], "ok"),
     ([{"_id": 1}], "unknown")],
)  # fmt: skip
def test_kafka_is_what_the_sequencers_say(beats: list[Mapping[str, Any]], state: str) -> None:
    assert kafka_state(beats, now=NOW) == state


def test_without_kafka_a_web_process_is_ready_and_says_that_it_is_degraded(tmp_path: Path) -> None:
    world = make_world(tmp_path, beats=lambda: [beat("away", now=datetime.now(UTC))])
    response = world.client.get("/readyz")
    assert response.status_code == 200
    wanted = {"status": "degraded", "log": "ok", "kafka": "away", "issuer": "known"}
    assert response.json == wanted


def test_without_any_key_of_the_issuer_since_the_start_a_web_process_is_not_ready(
    tmp_path: Path,
) -> None:
    world = make_world(tmp_path)
    kept = world.issuer.jwks_path.read_bytes()
    world.issuer.jwks_path.unlink()
    response = world.client.get("/readyz")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["issuer"] == "unknown"
    world.issuer.jwks_path.write_bytes(kept)
    assert world.client.get("/readyz").status_code == 200
    world.issuer.jwks_path.unlink()  # an outage later on
    assert world.client.get("/readyz").status_code == 200


def test_without_the_log_a_web_process_is_alive_and_not_ready(tmp_path: Path) -> None:
    def away() -> None:
        raise AutoReconnect("mongodb://user:password@host")

    world = make_world(tmp_path, ping_log=away)
    response = world.client.get("/readyz")
    assert response.status_code == 503
    assert "password" not in response.get_data(as_text=True)
    assert world.client.get("/livez").status_code == 200


# --- the document


def test_the_document_is_valid_and_complete(world: World) -> None:
    document = document_of(world.app)
    validate(document)
    assert document["openapi"].startswith("3.1")
    posted = document["paths"]["/v1/cases/{case}/withdrawal"]["post"]
    assert {p["name"] for p in posted["parameters"]} >= {"Idempotency-Key", "If-Match"}
    assert posted["security"] == [{"bearer": ["applicant", "portal"]}]
    assert set(posted["responses"]) == {"200", "default"}
    problem = document["components"]["responses"]["Problem"]["content"]
    assert list(problem) == ["application/problem+json"]
    fee = document["components"]["schemas"]["Posted"]["properties"]["fee"]
    assert fee["type"] == "string", "an amount must not become a number"
    assert isinstance(Money(), Money)


def test_the_page_needs_nothing_from_the_network(world: World) -> None:
    response = world.client.get("/docs")
    page = response.get_data(as_text=True)
    assert "/v1/cases/{case}/withdrawal" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_the_log_being_away_is_told_within_five_seconds(world: World) -> None:
    """All operations of one request together are bounded, not each of them."""
    from pymongo import MongoClient  # noqa: PLC0415

    client: MongoClient[dict[str, Any]] = MongoClient(
        "mongodb://127.0.0.1:9/", timeoutMS=3000, serverSelectionTimeoutMS=3000, connect=False
    )

    @world.app.before_request
    def read_twice() -> None:
        for _ in range(2):
            try:
                client.a.b.find_one({})
            except Exception as error:  # noqa: BLE001
                last = error
        raise last

    started = time.monotonic()
    response = world.client.get("/livez")
    assert response.status_code == 503
    assert time.monotonic() - started < 5
    client.close()
