"""A small service with the real furniture and no database, for the tests of `shared.http`.

`create()` is what gunicorn starts in the integration tests; it notes what it executed in a file.
"""

import os
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response
from flask.testing import FlaskClient

from shared.eventlog import Body, Command, Commit, Event, Outcome
from shared.http import (
    Blueprint,
    Bool,
    Choice,
    Day,
    Deps,
    Int,
    Items,
    Moment,
    Money,
    Nested,
    QueryInt,
    Schema,
    Str,
    Text,
    answer,
    answered,
    body_limit,
    create_app,
    ensure_visible,
    http_command,
    not_found,
    raw_body,
)
from shared.security import Entrance, Kind, Permission, Role, Scope, TokenVerifier, key_source
from shared.security.local_issuer import AUDIENCE, ISSUER, PUBLIC_SECURITY, LocalIssuer

APPLICANT = frozenset({Role.APPLICANT, Role.PORTAL})
DESK = frozenset({Role.OFFICER})
READERS = APPLICANT | DESK | {Role.AUDITOR}

ROWS = (
    Permission(
        service="sample", method="POST", rule="/v1/cases", roles=APPLICANT, kind=Kind.CREATE
    ),
    Permission(
        service="sample", method="GET", rule="/v1/cases/{case}", roles=READERS, scope=Scope.OWN
    ),
    Permission(
        service="sample",
        method="POST",
        rule="/v1/cases/{case}/withdrawal",
        roles=APPLICANT,
        scope=Scope.OWN,
        kind=Kind.COMMAND,
    ),
    Permission(
        service="sample",
        method="POST",
        rule="/v1/cases/{case}/approval",
        roles=DESK,
        scope=Scope.OWN,
        kind=Kind.COMMAND,
    ),
    Permission(
        service="sample",
        method="POST",
        rule="/v1/payments/callbacks",
        roles=frozenset({Role.GATEWAY}),
        kind=Kind.CALLBACK,
        entry=Entrance.SIGNATURE,
    ),
    Permission(
        service="sample", method="POST", rule="/v1/uploads", roles=APPLICANT, kind=Kind.CREATE
    ),
    Permission(service="sample", method="GET", rule="/v1/slow", entry=Entrance.OPEN),
    Permission(service="sample", method="GET", rule="/v1/broken", entry=Entrance.OPEN),
)

GATEWAY_KEY = b"g" * 32
OWNER = "ref-of-local-applicant"


class Taken(Schema):
    """How much was taken."""

    size = Int()


class Address(Schema):
    """A nested schema, where unknown fields are refused as well."""

    street = Text(required=True, max_length=100)


class Posted(Schema):
    """One field of each kind of the house."""

    item = Text(required=True, max_length=40)
    note = Text(max_length=200, lines=True)
    copies = Int(maximum=99)
    urgent = Bool()
    at = Moment()
    day = Day()
    fee = Money()
    means = Choice("post", "desk")
    materials = Items(Text(max_length=40), most=5)
    address = Nested(Address)


class Query(Schema):
    """The parameters of a reading."""

    min_version = QueryInt()


class Withdrawal(Schema):
    """A command on a case."""

    reason = Text(required=True, max_length=200)


class Receipt(Schema):
    """Where the commit stands."""

    stream = Str()
    first_version = Int()
    hash = Str()


class Answered(Schema):
    """The answer to a command."""

    case = Str()
    version = Int()
    events = Items(Str(), most=100)
    receipt = Nested(Receipt, allow_none=True)


class CaseView(Schema):
    """The answer to a reading."""

    case = Str()
    version = Int()


def outcome_of(case: str, command: Command, *events: str, replayed: bool = False) -> Outcome:
    """The outcome of a command as the log would give it; no server is asked."""
    now = "2026-11-21T16:00:00.000000Z"
    body = Body(
        stream=f"case/{case}",
        first_version=1,
        last_version=len(events),
        command_id=command.command_id,
        lane=0,
        authority="sample",
        format=1,
        events=tuple(
            Event(version=n, type=kind, schema=1, data={}, occurred_at=now)
            for n, kind in enumerate(events, 1)
        ),
        writer="intake",
        actor=command.actor,
        causation=None,
        correlation=command.correlation,
        traceparent=command.traceparent,
        code_version="0",
        recorded_at=now,
        prev_hash=None,
        sealed_hash=None,
        request_mac=command.request_mac,
    )
    commit = Commit(body=body, body_bytes=b"", hash=b"\x07" * 32, mac="")
    return Outcome(commit=commit, version=len(events), replayed=replayed)


@dataclass
class Executed:
    """What the endpoints did, so that a test can see that nothing was done."""

    commands: list[Command] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    raises: Exception | None = None
    release: threading.Event = field(default_factory=threading.Event)
    journal: Path | None = None

    def note(self, what: str) -> None:
        """Write a line that outlives this process."""
        if self.journal is not None:
            with self.journal.open("a", encoding="utf-8") as file:
                file.write(f"{what}\n")


