"""Who is let in: every route has a row, every row is kept, somebody else's case does not exist."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g

from deploy.published.personal.permissions_page import page
from shared.http import (
    Problem,
    UnprotectedRoute,
    actor,
    create_app,
    ensure_visible,
    unprotected_routes,
)
from shared.security import (
    Entrance,
    KeysUnavailable,
    Kind,
    Permission,
    Principal,
    Role,
    Scope,
    find_permission,
    in_scope,
    permission_table,
    permissions_of,
    sign_callback,
)
from shared.security.duties import COMMANDS, DESK, ROLE_OF
from shared.security.local_issuer import USERS, LocalIssuer
from shared.security.permissions import FURNITURE, TABLE, template
from tests.support.http_world import (
    GATEWAY_KEY,
    READERS,
    ROWS,
    Executed,
    World,
    blueprint,
    deps_for,
    make_world,
)

CODE = "91650100MA7700006Q"
GOOD_BODY = {
    "/v1/cases": {"item": "x"},
    "/v1/cases/{case}/withdrawal": {"reason": "x"},
    "/v1/cases/{case}/approval": {},
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def call(world: World, row: Permission, **headers: str) -> Any:
    path = row.rule.replace("{case}", "c1")
    if row.kind is Kind.READ:
        return world.client.get(path, headers=headers)
    if row.kind is Kind.COMMAND:
        headers = {"If-Match": "*", **headers}
    return world.client.post(path, json=GOOD_BODY.get(row.rule, {"reason": "x"}), headers=headers)


# What each local user gets from each route of the sample on the applicant's case.
MATRIX = {
    ("applicant", "/v1/cases"): 201,
    ("portal", "/v1/cases"): 201,
    ("neighbour", "/v1/cases"): 201,
    ("visitor", "/v1/cases"): 201,
    ("unverified", "/v1/cases"): 201,
    ("applicant", "/v1/cases/{case}"): 200,
    ("portal", "/v1/cases/{case}"): 200,
    ("neighbour", "/v1/cases/{case}"): 404,
    ("visitor", "/v1/cases/{case}"): 404,
    ("unverified", "/v1/cases/{case}"): 404,
    ("officer", "/v1/cases/{case}"): 200,
    ("officer-2", "/v1/cases/{case}"): 200,
    ("officer-elsewhere", "/v1/cases/{case}"): 404,
    ("officer-changji", "/v1/cases/{case}"): 404,
    ("officer-qijiang", "/v1/cases/{case}"): 404,
    ("head", "/v1/cases/{case}"): 200,
    ("supervisor", "/v1/cases/{case}"): 200,
    ("auditor", "/v1/cases/{case}"): 200,
    ("applicant", "/v1/cases/{case}/withdrawal"): 200,
    ("portal", "/v1/cases/{case}/withdrawal"): 200,
    ("neighbour", "/v1/cases/{case}/withdrawal"): 404,
    ("visitor", "/v1/cases/{case}/withdrawal"): 404,
    ("unverified", "/v1/cases/{case}/withdrawal"): 404,
    ("officer", "/v1/cases/{case}/approval"): 200,
    ("officer-2", "/v1/cases/{case}/approval"): 200,
    ("officer-elsewhere", "/v1/cases/{case}/approval"): 404,
    ("officer-changji", "/v1/cases/{case}/approval"): 404,
    ("officer-qijiang", "/v1/cases/{case}/approval"): 404,
    ("head", "/v1/cases/{case}/approval"): 200,
    ("applicant", "/v1/uploads"): 201,
    ("portal", "/v1/uploads"): 201,
    ("neighbour", "/v1/uploads"): 201,
    ("visitor", "/v1/uploads"): 201,
    ("unverified", "/v1/uploads"): 201,
    ("operator", "/metrics"): 200,
}
DOCS = {"/openapi.json", "/docs"}


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    "row",
    [
        row
        for row in (*ROWS, *FURNITURE)
        if row.entry in {Entrance.BEARER, Entrance.INTERNAL, Entrance.DOCS}
    ],
    ids=lambda row: f"{row.method} {row.rule}",
)
def test_the_matrix_of_users_and_routes(tmp_path: Path, user: str, row: Permission) -> None:
    world = make_world(tmp_path, docs_open=False)
    expected = MATRIX.get((user, row.rule), 200 if row.rule in DOCS else 403)
    response = call(world, row, **world.headers(user))
    assert response.status_code == expected
    if row.rule != "/v1/uploads":
        assert bool(world.done.commands) == (expected < 300 and row.kind is not Kind.READ)


@pytest.mark.parametrize("row", [*ROWS, *FURNITURE], ids=lambda row: f"{row.method} {row.rule}")
def test_without_a_token_only_what_is_open_answers(tmp_path: Path, row: Permission) -> None:
    world = make_world(tmp_path, docs_open=False)
    world.done.release.set()
    response = call(world, row)
    if row.entry is Entrance.OPEN:
        assert response.status_code != 401
    else:
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert world.done.commands == world.done.bodies == []


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer x.y.z", "Bearer a b"]
)
def test_what_is_no_bearer_token_is_401(world: World, authorization: str) -> None:
    assert call(world, ROWS[1], Authorization=authorization).status_code == 401


def test_somebody_elses_case_is_told_as_an_unknown_one(world: World) -> None:
    def told(user: str, case: str) -> tuple[Any, ...]:
        response = world.client.get(f"/v1/cases/{case}", headers=world.headers(user))
        document = {k: v for k, v in response.json.items() if k != "correlation_id"}
        headers = {k: v for k, v in response.headers.items() if k != "X-Correlation-Id"}
        return response.status_code, document, headers

    assert told("neighbour", "c1") == told("neighbour", "unknown") == told("applicant", "unknown")
    assert told("officer-elsewhere", "c1") == told("officer", "unknown")


def test_nobody_acts_for_an_office_on_a_case_of_their_own(world: World) -> None:
    token = world.issuer.issue("officer", sub="local-applicant")
    response = call(world, ROWS[3], **{**world.headers(), "Authorization": f"Bearer {token}"})
    assert response.status_code == 403
    assert response.json["type"] == "urn:caseledger:problem:own-case"
    assert world.done.commands == []


def test_who_would_act_for_another_person_is_told_that_no_token_can(world: World) -> None:
    token = world.issuer.issue("portal", acts_for="local-neighbour")
    response = call(world, ROWS[0], **{**world.headers(), "Authorization": f"Bearer {token}"})
    assert response.status_code == 403
    assert response.json["type"] == "urn:caseledger:problem:forbidden"
    assert "names no party" in response.json["detail"]
    assert world.done.commands == []


OTHER = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("code", "owner_ref", "organisation", "met"),
    [
        (CODE, "ref-of-somebody", f"organisation-of-{CODE}", True),
        (CODE, "ref-of-local-applicant", "", False),
        (CODE, "ref-of-local-applicant", f"organisation-of-{OTHER}", False),
        (None, "ref-of-local-applicant", f"organisation-of-{OTHER}", True),
        (None, "ref-of-somebody", f"organisation-of-{CODE}", False),
        (None, "ref-of-somebody", "", False),
    ],
)
def test_who_acts_for_an_organisation_meets_its_cases_and_no_others(
    world: World,
    *,
    code: str | None,
    owner_ref: str,
    organisation: str,
    met: bool,
) -> None:
    """Neither the handler's own cases nor another organisation's; a refusal tells nothing."""
    claim = None if code is None else {"kind": "organisation", "code": code}
    headers = {"Authorization": f"Bearer {world.issuer.issue('portal', acts_for=claim)}"}
    with world.app.test_request_context("/v1/cases/c1", headers=headers):
        world.app.preprocess_request()
        found = {"owner_ref": owner_ref, "organisation": organisation, "department": "elsewhere"}
        if met:
            ensure_visible(**found)
            return
        with pytest.raises(Problem) as refused:
            ensure_visible(**found)
    assert refused.value.code == "not-found"


def test_two_roles_do_not_add_up_to_a_third(world: World) -> None:
    """An officer who is an applicant too meets another department's case on neither ground."""
    roles = frozenset({Role.OFFICER, Role.APPLICANT})
    both = Principal(issuer="i", subject="s", roles=roles, department="elsewhere")
    desk, withdrawal = ROWS[3], ROWS[2]
    assert not in_scope(both, desk, owner=True, department="public-security")
    assert in_scope(both, withdrawal, owner=True, department="public-security")
    assert not in_scope(both, withdrawal, owner=False, department="elsewhere")


