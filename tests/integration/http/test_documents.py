"""The four services hold against requests made from their own OpenAPI documents."""

import importlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from deploy.keys import hand_out
from deploy.topology import BY_NAME, SERVICES
from shared import eventlog, vault
from shared.config import Databases, Settings, connect, create_missing
from shared.http import document_of, unprotected_routes
from shared.security import Role, find_permission
from shared.security.local_issuer import USERS, LocalIssuer
from shared.security.permissions import TABLE, permissions_of, template
from tests.support.fuzz_api import fuzz

EXAMPLES = 6  # of each operation, good and bad; more finds more, and takes longer


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    made = LocalIssuer(tmp_path / "secrets")
    made.create()
    return made


@pytest.fixture
def app_of(
    mongo_uri: str, tmp_path: Path, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Flask]]:
    """Build a service as its process does, over databases of this test alone."""
    prefix = f"t{uuid.uuid4().hex[:12]}"
    create_missing(tmp_path / "secrets")
    for name, value in {
        "LOG_URI": mongo_uri,
        "DATABASE_PREFIX": prefix,
        "HOME": str(tmp_path),
        "MODE": "embedded",
        "JWKS": str(issuer.jwks_path),
    }.items():
        monkeypatch.setenv(f"CASELEDGER_{name}", value)

    opened: list[Databases] = []

    def connected(settings: Settings, **options: Any) -> Databases:
        opened.append(connect(settings, **options))
        eventlog.prepare(opened[-1].log)
        vault.prepare(opened[-1])
        return opened[-1]

    def build(service: str) -> Flask:
        hand_out(tmp_path / "secrets", tmp_path / "keys", local=True)
        monkeypatch.setenv("CASELEDGER_SERVICE", service)
        monkeypatch.setenv("CASELEDGER_SECRETS_DIR", str(tmp_path / "keys" / f"{service}-web"))
        wsgi = importlib.import_module(BY_NAME[f"{service}-web"].code.partition(":")[0])
        monkeypatch.setattr(wsgi, "configure", lambda *_a, **_k: None, raising=False)
        monkeypatch.setattr(wsgi, "connect", connected)
        app: Flask = wsgi.create()
        return app

    yield build
    for databases in opened:
        for database in (databases.log, databases.work, databases.views, databases.vault):
            database.client.drop_database(database.name)
        databases.close()


def user_for(method: str, path: str) -> str | None:
    """A local user whose role the route's row names."""
    row = find_permission(TABLE, method, path)
    if row is None or not row.roles:
        return None
    return next(name for name, user in USERS.items() if Role(user.roles[0]) in row.roles)


@pytest.mark.mongo
@pytest.mark.parametrize("service", SERVICES)
def test_each_document_is_valid_and_has_every_route_of_the_table(
    app_of: Callable[[str], Flask], service: str
) -> None:
    app = app_of(service)
    document = document_of(app)
    validate(document)
    assert unprotected_routes(app) == []
    offered = {
        (verb.upper(), template(path))
        for path, verbs in document["paths"].items()
        for verb in verbs
        if verb != "parameters"
    }
    assert offered == {(row.method, template(row.rule)) for row in permissions_of(service)}


@pytest.mark.mongo
@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", SERVICES)
def test_no_request_made_from_a_document_is_a_fault_of_ours(
    app_of: Callable[[str], Flask], issuer: LocalIssuer, service: str
) -> None:
    def authorization(method: str, path: str) -> str | None:
        user = user_for(method, path)
        return f"Bearer {issuer.issue(user)}" if user else None

    assert fuzz(app_of(service), authorization, examples=EXAMPLES) > 0