def blueprint(done: Executed) -> Blueprint:
    """The endpoints, writing to `done`."""
    blp = Blueprint("sample", "sample", url_prefix="/v1", description="A sample.")

    def execute(case: str, body: Any) -> Outcome:
        command = http_command(now=datetime.now(UTC), authority="sample")
        if done.raises is not None:
            raise done.raises
        done.commands.append(command)
        done.bodies.append(body)
        return outcome_of(case, command, "intake.CaseSubmitted", "intake.FeeAssessed")

    @blp.post("/cases")
    @blp.arguments(Posted)
    @blp.response(201, Answered)
    def post_case(body: Any) -> Response:
        """Post a case."""
        return answer(execute("c1", body), case="c1", status=201, location="/v1/cases/c1")

    @blp.get("/cases/<case>")
    @blp.arguments(Query, location="query")
    @blp.response(200, CaseView)
    def get_case(query: Any, case: str) -> Response:
        """Read a case."""
        _visible(case)
        return answered({"case": case, "version": query.get("min_version", 3)})

    @blp.post("/cases/<case>/withdrawal")
    @blp.arguments(Withdrawal)
    @blp.response(200, Answered)
    def withdraw(body: Any, case: str) -> Response:
        """Withdraw a case."""
        _visible(case)
        return answer(execute(case, body), case=case)

    @blp.post("/cases/<case>/approval")
    @blp.arguments(Schema)
    @blp.response(200, Answered)
    def approve(body: Any, case: str) -> Response:
        """Approve a case."""
        _visible(case)
        return answer(execute(case, body), case=case)

    @blp.post("/payments/callbacks")
    @blp.arguments(Withdrawal)
    @blp.response(200, CaseView)
    def paid(body: Any) -> Response:
        """Take a gateway's callback."""
        done.bodies.append(body)
        return answered({"case": "c1"})

    @blp.post("/uploads")
    @blp.response(201, Taken)
    @body_limit(100_000)
    def upload() -> Response:
        """Take bytes."""
        return answered({"size": len(raw_body())}, status=201)

    @blp.get("/slow")
    @blp.response(200, CaseView)
    def slow() -> Response:
        """Answer when the test lets it."""
        done.note("begun")
        done.release.wait(1.0)
        done.note("done")
        return answered({"case": "c1"})

    @blp.get("/broken")
    @blp.response(200, CaseView)
    def broken() -> Response:
        """Fail by a fault of our own."""
        if done.raises is not None:
            raise done.raises
        secret = "the-secret-of-our-insides"
        raise RuntimeError(secret)

    return blp


def _visible(case: str) -> None:
    if case != "c1":
        raise not_found()
    ensure_visible(owner_ref=OWNER, department=PUBLIC_SECURITY, venue="000")


@dataclass
class World:
    """An app, its issuer, and what it executed."""

    app: Flask
    issuer: LocalIssuer
    done: Executed

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def headers(self, user: str = "applicant", **more: str) -> dict[str, str]:
        """The headers of a good command by a local user; `if_match=...` becomes `If-Match`."""
        names = {name.replace("_", "-"): value for name, value in more.items()}
        token = self.issuer.issue(user)
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": "key-1", **names}


def deps_for(issuer: LocalIssuer, **changes: Any) -> Deps:
    """Dependencies without a database."""
    deps = Deps(
        verifier=TokenVerifier(key_source(str(issuer.jwks_path)), issuer=ISSUER, audience=AUDIENCE),
        find_subject=lambda _issuer, subject: f"ref-of-{subject}",
        find_organisation=lambda code: f"organisation-of-{code}",
        find_identity=lambda kind, number: f"person-of-{kind}-{number}",
        ping_log=lambda: None,
        beats=lambda: [{"_id": "beat/1", "kafka": "ok", "at": datetime.now(UTC)}],
        request_keys={"request-2": b"n" * 32, "request-1": b"o" * 32},
        gateway_keys=(GATEWAY_KEY,),
        docs_open=True,
    )
    return replace(deps, **changes)


def make_world(folder: Path, **changes: Any) -> World:
    """A world whose keys are in `folder`; `changes` replace fields of its `Deps`."""
    issuer = LocalIssuer(folder)
    issuer.create()
    done = Executed()
    app = create_app("sample", [blueprint(done)], ROWS, deps_for(issuer, **changes))
    return World(app, issuer, done)


def create() -> Flask:
    """The app for gunicorn; its folder is in SAMPLE_FOLDER."""
    folder = Path(os.environ["SAMPLE_FOLDER"])
    internal = int(os.environ.get("SAMPLE_INTERNAL_PORT", "0"))
    world = make_world(folder, internal_port=internal)
    world.done.journal = folder / "journal.txt"
    return world.app
