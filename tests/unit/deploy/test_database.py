"""Making the replica set, its roles and its users, on a server that only remembers commands."""

from typing import Any

import pytest
from pymongo.errors import ConnectionFailure, OperationFailure

from deploy import roles
from deploy.processes import database
from shared.config import SettingsError


class Admin:
    """The admin database: which users and roles it has, and which commands it was given."""

    def __init__(self, *, initiated: bool, there: frozenset[str] = frozenset()) -> None:
        self.initiated, self.there = initiated, set(there)
        self.commands: list[tuple[str, Any, dict[str, Any]]] = []
        self.absences = 0

    def command(self, name: str, value: Any = 1, **fields: Any) -> dict[str, Any]:
        self.commands.append((name, value, fields))
        if self.absences:
            self.absences -= 1
            raise ConnectionFailure("not yet")
        if name == "replSetGetStatus" and not self.initiated:
            raise OperationFailure("no config", database.NOT_INITIATED)
        if name == "replSetInitiate":
            self.initiated = True
        if name.startswith("update") and f"{name[6:]}:{value}" not in self.there:
            absent = database.NO_SUCH_ROLE if name == "updateRole" else database.NO_SUCH_USER
            raise OperationFailure("absent", absent)
        if name.startswith("create"):
            self.there.add(f"{name[6:]}:{value}")
        return {"ok": 1.0, "isWritablePrimary": self.initiated}

    def named(self, name: str) -> list[Any]:
        return [value for command, value, _ in self.commands if command == name]


class Client:
    def __init__(self, admin: Admin) -> None:
        self.admin = admin


def given(admin: Admin) -> Any:
    return Client(admin)


def test_a_set_is_initiated_once_under_the_name_that_clients_use() -> None:
    admin = Admin(initiated=False)
    database.initiate(given(admin), "mongo:27017")
    database.initiate(given(admin), "mongo:27017")
    (config,) = admin.named("replSetInitiate")
    assert config == {"_id": "caseledger", "members": [{"_id": 0, "host": "mongo:27017"}]}


def test_a_refusal_of_another_kind_is_no_missing_set() -> None:
    admin = Admin(initiated=True)

    def refuse(name: str, value: Any = 1) -> None:
        raise OperationFailure("requires authentication", 13)

    admin.command = refuse  # type: ignore[assignment,method-assign]
    with pytest.raises(OperationFailure):
        database.initiate(given(admin), "mongo:27017")


def test_roles_and_users_are_made_and_then_brought_up_to_date() -> None:
    admin = Admin(initiated=True)
    passwords = {name: f"p@ss/{name}" for name in roles.names()}
    database.make_users(given(admin), passwords)
    assert admin.named("createUser") == [f"caseledger-{name}" for name in roles.names()]
    database.make_users(given(admin), passwords)
    assert len(admin.named("createUser")) == len(admin.named("createRole")) == len(roles.names())
    fields = [fields for name, _, fields in admin.commands if name == "updateUser"]
    assert [one["pwd"] for one in fields[-len(passwords) :]] == list(passwords.values())


def test_every_password_that_is_missing_is_named() -> None:
    environ = {f"MONGO_PASSWORD_{name.upper()}": "x" for name in roles.names()}
    with pytest.raises(SettingsError, match=r"Not set: MONGO_ROOT_PASSWORD\."):
        database.passwords_of(environ)
    with pytest.raises(SettingsError, match=r"MONGO_PASSWORD_INTAKE.*MONGO_ROOT_PASSWORD"):
        database.passwords_of(environ | {"MONGO_PASSWORD_INTAKE": ""})
    found = database.passwords_of(environ | {"MONGO_ROOT_PASSWORD": "y"})
    assert found["root"] == "y"
    assert set(found) == {"root", *roles.names()}


def test_a_server_that_comes_late_is_waited_for_and_one_that_never_comes_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = Admin(initiated=True)
    admin.absences = 2
    monkeypatch.setattr(database, "POLL_S", 0.0)
    database._eventually(lambda: given(admin).admin.command("ping")["ok"])
    assert len(admin.named("ping")) == 3
    monkeypatch.setattr(database, "WAIT_S", 0.0)
    monkeypatch.setattr(database, "TIMEOUT_MS", 200)
    for name in ("ROOT_PASSWORD", *(f"PASSWORD_{name.upper()}" for name in roles.names())):
        monkeypatch.setenv(f"MONGO_{name}", "x")
    with pytest.raises(SystemExit) as ended:
        database.main(["127.0.0.1:1"])
    assert ended.value.code == database.SERVER_MISSING
    assert capsys.readouterr().err.startswith("127.0.0.1:1 does not answer: ")