def test_somebody_who_is_both_acts_as_what_let_them_in(world: World) -> None:
    """What is recorded of a reading is the office, and the applicant only on their own case."""
    roles = frozenset({Role.APPLICANT, Role.OFFICER})
    with world.app.test_request_context():
        g.permission = next(row for row in ROWS if row.roles == READERS)
        g.principal = Principal(
            issuer="i", subject="s", roles=roles, department="here", staff_id="staff-s"
        )
        ensure_visible(owner_ref="somebody", department="here")
        assert (actor().kind, actor().ref) == ("officer", "staff-s")
        ensure_visible(owner_ref="ref-of-s", department="here")
        assert (actor().kind, actor().ref) == ("applicant", "ref-of-s")


def test_a_department_that_is_missing_matches_nothing() -> None:
    nowhere = Principal(issuer="i", subject="s", roles=frozenset({Role.OFFICER}))
    assert not in_scope(nowhere, ROWS[3], owner=False, department=None)


def test_an_auditor_reads_everything_and_writes_nothing() -> None:
    auditor = Principal(issuer="i", subject="s", roles=frozenset({Role.AUDITOR}))
    row = Permission(
        service="x",
        method="POST",
        rule="/x",
        roles=frozenset({Role.AUDITOR}),
        scope=Scope.OWN,
        kind=Kind.COMMAND,
    )
    assert not in_scope(auditor, row, owner=False, department="any")
    assert all(row.kind is Kind.READ for row in TABLE if Role.AUDITOR in row.roles)


