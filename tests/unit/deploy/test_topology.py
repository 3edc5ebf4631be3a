"""The one table of what runs, held against everything that must agree with it."""

import threading
from pathlib import Path

import pytest

from deploy import roles
from deploy.embedded.home import Home
from deploy.embedded.plan import make_plan
from deploy.embedded.supervisor import Child
from deploy.topology import (
    GATEWAY_OFFSET,
    KAFKA_OFFSET,
    MAIL_OFFSET,
    MONGO_OFFSET,
    PROCESSES,
    READ_MODELS,
    SERVICES,
    SIGN_IN_OFFSET,
    WRITERS,
    Process,
    Side,
    sides,
    view_of,
)
from shared.case import registry
from shared.config import Secrets, Settings, connect, create_missing
from shared.config import secrets as keys
from shared.projection.worker import build
from shared.security.permissions import TABLE

ROOT = Path(__file__).parents[3]


def test_every_name_and_every_port_is_given_once() -> None:
    names = [one.name for one in PROCESSES]
    assert len(set(names)) == len(names)
    ports = [one.offset for one in PROCESSES]
    ports += [
        MAIL_OFFSET,
        SIGN_IN_OFFSET,
        GATEWAY_OFFSET,
        MONGO_OFFSET,
        KAFKA_OFFSET,
        KAFKA_OFFSET + 1,
    ]
    assert len(set(ports)) == len(ports)


def test_every_writer_has_a_key_and_facts_and_the_services_are_the_same_everywhere() -> None:
    assert WRITERS == keys.WRITERS
    assert set(WRITERS) == set(registry.BY_WRITER)
    assert SERVICES == registry.SERVICES
    told = Settings.__dataclass_fields__["service"].metadata["help"]
    assert f"({', '.join(SERVICES)})" in told


def test_every_role_is_one_of_the_databases() -> None:
    assert {one.role for one in PROCESSES} <= set(roles.names())
    for one in sides(Side.PROJECTION):
        on_views = [p for p in roles.privileges(one.role) if p["resource"]["db"].endswith("_views")]
        assert any("update" in privilege["actions"] for privilege in on_views)


def test_every_room_is_served_or_worked_and_none_is_forgotten() -> None:
    named = {room for one in PROCESSES for room in one.rooms}
    there = {f"services.{path.parent.name}" for path in (ROOT / "services").glob("*/__init__.py")}
    assert {".".join(room.split(".")[:2]) for room in named} == there
    for room in named:
        assert (ROOT / room.replace(".", "/") / "__init__.py").is_file()
    served = {row.service for row in TABLE}
    assert served == set(SERVICES)


@pytest.fixture
def ground(tmp_path: Path) -> tuple[Settings, Secrets]:
    """Settings and keys of a made-up installation; no server is asked by a `build`."""
    create_missing(tmp_path / "secrets")
    home = {"CASELEDGER_HOME": str(tmp_path), "CASELEDGER_SERVICE": "notify"}
    return Settings.from_env(home), Secrets.load(tmp_path / "secrets")


@pytest.mark.parametrize("one", sides(Side.WORKER), ids=lambda one: one.name)
def test_a_worker_has_the_groups_of_its_row(one: Process, ground: tuple[Settings, Secrets]) -> None:
    databases = connect(ground[0])
    try:
        worker = one.load()(*ground, databases, threading.Event())
        assert tuple(group.name for group in worker.groups) == one.groups
    finally:
        databases.close()


@pytest.mark.parametrize("one", sides(Side.PROJECTION), ids=lambda one: one.name)
def test_a_projection_has_the_group_of_its_row_and_routes(
    one: Process, ground: tuple[Settings, Secrets]
) -> None:
    view = view_of(one.view_name)
    assert (view.name, READ_MODELS[view.name]) == (one.view_name, one)
    databases = connect(ground[0])
    try:
        made = build(view, *ground, databases, writer=one.service)
        assert one.groups == (f"{view.name}.<n>",)
        assert made.group_of(7).name == one.groups[0].replace("<n>", "7")
    finally:
        databases.close()


@pytest.fixture
def children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Child]:
    """What the launcher would start, beside servers of others; no port is looked at."""
    monkeypatch.setattr("deploy.embedded.plan.port_is_free", lambda _port: True)
    environ = {
        "CASELEDGER_MONGO": "mongodb://127.0.0.1:1/",
        "CASELEDGER_KAFKA": "127.0.0.1:1",
        "CASELEDGER_PORT_BASE": "41000",
    }
    return {one.name: one for one in make_plan(Home(tmp_path), environ).children}


def test_the_launcher_starts_every_process_and_nothing_else(children: dict[str, Child]) -> None:
    assert set(children) == {one.name for one in PROCESSES} | {
        "prepare",
        "mail",
        "sign-in",
        "gateway",
    }
    for one in PROCESSES:
        child = children[one.name]
        assert child.argv[1 : 3 + len(one.words)] == ("-P", "-m", *one.words)
        assert child.health == f"http://127.0.0.1:{41000 + one.offset}/readyz"
        assert child.environ["CASELEDGER_SERVICE"] == one.service


def test_the_order_of_stopping_is_web_workers_projections_sequencer(
    children: dict[str, Child],
) -> None:
    in_order = [children[one.name].stage for side in Side for one in sides(side)]
    assert in_order == sorted(in_order)
