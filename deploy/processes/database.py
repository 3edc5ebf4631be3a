"""Make the replica set, its roles and its users: before the first start and after an update.

`python -P -m deploy.processes.database HOST:PORT` signs in as `root`; the passwords are in the
environment: `MONGO_ROOT_PASSWORD`, and `MONGO_PASSWORD_<ROLE>` for each role of `roles.json`. It is
safe to run again: a role gets the rights of the present file, a user its present password.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from deploy import roles
from deploy.processes.running import BAD_SETTINGS
from shared.config import SettingsError

SET = "caseledger"
SERVER_MISSING = 3
WAIT_S, POLL_S, TIMEOUT_MS = 60.0, 0.2, 3000
NOT_INITIATED, ALREADY_INITIATED, NO_SUCH_USER, NO_SUCH_ROLE = 94, 23, 11, 31
Client = MongoClient[dict[str, Any]]


def main(argv: list[str]) -> None:
    """Read the command line and the environment; ends with 2 or 3 and one sentence."""
    if len(argv) != 1:
        sys.exit("usage: python -P -m deploy.processes.database HOST:PORT")
    try:
        passwords = passwords_of(os.environ)
        with signed_in(argv[0], passwords["root"]) as client:
            initiate(client, argv[0])
            make_users(client, passwords)
    except SettingsError as error:
        _end(str(error), BAD_SETTINGS)
    except ConnectionFailure as error:
        _end(f"{argv[0]} does not answer: {type(error).__name__}.", SERVER_MISSING)
    except PyMongoError as error:
        _end(f"{argv[0]} refuses: {error}.", SERVER_MISSING)


def _end(sentence: str, code: int) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)


def passwords_of(environ: Mapping[str, str]) -> dict[str, str]:
    """The password of `root` and of each role.

    Raises:
        SettingsError: naming every variable that is not set.
    """
    variables = {name: f"MONGO_PASSWORD_{name.upper()}" for name in roles.names()}
    variables["root"] = "MONGO_ROOT_PASSWORD"
    if missing := sorted(one for one in variables.values() if not environ.get(one)):
        raise SettingsError(f"Not set: {', '.join(missing)}.")
    return {name: environ[variable] for name, variable in variables.items()}


@contextmanager
def signed_in(address: str, password: str) -> Iterator[Client]:
    """The one server at the address, as root, whether its set is initiated or not yet."""
    client = Client(
        f"mongodb://{address}/",
        username="root",
        password=password,
        authSource="admin",
        directConnection=True,
        timeoutMS=TIMEOUT_MS,
    )
    with client:
        _eventually(lambda: client.admin.command("ping")["ok"])
        yield client


def initiate(client: Client, address: str) -> None:
    """Make a replica set of this one member, and wait until it takes writes."""
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as error:
        if error.code != NOT_INITIATED:
            raise
        config = {"_id": SET, "members": [{"_id": 0, "host": address}]}
        try:
            client.admin.command("replSetInitiate", config)
        except OperationFailure as raced:
            if raced.code != ALREADY_INITIATED:
                raise
    _eventually(lambda: client.admin.command("hello").get("isWritablePrimary"))


def _eventually(condition: Any) -> None:
    """Ask until it is so.

    Raises:
        ConnectionFailure: it was not within a minute.
    """
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            if condition():
                return
            problem = ConnectionFailure("the server takes no writes")
        except ConnectionFailure as error:
            problem = error
        if time.monotonic() > deadline:
            raise problem
        time.sleep(POLL_S)


def make_users(client: Client, passwords: Mapping[str, str]) -> None:
    """Create or bring up to date each role and its one user, both named `caseledger-<role>`."""
    for name in roles.names():
        role = f"caseledger-{name}"
        rights = {"privileges": roles.privileges(name), "roles": []}
        _put(client, ("updateRole", "createRole"), role, rights, absent=NO_SUCH_ROLE)
        user = {"pwd": passwords[name], "roles": [{"role": role, "db": "admin"}]}
        _put(client, ("updateUser", "createUser"), role, user, absent=NO_SUCH_USER)


def _put(
    client: Client, commands: tuple[str, str], name: str, fields: Mapping[str, Any], *, absent: int
) -> None:
    update, create = commands
    try:
        client.admin.command(update, name, **fields)
    except OperationFailure as error:
        if error.code != absent:
            raise
        client.admin.command(create, name, **fields)


if __name__ == "__main__":
    main(sys.argv[1:])