def test_a_callback_needs_its_signature_not_a_token(world: World) -> None:
    body = b'{"reason":"paid"}'
    headers = sign_callback(GATEWAY_KEY, message_id="m1", timestamp_s=int(time.time()), body=body)

    def send(raw: bytes, **more: str) -> int:
        return world.client.post(
            "/v1/payments/callbacks",
            data=raw,
            content_type="application/json",
            headers={**headers, **more},
        ).status_code

    assert send(body) == 200
    assert send(body + b" ") == 401
    assert send(body, **{"Webhook-Timestamp": "1"}) == 401
    assert len(world.done.bodies) == 1
    response = world.client.post(
        "/v1/payments/callbacks", json={"reason": "x"}, headers=world.headers("gateway")
    )
    assert response.status_code == 401


def test_a_route_without_a_row_refuses_to_start(tmp_path: Path) -> None:
    deps = deps_for(LocalIssuer(tmp_path))
    without = [row for row in ROWS if row.rule != "/v1/cases/{case}/approval"]
    with pytest.raises(UnprotectedRoute, match=r"POST /v1/cases/<case>/approval"):
        create_app("sample", [blueprint(Executed())], without, deps)


def test_a_row_for_another_method_does_not_protect_a_route(tmp_path: Path) -> None:
    rows = [
        row if row.rule != "/v1/slow" else Permission(service="s", method="POST", rule="/v1/slow")
        for row in ROWS
    ]
    with pytest.raises(UnprotectedRoute, match="GET /v1/slow"):
        create_app("sample", [blueprint(Executed())], rows, deps_for(LocalIssuer(tmp_path)))


def test_a_route_added_after_the_start_lets_nobody_in(world: World) -> None:
    app: Flask = world.app
    app.add_url_rule("/late", "late", lambda: "hello")
    assert unprotected_routes(app) == ["GET /late"]
    assert world.client.get("/late", headers=world.headers("auditor")).status_code == 403


