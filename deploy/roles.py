"""The database roles as MongoDB wants them, from `roles.json`."""

import json
from importlib.resources import files
from typing import Any

PREFIX = "caseledger"


def privileges(name: str, *, prefix: str = PREFIX) -> list[dict[str, Any]]:
    """What `createRole` takes for one of our roles.

    Raises:
        KeyError: when there is no such role.
    """
    table = _table()
    own: list[dict[str, Any]] = table["roles"][name]
    rows = [*table["common"], *own] if name in table["with_common"] else own
    return [
        {
            "resource": {"db": f"{prefix}{row['database']}", "collection": row["collection"]},
            "actions": row["actions"],
        }
        for row in rows
    ]


def names() -> list[str]:
    """All our roles."""
    return list(_table()["roles"])


def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("deploy").joinpath("roles.json").read_text("utf-8"))
    return found