def test_keys_that_cannot_be_had_are_503_never_a_yes(world: World) -> None:
    class Away:
        def find(self, _key_id: str) -> None:
            raise KeysUnavailable("away")

    world.app.extensions["caseledger-deps"].verifier._keys = Away()
    response = call(world, ROWS[1], **world.headers())
    assert response.status_code == 503
    assert response.headers["Retry-After"]


def test_metrics_are_open_on_the_internal_port_alone(tmp_path: Path) -> None:
    world = make_world(tmp_path, internal_port=9100)
    client = world.client
    inside = {"SERVER_PORT": "9100"}
    assert client.get("/metrics", environ_overrides=inside).status_code == 200
    assert client.get("/metrics", environ_overrides={"SERVER_PORT": "8000"}).status_code == 401
    assert client.get("/metrics", headers={"Host": "x:9100"}).status_code == 401
    assert client.get("/v1/cases/c1", environ_overrides=inside).status_code == 401


# --- the table itself


def test_every_row_is_unique_and_says_who() -> None:
    names = [(row.method, template(row.rule)) for row in (*TABLE, *FURNITURE)]
    assert len(names) == len(set(names)), "no two services share a path"
    for row in TABLE:
        assert row.roles or row.entry is Entrance.OPEN, row
        of_one = "{case}" in row.rule or "{document}" in row.rule
        assert row.kind is not Kind.COMMAND or (row.scope is Scope.OWN and of_one)
        assert (row.method == "GET") == (row.kind is Kind.READ)
        assert permissions_of(row.service)
    assert [row.rule for row in TABLE if row.entry is Entrance.OPEN] == [
        "/v1/items",
        "/v1/items/{item}",
        "/v1/cases/standing",
        "/v1/verification/{code}",
        "/v1/verification",
        "/.well-known/caseledger-papers.json",
        "/v1/documents/{document}/verification",
    ]


def test_a_row_is_found_by_shape_and_head_is_get() -> None:
    row = find_permission(TABLE, "HEAD", "/v1/cases/<case_id>")
    assert row is not None
    assert row.rule == "/v1/cases/{case}"
    assert find_permission(TABLE, "GET", "/v1/lanes/<int:lane>/records") is not None
    assert find_permission(TABLE, "PUT", "/v1/cases") is None


def test_the_page_of_permissions_is_made_of_the_tables() -> None:
    written = Path("docs/reference/permissions.md").read_text("utf-8")
    assert written == page()
    assert all(f"`{row.rule}`" in written for row in (*TABLE, *FURNITURE))


def test_every_command_of_a_desk_belongs_to_a_duty_and_every_duty_has_commands_of_the_table() -> (
    None
):
    """A command that is in no duty is nobody's, and one without a row is an error in the duties."""
    desk = [row for row in TABLE if row.roles & DESK and row.kind in {Kind.CREATE, Kind.COMMAND}]
    assert [row.rule for row in desk if not row.duties] == []
    named = {command for commands in COMMANDS.values() for command in commands}
    assert named == {row.rule.rpartition("/")[2] for row in desk}
    # Whoever has a duty of a command acts in a role that its row names.
    closed = [(row.rule, duty) for row in desk for duty in row.duties]
    assert [one for one in closed if ROLE_OF[one[1]] not in _roles_of(one[0])] == []


def _roles_of(rule: str) -> frozenset[Role]:
    return next(row.roles for row in TABLE if row.rule == rule and row.method == "POST")


def test_the_table_of_an_app_finds_what_the_rows_say() -> None:
    table = permission_table((*TABLE, *FURNITURE))
    for row in (*TABLE, *FURNITURE):
        for method in ("GET", "HEAD", "POST", "PUT"):
            found = table.get((method, template(row.rule)))
            assert found == find_permission((*TABLE, *FURNITURE), method, row.rule)


def test_of_two_rows_for_one_route_the_first_counts() -> None:
    first, second = ROWS[0], replace(ROWS[0], roles=frozenset())
    assert permission_table([first, second])[first.method, template(first.rule)] is first
